"""A checked contract. Differs from the contract as written in that every name means one thing and every figure has a kind.

Figures (parameters, measures, defines, payments) are kept by name; what each runs over is a tuple of axes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import ClassVar

from attrs import evolve, field, frozen

from pbr_rules import duties
from pbr_rules import measures as m
from pbr_rules.calendars import Calendar
from pbr_rules.catalogue import Provided
from pbr_rules.duties import Shortfall
from pbr_rules.expressions import Cases, Column, Expression, Literal, Rounding
from pbr_rules.kinds import Kind
from pbr_rules.source import NOWHERE, Source, Span
from pbr_rules.surface import tree as t
from pbr_rules.tallies import Tally

Cell = tuple[str, ...]


@frozen
class Axis:
    """One thing a figure runs over. `members` is None for an open dimension: its members come from the records."""

    dimension: str
    members: tuple[str, ...] | None


@frozen
class PeriodDays:
    """One member of a period: both days count."""

    name: str
    title: str | None
    first: date
    last: date


@frozen
class Period:
    """A dated dimension. `parents` gives, for each member, the member of the period it is nested in."""

    name: str
    title: str | None
    members: tuple[PeriodDays, ...]
    parent: str | None = None
    parents: Mapping[str, str] = field(factory=dict)

    def holding(self, day: date) -> str | None:
        """The member that holds a day, or None."""
        return next((m.name for m in self.members if m.first <= day <= m.last), None)

    @property
    def sharing(self) -> tuple[PeriodDays, PeriodDays] | None:
        """Two members that share a day, if there are any: such a period cannot say in which of them a day lies."""
        by_day = sorted(self.members, key=lambda m: m.first)
        return next(((a, b) for a, b in pairwise(by_day) if b.first <= a.last), None)


@frozen
class RecordColumn:
    """A column of records."""

    name: str
    kind: Kind
    optional: bool
    written: t.RecordColumn


@frozen
class Stretch:
    """A stretch of days in each row of records, from one column to another. `until`: the last day does not count. A blank last
    day is a stretch that goes on."""

    records: str
    name: str
    first: Column
    last: Column
    until: bool


@frozen
class Records:
    """A records clause. `key`: the columns that one row is for; None: rows have no key; (): the file has one row. `known_from`:
    the column that says on which day a row came to be known."""

    name: str
    title: str | None
    columns: Mapping[str, RecordColumn]
    key: tuple[str, ...] | None
    excludes: tuple[tuple[Expression, str], ...]
    tolerance: Literal | None
    stretches: Mapping[str, Stretch] = field(factory=dict)
    known_from: str | None = None
    span: Span = field(default=NOWHERE, eq=False)

    @cached_property
    def identity(self) -> str | None:
        """The id column, which is also an open dimension's name."""
        return next((c.name for c in self.columns.values() if c.kind.name == "id" and c.kind.detail == self.name), None)


@frozen
class Figure:
    """A figure of the terms."""

    name: str
    title: str | None
    axes: tuple[Axis, ...]
    kind: Kind
    span: Span = field(default=NOWHERE, eq=False, kw_only=True)

    @cached_property
    def dimensions(self) -> tuple[str, ...]:
        """The names of what it runs over, in the order written."""
        return tuple(axis.dimension for axis in self.axes)


@frozen
class Parameter(Figure):
    """An agreed figure.

    Exactly one of these holds: `value` (one formula for every cell), `cells` (each cell's own, with `otherwise_missing`),
    `dated` (from each day, in order of day), `rising` (first, rate, period), or none of them: given when settling.
    """

    value: Expression | None = None
    cells: Mapping[Cell, Expression] | None = None
    otherwise_missing: bool = False
    dated: tuple[tuple[date, Expression], ...] = ()
    rising: tuple[Expression, Literal, str] | None = None

    @property
    def is_given(self) -> bool:
        """Whether it is given when settling."""
        return self.value is None and self.cells is None and not self.dated and self.rising is None


@frozen
class MeasureAxis:
    """How a row falls in a member of one axis. `on_base`: by a column of the people, not of the counted rows."""

    dimension: str
    at: Expression
    on_base: bool


@frozen
class Value:
    """What a sum adds up for each row, taken apart: an engine adds up whole units, the terms multiply.

    `column`: the one column whose units are added up; None: rows are counted. `keys`: the columns that `factor` depends on;
    the engine counts apart for each of their values. `factor`: what each unit is multiplied by.
    """

    column: Expression | None
    keys: tuple[Expression, ...]
    factor: Expression


@frozen
class Taken:
    """Stretches whose days are taken out: of rows of `records`, which `link` leads from to the person."""

    stretch: Stretch
    link: tuple[str, ...]


@frozen
class Covering:
    """What a measure of stretches counts: the stretch of each row, from one day until another, without the days of others.

    `clip`: two days read at the counted row; the second does not count.
    """

    stretch: Stretch
    clip: tuple[Expression, Expression] | None = None
    without: tuple[Taken, ...] = ()


