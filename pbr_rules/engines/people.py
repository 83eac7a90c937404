"""The people that a count is over: how many there are in each cell, and when their windows end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import cast

import narwhals.stable.v2 as nw

from pbr_rules.checked.model import Cell, Period
from pbr_rules.engines.days import Day, last_day, shifted
from pbr_rules.engines.figures import LoweringError
from pbr_rules.engines.joined import Joined
from pbr_rules.engines.loaded import EVERY, ONE, WHY, Loaded, Store
from pbr_rules.engines.lowering import Lowering, ascending, every_or_any
from pbr_rules.expressions import Between, Expression, Within
from pbr_rules.plan.model import END_COUNTS, Count, Ending


def people(
    count: Count, load: Callable[[str], Loaded], periods: Mapping[str, Period], store: Store, closing: Sequence[Ending]
) -> tuple[dict[Cell, int], dict[Ending, dict[Cell, date]]]:
    """People in each cell of the axes that split them, and the last day of each of some windows of theirs."""
    if count.base is None:
        return {}, {window: {} for window in closing}
    joined = Joined(load, count.base, store)
    at = Lowering(joined, periods)
    axes = [
        (f"cell{n}", ascending(at.value(axis.at)), members)
        for n, (axis, members) in enumerate(zip(count.axes, count.members, strict=True))
        if axis.on_base
    ]
    cells = [name for name, _, _ in axes]
    ends = {f"closes{n}": last_day_of(at, window) for n, window in enumerate(closing)}
    there = [nw.col(WHY).is_null(), *(at.condition(condition) for condition in count.among)]
    placed = [
        ~nw.col(name).is_null() & (~not_in(nw.col(name), members) if members is not None else nw.lit(True))
        for name, _, members in axes
    ]
    frame = joined.frame().with_columns(EVERY, **{name: rows for name, rows, _ in axes}, **ends)
    frame = frame.filter(every_or_any([*there, *placed], every=True))
    frame = frame.group_by(ONE, *cells).agg(nw.len().alias("rows"), *(nw.col(name).max() for name in ends))
    number_in: dict[Cell, int] = {}
    last: list[dict[Cell, date]] = [{} for _ in closing]
    for number, *rest in store.rows(frame.select("rows", *cells, *ends)):
        cell = cast(Cell, tuple(rest[: len(cells)]))
        number_in[cell] = cast(int, number)
        for found, day in zip(last, rest[len(cells) :], strict=True):
            if isinstance(day, date):
                found[cell] = day
    return number_in, dict(zip(closing, last, strict=True))


def closes(windows: Sequence[Ending], last: Mapping[Ending, Mapping[Cell, date]]) -> dict[Cell, date]:
    """The last day of any of some windows, in each cell."""
    if len(windows) == 1:
        return dict(last[windows[0]])
    found: dict[Cell, date] = {}
    for window in windows:
        for cell, day in last[window].items():
            found[cell] = max(day, found.get(cell, day))
    return found


def last_day_of(at: Lowering, window: Ending) -> nw.Expr:
    """The last day of a window, at the person's row."""
    if isinstance(window, Within):
        return last_day(window, _day(at, window.anchor))
    if isinstance(window, Between):
        return _day(at, window.last).rows
    end = _day(at, window.right)
    if window.how in END_COUNTS:
        return end.rows
    return shifted(end.rows, "-1d")


def _day(at: Lowering, node: Expression) -> Day:
    value = at.value(node)
    if not isinstance(value, Day):
        raise LoweringError("a window does not end with a day")
    return value


def not_in(value: nw.Expr, members: tuple[str, ...]) -> nw.Expr:
    """Whether a value is none of some members."""
    return ~value.is_in(members) if members else nw.lit(True)
