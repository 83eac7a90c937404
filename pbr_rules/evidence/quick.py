"""Large files, typed where they are read: DuckDB reads a file and types each column by the contract's words.

A row of which every cell fits as it stands is typed in the database and stays there. Any other is looked at again by `fit`, one row at
a time, as rows of small files are: so there is one place for what a row means and for what is wrong with it. Where too many rows
ask for that, or a file cannot be told apart into rows, this reader stands aside, and every row is read so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from attrs import define, evolve, field

from pbr_rules.checked.model import Contract, RecordColumn, Records
from pbr_rules.evidence import fit, parquet
from pbr_rules.evidence.database import Alike, Database, Index, Place, Stored, named
from pbr_rules.evidence.parquet import PARQUET
from pbr_rules.evidence.quick_source import AsideError, Opened, headed, opened
from pbr_rules.evidence.read import Raw, Tell, stamp
from pbr_rules.evidence.tables import Cell, Rejected, Table, targets_first

LARGE = 16 * 2**20
"""Bytes of CSV from which a file is worth reading so."""

LARGE_PARQUET = 2 * 2**20
"""The same of Parquet, which keeps several times as many rows in a byte."""

LOOKED_AT = 100_000
"""Rows of a file that are looked at again; where there are more, all are read one by one."""


def can(contract: Contract, paths: Mapping[str, Path]) -> bool:
    """Whether files may be read so: plain ones, of which one is large."""
    if not all(find_spec(name) for name in ("duckdb", "pyarrow")):
        return False
    large = {".csv": LARGE, ".parquet": LARGE_PARQUET}
    sizes = [(path.suffix.lower(), path.stat().st_size) for path in paths.values() if path.is_file()]
    if len(sizes) < len(paths) or any(ending not in large for ending, _ in sizes):
        return False
    return any(size >= large[ending] for ending, size in sizes) and _order(contract, paths) is not None


def read(
    contract: Contract, paths: Mapping[str, Path], tell: Tell, known_at: date | None = None, memory: str | None = None
) -> tuple[dict[str, Table], dict[str, Raw]] | None:
    """Typed tables for files, and what is known of each file; None where they are left to who reads them row by row.

    Raises:
        DataError: a file lacks a column. UsageError: memory or the disk is full.
    """
    import duckdb

    database = Database(memory, tell)
    files: dict[str, _File] = {}
    order = _order(contract, paths) or ()
    try:
        fit.must_have(contract, {name: headed(database, path) for name, path in paths.items()})
        for at, name in enumerate(order):
            tell(f"Reading {paths[name].name}", at, len(paths))
            files[name] = _read(database, contract, contract.records[name], paths[name], files, known_at)
    except (AsideError, duckdb.Error):
        return None  # whatever is wrong with a file is said by who reads it row by row
    return {name: files[name].table() for name in paths}, {
        name: evolve(files[name].file.raw, stamp=files[name].stamp) for name in paths
    }


def _order(contract: Contract, paths: Mapping[str, Path]) -> tuple[str, ...] | None:
    """Files, each after those that its ids point at."""
    return targets_first({name: contract.records[name] for name in paths})


def _read(
    database: Database,
    contract: Contract,
    records: Records,
    path: Path,
    files: Mapping[str, _File],
    known_at: date | None,
) -> _File:
    before = stamp(path)
    file = _File(database, records, path, opened(database, contract, records, path, files.keys(), known_at))
    file.look_again(contract, files, known_at)
    file.one_each(contract)
    file.point(files)
    if stamp(path) != before:
        raise AsideError
    file.stamp = before
    return file


# ---- one file


@define
class _File:
    """What becomes of the rows of a file.

    Attributes:
        rows, low, high: how many rows the file has; for each column of days or numbers the least and the greatest cell.
        added: rows that were looked at again and fit, by their number.
        gone: rows that are not read as they were typed: those looked at again, those set aside, and all but one of rows that are the same.
        stamp: what shows that the file has changed.
    """

    database: Database
    records: Records
    path: Path
    file: Opened
    rows: int = 0
    low: dict[str, Cell] = field(factory=dict)
    high: dict[str, Cell] = field(factory=dict)
    added: dict[int, list[Cell]] = field(factory=dict)
    gone: set[int] = field(factory=set)
    rejected: list[Rejected] = field(factory=list)
    repeated: int = 0
    stamp: tuple[int, int] | None = None

    @property
    def view(self) -> str:
        """Its rows that are read."""
        return named(f"r_{self.records.name}")

    @property
    def columns(self) -> list[str]:
        """The names of its columns in the database."""
        return [f"c{at}" for at in range(len(self.records.columns))]

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.database.ask(sql, f"Checking {self.path.name}")

    def few(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query, of which there may not be many."""
        found = self.ask(f"{sql} limit {LOOKED_AT + 1}")
        if len(found) > LOOKED_AT or len(found) + len(self.gone) > LOOKED_AT:
            raise AsideError
        return found

    def see(self) -> None:
        """Makes the view of the rows that are read."""
        columns = ", ".join(("row", *self.columns))
        self.ask(f"drop view if exists {self.view}")
        sql = f"select {columns} from {self.file.typed}"
        if self.gone:
            self._put("gone", {"row": sorted(self.gone)})
            sql += f" anti join {self._named('gone')} using (row)"
        if self.added:
            rows = sorted(self.added)
            cells = {name: [self.added[row][at] for row in rows] for at, name in enumerate(self.columns)}
            self._put("added", {"row": rows, **cells})
            sql += f" union all select {columns} from {self._named('added')}"
        self.ask(f"create view {self.view} as {sql}")

    def _named(self, what: str) -> str:
        return named(f"{what}_{self.records.name}")

    def _put(self, what: str, columns: Mapping[str, Sequence[Cell]]) -> None:
        """A small table beside the large one."""
        import pyarrow as pa

        kinds = {name: column.kind for name, column in zip(self.columns, self.records.columns.values(), strict=True)}
        types = {"date": pa.date32(), "flag": pa.bool_()}

        def typed(name: str, cells: Sequence[Cell]) -> Any:
            whole = name not in kinds or kinds[name].is_number
            return pa.array(cells, pa.int64() if whole else types.get(kinds[name].name, pa.string()))

        self.database.put(
            f"{what}_{self.records.name}", pa.table({name: typed(name, cells) for name, cells in columns.items()})
        )

    def drop(self, rows: Iterable[int]) -> None:
        """Leaves rows out."""
        for row in rows:
            self.added.pop(row, None)
            self.gone.add(row)
        self.see()

    # ---- what becomes of rows

    def look_again(self, contract: Contract, files: Mapping[str, _File], known_at: date | None) -> None:
        """Looks at each row that does not fit as it stands, as at a row of a small file. An id of another file that is found there
        fits, whatever it looks like."""
        kinds = (column.kind for column in self.records.columns.values())
        ordered = [
            name for name, kind in zip(self.columns, kinds, strict=True) if kind.is_number or kind.name == "date"
        ]
        ends = [f"{end}({name}) filter (not wrong)" for end in ("min", "max") for name in ordered]
        every = self._and_where_ids_lead(files)
        ((self.rows, wrong, *found),) = self.ask(
            f"select {', '.join(('count(*)', 'count(*) filter (wrong)', *ends))} from {every}"
        )
        self.low = dict(zip(ordered, found[: len(ordered)], strict=True))
        self.high = dict(zip(ordered, found[len(ordered) :], strict=True))
        rows = [row for (row,) in self.few(f"select row from {every} where wrong")] if wrong else []
        looked = fit.looked_at(contract, self.records, self.received(rows), known_at=known_at)
        figures = (cell for item in looked.kept for cell in item.row if isinstance(cell, int))
        if looked.later or any(abs(figure) >= 2**63 for figure in figures):
            raise AsideError
        self.rejected += looked.rejected
        self.gone.update(rows)
        self.added = {item.line - self.file.first: item.row for item in looked.kept}
        self.see()

    def one_each(self, contract: Contract) -> None:
        """Of rows with one key that are the same, keeps the first; sets the others aside."""
        if self.records.key is None:
            return
        names = list(self.records.columns)
        key = ", ".join(f"c{names.index(name)}" for name in self.records.key)
        if not key:
            raise AsideError
        # If no two hashes are the same, no two keys are; what is compared is then much smaller.
        ((rows, different),) = self.ask(f"select count(*), count(distinct hash({key})) from {self.view}")
        if rows == different:
            return
        twice = f"(select {key} from {self.view} group by all having count(*) > 1)"
        found = self.few(f"select {', '.join(('row', *self.columns))} from {self.view} semi join {twice} using ({key})")
        if found and self.records.known_from is not None:
            raise AsideError  # one corrects the other
        raw = self.received([row for row, *_ in found])
        cells = dict(raw.rows)
        alike = [fit.Kept(row + self.file.first, cells[row + self.file.first], typed) for row, *typed in sorted(found)]
        kept, repeated, differing = fit.one_each(
            self.records, fit.columns_in(contract, self.records, self.file.raw), alike
        )
        self.repeated = repeated
        self.rejected += differing
        self.drop({item.line - self.file.first for item in alike} - {item.line - self.file.first for item in kept})

    def _targets(self, files: Mapping[str, _File]) -> Iterator[tuple[str, RecordColumn, _File]]:
        """Columns with the ids of another file: their name, what they are, and the file."""
        for name, column in zip(self.columns, self.records.columns.values(), strict=True):
            target = files.get(column.kind.detail) if column.kind.name == "id" else None
            if target is not None and target.records.identity is not None:
                yield name, column, target

    def _and_where_ids_lead(self, files: Mapping[str, _File]) -> str:
        """Its rows; those with an id that is not found are wrong too."""
        sql, wrong = self.file.typed, ["wrong"]
        for name, _, target in self._targets(files):
            sql += f" left join (select {target.identity} as of_{name} from {target.view}) on {name} = of_{name}"
            wrong.append(f"({name} is not null and of_{name} is null)")
        return f"(select row, {', '.join(self.columns)}, {' or '.join(wrong)} as wrong from {sql})"

    def point(self, files: Mapping[str, _File]) -> None:
        """Sets aside rows with an id that no row of another file has."""
        if not self.added:
            return  # all ids were found
        for name, column, target in self._targets(files):
            there = f"(select {target.identity} as {name} from {target.view})"
            lost = f"select row, {name} from {self._named('added')} anti join {there} using ({name})"
            found = {row: value for row, value in self.ask(lost) if value is not None and row in self.added}
            if not found:
                continue
            cells = dict(self.received(sorted(found)).rows)
            aside = fit.ids_set_aside(target.records, target.file.raw.heading, target.rejected)
            self.rejected += [
                fit.pointing_nowhere(
                    column, found[line - self.file.first], target.records.name, aside, line, cells[line]
                )
                for line in sorted(cells)
            ]
            self.drop(found)

    @property
    def identity(self) -> str:
        """The name of the column that says which row it is."""
        return self.columns[list(self.records.columns).index(str(self.records.identity))]

    def received(self, rows: Sequence[int]) -> Raw:
        """Some of its rows, as received."""
        if not rows:
            return evolve(self.file.raw, size=0)
        if self.file.raw.encoding == PARQUET:
            return parquet.some(self.path, sorted(rows))
        self._put("asked", {"row": rows})
        asked = f"select * from {self.file.source} semi join {self._named('asked')} using (row) order by row"
        found = [(row + self.file.first, tuple(cell or "" for cell in cells)) for row, *cells in self.ask(asked)]
        return evolve(self.file.raw, rows=tuple(each for each in found if any(map(str.strip, each[1]))), size=0)

    # ---- as a table

    def table(self) -> Table:
        """Its rows, as others ask for them. They are counted here, and what lies between the least and the greatest is known."""
        rows = self.rows - len(self.gone) + len(self.added)
        place = Place(
            self.database, f"r_{self.records.name}", sorted(self.gone - self.added.keys()), self.file.first, rows
        )
        cells: dict[str, Sequence[Cell]] = {}
        for at, (name, column) in enumerate(zip(self.columns, self.records.columns, strict=True)):
            low, high = self.low.get(name), self.high.get(name)
            here = [row[at] for row in self.added.values() if name in self.low and row[at] is not None]
            least = min((cell for cell in (low, *here) if cell is not None), default=None)
            most = max((cell for cell in (high, *here) if cell is not None), default=None)
            cells[column] = Stored(place, name, least, most)
        lines = (
            Stored(place, f"row + {self.file.first}") if place.gaps else range(self.file.first, self.file.first + rows)
        )
        return Table(
            self.records,
            cells,
            lines,  # type: ignore[arg-type]
            Alike(None, rows),
            Index(self.records, cells),
            tuple(sorted(self.rejected, key=lambda row: row.line)),
            self.repeated,
            self.file.raw.heading,
            numbered=self.file.numbered,
        )
