"""`pbr explain`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from pbr_rules.commands.settling import made, options
from pbr_rules.commands.shared import catalogue, dump, out
from pbr_rules.diagnostics import UsageError

TRAIL = ".parquet"


@click.command("explain", short_help="Explain one figure, down to its records.")
@click.argument("name", metavar="CONTRACT|TRAIL.parquet")
@click.option(
    "--line",
    metavar="FIGURE",
    help="""The figure as the contract writes it: early[c1], or outcomes["A1", entered].""",
)
@click.option("--person", metavar="ID", help="Only the records of one person.")
@click.option("--all", "everything", is_flag=True, help="Every record, however many there are.")
@options
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--output", "-o", metavar="FILE", help="Write the explanation to a file.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def command(
    name: str,
    line: str | None,
    person: str | None,
    everything: bool,
    form: str,
    output: str | None,
    force: bool,
    **given: Any,
) -> int:
    """Explain one figure of CONTRACT: its clause, its formula with the numbers put in, the exact value, each rounding, and the
    records that counted and that did not, each with the reason. Holds personal data where records have ids.

    Of a trail that `pbr settle --trail` wrote, neither the contract nor the records are needed: which rows were counted in a
    figure (--line), or why those of one person were or were not (--person).
    """
    if Path(name).suffix.lower() == TRAIL:
        _nothing_beside(given, form)
        from pbr_rules.reports import from_trail
        from pbr_rules.reports.trail_file import opened

        out(from_trail.table(opened(Path(name)), line, person, everything), output, force)
        return 0
    if line is None:
        raise UsageError("say which figure to explain: --line FIGURE, as the contract writes it: `early[c1]`")
    from pbr_rules.api import explained
    from pbr_rules.reports import explain as report

    settled, source, _ = made(name, output, force, **given)
    found = explained(source, settled, line, person, given["reading"], catalogue())
    out(dump(report.as_json(found)) if form == "json" else report.table(found, everything), output, force)
    return 0


def _nothing_beside(given: Iterable[str], form: str) -> None:
    """A trail is settled already: what says how to settle would be passed over in silence."""
    run = click.get_current_context()
    for option in run.command.params:
        if option.name in given and run.get_parameter_source(option.name) is ParameterSource.COMMANDLINE:
            raise UsageError(f"{option.opts[0]}: a trail is settled already, and is explained as it is: leave that out")
    if form == "json":
        raise UsageError(
            "--format json: a trail is data already, for DuckDB, Polars and pandas; it is explained as a table"
        )
