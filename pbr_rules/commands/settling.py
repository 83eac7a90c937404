"""The options of every command that settles, and the settling itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from pbr_rules.api import Rejected, Request, Settled, settle, settle_example
from pbr_rules.commands.progress import progress
from pbr_rules.commands.shared import Day, Memory, Pair, catalogue, contract, day, tolerance, unique, write
from pbr_rules.diagnostics import UsageError
from pbr_rules.library import LibraryContract
from pbr_rules.reports.files import is_free
from pbr_rules.source import Source

F = TypeVar("F", bound=Callable[..., Any])

OPTIONS = (
    click.option(
        "--records",
        "-r",
        multiple=True,
        type=Pair("NAME=FILE", Path),
        help="A file for a records clause: CSV, Parquet, or a workbook (FILE.xlsx#SHEET). Repeat for each.",
    ),
    click.option(
        "--complete", multiple=True, type=Pair("NAME=DATE", day), help="The last day that a records file goes to."
    ),
    click.option("--on", type=Day(), help="The settlement date, printed on the statement. Never read from the clock."),
    click.option(
        "--known-at",
        type=Day(),
        help="Settle as the records were known on that day: rows known later are not read.",
    ),
    click.option(
        "--set",
        "set_",
        multiple=True,
        type=Pair("PARAM=VALUE"),
        help="A figure given now: price=£1,000, or price[c1]=£1,000.",
    ),
    click.option(
        "--given",
        multiple=True,
        type=Pair("PARAM=FILE", Path),
        help="A table given now: a file with a column for each thing it runs over, and `value`.",
    ),
    click.option(
        "--reading", multiple=True, metavar="NAME", help="Settle under an undated variation. May be repeated."
    ),
    click.option(
        "--example",
        metavar="TITLE",
        help="Settle over the figures of one of the contract's worked examples, in place of records.",
    ),
    click.option(
        "--paid",
        metavar="FILE",
        help="The last statement before this one, as JSON: what was paid is taken off what is due.",
    ),
    click.option(
        "--compare",
        metavar="FILE",
        help="A file of what was really paid, to show the difference line by line.",
    ),
    click.option(
        "--engine",
        default="auto",
        show_default=True,
        type=click.Choice(["auto", "python", "duckdb", "polars", "spark"]),
        help="What counts the rows. Every engine gives the same settlement.",
    ),
    click.option(
        "--memory",
        type=Memory(),
        help="How much of large files is held in memory; the rest waits on disk.  [default: 1.5GB]",
    ),
    click.option(
        "--allow-rejected", metavar="N|N%", help="How many rows may not fit, in place of what the contract says."
    ),
    click.option(
        "--rejected",
        metavar="FILE",
        help="Where rows that do not fit are written [default: beside the output, or here].",
    ),
)


def options(command: F) -> F:
    """Adds the options of settling to a command."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def made(name: str, output: str | None, force: bool, **given: Any) -> tuple[Settled, Source, LibraryContract | None]:
    """Settles a contract as the command line asks. Rows that do not fit are written to a file in any case."""
    if output not in (None, "-"):
        is_free(Path(str(output)), force)  # nobody waits for a count to be told so
    source, known = contract(name)
    records = unique(given["records"], "--records")
    complete = unique(given["complete"], "--complete")
    example = given["example"]
    if known is not None and not records and example is None:
        records, complete = dict(known.records), {**known.complete, **complete}
        example = known.example if not records else None
        if given["compare"] is None and known.paid is not None:
            given["compare"] = str(known.paid)
        if not records and example is None:
            raise UsageError(f"`{known.name}` has no published records: name your own with --records, or an --example")
    if example is not None and records:
        raise UsageError("an example gives its own rows and figures: leave out --records, or --example")
    request = Request(
        records,
        complete,
        given["on"],
        unique(given["set_"], "--set"),
        unique(given["given"], "--given"),
        given["engine"],
        tolerance(given["allow_rejected"]),
        given["reading"],
        None if given["paid"] is None else Path(given["paid"]),
        given["known_at"],
        None if given["compare"] is None else Path(given["compare"]),
        given["memory"],
    )
    if example is not None:
        return settle_example(source, example, request, catalogue()), source, known
    place = _rejected_path(given["rejected"], output, source)
    try:
        with progress() as tell:
            settled = settle(source, request, catalogue(), tell)
    except Rejected as error:
        try:
            _write_rejected(place, error.tables, force)
        except UsageError as unwritten:  # why there is no statement matters more
            click.echo(f"the rows set aside are not written: {unwritten}", err=True)
        raise
    if given["engine"] == "auto" and settled.engine.name != "python":
        rows = sum(table.read for table in settled.tables.values())
        click.echo(f"{rows:,} rows, counted by {settled.engine.name} {settled.engine.version}", err=True)
    for note in settled.notes:
        click.echo(note, err=True)
    _write_rejected(place, settled.tables, force)
    return settled, source, known


def _rejected_path(rejected: str | None, output: str | None, source: Source) -> Path:
    if rejected is not None:
        return Path(rejected)
    if output not in (None, "-"):
        return Path(str(output)).with_name(f"{Path(str(output)).stem}-rejected.csv")
    return Path(f"{Path(source.name).stem}-rejected.csv")


def _write_rejected(place: Path, tables: Any, force: bool) -> None:
    from pbr_rules.evidence.quarantine import rejected_csv

    number = sum(len(table.rejected) for table in tables.values())
    if number:
        content = rejected_csv(tables)
        if not (place.is_file() and place.read_bytes() == content):
            write(place, content, force)
        click.echo(
            f"{number:,} row{'' if number == 1 else 's'} set aside: {place} says which and why (it holds personal data)",
            err=True,
        )
