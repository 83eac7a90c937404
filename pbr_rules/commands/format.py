"""`pbr format`."""

from __future__ import annotations

import difflib
from pathlib import Path

import click

from pbr_rules.commands.shared import write
from pbr_rules.surface.files import load
from pbr_rules.surface.write import write as laid_out


@click.command("format", short_help="Lay contracts out in the one canonical way.")
@click.argument("files", metavar="FILE…", nargs=-1, required=True)
@click.option("--check", is_flag=True, help="Change nothing; end with 1 where a file would change.")
@click.option("--diff", is_flag=True, help="Show what would change, and change nothing.")
def command(files: tuple[str, ...], check: bool, diff: bool) -> int:
    """Lay contracts out in the one canonical way: comments are kept, and no meaning changes.

    In a literate contract only the fenced blocks change. A contract with mistakes is not touched.
    """
    would = 0
    for name in files:
        source = load(name)
        before = source.original if source.original is not None else source.text
        after = laid_out(source)
        if after == before:
            continue
        would += 1
        if diff:
            lines = difflib.unified_diff(before.splitlines(True), after.splitlines(True), name, f"{name}, laid out")
            click.echo("".join(lines), nl=False)
        elif check:
            click.echo(f"{name} would change")
        else:
            write(Path(name), after, force=True)
            click.echo(f"{name}: laid out", err=True)
    return 1 if would and (check or diff) else 0
