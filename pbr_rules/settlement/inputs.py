"""What a settlement is made from, all of it stated: nothing is read from the clock, and nothing is assumed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from attrs import field, frozen

from pbr_rules.checked.model import Cell
from pbr_rules.evidence.paid import Key as PaidKey
from pbr_rules.evidence.paid import Paid, PaidLine
from pbr_rules.evidence.tables import Table
from pbr_rules.expressions import Expression
from pbr_rules.plan.model import Answer, Count
from pbr_rules.settlement.values import Value

Key = tuple[str, tuple[str, ...]]
"""A measure, and the grain that it is counted at."""


@frozen
class Counted:
    """A count as it was put to an engine: with the figures that it turns on put in.

    Attributes:
        tables: the rows, with columns for figures that differ from row to row.
        held: for each cell of the people, why nothing can be said of them.
    """

    count: Count
    tables: Mapping[str, Table]
    held: Mapping[Cell, Value] = field(factory=dict)


@frozen
class Inputs:
    """Attributes:
    tables: the rows that fit.
    answers: what an engine counted, by measure and grain.
    counts: what was put to the engine, by measure and grain.
    complete: for each records clause, the last day its file goes to.
    given: parameters given when settling, by name and cell; the cell `()` stands for every one that is not named. A cell that
        is not given is the contract's.
    figures: figures given in an example, by name and cell.
    points: points of scales given in an example: scale, arguments, value.
    example: whether these are an example's: what it does not give is then unknown, and its files are complete.
    paid: the last statement before this one.
    known_at: the day by which rows were known; None: all rows.
    """

    tables: Mapping[str, Table] = field(factory=dict)
    answers: Mapping[Key, Answer] = field(factory=dict)
    counts: Mapping[Key, Counted] = field(factory=dict)
    complete: Mapping[str, date] = field(factory=dict)
    given: Mapping[str, Mapping[Cell, Expression]] = field(factory=dict)
    figures: Mapping[tuple[str, Cell], Value] = field(factory=dict)
    points: tuple[tuple[str, tuple[Value, ...], Value], ...] = ()
    example: bool = False
    paid: Paid | None = None
    known_at: date | None = None

    def earlier(self, line: PaidKey) -> PaidLine | None:
        """What earlier statements say of a line."""
        return None if self.paid is None else self.paid.lines.get(line)

    def is_open(self, records: str, closes: date | None) -> bool:
        """Whether a window is still open: it ends after the file of its records does."""
        complete = self.complete.get(records)
        return closes is not None and complete is not None and closes > complete
