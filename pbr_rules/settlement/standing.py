"""Which dated variations are in force at a cell.

The day that decides about a cell is the column named after the variation's `by`, where the cell fixes it, else its period, else
its `dated:` day. A cell without any is read as the clause that reads it was. So is a cell that does not say whose it is.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from pbr_rules.checked.model import Constraint, Dated, Figure, Payment
from pbr_rules.checked.places import Declared, Place
from pbr_rules.dates import days_text
from pbr_rules.expressions import Column, Expression
from pbr_rules.settlement.values import State, Value, shown

if TYPE_CHECKING:
    from pbr_rules.settlement.frame import Env
    from pbr_rules.settlement.varied import Varied


@frozen
class Stand:
    """How one variation stands at a cell.

    Attributes:
        inside: whether the day that decides is one of its days; None: nothing says a day.
        ours: whether the cell is of its members; None: nothing says.
        state, why: why it cannot be said which terms hold there.
    """

    inside: bool | None = None
    ours: bool | None = None
    state: State = State.KNOWN
    why: str = ""

    def holds(self, variation: Dated) -> bool | None:
        """Whether the variation is in force; None where that cannot be said."""
        if variation.only is not None and self.ours is not True:
            return False
        return None if self.why else self.inside is True


Standing = tuple[Stand, ...]
"""How each dated variation stands, in the order written."""


@frozen
class _Day:
    """A day that decides, and what it is called."""

    name: str
    value: Value

    @property
    def text(self) -> str:
        return f"{self.name} is {shown(self.value)}"

    def stand(self, variation: Dated) -> Stand:
        if isinstance(self.value.of, date):
            return Stand(inside=variation.holds(self.value.of))
        why = f"no day says whether `{variation.name}` is in force: {self.name} is {self.value.state}"
        return Stand(state=self.value.state, why=why)


@frozen
class _Days:
    """Days that decide together: those of a period."""

    name: str
    first: date
    last: date

    @property
    def text(self) -> str:
        return f"{self.name} is {days_text(self.first, self.last)}"

    def stand(self, variation: Dated) -> Stand:
        if variation.holds(self.first) and variation.holds(self.last):
            return Stand(inside=True)
        if self.last < variation.first or (variation.last is not None and self.first > variation.last):
            return Stand(inside=False)
        why = (
            f"{self.name} ({days_text(self.first, self.last)}) lies only partly inside `{variation.name}` "
            f"({days_text(variation.first, variation.last)}), and nothing says which terms hold for it: split the period"
        )
        return Stand(state=State.REFUSED, why=why)


class Stands:
    """Finds how the variations stand at a cell."""

    def __init__(self, root: Varied) -> None:
        self._root, self._contract = root, root.contract
        self._declared = Declared(self._contract.categories, self._contract.periods, self._contract.records)
        self._found: dict[tuple[str, tuple[tuple[str, str], ...]], Standing] = {}
        self._ways: dict[tuple[object, ...], Expression | None] = {}
        self._columns: dict[tuple[object, ...], Column | None] = {}

    def at(self, clause: Figure | Constraint, at: Env, reader: Standing) -> Standing:
        """How they stand at a cell of a clause, read by another."""
        key = (clause.name, tuple(at.items()))
        if key not in self._found:
            self._found[key] = tuple(self._own(variation, clause, at) for variation in self._contract.variations)
        return tuple(_inherited(own, of) for own, of in zip(self._found[key], reader, strict=True))

    def said(self, variation: Dated, clause: Figure | Constraint, at: Env) -> str:
        """What decides at a cell, for people: `joined` is 16 March 2023; nothing where the clause that reads it decides."""
        decides = self._decides(variation, clause, at)
        return "" if decides is None else decides.text

    def _own(self, variation: Dated, clause: Figure | Constraint, at: Env) -> Stand:
        decides = self._decides(variation, clause, at)
        stand = Stand() if decides is None else decides.stand(variation)
        return evolve(stand, ours=self._ours(variation, at))

    def _decides(self, variation: Dated, clause: Figure | Constraint, at: Env) -> _Day | _Days | None:
        """The day, or the days, that decide about a cell of a clause."""
        column = None if variation.day is None else self._column(variation.day, tuple(at))
        if column is not None:
            return _Day(f"`{column.name}`", self._root.value(column, at, self._root.frame()))
        days = self._period(clause, at)
        if days is None and isinstance(clause, Payment) and clause.dated is not None:
            return _Day("its `dated:` day", self._root.value(clause.dated, at, self._root.frame()))
        return days

    def _period(self, clause: Figure | Constraint, at: Env) -> _Days | None:
        """The narrowest period that a cell is of. A measure that is counted together across one is of all its members."""
        found: list[_Days] = []
        for axis in clause.axes:
            period = self._contract.periods.get(axis.dimension)
            if period is None:
                continue
            among = [at[axis.dimension]] if axis.dimension in at else list(axis.members or ())
            members = [member for member in period.members if member.name in among]
            name = among[0] if len(among) == 1 else f"all of {axis.dimension}"
            found += (
                [_Days(f"`{name}`", min(m.first for m in members), max(m.last for m in members))] if members else []
            )
        return min(found, key=lambda days: days.last - days.first, default=None)

    def _ours(self, variation: Dated, at: Env) -> bool | None:
        if variation.only is None:
            return None
        dimension, members = variation.only
        way = self._way(dimension, tuple(at))
        if way is None:
            return None
        value = self._root.value(way, at, self._root.frame())
        return value.known and value.of in members

    def _column(self, day: tuple[str, str | None], axes: tuple[str, ...]) -> Column | None:
        key = (*day, axes)
        if key not in self._columns:
            found = Place(self._declared, axes).columns(*day)
            self._columns[key] = found[0] if len(found) == 1 else None
        return self._columns[key]

    def _way(self, dimension: str, axes: tuple[str, ...]) -> Expression | None:
        key = (dimension, axes)
        if key not in self._ways:
            found = Place(self._declared, axes).locate(dimension)
            self._ways[key] = found[0] if len(found) == 1 else None
        return self._ways[key]


def _inherited(own: Stand, reader: Stand) -> Stand:
    """What a cell does not say itself, it has from the clause that reads it."""
    ours = reader.ours if own.ours is None else own.ours
    return evolve(reader if own.inside is None and not own.why else own, ours=ours)
