"""Days, lengths of time and windows: held to days counted one by one, and to dates written by hand."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbr_rules import dates
from pbr_rules import expressions as x
from pbr_rules.dates import Duration
from pbr_rules.engines.windows import bounds_of, closing_day, lies_in
from pbr_rules.kinds import DATE

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
DAY = timedelta(days=1)


def day(text: str) -> date:
    return date.fromisoformat(text)


def stepped(start: date, months: int) -> date:
    """The same day of the month so many months on, or the last day of that month: found by going a day at a time."""
    first = start.replace(day=1)
    for _ in range(abs(months)):
        first = (first + 31 * DAY).replace(day=1) if months > 0 else (first - DAY).replace(day=1)
    found = first
    while found.day < start.day and (found + DAY).month == first.month:
        found += DAY
    return found


@given(DAYS, st.integers(-30, 30))
def test_months_are_added_to_the_calendar_date(start: date, months: int) -> None:
    assert dates.add(start, Duration(abs(months), "month"), -1 if months < 0 else 1) == stepped(start, months)


@pytest.mark.parametrize(
    ("start", "count", "unit", "sign", "end"),
    [
        ("2012-01-31", 1, "month", 1, "2012-02-29"),
        ("2011-01-31", 1, "month", 1, "2011-02-28"),
        ("2012-02-29", 1, "year", 1, "2013-02-28"),
        ("2012-12-15", 1, "month", 1, "2013-01-15"),
        ("2012-01-15", 1, "month", -1, "2011-12-15"),
        ("2012-03-31", 1, "month", -1, "2012-02-29"),
        ("2012-03-01", 2, "week", 1, "2012-03-15"),
        ("2012-03-01", 1, "day", -1, "2012-02-29"),
        ("2012-03-01", 0, "day", 1, "2012-03-01"),
        ("9998-12-31", 1, "year", 1, "9999-12-31"),
        ("0002-01-01", 12, "month", -1, "0001-01-01"),
    ],
)
def test_a_length_added(start: str, count: int, unit: str, sign: int, end: str) -> None:
    assert dates.add(day(start), Duration(count, unit), sign) == day(end)
    if sign == 1:
        assert dates.add(day(start), Duration(count, unit)) == day(end)
        assert dates.last_day_after(day(start), Duration(count, unit)) == day(end)


@pytest.mark.parametrize(("start", "sign"), [("9999-01-01", 1), ("0001-12-31", -1), ("9999-12-31", 1)])
def test_a_day_outside_the_calendar_is_said_to_be(start: str, sign: int) -> None:
    with pytest.raises(OverflowError, match=r"^a date outside the years 1 to 9999$"):
        dates.add(day(start), Duration(1, "year"), sign)


@pytest.mark.parametrize(
    ("start", "count", "unit", "last"),
    [
        ("2012-02-29", 12, "month", "2013-02-28"),  # no such date: the month's last day stands for it, and counts
        ("2012-02-28", 12, "month", "2013-02-27"),
        ("2012-01-31", 1, "month", "2012-02-29"),
        ("2012-01-01", 1, "year", "2012-12-31"),
        ("2012-01-01", 1, "day", "2012-01-01"),
        ("2012-01-01", 2, "week", "2012-01-14"),
    ],
)
def test_the_last_day_of_a_length_that_starts_on_a_day(start: str, count: int, unit: str, last: str) -> None:
    assert dates.last_day_starting_on(day(start), Duration(count, unit)) == day(last)


@pytest.mark.parametrize(
    ("length", "months", "days", "working"),
    [
        (Duration(3, "month"), 3, None, False),
        (Duration(2, "year"), 24, None, False),
        (Duration(3, "week"), None, 21, False),
        (Duration(5, "day"), None, 5, False),
        (Duration(5, "working day"), None, None, True),
    ],
)
def test_what_a_length_is_in(length: Duration, months: int | None, days: int | None, working: bool) -> None:
    assert (length.months, length.days, length.is_working) == (months, days, working)


def test_a_length_in_words() -> None:
    assert [str(Duration(n, "month")) for n in (0, 1, 2)] == ["0 months", "1 month", "2 months"]
    assert str(Duration(1, "working day")) == "1 working day" and Duration(2, "week").times(3) == Duration(6, "week")
    said = "a length of time is in `day`, `week`, `month`, `year` or `working day`, and not in 'hour'"
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        Duration(1, "hour")
    with pytest.raises(ValueError, match=r"^no calendar says which days 2 working days are$"):
        _ = Duration(2, "working day").working


class Tens:
    """A calendar in which a day is a working day where its date ends in a nought; it says what it was asked."""

    def after(self, start: date, count: int) -> date:
        return date(2020, 1, 10) if (start, count) == (date(2020, 1, 1), 1) else date(2019, 12, 30 - 10 * (count + 1))

    def starting(self, start: date, count: int) -> date:
        return date(2020, 1, 10 * count) if start == date(2020, 1, 1) else date.min


def test_working_days_are_asked_of_their_calendar() -> None:
    length = Duration(1, "working day", calendar=Tens())
    assert dates.add(date(2020, 1, 1), length) == date(2020, 1, 10)
    assert dates.add(date(2020, 1, 1), length, -1) == date(2019, 12, 30)
    assert dates.last_day_starting_on(date(2020, 1, 1), length.times(2)) == date(2020, 1, 20)


@pytest.mark.parametrize("text", ["2010-07-01", "1 July 2010", "01 July 2010", "1  July  2010"])
def test_a_day_is_read(text: str) -> None:
    assert dates.read_day(text) == date(2010, 7, 1)


@pytest.mark.parametrize("text", ["1 July 10", "2010-7-1", "20100701", "2010-W26-4", "1 Jul 2010", "1 July 2010 ", ""])
def test_what_is_no_day_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(f'`{text}` is not a day')}$"):
        dates.read_day(text)


def test_every_month_is_read_and_written() -> None:
    for month in range(1, 13):
        there = date(2011, month, 9)
        assert dates.long_text(there) == f"9 {there:%B} 2011"
        assert dates.read_day(dates.long_text(there)) == there


def test_days_from_one_to_another_in_words() -> None:
    assert dates.days_text(date(2010, 7, 1), None) == "from 1 July 2010"
    assert dates.days_text(date(2010, 7, 1), date(2011, 1, 31)) == "1 July 2010 to 31 January 2011"


# ---- windows

JOINED = x.Literal(date(2012, 2, 29), DATE, "29 February 2012")


def window(count: int, unit: str, how: x.Window) -> x.Within:
    return x.Within(JOINED, Duration(count, unit), how, JOINED)


@pytest.mark.parametrize(
    ("how", "count", "unit", "anchor", "first", "last"),
    [
        (x.Window.STARTING_ON, 12, "month", "2012-02-29", "2012-02-29", "2013-02-28"),
        (x.Window.STARTING_ON, 12, "month", "2012-03-01", "2012-03-01", "2013-02-28"),
        (x.Window.STARTING_ON, 1, "day", "2012-03-01", "2012-03-01", "2012-03-01"),
        (x.Window.AFTER, 12, "month", "2012-02-29", "2012-03-01", "2013-02-28"),
        (x.Window.AFTER, 1, "day", "2012-02-29", "2012-03-01", "2012-03-01"),
        (x.Window.BEFORE, 12, "month", "2012-02-29", "2011-02-28", "2012-02-28"),
        (x.Window.BEFORE, 1, "week", "2012-03-08", "2012-03-01", "2012-03-07"),
        # what reaches further than the calendar ends with it
        (x.Window.STARTING_ON, 2, "year", "9999-06-01", "9999-06-01", "9999-12-31"),
        (x.Window.AFTER, 2, "year", "9999-12-31", "9999-12-31", "9999-12-31"),
        (x.Window.BEFORE, 2, "year", "0001-01-01", "0001-01-01", "0001-01-01"),
    ],
)
def test_the_first_and_the_last_day_of_a_window(
    how: x.Window, count: int, unit: str, anchor: str, first: str, last: str
) -> None:
    assert bounds_of(window(count, unit, how), day(anchor)) == (day(first), day(last))
    assert closing_day(window(count, unit, how), day(anchor)) == day(last)


@given(st.sampled_from(x.Window), st.integers(1, 40), st.sampled_from(["day", "week", "month"]), DAYS, st.data())
def test_a_day_lies_in_a_window_that_holds_it(
    how: x.Window, count: int, unit: str, anchor: date, data: st.DataObject
) -> None:
    first, last = bounds_of(window(count, unit, how), anchor)
    lies = lies_in(window(count, unit, how))
    near = data.draw(st.dates(min(first, anchor) - 3 * DAY, max(last, anchor) + 3 * DAY))
    expected = first <= near <= last and (near != anchor or how is x.Window.STARTING_ON)
    assert lies(near, anchor) is expected and lies(near, anchor) is expected
    assert not lies(None, anchor) and not lies(near, None) and not lies(None, None)


@pytest.mark.parametrize(
    ("how", "closes"),
    [
        ("is before", "2012-02-28"), ("is below", "2012-02-28"), ("is on or after", "2012-02-28"), ("is at least", "2012-02-28"),
        ("is after", "2012-02-29"), ("is on or before", "2012-02-29"), ("is at most", "2012-02-29"), ("is", "2012-02-29"),
    ],
)  # fmt: skip
def test_a_comparison_is_over_with_its_day_or_the_day_before(how: str, closes: str) -> None:
    held = x.Comparator(how)
    assert closing_day(x.Compare(held, JOINED, JOINED), date(2012, 2, 29)) == day(closes)
    assert closing_day(x.Compare(held, JOINED, JOINED), date.min) == date.min


def test_days_from_one_to_another_are_over_with_the_last() -> None:
    assert closing_day(x.Between(JOINED, JOINED, JOINED), date(2012, 2, 29)) == date(2012, 2, 29)
