"""Columns of records that stay in a database (DuckDB): their cells come to Python only where Python asks for them."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import repeat
from typing import Any, overload

from attrs import define, field, frozen

from pbr_rules.checked.model import Records
from pbr_rules.evidence.tables import Cell, indexed


def connected() -> Any:
    """A database of this process alone, which fetches nothing from elsewhere."""
    import duckdb

    return duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})


def text(words: str) -> str:
    """Words as SQL has them."""
    return "'" + words.replace("'", "''") + "'"


def named(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


@frozen(eq=False)
class Place:
    """Records that are in a database.

    Attributes:
        view: their name there. It has a column `row`, by which rows are in order, and one for each column of the records.
        gaps: rows that are not there: those set aside, in order.
        first: the line of row 0 in its file.
        size: how many rows there are.
    """

    connection: Any
    view: str
    gaps: Sequence[int]
    first: int
    size: int

    def at(self, row: int) -> int:
        """Where a row is among those that are there."""
        return row - bisect_left(self.gaps, row)

    def rows(self) -> Sequence[int]:
        """The numbers of the rows that are there."""
        gone = set(self.gaps)
        numbers = range(self.size + len(gone))
        return [row for row in numbers if row not in gone] if gone else numbers


@define(eq=False)
class Stored(Sequence[Cell]):
    """A column of records in a database, by what SQL calls it; `low` and `high` are the least and the greatest cell of a day or a
    number, or further out."""

    place: Place
    sql: str
    low: Cell = None
    high: Cell = None

    @cached_property
    def _cells(self) -> list[Cell]:
        found = self.place.connection.execute(
            f"select {self.sql} from {named(self.place.view)} order by row"
        ).fetchall()
        return [cell for (cell,) in found]

    def __len__(self) -> int:
        return self.place.size

    @overload
    def __getitem__(self, at: int) -> Cell: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Cell]: ...
    def __getitem__(self, at: int | slice) -> Cell | Sequence[Cell]:
        return self._cells[at]

    def __iter__(self) -> Iterator[Cell]:
        return iter(self._cells)


@define(eq=False)
class Reasons(Stored):
    """Why rows are in no count; `left_out`: how many are for each reason."""

    left_out: Mapping[str | None, int] = field(factory=dict, kw_only=True)

    def tally(self) -> Mapping[str | None, int]:
        """How many rows there are for each reason."""
        return self.left_out


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

    def tally(self) -> Counter[Any]:
        """How many there are of it."""
        return Counter({self.of: self.number})


@define
class Index(Mapping[tuple[Cell, ...], int]):
    """Row numbers by key, made when they are asked for."""

    records: Records
    columns: Mapping[str, Sequence[Cell]]

    @cached_property
    def _rows(self) -> dict[tuple[Cell, ...], int]:
        return indexed(self.records, self.columns, len(next(iter(self.columns.values()))))

    def __getitem__(self, key: tuple[Cell, ...]) -> int:
        return self._rows[key]

    def __iter__(self) -> Iterator[tuple[Cell, ...]]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)
