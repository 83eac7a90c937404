"""Rows that fit, typed, column by column; and rows set aside, as received.

A cell is an int (a count, or whole units of the column's places), a date, a bool, a text (an id, a member's name, a text), or
None where an optional column is blank.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Protocol, runtime_checkable

from attrs import field, frozen

from pbr_rules.checked.model import Records
from pbr_rules.kinds import Kind

Cell = int | date | bool | str | None

MONEY_PLACES = 2


def places(kind: Kind) -> int:
    """How many decimal places one unit of a column is: 2 for money (a penny), as declared for a number, 0 for a count."""
    if kind.name == "money":
        return MONEY_PLACES
    return kind.places or 0


@frozen
class Rejected:
    """A row set aside: its line in the file, the cells as received, and why, with the column and value at fault."""

    line: int
    cells: tuple[str, ...]
    column: str
    value: str
    reason: str


@runtime_checkable
class Tallied(Protocol):
    """Cells that know how many there are of each."""

    def tally(self) -> Mapping[str | None, int]:
        """How many rows have each value."""


@frozen
class Table:
    """The rows of one records clause that fit.

    Attributes:
        columns: typed cells, all columns of one length.
        lines: each row's line in its file.
        excluded: for each row, why it is in no count, or None.
        index: row number by key, where rows have a key.
        repeated: identical rows of one key, kept once.
        later: the key of each row that came to be known after the day settled by: it is not read.
        corrected: rows that another of the same key, known later, stands in for.
        numbered: headings of columns of text in which some cells were stored as numbers: zeros in front of them are lost.
    """

    records: Records
    columns: Mapping[str, Sequence[Cell]]
    lines: Sequence[int]
    excluded: Sequence[str | None]
    index: Mapping[tuple[Cell, ...], int] = field(factory=dict)
    rejected: tuple[Rejected, ...] = ()
    repeated: int = 0
    heading: tuple[str, ...] = ()
    later: tuple[tuple[Cell, ...], ...] = ()
    corrected: int = 0
    numbered: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def left_out(self) -> Mapping[str, int]:
        """How many rows are in no count, by reason."""
        whys = self.excluded.tally() if isinstance(self.excluded, Tallied) else Counter(self.excluded)
        return {why: rows for why, rows in whys.items() if why is not None}

    @property
    def read(self) -> int:
        """How many rows its file has."""
        return len(self) + len(self.rejected) + self.repeated + len(self.later) + self.corrected


def indexed(records: Records, columns: Mapping[str, Sequence[Cell]], rows: int) -> dict[tuple[Cell, ...], int]:
    """Row numbers by key."""
    if records.key is None:
        return {}
    if not records.key:
        return {(): 0} if rows else {}
    return {key: number for number, key in enumerate(zip(*(columns[name] for name in records.key), strict=True))}


def along(tables: Mapping[str, Table], records: str, path: Sequence[str], name: str) -> Callable[[int], Cell]:
    """From a row's number to a cell of the row that its ids lead to, `path` by name; None where one of them is blank."""
    table = tables[records]
    steps: list[tuple[Sequence[Cell], Mapping[tuple[Cell, ...], int]]] = []
    for step in path:
        target = tables[table.records.columns[step].kind.detail]
        steps.append((table.columns[step], target.index))
        table = target
    cells = table.columns[name]
    if not steps:
        return cells.__getitem__

    def read(row: int) -> Cell:
        for ids, index in steps:
            value = ids[row]
            if value is None:
                return None
            row = index[(value,)]
        return cells[row]

    return read


def targets_first(records: Mapping[str, Records]) -> tuple[str, ...] | None:
    """Names of records, each after those that its ids point at; None where they point in a circle."""
    left = {
        name: {c.kind.detail for c in each.columns.values() if c.kind.name == "id"} & records.keys() - {name}
        for name, each in records.items()
    }
    found: list[str] = []
    while left:
        ready = [name for name, of in left.items() if of <= set(found)]
        if not ready:
            return None
        found += ready
        left = {name: of for name, of in left.items() if name not in ready}
    return tuple(found)