@frozen
class Measure(Figure):
    """A tally of rows over people.

    `link`: `id of` columns that lead from a counted row to its person. `survivor`: which of several rows of one key counts,
    as a column and whether its smallest (earliest) value is taken. `covering`: for a measure of stretches of days.
    """

    provided: Provided[type[m.Measure]] | Provided[type[duties.Constraint]]
    tally: Tally
    records: str
    base: str | None
    link: tuple[str, ...]
    per: int | None
    where: tuple[Expression, ...]
    once: tuple[Expression, ...]
    survivor: tuple[Expression, bool] | None
    among: tuple[Expression, ...]
    placed: tuple[MeasureAxis, ...]
    value: Value | None
    covering: Covering | None = None
    settings: Mapping[str, Expression | str] = field(factory=dict)


@frozen
class Define(Figure):
    """A figure by formula. `across`: dimensions whose cells are counted together."""

    value: Expression | Cases
    rounding: Rounding | None
    across: tuple[str, ...]


@frozen
class Branch:
    """One case of a payment; no condition: always, or otherwise."""

    condition: Expression | None
    deducts: bool
    amount: Expression


@frozen
class Step:
    """A step on the amount so far."""

    word: str  # less, plus, cap, floor, rounded
    value: Expression


@frozen
class Share:
    """A payer's part of a payment; no value: the rest."""

    payer: str
    value: Expression | None


@frozen
class Payment(Figure):
    """An entitlement."""

    branches: tuple[Branch, ...]
    steps: tuple[Step, ...]
    shares: tuple[Share, ...]
    payee: str
    clause: str | None
    dated: Expression | None
    never_recovered: bool = False


@frozen
class Earlier(Figure):
    """What earlier statements say of a payment: how much they paid on it, or on which day they first did.

    Its name is the phrase that reads it: `already paid on grant`, `payment date of grant`.
    """

    payment: str

    AMOUNT: ClassVar[str] = "already paid on "
    DAY: ClassVar[str] = "payment date of "


@frozen
class Covered:
    """A payment that a limit covers, or one payer's part of it."""

    payment: str
    payer: str | None = None


@frozen
class Limit(Figure):
    """The most that payments, or one payer's parts of them, may come to, for each cell of its axes. Only worked examples and
    explanations read it."""

    covers: tuple[Covered, ...]
    value: Expression
    clause: str | None

    def part_of(self, other: Limit) -> tuple[str, ...] | None:
        """Whose parts of what another limit takes are covered here: none named, all of it. None: that cannot be told apart, since
        not everything that it covers is covered here in the same way."""
        mine = [frozenset(own.payer for own in self.covers if own.payment == c.payment) for c in other.covers]
        if not mine or not mine[0] or any(payers != mine[0] for payers in mine):
            return None
        return () if None in mine[0] else tuple(sorted(payer for payer in mine[0] if payer is not None))

    def meets(self, other: Limit) -> bool:
        """Whether something is covered by both."""
        return any(
            a.payment == b.payment and (a.payer is None or b.payer is None or a.payer == b.payer)
            for a in self.covers
            for b in other.covers
        )


@frozen
class Duty(Figure):
    """A duty that a payment brings: so much to be done by a day. Its figure is the shortfall.

    `needed`, `done`, `due`: read at a cell. `records`: whose file shows what was done. `carried`: the period over which what was
    done beyond the need counts in the next.
    """

    clause: str | None
    provided: Provided[type[duties.Constraint]]
    payment: str
    payee: str
    needed: Expression
    done: Expression
    due: Expression | None
    records: str
    follows: Shortfall
    carried: str | None


