"""The days of a window, one window at a time: plain, obvious, the definition."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from pbr_rules import expressions as x
from pbr_rules.dates import add, last_day_after, last_day_starting_on
from pbr_rules.plan.model import END_COUNTS, Ending


def bounds_of(window: x.Within, anchor: date) -> tuple[date, date]:
    """First and last day of a window. `starting on`: the day itself is the first. `after`: it is not counted. `before`:
    the first day is the corresponding date, and the day itself is not counted. No day lies outside the years 1 to 9999, so
    a window that reaches further ends there."""
    match window.how:
        case x.Window.STARTING_ON:
            return anchor, _held(lambda: last_day_starting_on(anchor, window.length), date.max)
        case x.Window.AFTER:
            first = _held(lambda: anchor + timedelta(days=1), date.max)
            return first, _held(lambda: last_day_after(anchor, window.length), date.max)
        case _:
            last = _held(lambda: anchor - timedelta(days=1), date.min)
            return _held(lambda: add(anchor, window.length, -1), date.min), last


def lies_in(window: x.Within) -> Callable[[date | None, date | None], bool]:
    """Whether a day lies in the window of another: no, where either is missing."""
    known: dict[date, tuple[date, date]] = {}
    counts_anchor = window.how is x.Window.STARTING_ON

    def lies(day: date | None, anchor: date | None) -> bool:
        if day is None or anchor is None or (day == anchor and not counts_anchor):
            return False
        if anchor not in known:
            known[anchor] = bounds_of(window, anchor)
        first, last = known[anchor]
        return first <= day <= last

    return lies


def closing_day(window: Ending, end: date) -> date:
    """The last day of a window that begins on a day, or that ends with it: once it is over, no other day can come."""
    match window:
        case x.Within():
            return bounds_of(window, end)[1]
        case x.Compare(how=how) if how not in END_COUNTS:
            return _held(lambda: end - timedelta(days=1), date.min)
    return end


def _held(day: Callable[[], date], end: date) -> date:
    try:
        return day()
    except OverflowError:
        return end
