"""Days, and lengths of time added to them.

Source: months are added to the calendar date, and where the month has no such date its last day is taken. A length of
time is never turned into days.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from attrs import evolve, field, frozen

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
    WORKING_DAY = "working day"


def _unit(unit: str) -> TimeUnit:
    if unit not in set(TimeUnit):
        raise ValueError(f"a length of time is in `day`, `week`, `month`, `year` or `working day`, and not in {unit!r}")
    return TimeUnit(unit)


class WorkingDays(Protocol):
    """A calendar that says which days are working days."""

    def after(self, day: date, count: int) -> date:
        """The working day of that number after a day; before it, where the number is below zero."""

    def starting(self, day: date, count: int) -> date:
        """The working day of that number from a day on, that day included."""


@frozen
class Duration:
    """A length of time as written: a whole number of days, weeks, months, years or working days, as in `Duration(3, "month")`.

    Attributes:
        calendar: which days are working days. A contract is settled with the calendar that it names.

    Raises:
        ValueError: the unit is none of `day`, `week`, `month`, `year` and `working day`.
    """

    count: int
    unit: TimeUnit = field(converter=_unit)
    calendar: WorkingDays | None = field(default=None, eq=False, repr=False, kw_only=True)

    @property
    def months(self) -> int | None:
        """The length in months, or None for days and weeks."""
        return {TimeUnit.MONTH: self.count, TimeUnit.YEAR: 12 * self.count}.get(self.unit)

    @property
    def days(self) -> int | None:
        """The length in days, or None for months, years and working days."""
        return {TimeUnit.DAY: self.count, TimeUnit.WEEK: 7 * self.count}.get(self.unit)

    @property
    def is_working(self) -> bool:
        """Whether it is in working days."""
        return self.unit is TimeUnit.WORKING_DAY

    @property
    def working(self) -> WorkingDays:
        """The calendar of its working days."""
        if self.calendar is None:
            raise ValueError(f"no calendar says which days {self} are")
        return self.calendar

    def times(self, number: int) -> Duration:
        """This length, `number` times."""
        return evolve(self, count=self.count * number)

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"


def add(start: date, length: Duration, sign: int = 1) -> date:
    """`start` moved by a length of time; a date the month does not have becomes the month's last day. Working days are those
    after it (or before it), the first of which is the next that is one.

    Raises:
        OverflowError: when the day lies outside the years 1 to 9999.
    """
    if length.is_working:
        return length.working.after(start, sign * length.count)
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
    if length.is_working:
        return length.working.starting(start, length.count)
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
