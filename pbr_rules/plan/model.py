"""Counts to fetch, and what an engine answers. Engines return whole numbers and days, and nothing else.

No division, no decimal product and no rounding happens in an engine, so two engines agree exactly or one of them is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from attrs import evolve, field, frozen

from pbr_rules.checked.model import Cell, Covering, MeasureAxis
from pbr_rules.evidence.tables import Table
from pbr_rules.expressions import Between, Column, Comparator, Compare, Expression, Within, walk
from pbr_rules.tallies import Counts, Rows

Ending = Within | Between | Compare
"""A window that a figure is held back by until it is over."""


END_COUNTS = frozenset(
    (Comparator.ON_OR_BEFORE, Comparator.AT_MOST, Comparator.AFTER, Comparator.ABOVE, Comparator.IS, Comparator.IS_NOT)
)
"""Comparisons with a day that are decided once that day is over; the others are with the day before."""


def ends(window: Ending) -> tuple[Expression, ...]:
    """What says where a window lies."""
    match window:
        case Within(anchor=anchor):
            return (anchor,)
        case Between(first=first, last=last):
            return (first, last)
        case Compare(right=right):
            return (right,)


@frozen
class Undecided:
    """A day of a record that may still be blank, and the window that it is held to. While it is blank, what turns on it is known
    only once the window is over.

    Attributes:
        records: whose file the day would be filled in.
    """

    records: str
    day: Expression
    window: Ending


class What(StrEnum):
    """What is counted."""

    PEOPLE = "people"
    ROWS = "rows"
    UNITS = "units"
    STRETCHES = "stretches"  # what comes of the days that stretches cover
    DAY = "day"  # a day that rows come to


@frozen
class Count:
    """One tally at one grain, in the row vocabulary.

    Attributes:
        measure: whose it is.
        axes: how a row falls in a cell; fewer than the measure's where it is counted across the others.
        records, base, link: the rows counted, the people counted over, the `id of` columns from one to the other.
        among: conditions on a person, read at the person's row.
        where: conditions on a counted row, in order.
        once: columns of which each set of values counts once; `survivor` says which row stands for it.
        what, column, keys: people, rows, the units of a column …; counted apart for each value of `keys`.
        counts: the node of the row vocabulary, for what comes of stretches and for days.
        covering: the stretches, for what comes of them.
        most: for each person at most so many.
        closing: windows that must be over, read at the person's row: a length of time from a day, from a day to a day, or up to
            a day.
        undecided: days that a counted row reads and that may still be blank, each with the window that decides about it.
        members: for each axis, the members that the measure runs over (None: all that there are).
        excepted: cells outside the contract's scope, over the axes named in `scope`.
        under: the variations with dates that it is counted under.
        complete: how far each file goes: a stretch that goes on is known until then.
    """

    measure: str
    axes: tuple[MeasureAxis, ...]
    records: str
    base: str | None
    link: tuple[str, ...]
    among: tuple[Expression, ...]
    where: tuple[Expression, ...]
    once: tuple[Expression, ...]
    survivor: tuple[Expression, bool] | None
    what: What
    column: Expression | None
    keys: tuple[Expression, ...]
    closing: tuple[Ending, ...]
    members: tuple[tuple[str, ...] | None, ...]
    scope: tuple[str, ...] = ()
    excepted: tuple[Cell, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    counts: Counts = field(factory=Rows)
    covering: Covering | None = None
    most: Expression | None = None
    complete: Mapping[str, date] = field(factory=dict)
    under: tuple[str, ...] = ()

    @property
    def firm(self) -> Count:
        """The rows that could count: those that meet every condition which turns on no day that may still be filled in."""
        days = {each.day for each in self.undecided}
        where = tuple(condition for condition in self.where if days.isdisjoint(walk(condition)))
        return evolve(
            self,
            where=where,
            once=(),
            survivor=None,
            what=What.ROWS,
            column=None,
            keys=(),
            undecided=(),
            counts=Rows(),
            covering=None,
            most=None,
        )

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The names of its axes."""
        return tuple(axis.dimension for axis in self.axes)


Key = tuple[object, ...]


@frozen
class Answer:
    """What an engine counted.

    Attributes:
        counted: for each cell that any row fell in, the count for each value of the keys (`()` where there are none).
        days: for each cell that comes to a day, the day.
        people: for each cell of the axes that split people, how many there are. Empty without a base.
        closes: for each such cell, the last day of any window.
        undecided: for each cell of all axes that has a row whose day is blank, the last day of any window that decides about one,
            by the records whose file the day would be filled in.
        reasons: how many rows did not count, by the first reason; the reasons as the plan words them.
        some: how many people have a row that counts, in each cell; only where a measure is divided by these.
        known_from: the last day of any window that ends with a day of no row, whatever the cell. An engine leaves it, and
            `some`, out.
    """

    counted: Mapping[Cell, Mapping[Key, int]]
    people: Mapping[Cell, int]
    closes: Mapping[Cell, date]
    reasons: Mapping[str, int]
    undecided: Mapping[Cell, Mapping[str, date]] = field(factory=dict)
    known_from: date | None = None
    days: Mapping[Cell, date] = field(factory=dict)
    some: Mapping[Cell, int] | None = None


@frozen
class Fate:
    """What became of one counted row: where it counted, or the first reason why not."""

    row: int
    cell: Cell | None
    reason: str | None


class Engine(Protocol):
    """Answers counts. Every engine gives the same answers as `python`, which is the definition."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def version(self) -> str:
        """The version of what counts."""

    def answer(self, count: Count, tables: Mapping[str, Table]) -> Answer:
        """The figures and the reasons."""

    def answer_all(self, asked: Sequence[tuple[Count, Mapping[str, Table]]]) -> Sequence[Answer]:
        """What `answer` says of each count; records that several read may be read once for all."""

    def fates(self, count: Count, tables: Mapping[str, Table]) -> Sequence[Fate]:
        """What became of each row, in the order of the table."""

    def marked(self, count: Count, tables: Mapping[str, Table], columns: Sequence[Column]) -> Iterator[Any]:
        """The same in batches of Arrow, by line, each row with some of its columns: see `engines/marks`."""


@frozen
class Plan:
    """Every count that the contract may read, by measure and grain."""

    counts: Mapping[tuple[str, tuple[str, ...]], Count] = field(factory=dict)
