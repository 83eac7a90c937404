"""`pbr settle`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from pbr_rules.commands.settling import made, options
from pbr_rules.commands.shared import catalogue, out
from pbr_rules.diagnostics import UsageError

FORMATS = ("table", "json", "csv", "md", "html", "xlsx")


@click.command("settle", short_help="Settle a contract over files of records.")
@click.argument("name", metavar="CONTRACT")
@options
@click.option("--format", "form", type=click.Choice(FORMATS), help="[default: table, or by the output's name]")
@click.option("--output", "-o", metavar="FILE", help="Write the statement to a file.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.option("--people", is_flag=True, help="Name the person that stands for each line (personal data).")
def command(name: str, form: str | None, output: str | None, force: bool, people: bool, **given: Any) -> int:
    """Settle CONTRACT over files of records: every line with its amount, what was refused and why, limits, totals.

    A library contract settles over its own published records: `pbr settle care_leavers`.

    Ends with 0, or with 5 when the statement has refused lines.
    """
    from pbr_rules.reports import write as reports

    form = form or _by_name(output)
    settled, _, _ = made(name, output, force, **given)
    whole = reports.whole(settled, sys.argv[1:], catalogue(), people)
    out(reports.written(whole, form), output, force)
    return 5 if settled.settlement.refused else 0


def _by_name(output: str | None) -> str:
    if output in (None, "-"):
        return "table"
    suffix = Path(str(output)).suffix.lstrip(".").lower()
    form = {"txt": "table", "htm": "html", "markdown": "md"}.get(suffix, suffix)
    if form not in FORMATS:
        raise UsageError(f"the format of `{output}` cannot be told from its name: say --format {'|'.join(FORMATS)}")
    return form
