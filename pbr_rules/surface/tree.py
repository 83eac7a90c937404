"""A contract as written: one node for each clause, with the clause's own name.

Differs from the checked contract in that a name is only a name: nothing here knows what it means.
"""

from __future__ import annotations

from datetime import date

from attrs import field, frozen

from pbr_rules.expressions import Call, Cases, Expression, Literal, Name, Rounding, Unknown
from pbr_rules.source import NOWHERE, Span


@frozen
class Node:
    """Anything written. Where it stands never bears on what it equals."""

    span: Span = field(default=NOWHERE, eq=False, repr=False, kw_only=True)


@frozen
class Dimension(Node):
    """Something a figure runs over: `cohort`, or `year of sentenced`."""

    name: str
    of: str | None = None


@frozen
class By(Node):
    """`by site, year except baseline`: the members named belong to the last dimension."""

    dimensions: tuple[Dimension, ...]
    restriction: str | None = None  # except, only
    members: tuple[str, ...] = ()


@frozen
class Declaration(Node):
    """A clause with a name. `name_span` is where the name stands."""

    name: str
    title: str | None
    name_span: Span = field(default=NOWHERE, eq=False, repr=False, kw_only=True)


@frozen
class Setting(Node):
    """`word: value`."""

    word: str
    value: Expression


# ---- header lines


@frozen
class Language(Node):
    """`language 1`."""

    version: int


@frozen
class Uses(Node):
    """`uses visits 1`: a plugin, and the version the contract was written for."""

    plugin: str
    version: int


# ---- the contract clause


@frozen
class Party(Node):
    """Who takes part: a payer, a provider, or another party."""

    role: str
    name: str
    title: str


@frozen
class Scope(Node):
    """The dimensions that cells are left out of, and the cells left out."""

    dimensions: tuple[str, ...]
    excepted: tuple[tuple[str, ...], ...]


@frozen
class Calendar(Node):
    """Which days are working days: a calendar by name, or weekends closed, and the days of a column of records."""

    name: str | None
    records: str | None = None
    column: str | None = None


@frozen
class Contract(Declaration):
    """Parties, currency, dates, rounding, scope, working days."""

    parties: tuple[Party, ...]
    purpose: str | None
    currency: str | None
    runs: tuple[date, date] | None
    rounding: Rounding | None
    scope: Scope | None
    calendar: Calendar | None = None
    order: tuple[str, ...] = ()  # the lines, as written, for the formatter


# ---- dimensions


@frozen
class Member(Node):
    """A member of a category; `written` is the records' own spelling."""

    name: str
    title: str | None
    written: str | None


@frozen
class Category(Declaration):
    """A closed dimension."""

    members: tuple[Member, ...]


@frozen
class PeriodMember(Node):
    """A named stretch of days, both ends counted."""

    name: str
    title: str | None
    first: date
    last: date


@frozen
class PeriodEach(Node):
    """`each 3 months of year`, or `each 1 year from … to …`."""

    length: Literal
    of: str | None
    first: date | None
    last: date | None


@frozen
class Period(Declaration):
    """A dated dimension: named members, or members of one length."""

    members: tuple[PeriodMember, ...]
    each: PeriodEach | None


# ---- records


@frozen
class ColumnKind(Node):
    """A column's kind: id, id of (`detail`: records), category (`detail`), date, flag, count, number, money, text."""

    name: str
    detail: str = ""
    places: int = 0


@frozen
class RecordColumn(Node):
    """A column. `heading` is the file's own; `date_format` and `flag_words` say how it is written there."""

    name: str
    kind: ColumnKind
    optional: bool = False
    heading: str | None = None
    date_format: str | None = None
    flag_words: tuple[str, str] | None = None


@frozen
class Stretch(Node):
    """`housed: moved_in to moved_out`: a stretch of days. `until`: the last day does not count."""

    name: str
    first: str
    last: str
    until: bool


@frozen
class Exclude(Node):
    """Rows that are in no count, with the reason."""

    condition: Expression
    why: str


@frozen
class Key(Node):
    """`one row per college, subject`; no columns: the file has one row."""

    columns: tuple[str, ...]


