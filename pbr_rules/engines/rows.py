"""The row vocabulary read one row at a time: plain, obvious, the definition.

A condition is True or False; a value is a number, a day, a yes or no, a text, or None where an optional column is blank.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from pbr_rules import expressions as x
from pbr_rules.checked.model import Period
from pbr_rules.dates import Duration, add
from pbr_rules.diagnostics import DataError, InternalError
from pbr_rules.engines.windows import bounds_of, closing_day, lies_in
from pbr_rules.evidence.tables import Cell, Table, along, places
from pbr_rules.plan.model import Ending
from pbr_rules.words import words

Read = Callable[[int], Any]

COMPARE: Mapping[x.Comparator, Callable[[Any, Any], bool]] = {
    x.Comparator.AT_LEAST: operator.ge,
    x.Comparator.AT_MOST: operator.le,
    x.Comparator.ABOVE: operator.gt,
    x.Comparator.BELOW: operator.lt,
    x.Comparator.BEFORE: operator.lt,
    x.Comparator.AFTER: operator.gt,
    x.Comparator.ON_OR_BEFORE: operator.le,
    x.Comparator.ON_OR_AFTER: operator.ge,
    x.Comparator.IS: operator.eq,
    x.Comparator.IS_NOT: operator.ne,
}


def window_reader(
    node: Ending, tables: Mapping[str, Table], periods: Mapping[str, Period]
) -> Callable[[int], tuple[date | None, date] | None]:
    """A function from a row's number to the first and last day of a window there, or None where its day is blank. A
    comparison up to a day has no first."""

    def inner(child: x.Expression) -> Read:
        return reader(child, tables, periods)

    match node:
        case x.Within(anchor=anchor):
            start = inner(anchor)
            return lambda row: None if (day := start(row)) is None else bounds_of(node, day)
        case x.Between(first=first, last=last):
            a, b = inner(first), inner(last)
            return lambda row: None if (day := b(row)) is None else (a(row), day)
        case x.Compare(right=right):
            end = inner(right)
            return lambda row: None if (day := end(row)) is None else (None, closing_day(node, day))


def reader(node: x.Expression, tables: Mapping[str, Table], periods: Mapping[str, Period]) -> Read:
    """A function from a row's number to the node's value there."""

    def inner(child: x.Expression) -> Read:
        return reader(child, tables, periods)

    match node:
        case x.Column():
            return _column(node, tables)
        case x.Literal(value=value):
            return lambda row: value
        case x.Member(name=name):
            return lambda row: name
        case x.Nothing():
            return lambda row: 0
        case x.Bracket(inner=of):
            return inner(of)
        case x.Negative(of=of):
            read = inner(of)
            return lambda row: None if (v := read(row)) is None else -v
        case x.PeriodOf(period=period, day=day):
            read, holding = inner(day), periods[period].holding
            return lambda row: None if (v := read(row)) is None else holding(v)
        case x.Arithmetic(sign=sign, left=left, right=right):
            return _arithmetic(node, sign, inner(left), inner(right))
        case x.PercentOf(percent=percent, of=of):
            return _arithmetic(node, "*", inner(percent), inner(of))
        case x.Timing(length=length, after=after):
            return _arithmetic(node, "+", inner(after), inner(length))
        case x.Extreme(lower=lower, first=first, second=second):
            a, b, extreme = inner(first), inner(second), min if lower else max
            return lambda row: None if None in (v := (a(row), b(row))) else extreme(v)
        case x.Compare(how=how, left=left, right=right):
            a, b, compare = inner(left), inner(right), COMPARE[how]
            return lambda row: _known(a(row), b(row), compare)
        case x.OneOf(of=of, values=values, negated=negated):
            read, fixed = inner(of), (x.Literal, x.Member)
            listed = frozenset(inner(value)(0) for value in values if isinstance(value, fixed))
            others = [inner(value) for value in values if not isinstance(value, fixed)]
            return lambda row: (
                (v := read(row)) is not None
                and ((v in listed or any(v == other(row) for other in others)) is not negated)
            )
        case x.Known(of=of, known=known):
            read = inner(of)
            return lambda row: (read(row) is not None) is known
        case x.Within(day=day, anchor=anchor):
            a, b, lies = inner(day), inner(anchor), lies_in(node)
            return lambda row: lies(a(row), b(row))
        case x.Between(day=day, first=first, last=last):
            a, b, c = inner(day), inner(first), inner(last)
            return lambda row: None not in (v := (b(row), a(row), c(row))) and v[0] <= v[1] <= v[2]
        case x.Both(conditions=conditions):
            parts = [inner(c) for c in conditions]
            return lambda row: all(part(row) for part in parts)
        case x.Either(conditions=conditions):
            parts = [inner(c) for c in conditions]
            return lambda row: any(part(row) for part in parts)
        case x.Not(of=of):
            read = inner(of)
            return lambda row: not read(row)
    raise InternalError(f"no reading of {type(node).__name__} for rows")


def _known(a: object, b: object, compare: Callable[[Any, Any], bool]) -> bool:
    return a is not None and b is not None and compare(a, b)


def _arithmetic(node: x.Expression, sign: str, a: Read, b: Read) -> Read:
    def read(row: int) -> Any:
        left, right = a(row), b(row)
        if left is None or right is None:
            return None
        if isinstance(left, date):
            if isinstance(right, Duration):
                return _moved(node, left, right, 1 if sign == "+" else -1)
            return (left - right).days
        if sign == "*" and (isinstance(left, Duration) or isinstance(right, Duration)):
            length, times = (left, right) if isinstance(left, Duration) else (right, left)
            return length.times(int(times))
        if sign == "/":
            return None if right == 0 else Fraction(left) / right
        return {"+": operator.add, "-": operator.sub, "*": operator.mul}[sign](left, right)

    return read


def _moved(node: x.Expression, day: date, length: Duration, sign: int) -> date:
    try:
        return add(day, length, sign)
    except OverflowError:
        raise DataError(f"`{words(node)}` of {day} lies outside the years 1 to 9999") from None


def _column(node: x.Column, tables: Mapping[str, Table]) -> Read:
    """A column, through the `id of` columns of its path; units become exact numbers."""
    read = along(tables, node.records, node.path, node.name)
    scale = 10 ** places(node.kind) if node.kind.is_number else 1
    if scale == 1:
        return read

    def scaled(row: int) -> Cell | Fraction:
        cell = read(row)
        return Fraction(cell, scale) if isinstance(cell, int) else cell

    return scaled
