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
@click.option(
    "--trail",
    metavar="FILE.parquet",
    help="Write what became of every row and person, in each measure, to a Parquet file (personal data).",
)
@click.option("--people", is_flag=True, help="Name the person that stands for each line (personal data).")
def command(
    name: str, form: str | None, output: str | None, force: bool, trail: str | None, people: bool, **given: Any
) -> int:
    """Settle CONTRACT over files of records: every line with its amount, what was refused and why, limits, totals.

    A library contract settles over its own published records: `pbr settle care_leavers`.

    Ends with 0, or with 5 when the statement has refused lines.
    """
    from pbr_rules.reports import write as reports

    form = form or _by_name(output)
    _may_follow(trail, output, force, given)
    settled, _, _ = made(name, output, force, **given)
    whole = reports.whole(settled, sys.argv[1:], catalogue(), people)
    if trail is not None:
        from pbr_rules.reports import trail as trails

        rows = trails.write(settled, whole["receipt"], Path(trail), force)
        said = f"{rows:,} row{'' if rows == 1 else 's'} (it holds personal data)"
        click.echo(f"written: {trail}, the trail: {said if rows else 'no rows, because none were counted'}", err=True)
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


def _may_follow(trail: str | None, output: str | None, force: bool, given: dict[str, Any]) -> None:
    """Whether a trail may be written there: nothing is settled for hours to be told so at the end."""
    if trail is None:
        return
    from pbr_rules.reports.trail import may_be_written

    place = Path(trail)
    may_be_written(place, force)
    others = [*(path for _, path in given["records"]), *(path for _, path in given["given"])]
    others += [Path(file) for file in (output, given["paid"], given["compare"]) if file is not None]
    if place.resolve() in (other.resolve() for other in others):
        raise UsageError(f"--trail {trail}: that file is named for something else too")