@frozen
class Tolerance(Node):
    """How many rows may be rejected before there is no statement: a share of the rows, or a number of them."""

    limit: Literal


@frozen
class KnownFrom(Node):
    """`known from entered_on`: the column that says on which day a row came to be known."""

    column: str


@frozen
class Records(Declaration):
    """Evidence: one file of rows."""

    lines: tuple[Key | RecordColumn | Stretch | Exclude | Tolerance | KnownFrom, ...]

    @property
    def columns(self) -> tuple[RecordColumn, ...]:
        """The columns, in the order written."""
        return tuple(line for line in self.lines if isinstance(line, RecordColumn))

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """The stretches of days, in the order written."""
        return tuple(line for line in self.lines if isinstance(line, Stretch))

    @property
    def excludes(self) -> tuple[Exclude, ...]:
        """The exclusions, in the order written."""
        return tuple(line for line in self.lines if isinstance(line, Exclude))


# ---- parameters


@frozen
class Entry(Node):
    """`entered: £600`: one value for a member, of the only dimension or of the first. `quoted`: an id."""

    key: str
    value: Expression
    quoted: bool = False


@frozen
class DatedEntry(Node):
    """`from 2021-04-01: £9.10`."""

    first: date
    value: Expression


@frozen
class Grid(Node):
    """Rows of cells; the first row is the heading."""

    heading: tuple[Expression, ...]
    rows: tuple[tuple[Expression, ...], ...]
    row_spans: tuple[Span, ...] = field(default=(), eq=False, repr=False)


@frozen
class Table(Node):
    """The cells of a parameter, or given rows."""

    entries: tuple[Entry | DatedEntry, ...]
    grid: Grid | None
    otherwise_missing: bool


@frozen
class Rising(Node):
    """`= £300 rising 2.5% each year`."""

    first: Expression
    rate: Literal
    each: str


@frozen
class Parameter(Declaration):
    """An agreed figure or table; without a value it is given when settling."""

    by: By | None
    kind: str
    value: Expression | Unknown | Table | Rising | None


# ---- scales


@frozen
class BandEnd(Node):
    """`below 20%`, `at least lower`."""

    how: str  # below, at least, at most, above, at
    value: Expression


@frozen
class Band(Node):
    """A stretch of a scale and what it gives."""

    ends: tuple[BandEnd, ...]
    value: Expression


@frozen
class Scale(Declaration):
    """A scale: how its bands answer, and the bands."""

    arguments: tuple[str, ...]
    sentences: tuple[str, ...]
    bands: tuple[Band, ...]
    sentence_spans: tuple[Span, ...] = field(default=(), eq=False, repr=False)


# ---- measures


@frozen
class Head(Node):
    """`frequency of offences per 100 releases`, `days of stays.housed for clients from joined until left`."""

    measure: str
    records: str
    base: str | None
    per: int | None
    stretch: str | None = None
    clip: tuple[Expression, Expression] | None = None  # the second day does not count


@frozen
class ColumnName(Node):
    """A column, where needed with its records."""

    name: str
    records: str | None = None


@frozen
class Where(Node):
    """A condition on rows."""

    condition: Expression


@frozen
class Once(Node):
    """`once for each man, convicted taking earliest committed`."""

    columns: tuple[ColumnName, ...]
    taking: str | None
    taken: ColumnName | None


@frozen
class Among(Node):
    """`among learners where starter`: narrows the people counted over."""

    records: str
    condition: Expression


@frozen
class ExceptDays(Node):
    """`except days of absences.away`: days that are taken out."""

    records: str
    stretch: str


@frozen
class InRuns(Node):
    """`in runs of 30 days`: how many times a length fits in each unbroken stretch."""

    length: Literal


@frozen
class Ignoring(Node):
    """`ignoring gaps of 2 days`: gaps that do not break a stretch."""

    length: Literal


@frozen
class Reaches(Node):
    """`reaches 45`: the day on which a running total is at least so much."""

    value: Expression


MeasureLine = Head | Where | Once | Among | ExceptDays | InRuns | Ignoring | Reaches | Setting


