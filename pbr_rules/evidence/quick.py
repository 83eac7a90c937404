"""Large files, typed where they are read: DuckDB reads a file as text and types each column by the contract's words.

It takes a file only where every row fits and nothing needs a second look: then the rows are those that `fit` would give. Wherever
a cell is blank that may not be, is spelled in any way but the plainest, a key comes twice, an id points nowhere, a row is blank or a
cell runs over lines, it stands aside, and `fit` reads the file row by row and says what is wrong.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from importlib.util import find_spec
from itertools import repeat
from pathlib import Path
from typing import Any, overload

from attrs import define, frozen

from pbr_rules import bounds
from pbr_rules.checked.model import Contract, RecordColumn, Records
from pbr_rules.evidence.fit import folded, heading
from pbr_rules.evidence.read import Raw, Tell, separator
from pbr_rules.evidence.tables import Cell, Table, places
from pbr_rules.evidence.typed import EXCEL_ERRORS, spellings

LARGE = 16 * 2**20
"""Bytes of records from which a file is worth reading so."""

SPACES = "".join(chr(n) for n in range(0x3001) if chr(n).isspace())
"""What is trimmed from a cell."""


def can(contract: Contract, paths: Mapping[str, Path]) -> bool:
    """Whether files may be read so: large ones, in a plain form, by a contract that leaves no row out and corrects none."""
    plain = all(
        not records.excludes and records.known_from is None and not contract.scope[0]
        for records in contract.records.values()
    )
    if not plain or contract.closed_in is not None or not all(find_spec(name) for name in ("duckdb", "pyarrow")):
        return False
    files = [path for path in paths.values() if path.suffix.lower() == ".csv" and path.is_file()]
    return len(files) == len(paths) and sum(path.stat().st_size for path in files) >= LARGE


def read(contract: Contract, paths: Mapping[str, Path], tell: Tell) -> tuple[dict[str, Table], dict[str, Raw]] | None:
    """Typed tables for files, and what is known of each file; None where a row of them needs a second look."""
    import duckdb

    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
    tables: dict[str, Table] = {}
    raws: dict[str, Raw] = {}
    try:
        for at, (name, path) in enumerate(paths.items()):
            tell(f"Reading {path.name}", at, len(paths))
            before, head = path.stat(), _head(path)
            found = None if head is None else _typed(connection, contract, contract.records[name], path, *head)
            after = path.stat()
            if (
                head is None
                or found is None
                or (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)
            ):
                return None
            tables[name], (raws[name], _) = found, head
        return (tables, raws) if _point(connection, contract, tables) else None
    except duckdb.Error:
        return None  # whatever is wrong with a file is said by who reads it row by row


# ---- the file


def _head(path: Path) -> tuple[Raw, str] | None:
    """What a plain CSV file in UTF-8 has for a heading, its hash and how many lines follow; and what separates its cells. None for
    any other file."""
    with path.open("rb") as file:
        first = block = file.readline(1 << 20)
        digest = hashlib.sha256()
        lines = 0
        while block:
            if block.endswith(b"\r"):
                block += file.read(1)
            if b"\0" in block or block.count(b"\r") != block.count(b"\r\n"):
                return None
            digest.update(block)
            lines += block.count(b"\n")
            ends, block = block, file.read(1 << 22)
    if not first.endswith(b"\n"):
        return None
    try:
        text = first.decode("utf-8-sig").rstrip("\r\n")
        mark = separator(text)
        (cells,) = csv.reader([text], delimiter=mark, strict=True)
    except (csv.Error, ValueError):
        return None
    rows = lines - 1 if ends.endswith(b"\n") else lines
    heading = tuple(cell.strip() for cell in cells)
    return Raw(str(path), heading, (), "UTF-8", sha256=digest.hexdigest(), size=rows), mark


def _typed(connection: Any, contract: Contract, records: Records, path: Path, raw: Raw, mark: str) -> Table | None:
    have = [folded(name) for name in raw.heading]
    wanted = {name: folded(heading(column)) for name, column in records.columns.items()}
    if any(have.count(each) != 1 for each in wanted.values()):
        return None
    names = ", ".join(f"'x{n}': 'VARCHAR'" for n in range(len(raw.heading)))
    source = (
        f"read_csv({_text(str(path))}, header=false, skip=1, auto_detect=false, columns={{{names}}}, delim={_text(mark)}, "
        "quote='\"', escape='\"', strict_mode=true, null_padding=false, nullstr='', max_line_size=1000000)"
    )
    wrong, kept, cells = [], [], []
    for n, (name, column) in enumerate(records.columns.items()):
        cell = f"x{have.index(wanted[name])}"
        value, fits = _column(column, contract)(cell)
        kept.append(f"{value} as c{n}")
        cells.append(cell)
        blank = "false" if not column.optional else "true"
        wrong.append(f"not (case when {cell} is null then {blank} else coalesce({fits}, false) end)")
    if all(column.optional for column in records.columns.values()):
        wrong.append(f"coalesce({', '.join(cells)}) is null")  # it may be a blank row, which is no row
    table = f'"q_{records.name}"'
    connection.execute(
        f"create table {table} as select row_number() over () - 1 as row, {', '.join(kept)}, ({' or '.join(wrong)}) as wrong from {source}"
    )
    ((rows, bad),) = connection.execute(f"select count(*), count(*) filter (wrong) from {table}").fetchall()
    if bad or rows != raw.size or not _one_each(connection, records, table, rows):
        return None
    columns = {name: Stored(connection, f"q_{records.name}", f"c{n}", rows) for n, name in enumerate(records.columns)}
    return Table(records, columns, range(2, rows + 2), Alike(None, rows), Index(records, columns), heading=raw.heading)


def _one_each(connection: Any, records: Records, table: str, rows: int) -> bool:
    """Whether no key comes twice."""
    if records.key is None:
        return True
    names = list(records.columns)
    key = ", ".join(f"c{names.index(name)}" for name in records.key)
    if not key:
        return rows <= 1
    ((different,),) = connection.execute(f"select count(distinct ({key})) from {table}").fetchall()
    return bool(different == rows)


def _point(connection: Any, contract: Contract, tables: Mapping[str, Table]) -> bool:
    """Whether every id of another file is there."""
    for name, table in tables.items():
        for n, column in enumerate(table.records.columns.values()):
            target = contract.records.get(column.kind.detail) if column.kind.name == "id" else None
            if target is None or target.name == name or target.identity is None:
                continue
            there = f"c{list(target.columns).index(target.identity)}"
            lost = connection.execute(
                f'select 1 from "q_{name}" a anti join "q_{target.name}" b on a.c{n} = b.{there} where a.c{n} is not null limit 1'
            ).fetchall()
            if lost:
                return False
    return True


# ---- cells

_Sql = Callable[[str], tuple[str, str]]
"""From a trimmed cell that is not blank: its value, and whether it fits as it stands."""


def _text(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


def _column(column: RecordColumn, contract: Contract) -> _Sql:
    kind = column.kind
    match kind.name:
        case "date":
            return _date(column.written.date_format or "year-month-day")
        case "flag":
            yes, no = column.written.flag_words or ("yes", "no")
            return lambda c: (f"({c} = {_text(yes)})", f"{c} in ({_text(yes)}, {_text(no)})")
        case "category":
            spelt = spellings(kind.detail, contract)
            whens = " ".join(f"when {_text(word)} then {_text(member)}" for word, member in spelt.items())
            listed = ", ".join(map(_text, spelt))
            return lambda c: (f"(case {c} {whens} end)", f"{c} in ({listed})")
        case "count":
            return lambda c: (
                f"try_cast({c} as bigint)",
                f"try_cast({c} as bigint)::varchar = {c} and {c} not like '-%' and length({c}) < 18",
            )
        case "number" | "money":
            return _units(places(kind))
    return _words(kind.name == "id")


def _words(is_id: bool) -> _Sql:
    """Text as it is, in one normal form, that begins and ends with a letter that is not trimmed; no error of a spreadsheet, and as an id
    no number that one shortened."""
    wrong = ", ".join(map(_text, sorted(EXCEL_ERRORS)))
    short = _text(r"[0-9](?:\.[0-9]+)?[Ee]\+[0-9]{2,}")
    spaces = _text(SPACES)

    def sql(c: str) -> tuple[str, str]:
        # An id that a spreadsheet shortened has a plus: few have, so few are looked at closely.
        whole = f" and not (strpos({c}, '+') > 0 and regexp_full_match({c}, {short}))" if is_id else ""
        ends = f"strpos({spaces}, left({c}, 1)) = 0 and strpos({spaces}, right({c}, 1)) = 0"
        fits = f"strlen({c}) <= {bounds.CELL_CHARACTERS} and {ends} and not ({c}[1] = '#' and {c} in ({wrong})){whole}"
        return f"(case when strlen({c}) = length({c}) then {c} else nfc_normalize({c}) end)", fits

    return sql


def _date(form: str) -> _Sql:
    """A day with two digits for its day and its month, as most files have it."""
    order = re.split(r"[/.\-]", form)
    separator = form[len(order[0])]
    spelled = separator.join({"year": "%Y", "month": "%m", "day": "%d"}[part] for part in order)

    def sql(c: str) -> tuple[str, str]:
        if form == "year-month-day":
            return f"try_cast({c} as date)", f"length({c}) = 10 and try_cast({c} as date)::varchar = {c}"
        day = f"try_strptime({c}, {_text(spelled)})::date"
        return day, f"length({c}) = 10 and strftime({day}, {_text(spelled)}) = {c}"

    return sql


def _units(at: int) -> _Sql:
    """A plain decimal as whole units, without a sign of money or commas."""
    tail = rf"(?:\.[0-9]{{1,{at}}})?" if at else ""

    def sql(c: str) -> tuple[str, str]:
        value = f"(try_cast({c} as decimal(18, {at})) * {10**at})::bigint" if at else f"try_cast({c} as bigint)"
        return value, f"regexp_full_match({c}, '-?[0-9]{{1,12}}{tail}')"

    return sql


# ---- columns that stay where they are until Python asks for them


@define(eq=False)
class Stored(Sequence[Cell]):
    """A column of a table of DuckDB: cells as Python has them, when they are asked for."""

    connection: Any
    table: str
    name: str
    number: int

    @cached_property
    def _cells(self) -> list[Cell]:
        found = self.connection.execute(f'select {self.name} from "{self.table}" order by row').fetchall()
        return [cell for (cell,) in found]

    def ends(self) -> tuple[Cell, Cell]:
        """The least and the greatest cell."""
        ((least, most),) = self.connection.execute(
            f'select min({self.name}), max({self.name}) from "{self.table}"'
        ).fetchall()
        return least, most

    def __len__(self) -> int:
        return self.number

    @overload
    def __getitem__(self, at: int) -> Cell: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Cell]: ...
    def __getitem__(self, at: int | slice) -> Cell | Sequence[Cell]:
        return self._cells[at]

    def __iter__(self) -> Iterator[Cell]:
        return iter(self._cells)


@frozen
class Alike(Sequence[Any]):
    """So many of one thing."""

    of: Any
    number: int

    def __len__(self) -> int:
        return self.number

    def __getitem__(self, at: int | slice) -> Any:
        there = range(self.number)[at]
        return self.of if isinstance(there, int) else [self.of] * len(there)

    def __iter__(self) -> Iterator[Any]:
        return repeat(self.of, self.number)


@define
class Index(Mapping[tuple[Cell, ...], int]):
    """Row numbers by key, made when they are asked for."""

    records: Records
    columns: Mapping[str, Sequence[Cell]]

    @cached_property
    def _rows(self) -> dict[tuple[Cell, ...], int]:
        from pbr_rules.evidence.tables import indexed

        return indexed(self.records, self.columns, len(next(iter(self.columns.values()))))

    def __getitem__(self, key: tuple[Cell, ...]) -> int:
        return self._rows[key]

    def __iter__(self) -> Iterator[tuple[Cell, ...]]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)
