"""`pbr explain`."""

from __future__ import annotations

from typing import Any

import click

from pbr_rules.commands.settling import made, options
from pbr_rules.commands.shared import catalogue, dump, out


@click.command("explain", short_help="Explain one figure, down to its records.")
@click.argument("name", metavar="CONTRACT")
@click.option(
    "--line",
    required=True,
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
    name: str, line: str, person: str | None, everything: bool, form: str, output: str | None, force: bool, **given: Any
) -> int:
    """Explain one figure of CONTRACT: its clause, its formula with the numbers put in, the exact value, each rounding, and the
    records that counted and that did not, each with the reason. Holds personal data where records have ids.
    """
    from pbr_rules.api import explained
    from pbr_rules.reports import explain as report

    settled, source, _ = made(name, output, force, **given)
    found = explained(source, settled, line, person, given["reading"], catalogue())
    out(dump(report.as_json(found)) if form == "json" else report.table(found, everything), output, force)
    return 0
