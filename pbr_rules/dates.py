"""Days, and lengths of time added to them.

Source: months are added to the calendar date, and where the month has no such date its last day is taken. A length of
time is never turned into days.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum

from attrs import field, frozen

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


class TimeUnit(StrEnum):
    """A unit of a length of time."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


def _unit(unit: str) -> TimeUnit:
    if unit not in set(TimeUnit):
        raise ValueError(f"a length of time is in `day`, `week`, `month` or `year`, and not in {unit!r}")
    return TimeUnit(unit)


@frozen
class Duration:
    """A length of time as written: a whole number of days, weeks, months or years, as in `Duration(3, "month")`.

    Raises:
        ValueError: the unit is none of `day`, `week`, `month` and `year`.
    """

    count: int
    unit: TimeUnit = field(converter=_unit)

    @property
    def months(self) -> int | None:
        """The length in months, or None for days and weeks."""
        return {TimeUnit.MONTH: self.count, TimeUnit.YEAR: 12 * self.count}.get(self.unit)

    @property
    def days(self) -> int | None:
        """The length in days, or None for months and years."""
        return {TimeUnit.DAY: self.count, TimeUnit.WEEK: 7 * self.count}.get(self.unit)

    def times(self, number: int) -> Duration:
        """This length, `number` times."""
        return Duration(self.count * number, self.unit)

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"


def add(start: date, length: Duration, sign: int = 1) -> date:
    """`start` moved by a length of time; a date the month does not have becomes the month's last day.

    Raises:
        OverflowError: when the day lies outside the years 1 to 9999.
    """
    months = length.months
    if months is None:
        return start + sign * timedelta(days=length.days or 0)
    index = start.year * 12 + start.month - 1 + sign * months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        raise OverflowError("a date outside the years 1 to 9999")
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def last_day_starting_on(start: date, length: Duration) -> date:
    """Last day of `length` starting on `start`, that day included: the day before the corresponding date, or the
    month's last day where there is no such date (released 29 February 2012, 12 months: 28 February 2013)."""
    end = add(start, length)
    if length.months is not None and end.day != start.day:
        return end
    return end - timedelta(days=1)


def last_day_after(start: date, length: Duration) -> date:
    """Last day of `length` after `start`, that day not counted: the corresponding date, or the month's last day."""
    return add(start, length)


def long_text(day: date) -> str:
    """A day for people: `1 July 2010`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def days_text(first: date, last: date | None) -> str:
    """Days from one to another, for people; without a last day, from one on."""
    return f"from {long_text(first)}" if last is None else f"{long_text(first)} to {long_text(last)}"


def read_day(text: str) -> date:
    """A day as contracts write it: `2010-07-01`, or `1 July 2010`.

    Raises:
        ValueError: it is written in another way, or there is no such day.
    """
    if found := _LONG_DAY.fullmatch(text):
        return date(int(found[3]), MONTHS.index(found[2]) + 1, int(found[1]))
    if not _SHORT_DAY.fullmatch(text):
        raise ValueError(f"`{text}` is not a day")
    return date.fromisoformat(text)


_LONG_DAY = re.compile(rf"([0-9]{{1,2}})\s+({'|'.join(MONTHS)})\s+([0-9]{{4}})")
_SHORT_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
