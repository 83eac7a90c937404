"""The row vocabulary as expressions over frames: one lowering for every library behind them.

What a node means is said in `rows`; here the same is said of a whole column. A condition is never missing in a frame: each
comparison answers no where a side is missing, before any `not` is put in front of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from fractions import Fraction
from functools import partial
from typing import TypeVar

import narwhals.stable.v2 as nw
from attrs import field, frozen

from pbr_rules import expressions as x
from pbr_rules.checked.model import Period
from pbr_rules.dates import Duration
from pbr_rules.engines import figures
from pbr_rules.engines.days import Day, counted, member_holding, moved, one_day, within
from pbr_rules.engines.figures import LoweringError, Number, Whole, yes
from pbr_rules.engines.joined import Joined, Path
from pbr_rules.engines.loaded import DAY, FLAG, UNITS, type_of
from pbr_rules.evidence.tables import places

V = TypeVar("V")


@frozen
class Text:
    """A text, a member or an id in each row."""

    rows: nw.Expr


@frozen
class Flag:
    """A yes or a no in each row."""

    rows: nw.Expr


Value = Number | Day | Text | Flag | Duration


@frozen
class Lowering:
    """Reads expressions at a place: `start` leads from the counted row to the row that they are about. Each is read once, so that what
    is looked up for it is looked up once, and before rows are joined."""

    joined: Joined
    periods: Mapping[str, Period]
    start: Path = field(default=())
    _read: dict[x.Expression, Value] = field(factory=dict, init=False, repr=False, eq=False)

    # ---- values

    def value(self, node: x.Expression) -> Value:
        """A value for each row."""
        if node not in self._read:
            self._read[node] = self._value(node)
        return self._read[node]

    def _value(self, node: x.Expression) -> Value:
        match node:
            case x.Column():
                return self._column(node)
            case x.Literal(value=value):
                return _literal(value)
            case x.Member(name=name):
                return Text(nw.lit(name))
            case x.Nothing():
                return figures.number(0)
            case x.Bracket(inner=inner):
                return self.value(inner)
            case x.Negative(of=of):
                return figures.negative(_as(Number, self.value(of)))
            case x.PeriodOf(period=period, day=day):
                return Text(member_holding(self.periods[period], _as(Day, self.value(day)).rows))
            case x.Arithmetic(sign=sign, left=left, right=right):
                return _arithmetic(sign, self.value(left), self.value(right))
            case x.PercentOf(percent=percent, of=of):
                return _arithmetic("*", self.value(percent), self.value(of))
            case x.Timing(length=length, after=after):
                return _arithmetic("+", self.value(after), self.value(length))
            case x.Extreme(lower=lower, first=first, second=second):
                return _extreme(lower, self.value(first), self.value(second))
        return Flag(self.condition(node))

    def _column(self, node: x.Column) -> Value:
        path = (*self.start, *node.path)
        there = self.joined[path]
        rows = nw.col(self.joined.column(path, node.name))
        form = type_of(there.table.records.columns[node.name].kind)
        if form == UNITS:
            return Number(Whole(*there.ends[node.name], rows), _power(places(node.kind)))
        if form == DAY:
            return Day(rows, *there.ends[node.name], look_up=self.joined.looked_up)
        return Flag(rows) if form == FLAG else Text(rows)

    def _where(self, window: x.Within, anchor: x.Expression) -> Callable[[nw.Expr], nw.Expr]:
        """Where to find an end of a window: with the record that alone says it, or at the row itself."""
        paths = {(*self.start, *part.path) for part in x.walk(anchor) if isinstance(part, x.Column)}
        alone = len(paths) == 1 and not looks_up(window)
        return partial(self.joined.there, paths.pop()) if alone else lambda value: value

    # ---- conditions

    def condition(self, node: x.Expression) -> nw.Expr:
        """A yes or a no for each row, never missing."""
        match node:
            case x.Bracket(inner=inner):
                return self.condition(inner)
            case x.Compare(how=how, left=left, right=right):
                return _compared(how, self.value(left), self.value(right))
            case x.OneOf(of=of, values=values, negated=negated):
                value = self.value(of)
                listed = every_or_any([_compared(x.Comparator.IS, value, self.value(v)) for v in values], every=False)
                return known(value) & ~listed if negated else listed
            case x.Known(of=of, known=is_known):
                asked = known(self.value(of))
                return asked if is_known else ~asked
            case x.Within(day=day, anchor=anchor):
                return within(node, _as(Day, self.value(day)), _as(Day, self.value(anchor)), self._where(node, anchor))
            case x.Between(day=day, first=first, last=last):
                middle, start, end = (_as(Day, self.value(d)).rows for d in (day, first, last))
                return yes(start <= middle) & yes(middle <= end)
            case x.Both(conditions=conditions):
                return every_or_any([self.condition(c) for c in conditions], every=True)
            case x.Either(conditions=conditions):
                return every_or_any([self.condition(c) for c in conditions], every=False)
            case x.Not(of=of):
                return ~self.condition(of)
            case x.Column() | x.Literal():
                return yes(_as(Flag, self.value(node)).rows)
        raise LoweringError(f"there is no reading of {type(node).__name__} over frames")


def looks_up(node: x.Expression) -> bool:
    """Whether days are looked up for an expression: working days are, once rows are joined."""

    def length(part: x.Expression) -> object:
        return part.length if isinstance(part, x.Within) else part.value if isinstance(part, x.Literal) else None

    return any(isinstance(found := length(part), Duration) and found.is_working for part in x.walk(node))


def every_or_any(conditions: Iterable[nw.Expr], every: bool) -> nw.Expr:
    """Whether all hold, or any does; none of these is ever missing."""
    listed = list(conditions)
    if not listed:
        return nw.lit(every)
    if every:
        return nw.all_horizontal(*listed, ignore_nulls=False)
    return nw.any_horizontal(*listed, ignore_nulls=False)


def known(value: Value) -> nw.Expr:
    """Whether each row has a value."""
    if isinstance(value, Duration):
        return nw.lit(True)
    return value.known if isinstance(value, Number) else ~value.rows.is_null()


def _as(form: type[V], value: Value) -> V:
    if not isinstance(value, form):
        raise LoweringError(f"a {form.__name__.lower()} is needed, and this is a {type(value).__name__.lower()}")
    return value


def _literal(value: object) -> Value:
    match value:
        case bool():
            return Flag(nw.lit(value))
        case int() | Fraction():
            return figures.number(value)
        case date():
            return one_day(value)
        case str():
            return Text(nw.lit(value))
        case Duration():
            return value
    raise LoweringError(f"there is no {type(value).__name__} over frames")


def _power(at: int) -> Whole:
    return Whole(10**at, 10**at)


def _compared(how: x.Comparator, a: Value, b: Value) -> nw.Expr:
    match a, b:
        case Number(), Number():
            return figures.compared(how, a, b)
        case Day(), Day():
            return figures.ordered(how, a.rows, b.rows)
        case Text(), Text():
            return figures.ordered(how, a.rows, b.rows)
        case Flag(), Flag():
            return figures.ordered(how, a.rows, b.rows)
    raise LoweringError(f"a {type(a).__name__.lower()} does not compare with a {type(b).__name__.lower()} over frames")


def _arithmetic(sign: str, a: Value, b: Value) -> Value:
    match a, b:
        case Number(), Number():
            return figures.arithmetic(sign, a, b)
        case Day(), Duration():
            return moved(a, b, 1 if sign == "+" else -1)
        case Day(), Day():
            return Number(counted(a).plus(counted(b).negative()))
        case (Duration() as length, Number() as times) | (Number() as times, Duration() as length) if sign == "*":
            if times.fixed is None:
                raise LoweringError("a length of time differs from row to row")
            return length.times(int(times.fixed))
    raise LoweringError(f"there is no {type(a).__name__.lower()} {sign} {type(b).__name__.lower()} over frames")


def _extreme(lower: bool, a: Value, b: Value) -> Value:
    end = min if lower else max
    match a, b:
        case Number(fixed=Fraction() as one), Number(fixed=Fraction() as other):
            return figures.number(end(one, other))
        case Day(fixed=date() as one), Day(fixed=date() as other):
            return _literal(end(one, other))
        case Number(), Number():
            left, right, under = figures.level(a, b)
            rows = _lesser(lower, left.here, right.here)
            return Number(Whole(end(left.low, right.low), end(left.high, right.high), rows), under)
        case Day(fixed=date() as first), Day(fixed=date() as second):
            return one_day(end(first, second))
        case Day(), Day():
            rows = _lesser(lower, a.rows, b.rows)
            return Day(rows, end(a.low, b.low), end(a.high, b.high), look_up=a.look_up or b.look_up)
    raise LoweringError(f"neither of two {type(a).__name__.lower()}s is the lower over frames")


def _lesser(lower: bool, a: nw.Expr, b: nw.Expr) -> nw.Expr:
    first = a <= b if lower else a >= b
    second = b < a if lower else b > a
    return nw.coalesce(nw.when(first).then(a), nw.when(second).then(b))


def descending(value: Value) -> nw.Expr:
    """A value that is the least where the value is the greatest."""
    match value:
        case Number(top=top) if value.under.rows is None:
            return top.negative().here
        case Day():
            return counted(value).negative().here
        case Flag():
            return 0 - value.rows.cast(nw.Int64())
    raise LoweringError(f"the greatest {type(value).__name__.lower()} is not taken over frames")


def ascending(value: Value) -> nw.Expr:
    """A value as frames put it in order: texts by code point, no before yes."""
    match value:
        case Number(top=top) if value.under.rows is None:
            return top.here
        case Flag():
            return value.rows.cast(nw.Int64())
        case Day() | Text():
            return value.rows
    raise LoweringError("rows are not put in order by a ratio or a length of time over frames")
