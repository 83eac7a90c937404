"""The command line: which command, and with what exit code it ends.

Results go to standard output, everything else to standard error.
"""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from pathlib import Path

import click

from pbr_rules.diagnostics import ContractError, PbrError, UsageError

COMMANDS = {
    "check": "Check contracts: every problem at once, most useful first.",
    "settle": "Settle a contract over files of records: the statement.",
    "explain": "Explain one figure, all the way down to its records.",
    "test": "Work a contract's own examples.",
    "format": "Lay contracts out in the one canonical way; comments are kept.",
    "records": "Blank files with the headings a contract wants, and a data dictionary.",
    "contracts": "The library of real schemes.",
    "new": "Start a contract from one of the library.",
    "plugins": "What is installed, what it adds, and what failed.",
}


class Commands(click.Group):
    """Commands imported when they are called."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"pbr_rules.commands.{name}").command
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(context, args)
        except click.UsageError as error:
            from pbr_rules.diagnostics import did_you_mean

            near = did_you_mean(args[0], COMMANDS)
            raise click.UsageError(f"there is no command `{args[0]}`" + (f"; {near[0]}" if near else "")) from error


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pbr-rules", prog_name="pbr")
@click.option(
    "--plugin",
    "plugins",
    metavar="FILE",
    multiple=True,
    callback=lambda _context, _option, files: _are_files(files),
    help="Load a plugin from a file of Python that is not installed. May be repeated.",
)
def pbr(plugins: tuple[str, ...]) -> None:
    """Payment by results: write the terms as rules, settle them exactly.

    CONTRACT is a file (.pbr, or .md with its rules in fenced pbr blocks), or the name of a library contract, as in
    `pbr settle care_leavers`.

    Exit codes: 0 settled; 1 the contract or an example is wrong; 2 wrong command line, or a file that cannot be read or
    written; 3 the records do not fit, so no statement; 4 a plugin is missing; 5 a statement with refused lines; 70 our bug.
    """


def _are_files(files: tuple[str, ...]) -> tuple[str, ...]:
    for file in files:
        if not Path(file).is_file():
            what = "is a folder, not a plugin's file" if Path(file).is_dir() else "is not there"
            raise UsageError(f"--plugin {file}: the file {what}")
    return files


CIRCLES = 500_000
"""Objects that are made before the first look for those that hold one another: a command is over in seconds, and most make fewer."""


def main() -> None:
    """The entry point: runs a command and ends with its exit code."""
    gc.set_threshold(CIRCLES)
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Runs a command; the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    try:
        return pbr.main(args=arguments, prog_name="pbr", standalone_mode=False) or 0
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        return 130
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return 2
    except ContractError as error:
        from pbr_rules.commands.shared import show_problems

        show_problems(error.source, error.diagnostics)
        return error.exit_code
    except PbrError as error:
        click.echo(f"error: {error}", err=True)
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:  # the border: whatever is left is our bug
        import traceback

        click.echo("".join(traceback.format_exception(error)), err=True)
        click.echo("This is a bug in pbr_rules, not in your contract. Please report it with the lines above.", err=True)
        return 70
