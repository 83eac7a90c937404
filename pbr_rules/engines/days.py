"""Days in a frame: moved by lengths of time, counted, set in windows and in periods, just as `dates` says.

A frame knows no calendar of working days. To which day each leads, between the first of a column and the last, is found beforehand,
and a frame looks it up among records of two columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import narwhals.stable.v2 as nw
from attrs import frozen

from pbr_rules import expressions as x
from pbr_rules.calendars import NotCovered
from pbr_rules.checked.model import Period
from pbr_rules.dates import Duration, TimeUnit, add, last_day_starting_on
from pbr_rules.engines.figures import LoweringError, Whole, yes
from pbr_rules.engines.windows import bounds_of

LookUp = Callable[[nw.Expr, Mapping[date, date]], nw.Expr]


@frozen
class Day:
    """A day in each row, between two days counted from 1 January of year 1, the first after the last where no row has one.

    Attributes:
        fixed: one day for every row.
        look_up: finds to which other day each leads, in a list of days.
    """

    rows: nw.Expr
    low: int
    high: int
    fixed: date | None = None
    look_up: LookUp | None = None


def one_day(day: date) -> Day:
    """The same day in every row."""
    return Day(fixed(day), day.toordinal(), day.toordinal(), day)


FROM = date(2000, 1, 1)
"""A day that begins at midnight in every zone."""


def fixed(day: date) -> nw.Expr:
    """One day in every row, told from one that no zone leaves out: Spark takes a day that it is given to midnight where the machine is."""
    return shifted(nw.lit(FROM), f"{(day - FROM).days}d")


def shifted(day: nw.Expr, by: str) -> nw.Expr:
    """A day moved by a length that the frame knows. It is a time without a zone meanwhile, so that no zone leaves out a day."""
    return day.cast(nw.Datetime()).dt.offset_by(by).cast(nw.Date())


def moved(day: Day, length: Duration, sign: int) -> Day:
    """Each day moved by a length of time."""
    if length.is_working:
        return _stepped(day, lambda start: add(start, length, sign))
    try:
        low, high = (add(date.fromordinal(end), length, sign) for end in (day.low, day.high))
        there = add(day.fixed, length, sign) if day.fixed is not None else None
    except OverflowError:
        raise LoweringError(f"a day, {length} away, could lie outside the years 1 to 9999") from None
    if there is not None:
        return one_day(there)
    months, days = length.months, length.days
    by = f"{sign * months}mo" if months is not None else f"{sign * (days or 0)}d"
    return Day(shifted(day.rows, by), low.toordinal(), high.toordinal(), look_up=day.look_up)


def counted(day: Day) -> Whole:
    """A day, counted from 1 January of year 1, which is 1: the days of the years before its own, and its day of the year."""
    if day.fixed is not None:
        return Whole(day.low, day.low)
    before, of = day.rows.dt.year().cast(nw.Int64()) - 1, day.rows.dt.ordinal_day().cast(nw.Int64())
    return Whole(day.low, day.high, of + 365 * before + before // 4 - before // 100 + before // 400)


def last_day(window: x.Within, anchor: Day) -> nw.Expr:
    """The last day of a window for each row, missing where its day is."""
    if anchor.fixed is not None:
        return fixed(bounds_of(window, anchor.fixed)[1])
    match window.how:
        case x.Window.BEFORE:
            return moved(anchor, Duration(1, TimeUnit.DAY), -1).rows
        case x.Window.AFTER:
            return moved(anchor, window.length, 1).rows
    if window.length.is_working:
        return _stepped(anchor, lambda start: last_day_starting_on(start, window.length)).rows
    end = moved(anchor, window.length, 1).rows
    before = shifted(end, "-1d")
    if window.length.months is None:
        return before
    # Where the month has no such date its last day stands for it, and counts.
    return nw.when(end.dt.day() == anchor.rows.dt.day()).then(before).otherwise(end)


def within(window: x.Within, day: Day, anchor: Day, where: Callable[[nw.Expr], nw.Expr]) -> nw.Expr:
    """Whether each day lies in a window: no, where either is missing. `where`: where an end of the window is found."""
    match window.how:
        case x.Window.STARTING_ON:
            return yes(anchor.rows <= day.rows) & yes(day.rows <= where(last_day(window, anchor)))
        case x.Window.AFTER:
            return yes(anchor.rows < day.rows) & yes(day.rows <= where(last_day(window, anchor)))
    return yes(where(moved(anchor, window.length, -1).rows) <= day.rows) & yes(day.rows < anchor.rows)


def member_holding(period: Period, day: nw.Expr) -> nw.Expr:
    """The first member that holds each day. Days are cut where a member begins or ends, and halved until one cut is left."""
    starts = {m.first for m in period.members}
    starts |= {m.last + timedelta(days=1) for m in period.members if m.last < date.max}
    cuts: list[tuple[date, str | None]] = [(date.min, period.holding(date.min))]
    for start in sorted(starts):
        name = period.holding(start)
        if name != cuts[-1][1]:
            cuts.append((start, name))
    return nw.when(~day.is_null()).then(_halved(cuts, day))


def _halved(cuts: list[tuple[date, str | None]], day: nw.Expr) -> nw.Expr:
    if len(cuts) == 1:
        return nw.lit(cuts[0][1], dtype=nw.String())
    middle = len(cuts) // 2
    return (
        nw.when(day < fixed(cuts[middle][0])).then(_halved(cuts[:middle], day)).otherwise(_halved(cuts[middle:], day))
    )


def _stepped(day: Day, leads_to: Callable[[date], date]) -> Day:
    """Each day moved to the day that it leads to. Of two days the later never leads to the earlier."""
    if day.low > day.high:
        return day
    try:
        low, high = (leads_to(date.fromordinal(end)) for end in (day.low, day.high))
        if day.fixed is not None:
            return one_day(low)
    except (NotCovered, OverflowError) as error:
        raise LoweringError(str(error)) from None
    if day.look_up is None:
        raise LoweringError("a day that is in no record is not moved by working days")
    days = [date.fromordinal(ordinal) for ordinal in range(day.low, day.high + 1)]
    rows = day.look_up(day.rows, {each: leads_to(each) for each in days})
    return Day(rows, low.toordinal(), high.toordinal(), look_up=day.look_up)
