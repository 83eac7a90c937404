"""Which days are working days: calendars shipped with the package, and those that a contract's own records make.

A working day is a day that is neither at a weekend nor closed. They are numbered through, so that the n-th after a day is found
without going from day to day.
"""

from __future__ import annotations

import csv
import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib import resources

from attrs import field, frozen

from pbr_rules.dates import long_text
from pbr_rules.diagnostics import DataError


class NotCovered(DataError):  # noqa: N818 - what a calendar says of a day
    """A calendar does not say which days are working days, that far."""


@frozen
class Calendar:
    """Working days.

    Attributes:
        name: the calendar, as the contract names it.
        closed: days that are closed, whether at a weekend or not.
        years: the first and the last year that it covers; None: all.
    """

    name: str
    closed: frozenset[date]
    years: tuple[int, int] | None = None
    _closed: list[int] = field(init=False, repr=False, eq=False)
    _passed: list[int] = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        closed = sorted(day.toordinal() for day in self.closed if day.weekday() < 5)
        object.__setattr__(self, "_closed", closed)
        # How many working days lie before each closed day.
        object.__setattr__(self, "_passed", [_weekdays(day) - at for at, day in enumerate(closed, 1)])

    def covers(self, day: int) -> bool:
        """Whether it covers a day, counted from 1 January of year 1."""
        if not 1 <= day <= date.max.toordinal():
            return False
        return self.years is None or self.years[0] <= date.fromordinal(day).year <= self.years[1]

    def works(self, day: date) -> bool:
        """Whether a day is a working day."""
        return day.weekday() < 5 and day not in self.closed

    def after(self, day: date, count: int) -> date:
        """The working day of that number after a day; before it, where the number is below zero.

        Raises:
            NotCovered: the day, or the one come to, lies outside the years covered, or the number is nought.
            OverflowError: when all years are covered, and the day lies outside the years 1 to 9999.
        """
        if count == 0:
            raise NotCovered(f"0 working days after {long_text(day)} is no day: the first is 1 working day after it")
        before = self._until(day.toordinal() - (count < 0))
        return self._numbered(day, before + count + (count < 0), f"{abs(count):,} working day{'s' * (abs(count) != 1)}")

    def starting(self, day: date, count: int) -> date:
        """The working day of that number from a day on, that day included.

        Raises:
            NotCovered: as for `after`.
        """
        if count < 1:
            raise NotCovered(f"{count} working days starting on {long_text(day)} have no last day")
        return self._numbered(
            day, self._until(day.toordinal() - 1) + count, f"{count:,} working day{'s' * (count != 1)}"
        )

    def _until(self, day: int) -> int:
        """How many working days there are up to a day, counted from the first of year 1."""
        return _weekdays(day) - bisect_right(self._closed, day)

    def _numbered(self, day: date, number: int, length: str) -> date:
        weekday = number + bisect_left(self._passed, number)
        weeks, rest = divmod(weekday - 1, 5)
        found = 7 * weeks + rest + 1
        if self.covers(day.toordinal()) and self.covers(found):
            return date.fromordinal(found)
        if self.years is None:
            raise OverflowError("a date outside the years 1 to 9999")
        covers = "no year" if self.years[0] > self.years[1] else f"the years {self.years[0]} to {self.years[1]}"
        raise NotCovered(f"{length} from {long_text(day)} cannot be counted: `{self.name}` covers {covers}")


def _weekdays(day: int) -> int:
    """How many days from Monday to Friday there are from 1 January of year 1, a Monday, up to a day."""
    weeks, rest = divmod(day, 7)
    return 5 * weeks + min(rest, 5)


def of_days(name: str, days: Iterable[date]) -> Calendar:
    """A calendar that is closed on certain days. It covers the years in which one of them lies, and those between."""
    closed = frozenset(days)
    return Calendar(name, closed, (min(closed).year, max(closed).year) if closed else (1, 0))


@frozen
class About:
    """What is known of a calendar that is shipped."""

    name: str
    title: str
    closed: str
    years: tuple[int, int]
    source: str
    licence: str


def shipped() -> tuple[str, ...]:
    """The calendars that come with the package."""
    return tuple(
        sorted(each.name for each in resources.files(__name__).iterdir() if each.joinpath("about.toml").is_file())
    )


@cache
def about(name: str) -> About:
    """Where a calendar comes from, and the years that it covers."""
    found = tomllib.loads(resources.files(__name__).joinpath(name, "about.toml").read_text("utf-8"))
    return About(name, found["title"], found["closed"], (found["from"], found["to"]), found["source"], found["licence"])


WEEKENDS = Calendar("closed weekends", frozenset())
"""Every day from Monday to Friday."""


@cache
def calendar(name: str) -> Calendar:
    """A calendar that comes with the package."""
    lines = resources.files(__name__).joinpath(name, "days.csv").read_text("utf-8").splitlines()
    days = [date.fromisoformat(row["day"]) for row in csv.DictReader(lines)]
    return Calendar(name, frozenset(days), about(name).years)
