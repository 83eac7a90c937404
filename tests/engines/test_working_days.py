"""Working days, held to days gone through one by one: the calendar, and every engine."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbr_rules import expressions as x
from pbr_rules import kinds
from pbr_rules.calendars import WEEKENDS, Calendar, NotCovered, about, calendar, of_days, shipped
from pbr_rules.dates import Duration, TimeUnit
from pbr_rules.diagnostics import DataError

DAY = timedelta(days=1)
FIRST, LAST = date(2019, 1, 1), date(2021, 12, 31)

days = st.dates(FIRST, LAST)
calendars = st.frozensets(days, max_size=40).map(lambda closed: Calendar("tried", closed | {FIRST}, (2019, 2021)))


def gone_through(found: Calendar, day: date, count: int, step: int, counts_itself: bool = False) -> date | None:
    """The working day of that number, going one day at a time; None where the years end first."""
    at = day if counts_itself else day + step * DAY
    while FIRST <= at <= LAST:
        count -= at.weekday() < 5 and at not in found.closed
        if count == 0:
            return at
        at += step * DAY
    return None


def or_none(day: Any) -> date | None:
    try:
        return day()  # type: ignore[no-any-return]
    except NotCovered:
        return None


@given(calendars, days, st.integers(1, 60))
def test_a_calendar_counts_as_one_who_goes_from_day_to_day(found, day, count):
    assert or_none(lambda: found.after(day, count)) == gone_through(found, day, count, 1)
    assert or_none(lambda: found.after(day, -count)) == gone_through(found, day, count, -1)
    assert or_none(lambda: found.starting(day, count)) == gone_through(found, day, count, 1, counts_itself=True)


def test_a_day_outside_the_years_is_refused_and_so_is_no_number_of_days():
    england = calendar("england_and_wales")
    for ask in (
        lambda: england.after(date(2009, 12, 31), 1),
        lambda: england.after(date(2027, 12, 31), 1),
        lambda: england.after(date(2010, 1, 4), -1),
        lambda: england.after(date(2020, 1, 1), 0),
        lambda: of_days("none", []).after(date(2020, 1, 1), 1),
    ):
        with pytest.raises(NotCovered):
            ask()
    with pytest.raises(OverflowError):
        WEEKENDS.after(date(9999, 12, 31), 1)


def test_what_is_shipped_says_its_years_and_its_source():
    for name in shipped():
        known = about(name)
        assert known.title and known.source and known.licence
        assert {day.year for day in calendar(name).closed} == set(range(known.years[0], known.years[1] + 1))
        assert all(day.weekday() < 5 for day in calendar(name).closed)


@pytest.mark.parametrize(
    ("day", "closed"),
    [
        # Days that were closed once, and days that were moved.
        ("2011-04-29", True),
        ("2012-05-28", False),
        ("2012-06-04", True),
        ("2012-06-05", True),
        ("2020-05-04", False),
        ("2020-05-08", True),
        ("2022-05-30", False),
        ("2022-06-02", True),
        ("2022-06-03", True),
        ("2022-09-19", True),
        ("2023-05-08", True),
        # Substitutes for days at a weekend.
        ("2010-12-27", True),
        ("2010-12-28", True),
        ("2016-12-27", True),
        ("2021-12-28", True),
        ("2022-01-03", True),
        # Easter, early and late.
        ("2016-03-25", True),
        ("2011-04-25", True),
        ("2027-12-28", True),
        # Scotland's, not England's.
        ("2020-01-02", False),
        ("2020-11-30", False),
    ],
)
def test_days_closed_in_england_and_wales(day, closed):
    assert calendar("england_and_wales").works(date.fromisoformat(day)) is not closed


def test_each_year_has_its_eight_days_and_those_of_one_year_alone():
    by_year = dict.fromkeys(range(2010, 2028), 8) | {2011: 9, 2012: 9, 2022: 10, 2023: 9}
    closed = calendar("england_and_wales").closed
    assert {year: sum(day.year == year for day in closed) for year in by_year} == by_year


# ---- every engine

START = x.Column("rows", (), "start", kinds.DATE)
END = x.Column("rows", (), "end", kinds.DATE)


@settings(max_examples=12, deadline=None)
@given(
    calendars,
    st.lists(st.tuples(st.none() | st.dates(date(2019, 5, 1), date(2021, 8, 1)), st.none() | days), max_size=12),
    st.integers(1, 30),
    st.sampled_from(x.Window),
    st.sampled_from("+-"),
)
def test_engines_count_the_same_working_days(agree, rows, table, found, cells, count, how, sign):
    """In a window, and in a sum of days."""
    length = Duration(count, TimeUnit.WORKING_DAY, calendar=found)
    written = x.Literal(length, kinds.DURATION, f"{count} working days")
    window = x.Within(END, length, how, START)
    moved = x.Compare(x.Comparator.ON_OR_BEFORE, END, x.Arithmetic(sign, START, written))
    tables = table({"start": (kinds.DATE, [a for a, _ in cells]), "end": (kinds.DATE, [b for _, b in cells])})
    inside, before = 0, 0
    for start, end in cells:
        if start is None or end is None:
            continue
        last = gone_through(found, start, count, 1 if sign == "+" else -1)
        assert last is not None
        before += end <= last
        match how:
            case x.Window.BEFORE:
                inside += (gone_through(found, start, count, -1) or end) <= end < start
            case x.Window.AFTER:
                inside += start < end <= (gone_through(found, start, count, 1) or start)
            case _:
                inside += start <= end <= (gone_through(found, start, count, 1, counts_itself=True) or start)
    assert counted(agree.on(rows("rows", where=(window,)), tables)) == inside
    assert counted(agree.on(rows("rows", where=(moved,)), tables)) == before


def counted(answer: Any) -> int:
    return sum(n for by_key in answer.counted.values() for n in by_key.values())


def test_a_row_outside_the_years_is_no_guess_on_any_engine(agree, rows, table):
    length = Duration(15, TimeUnit.WORKING_DAY, calendar=calendar("england_and_wales"))
    late = table({"start": (kinds.DATE, [date(2027, 12, 20)]), "end": (kinds.DATE, [date(2027, 12, 21)])})
    asked = rows("rows", where=(x.Within(END, length, x.Window.AFTER, START),))
    with pytest.raises(DataError, match="covers the years 2010 to 2027"):
        agree.python.answer(asked, late)
    for engine in agree.others:
        with pytest.raises(Exception, match="covers the years 2010 to 2027"):
            engine.answer(asked, late)


@pytest.mark.parametrize("length", [Duration(5, TimeUnit.WORKING_DAY, calendar=WEEKENDS), Duration(1, TimeUnit.MONTH)])
def test_a_window_may_begin_on_the_earlier_of_two_days_of_the_terms(agree, rows, table, length):
    """Then it is one day for all rows, which frames do not look up row by row."""
    monday, later = (x.Literal(day, kinds.DATE, str(day)) for day in (date(2020, 3, 2), date(2020, 3, 4)))
    window = x.Within(END, length, x.Window.AFTER, x.Extreme(True, monday, later))
    ends = [date(2020, 3, 2), date(2020, 3, 3), date(2020, 3, 9), date(2020, 3, 10), date(2020, 4, 2), date(2020, 4, 3)]
    tables = table({"start": (kinds.DATE, [None] * 6), "end": (kinds.DATE, ends)})
    asked = rows("rows", base="rows", where=(window,), closing=(window,))
    assert counted(agree.on(asked, tables)) == (2 if length.is_working else 4)
