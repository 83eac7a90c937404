"""`pbr records`."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import click

from pbr_rules.checked.model import Contract, Records
from pbr_rules.commands.shared import catalogue, contract, dump, write


@click.command("records", short_help="Blank files with a contract's headings, and a data dictionary.")
@click.argument("name", metavar="CONTRACT")
@click.option("--output", "-o", metavar="FOLDER", help="Write a blank CSV for each records clause here.")
@click.option("--force", is_flag=True, help="Write over files that are there.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(name: str, output: str | None, force: bool, form: str) -> int:
    """What files CONTRACT wants: the headings, how each column is written, which may be blank, what points where."""
    from pbr_rules.compiled import compile_contract, required

    source, _ = contract(name)
    found = required(compile_contract(source, (), catalogue()))
    if output is not None:
        folder = Path(output)
        folder.mkdir(parents=True, exist_ok=True)
        for records in found.records.values():
            write(folder / f"{records.name}.csv", _blank(records), force)
            click.echo(f"written: {folder / records.name}.csv", err=True)
    if form == "json":
        listed = [{"records": r.name, "title": r.title, "columns": _columns(r, found)} for r in found.records.values()]
        click.echo(dump({"schema": "pbr/records/1", "contract": source.name, "records": listed}), nl=False)
        return 0
    from pbr_rules.reports.layout import Section
    from pbr_rules.reports.table import table

    for records in found.records.values():
        rows = tuple(
            (c["heading"], c["holds"], c["written"], "may be blank" if c["optional"] else "")
            for c in _columns(records, found)
        )
        title = f"{records.name}: {records.title or 'no title'}"
        click.echo(table(Section(title, ("Heading", "Holds", "Written", "Blank"), rows)))
    return 0


def _blank(records: Records) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([c.written.heading or c.name for c in records.columns.values()])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def _columns(records: Records, found: Contract) -> list[dict[str, Any]]:
    listed = []
    for column in records.columns.values():
        key = "; says which row it is" if column.name in (records.key or ()) else ""
        listed.append(
            {
                "column": column.name,
                "heading": column.written.heading or column.name,
                "holds": column.kind.words + key,
                "written": _written(column.kind.name, column.kind.detail, column.written, found, column.kind.places),
                "optional": column.optional,
            }
        )
    return listed


def _written(kind: str, detail: str, written: Any, found: Contract, places: int | None) -> str:
    match kind:
        case "date":
            return written.date_format or "year-month-day"
        case "flag":
            return " or ".join(written.flag_words or ("yes", "no"))
        case "category" if detail in found.categories:
            return ", ".join(m.written or m.name for m in found.categories[detail].members)
        case "category":
            return ", ".join(found.members(detail) or ())
        case "number":
            return f"at most {places} decimal places"
        case "money":
            return f"{found.currency}, two decimal places"
        case "id":
            return "as in its own file" if written.kind.name == "id" else f"an id of {detail}"
    return ""
