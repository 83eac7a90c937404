"""A large file as a database reads it: which rows and columns it has, and each cell by the contract's words.

A CSV file becomes a table of the database; a Parquet file is read where it is, whenever it is asked.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from pathlib import Path

from attrs import evolve, frozen

from pbr_rules.checked.model import Contract, Records
from pbr_rules.evidence.database import Database, named, text
from pbr_rules.evidence.fit import folded, heading
from pbr_rules.evidence.parquet import PARQUET
from pbr_rules.evidence.quick_cells import TEXT, is_numbered, is_whole, led, sql_of
from pbr_rules.evidence.read import Raw, separator


class AsideError(Exception):
    """The files are left to who reads them row by row."""


@frozen
class Opened:
    """A file in a database.

    Attributes:
        raw: what is known of the file; its rows are not here.
        source: the file as SQL reads it: `row`, and its cells as they are, `x0` and so on.
        typed: what SQL calls its rows as they were typed: `row`, the contract's columns `c0` and so on, and `wrong`, where a row is to be
            looked at again.
        first: the line of row 0.
        numbered: headings of columns of text that are stored as numbers.
    """

    raw: Raw
    source: str
    typed: str
    first: int
    numbered: tuple[str, ...] = ()


def opened(
    database: Database, contract: Contract, records: Records, path: Path, there: Collection[str], known_at: date | None
) -> Opened:
    """A file, typed. `there`: files whose ids are looked up.

    Raises:
        AsideError: its rows or its columns cannot be told apart.
    """
    read = _parquet if path.suffix.lower() == ".parquet" else _csv
    return read(database, contract, records, path, there, known_at)


def _csv(
    database: Database, contract: Contract, records: Records, path: Path, there: Collection[str], known_at: date | None
) -> Opened:
    """A plain CSV file in UTF-8, as a table."""
    raw, mark = _head(path)
    names = ", ".join(f"'x{n}': 'VARCHAR'" for n in range(len(raw.heading)))
    source = (
        f"(select row_number() over () - 1 as row, * from read_csv({text(str(path))}, header=false, skip=1, auto_detect=false, "
        f"columns={{{names}}}, delim={text(mark)}, quote='\"', escape='\"', strict_mode=true, null_padding=false, nullstr='', "
        "max_line_size=1000000))"
    )
    typed = _typed(contract, records, raw, source, [TEXT] * len(raw.heading), there, known_at)
    table, reading = named(f"q_{records.name}"), f"Reading {path.name}"
    database.ask("set preserve_insertion_order = true")  # rows are numbered as they stand
    database.ask(f"create table {table} as {typed}", reading)
    database.ask("set preserve_insertion_order = false")
    ((rows,),) = database.ask(f"select count(*) from {table}")
    if rows != raw.size:
        raise AsideError  # a cell runs over lines, or a line is blank: lines are not rows
    return Opened(raw, source, table, 2)


def _parquet(
    database: Database, contract: Contract, records: Records, path: Path, there: Collection[str], known_at: date | None
) -> Opened:
    """A Parquet file, as a view."""
    file = f"read_parquet({text(str(path))}, file_row_number=true)"
    described = database.ask(f"describe select * from {file}")
    names, types = [each[0] for each in described[:-1]], [each[1] for each in described[:-1]]
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    raw = Raw(str(path), tuple(name.strip() for name in names), (), PARQUET, sha256=digest)
    cells = ", ".join(f"{named(name)} as x{n}" for n, name in enumerate(names))
    source = f"(select file_row_number as row, {cells} from {file})"
    typed = _typed(contract, records, raw, source, types, there, known_at)
    view = named(f"q_{records.name}")
    database.ask(f"create view {view} as {typed}")
    have = [folded(name) for name in raw.heading]
    at = {name: have.index(folded(heading(column))) for name, column in records.columns.items()}
    numbered = [
        (f"x{at[name]}", raw.heading[at[name]])
        for name, column in records.columns.items()
        if is_numbered(column, types[at[name]])
    ]
    (found,) = database.ask(f"select {', '.join(('count(*)', *(f'count({x})' for x, _ in numbered)))} from {source}")
    whole = tuple(name for (_, name), number in zip(numbered, found[1:], strict=True) if number)
    return Opened(evolve(raw, size=found[0]), source, view, 1, whole)


def headed(database: Database, path: Path) -> Raw:
    """A file's headings alone.

    Raises:
        AsideError: they cannot be told apart. A database error: it is no Parquet file.
    """
    if path.suffix.lower() == ".parquet":
        names = (name for name, *_ in database.ask(f"describe select * from read_parquet({text(str(path))})"))
        return Raw(str(path), tuple(name.strip() for name in names), (), PARQUET)
    with path.open("rb") as file:
        return Raw(str(path), _cells(file.readline(_LINE))[0], (), "UTF-8")


_LINE = 1 << 20


def _cells(line: bytes) -> tuple[tuple[str, ...], str]:
    """The headings in the first line of a CSV file, and what separates them."""
    if not line.endswith(b"\n"):
        raise AsideError
    try:
        first = line.decode("utf-8-sig").rstrip("\r\n")
        mark = separator(first)
        (cells,) = csv.reader([first], delimiter=mark, strict=True)
    except (csv.Error, ValueError) as error:
        raise AsideError from error
    return tuple(cell.strip() for cell in cells), mark


def _head(path: Path) -> tuple[Raw, str]:
    """What a plain CSV file in UTF-8 has for a heading, its hash and how many lines follow; and what separates its cells."""
    with path.open("rb") as file:
        first = block = file.readline(_LINE)
        digest = hashlib.sha256()
        lines = 0
        while block:
            if block.endswith(b"\r"):
                block += file.read(1)
            if b"\0" in block or block.count(b"\r") != block.count(b"\r\n"):
                raise AsideError
            digest.update(block)
            lines += block.count(b"\n")
            ends, block = block, file.read(1 << 22)
    names, mark = _cells(first)
    rows = lines - 1 if ends.endswith(b"\n") else lines
    return Raw(str(path), names, (), "UTF-8", sha256=digest.hexdigest(), size=rows), mark


def _typed(
    contract: Contract,
    records: Records,
    raw: Raw,
    source: str,
    types: Sequence[str],
    there: Collection[str],
    known_at: date | None,
) -> str:
    """A query for each row's number, its cells, and whether it is to be looked at again. `there`: files whose ids are looked up."""
    have = [folded(name) for name in raw.heading]
    values, cells, again = [], [], []
    for n, column in enumerate(records.columns.values()):
        if have.count(folded(heading(column))) != 1:
            raise AsideError
        at = have.index(folded(heading(column)))
        cell = f"nullif(x{at}, '')" if types[at] == TEXT else f"x{at}"
        plain = types[at] == TEXT or is_whole(column, types[at])
        leads = plain and column.kind.name == "id" and column.kind.detail in there
        value, fits = led(cell) if leads else sql_of(column, contract, types[at])(cell)
        blank = "true" if column.optional else "false"
        values.append(f"{value} as c{n}")
        cells.append(f"{cell} is null")
        again.append(
            f"not case when {cell} is null then {blank} else coalesce({fits}, false) and {value} is not null end"
        )
    if all(column.optional for column in records.columns.values()):
        again.append(f"({' and '.join(cells)})")  # it may be a blank row, which is no row
    typed = f"select row, {', '.join(values)}, {' or '.join(again)} as unlike from {source}"
    wrong = ["unlike", *_unread(contract, records, known_at)]
    columns = ", ".join(f"c{n}" for n in range(len(cells)))
    return f"select row, {columns}, {' or '.join(wrong)} as wrong from ({typed})"


def _unread(contract: Contract, records: Records, known_at: date | None) -> Iterator[str]:
    """Where a row that fits may still not be read: it came to be known too late, or lies outside the scope."""
    names = list(records.columns)
    if records.known_from is not None and known_at is not None:
        yield f"coalesce(c{names.index(records.known_from)} > date '{known_at}', false)"
    scope, left_out = contract.scope
    at = {column.kind.detail: n for n, column in reversed([*enumerate(records.columns.values())])}
    if scope and set(scope) <= at.keys():
        for cell in left_out:
            pairs = (f"c{at[name]} = {text(member)}" for name, member in zip(scope, cell, strict=True))
            yield f"coalesce({' and '.join(pairs)}, false)"