@frozen
class Measure(Declaration):
    """A tally of rows over people."""

    by: By | None
    lines: tuple[MeasureLine, ...]


# ---- defines


@frozen
class Define(Declaration):
    """A figure."""

    by: By | None
    across: tuple[str, ...]
    value: Expression | Cases
    rounding: Rounding | None


# ---- payments


@frozen
class Direction(Node):
    """`pay x`, or `deduct x`."""

    deducts: bool
    amount: Expression


@frozen
class Case(Node):
    """One branch of a payment. `word`: always, when, otherwise when, otherwise."""

    word: str
    condition: Expression | None
    direction: Direction


@frozen
class Step(Node):
    """`less x`, `plus x`, `cap x`, `floor x`, or a rounding."""

    word: str
    value: Expression


@frozen
class Share(Node):
    """A payer's part; no value: the rest."""

    payer: str
    value: Expression | None


@frozen
class Shared(Node):
    """How payers share a payment."""

    shares: tuple[Share, ...]


@frozen
class FromTo(Node):
    """Who pays whom. No payer: it is shared, or there is one payer."""

    payer: str | None
    payee: str


@frozen
class NeverRecovered(Node):
    """What is due is never below zero."""


@frozen
class Payment(Declaration):
    """An entitlement."""

    by: By | None
    lines: tuple[Setting | Shared | FromTo | Case | Step | NeverRecovered, ...]


@frozen
class Covered(Node):
    """A payment that a limit covers, or one payer's share of it."""

    payment: str
    payer: str | None = None


@frozen
class Covers(Node):
    """The payments a limit covers."""

    payments: tuple[Covered, ...]


@frozen
class AtMost(Node):
    """The limit itself."""

    value: Expression


@frozen
class Limit(Declaration):
    """The most that several payments may come to."""

    by: By | None
    lines: tuple[Covers | AtMost | Setting, ...]


@frozen
class Requires(Node):
    """What must hold."""

    condition: Expression


@frozen
class Consequence(Node):
    """What follows where it does not: an event by name, holding a payment, or a deduction."""

    event: str | None
    held: str | None
    deducted: Expression | None


@frozen
class Duty(Node):
    """A plugin's head: `upkeep of grant with spending`."""

    kind: str
    of: str
    records: str | None


@frozen
class Constraint(Declaration):
    """A condition with a consequence that may not be money."""

    by: By | None
    lines: tuple[Requires | Consequence | Duty | Where | Setting, ...]

    @property
    def is_duty(self) -> bool:
        """Whether a plugin provides it."""
        return any(isinstance(line, Duty) for line in self.lines)


# ---- other terms


@frozen
class Variation(Declaration):
    """Clauses that replace clauses of the same name: a reading, or, with dates, an amendment. No last day: it stays."""

    dates: tuple[date, date | None] | None
    by: By | None
    declarations: tuple[Declaration, ...]


@frozen
class GivenRows(Node):
    """Rows of a records clause."""

    records: str
    complete_to: date | None
    table: Table


@frozen
class GivenFigure(Node):
    """A figure, or one point of a scale, replaced in an example. `people`: the count a rate is over."""

    target: Name | Call
    value: Expression
    people: int | None = None


@frozen
class Expect(Node):
    """`expect x = y` and every other condition."""

    condition: Expression


@frozen
class ExpectShown(Node):
    """`expect x shown as 8.4%`."""

    target: Expression
    shown: Expression


@frozen
class ExpectRefused(Node):
    """`expect x refused for price`."""

    target: Expression
    reason: str | None


@frozen
class ExpectNotYet(Node):
    """`expect x not yet`."""

    target: Expression


Expected = Expect | ExpectShown | ExpectRefused | ExpectNotYet


@frozen
class Example(Node):
    """Worked figures that the parties agreed. `under`: the readings it is worked under."""

    title: str
    under: tuple[str, ...]
    lines: tuple[GivenRows | GivenFigure | Expected, ...]


@frozen
class Document:
    """A contract file, as written.

    `damaged` are the names that clauses with mistakes declare: they count as declared, and nothing is said about them.
    """

    declarations: tuple[Node, ...]
    damaged: tuple[str, ...] = field(default=(), eq=False)