@frozen
class Constraint:
    """A condition, and what follows where it does not hold: an event by name, or a payment held back."""

    name: str
    title: str | None
    axes: tuple[Axis, ...]
    condition: Expression
    event: str
    clause: str | None
    holds: str | None = None
    span: Span = field(default=NOWHERE, eq=False)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The names of what it runs over, in the order written."""
        return tuple(axis.dimension for axis in self.axes)


@frozen
class Scale:
    """A scale: its sentence, its arguments, its bands as written, and `read`, the same with their names resolved."""

    name: str
    title: str | None
    arguments: tuple[str, ...]
    sentence: str
    bands: tuple[t.Band, ...]
    read: tuple[t.Band, ...]
    span: Span = field(default=NOWHERE, eq=False)


@frozen
class Given:
    """A figure given in an example: where, and what."""

    figure: str
    at: Cell
    value: Expression
    people: int | None
    span: Span


@frozen
class Example:
    """A worked example, checked against the contract under its readings."""

    title: str
    under: tuple[str, ...]
    rows: tuple[t.GivenRows, ...]
    figures: tuple[Given, ...]
    points: tuple[tuple[str, tuple[Expression, ...], Expression, Span], ...]
    expects: tuple[tuple[t.Expected, Expression], ...]
    span: Span = field(default=NOWHERE, eq=False)


@frozen
class Dated:
    """A variation with dates: clauses that stand in for those of the same name, for cells of its days and of its members.

    Attributes:
        last: its last day; None: it stays as long as there is anything to settle.
        day: the column after `by` that says which day decides, and the records that it is named with.
        only: what it is for: a dimension and its members; None: everything.
        figures, scales, constraints: what stands in. Limits and duties are among the figures.
    """

    name: str
    title: str | None
    first: date
    last: date | None
    day: tuple[str, str | None] | None
    only: tuple[str, tuple[str, ...]] | None
    figures: Mapping[str, Figure]
    scales: Mapping[str, Scale]
    constraints: Mapping[str, Constraint]
    span: Span = field(default=NOWHERE, eq=False)

    @property
    def replaces(self) -> tuple[str, ...]:
        """The names of the clauses that it replaces."""
        return (*self.figures, *self.scales, *self.constraints)

    def holds(self, day: date) -> bool:
        """Whether a day is one of its days."""
        return self.first <= day and (self.last is None or day <= self.last)

    def of(self, name: str) -> Figure | Scale | Constraint | None:
        """The clause of a name that it puts in."""
        return self.figures.get(name) or self.scales.get(name) or self.constraints.get(name)


@frozen
class Contract:
    """A contract that may be settled. `variations`: those with dates; its other clauses are those without. `calendar`: which days are
    working days, or the column of the days that are closed."""

    source: Source
    written: t.Contract
    categories: Mapping[str, t.Category]
    periods: Mapping[str, Period]
    records: Mapping[str, Records]
    figures: Mapping[str, Figure]
    scales: Mapping[str, Scale]
    limits: tuple[Limit, ...]
    constraints: tuple[Constraint | Duty, ...]
    examples: tuple[Example, ...]
    readings: Mapping[str, t.Variation]
    under: tuple[str, ...]
    scope: tuple[tuple[str, ...], tuple[Cell, ...]]
    variations: tuple[Dated, ...] = ()
    calendar: Calendar | Column | None = None

    def standing(self, names: Collection[str]) -> Contract:
        """The contract as it stands while some of its variations are in force."""
        figures, scales, constraints = dict(self.figures), dict(self.scales), {c.name: c for c in self.constraints}
        for variation in self.variations:
            if variation.name in names:
                figures |= variation.figures
                scales |= variation.scales
                constraints |= variation.constraints
        return evolve(
            self,
            figures=figures,
            scales=scales,
            limits=tuple(figures[limit.name] for limit in self.limits),  # type: ignore[misc]
            constraints=tuple(figures.get(name, plain) for name, plain in constraints.items()),  # type: ignore[misc]
        )

    def members(self, dimension: str) -> tuple[str, ...] | None:
        """The members of a closed dimension, in the contract's order; None for an open one."""
        return self._members.get(dimension)

    @cached_property
    def _members(self) -> Mapping[str, tuple[str, ...]]:
        periods = {name: tuple(member.name for member in each.members) for name, each in self.periods.items()}
        return periods | {name: tuple(m.name for m in each.members) for name, each in self.categories.items()}

    def owner(self, dimension: str) -> Records | None:
        """The records that an open dimension's members come from."""
        return self._owners.get(dimension)

    @cached_property
    def _owners(self) -> Mapping[str, Records]:
        return {each.identity: each for each in reversed([*self.records.values()]) if each.identity is not None}

    def clause_of(self, figure: Figure | Constraint) -> str | None:
        """Where it stands in the signed terms: as it says itself, else under which headings of a literate contract."""
        written = figure.clause if isinstance(figure, Payment | Limit | Constraint | Duty) else None
        return written or self.source.trail(figure.span.start)

    def title_of(self, dimension: str, member: str) -> str:
        """A member's title, or its name."""
        if dimension in self.categories:
            members: tuple[t.Member | PeriodDays, ...] = self.categories[dimension].members
        elif dimension in self.periods:
            members = self.periods[dimension].members
        else:
            return member
        return next((m.title or m.name for m in members if m.name == member), member)

    @property
    def closed_in(self) -> str | None:
        """The records that say which days are closed, where the contract's own do."""
        return self.calendar.records if isinstance(self.calendar, Column) else None

    @property
    def payments(self) -> tuple[Payment, ...]:
        """The payments, in the order written."""
        return tuple(f for f in self.figures.values() if isinstance(f, Payment))

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures, in the order written."""
        return tuple(f for f in self.figures.values() if isinstance(f, Measure))

    @property
    def duties(self) -> tuple[Duty, ...]:
        """The duties, in the order written."""
        return tuple(c for c in self.constraints if isinstance(c, Duty))

    @property
    def conditions(self) -> tuple[Constraint, ...]:
        """The constraints that are conditions, in the order written."""
        return tuple(c for c in self.constraints if isinstance(c, Constraint))

    @property
    def currency(self) -> str:
        """The contract's currency."""
        return self.written.currency or ""

    def excepted(self, dimensions: tuple[str, ...], cell: Cell) -> bool:
        """Whether the scope leaves a cell out."""
        names, cells = self.scope
        if not names or not set(names) <= set(dimensions):
            return False
        at = dict(zip(dimensions, cell, strict=True))
        return any(all(at[d] == m for d, m in zip(names, cell, strict=True)) for cell in cells)
