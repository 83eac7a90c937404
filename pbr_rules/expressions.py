"""The one tree of expressions, for rows and for terms.

*Keep: one tree, many readings.* The same nodes are checked, settled, put into words, laid out and lowered to an engine.
As written, a name is a `Name`; once checked it is a `Column` (of a record), a `Read` (of a figure at a cell) or a
`Member`. No node holds a callable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar

from attrs import evolve, field, fields, frozen

from pbr_rules.dates import Duration
from pbr_rules.exact import Mode
from pbr_rules.kinds import Kind, only_exact
from pbr_rules.source import NOWHERE, Span


@frozen
class Expression:
    """A node. Where it stands in the text never bears on what it equals."""

    span: Span = field(default=NOWHERE, eq=False, repr=False, kw_only=True)
    depth: int = field(default=1, init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "depth", 1 + max((child.depth for child in children(self)), default=0))


# ---- values as written


@frozen
class Literal(Expression):
    """A figure, a day, a length of time or a text. `written` is its one canonical spelling."""

    value: Fraction | date | Duration | bool | str = field(validator=only_exact)
    kind: Kind
    written: str


@frozen
class Nothing(Expression):
    """A settled £0."""


@frozen
class Unknown(Expression):
    """A value that no source states. Reading it refuses the line and quotes `why`."""

    why: str


@frozen
class Missing(Expression):
    """No value, and known to be none."""


# ---- names as written


@frozen
class Pick:
    """What stands between `[` and `]`: a member, an id, a column, `year of joined`, or `dated joined`."""

    how: str  # name, text, member, of, dated
    first: str
    second: str = ""
    span: Span = field(default=NOWHERE, eq=False, repr=False, kw_only=True)


@frozen
class Name(Expression):
    """A name as written: `price`, `releases.cohort`, `events[c1, treated]`."""

    name: str
    records: str | None = None
    picks: tuple[Pick, ...] = ()


@frozen
class Call(Expression):
    """A scale (or `whole`) asked about its arguments."""

    name: str
    arguments: tuple[Expression, ...]


# ---- names once checked


@frozen
class Column(Expression):
    """A column of a record.

    Attributes:
        records: among rows, the records being read; among terms, the records that have the column.
        path: among rows, `id of` columns followed from the row, in order; the last record they reach has the column.
        name: the column.
        kind: what it holds.
        key: among terms, how each dimension of the record's key is found; among rows nothing.
    """

    records: str
    path: tuple[str, ...]
    name: str
    kind: Kind
    key: tuple[tuple[str, Expression], ...] = ()


@frozen
class Member(Expression):
    """A member of a category or a period, or an id written in quotes."""

    dimension: str
    name: str


@frozen
class Here(Expression):
    """The member of `dimension` that the place fixes."""

    dimension: str


@frozen
class PeriodOf(Expression):
    """The member of a period that holds a day."""

    period: str
    day: Expression


@frozen
class ParentOf(Expression):
    """The member of a period that the member of a period nested in it belongs to."""

    period: str
    child: str
    of: Expression


@frozen
class Read(Expression):
    """A figure read at a cell.

    Attributes:
        figure: its name.
        at: for each dimension it is read at, how the member is found.
        kind: its kind.
        written: the name as written, for words.
        dated: the day that picks the entry in force, for a parameter with dated entries.
    """

    figure: str
    at: tuple[tuple[str, Expression], ...]
    kind: Kind
    written: Name
    dated: Expression | None = None


@frozen
class Argument(Expression):
    """An argument of the scale being read."""

    name: str
    kind: Kind


@frozen
class AmountSoFar(Expression):
    """In a step of a payment: the amount that the steps before it left."""

    kind: Kind


# ---- operations


@frozen
class Bracket(Expression):
    """Brackets, kept as written."""

    inner: Expression


@frozen
class Negative(Expression):
    """The negative of a figure."""

    of: Expression


@frozen
class Arithmetic(Expression):
    """`+`, `-`, `*` or `/`."""

    sign: str
    left: Expression
    right: Expression


@frozen
class PercentOf(Expression):
    """`10% of x`."""

    percent: Expression
    of: Expression


class Comparator(StrEnum):
    """A comparison, in its own words."""

    AT_LEAST = "is at least"
    AT_MOST = "is at most"
    ABOVE = "is above"
    BELOW = "is below"
    BEFORE = "is before"
    AFTER = "is after"
    ON_OR_BEFORE = "is on or before"
    ON_OR_AFTER = "is on or after"
    IS = "is"
    IS_NOT = "is not"


@frozen
class Compare(Expression):
    """One figure against another: exact values, never the ones shown."""

    how: Comparator
    left: Expression
    right: Expression


@frozen
class OneOf(Expression):
    """Whether a value is among those listed."""

    of: Expression
    values: tuple[Expression, ...]
    negated: bool = False


@frozen
class Known(Expression):
    """`is known`, or `is missing`."""

    of: Expression
    known: bool


class Window(StrEnum):
    """Where a length of time lies against its day."""

    STARTING_ON = "starting on"
    AFTER = "after"
    BEFORE = "before"


@frozen
class Within(Expression):
    """Whether a day lies in a length of time: `starting on` counts the day itself, `after` and `before` do not."""

    day: Expression
    length: Duration
    how: Window
    anchor: Expression


@frozen
class Between(Expression):
    """Whether a day lies from one day to another, both counted."""

    day: Expression
    first: Expression
    last: Expression


@frozen
class Both(Expression):
    """All of several conditions."""

    conditions: tuple[Expression, ...]


@frozen
class Either(Expression):
    """Any of several conditions."""

    conditions: tuple[Expression, ...]


@frozen
class Not(Expression):
    """The opposite of a condition."""

    of: Expression


@frozen
class Change(Expression):
    """`relative fall from a to b` is (a - b) / a, a share; `point fall` is a - b in percentage points."""

    relative: bool
    fall: bool
    before: Expression
    after: Expression


@frozen
class Extreme(Expression):
    """The lower or the greater of two figures of one kind."""

    lower: bool
    first: Expression
    second: Expression


@frozen
class PeopleIn(Expression):
    """The people a measure is counted over (`people in`), or what it counted (`counted in`), at a cell."""

    of: Expression
    counted: bool = False


class Gather(StrEnum):
    """How the figures of several cells make one."""

    TOTAL = "total of"
    AVERAGE = "average of"
    MEDIAN = "median of"
    LARGEST = "largest of"
    SMALLEST = "smallest of"
    NUMBER = "number where"


@frozen
class Aggregate(Expression):
    """One figure from the cells of one or more dimensions, those that the place leaves open."""

    how: Gather
    of: Expression | None
    where: Expression | None
    weight: Expression | None
    across: tuple[str, ...]


@frozen
class ForEvery(Expression):
    """Whether a condition holds in every cell (or any cell) of a dimension. Over nobody it is missing, unless `if any`."""

    every: bool
    across: tuple[str, ...]
    if_any: bool
    condition: Expression


@frozen
class Rounding(Expression):
    """To which place, and which way."""

    place: Literal
    mode: Mode


@frozen
class Rounded(Expression):
    """A figure rounded where the contract says so."""

    of: Expression
    rounding: Rounding


@frozen
class Timing(Expression):
    """A day a length of time after another: `24 months after spent`."""

    length: Expression
    after: Expression


@frozen
class Cases(Expression):
    """The value of the first condition that holds, else the last value."""

    cases: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression


E = TypeVar("E", bound=Expression)


def children(node: Expression) -> Iterator[Expression]:
    """The expressions directly inside a node, in the order written."""
    for attribute in fields(type(node)):
        if attribute.name in _PLAIN_FIELDS:
            continue
        yield from _inside(getattr(node, attribute.name, None))


def walk(node: Expression) -> Iterator[Expression]:
    """A node and everything inside it, in the order written."""
    yield node
    for child in children(node):
        yield from walk(child)


def with_children(node: E, change: Callable[[Expression], Expression]) -> E:
    """The node with each expression directly inside it changed."""
    changes: dict[str, Any] = {}
    for attribute in fields(type(node)):
        if attribute.name in _PLAIN_FIELDS:
            continue
        value = getattr(node, attribute.name)
        changed = _changed(value, change)
        if changed is not value:
            changes[attribute.name] = changed
    return evolve(node, **changes) if changes else node


R = TypeVar("R")


def with_expressions(record: R, change: Callable[[Expression], Expression]) -> R:
    """A frozen record with each expression in it changed, in records inside it too."""
    changes: dict[str, Any] = {}
    for attribute in fields(type(record)):  # type: ignore[arg-type]
        value = getattr(record, attribute.name)
        changed = value
        if isinstance(value, Expression | tuple):
            changed = _changed(value, change)
        elif hasattr(type(value), "__attrs_attrs__") and not isinstance(value, Duration | Kind):
            changed = with_expressions(value, change)
        if changed is not value:
            changes[attribute.name] = changed
    return evolve(record, **changes) if changes else record  # type: ignore[misc]


_PLAIN_FIELDS = {
    "span",
    "depth",
    "written",
    "kind",
    "name",
    "records",
    "path",
    "figure",
    "dimension",
    "period",
    "child",
}


def _inside(value: object) -> Iterator[Expression]:
    if isinstance(value, Expression):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _inside(item)


def _changed(value: object, change: Callable[[Expression], Expression]) -> object:
    if isinstance(value, Expression):
        return change(value)
    if isinstance(value, tuple) and any(isinstance(item, Expression | tuple) for item in value):
        return tuple(_changed(item, change) for item in value)
    return value


def is_day(node: Expression) -> bool:
    """Whether a checked expression among rows is a day: a date column, a date, or one moved by a length of time."""
    match node:
        case Column(kind=kind) | Literal(kind=kind) | Read(kind=kind):
            return kind.name == "date"
        case Bracket(inner=inner):
            return is_day(inner)
        case Arithmetic(left=left, right=right):
            return is_day(left) and not is_day(right)
    return isinstance(node, Timing)


def counts_working_days(node: Expression) -> bool:
    """Whether an expression has a length of time in working days."""
    return any(
        (isinstance(part, Literal) and isinstance(part.value, Duration) and part.value.is_working)
        or (isinstance(part, Within) and part.length.is_working)
        for part in walk(node)
    )


def conjuncts(condition: Expression | None) -> tuple[Expression, ...]:
    """The conditions that must all hold, in the order written; brackets around an `and` are opened."""
    if condition is None:
        return ()
    if isinstance(condition, Bracket):
        inner = conjuncts(condition.inner)
        return inner if len(inner) > 1 else (condition,)
    if isinstance(condition, Both):
        return tuple(part for item in condition.conditions for part in conjuncts(item))
    return (condition,)
