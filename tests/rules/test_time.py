"""Time: rules 26 to 30, and when a result is final."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pbr_rules.diagnostics import UsageError
from pbr_rules.settlement.ids import with_ids

TWO = """
records people { person: id   released: date }
records events { person: id of people   happened: date }
measure n "N" { count of events for people where happened %s }
"""


def counted(bench, window, released, *days):
    rows = {
        "people": f"person,released; a,{released}",
        "events": "person,happened; " + "; ".join(f"a,{day}" for day in days),
    }
    return bench.figures(TWO % window, rows, complete={"events": "2030-01-01"})["n"]


@pytest.mark.parametrize(
    ("window", "released", "inside", "outside"),
    [
        # Starting on a day: that day counts, and the last is the day before the same date, or the month's last day.
        (
            "within 12 months starting on released",
            "2011-06-30",
            ["2011-06-30", "2012-06-29"],
            ["2011-06-29", "2012-06-30"],
        ),
        ("within 12 months starting on released", "2012-02-29", ["2012-02-29", "2013-02-28"], ["2013-03-01"]),
        ("within 1 month starting on released", "2011-01-31", ["2011-02-28"], ["2011-03-01"]),
        # After a day: it does not count, and the last is the same date, or the month's last day.
        ("within 12 months after released", "2011-06-30", ["2011-07-01", "2012-06-30"], ["2011-06-30", "2012-07-01"]),
        ("within 12 months after released", "2012-02-29", ["2013-02-28"], ["2012-02-29", "2013-03-01"]),
        # From a day to a day: both count.
        ("from released to released + 12 months", "2011-06-30", ["2011-06-30", "2012-06-30"], ["2012-07-01"]),
        # 13 weeks from and including 7 January 2013 end on 7 April 2013.
        ("within 13 weeks starting on released", "2013-01-07", ["2013-04-07"], ["2013-04-08"]),
        ("within 638 days after released", "2019-01-07", ["2020-10-06"], ["2020-10-07"]),
        ("within 12 months before released", "2013-03-01", ["2012-03-01", "2013-02-28"], ["2012-02-29", "2013-03-01"]),
    ],
)
def test_rule_26_the_ends_of_windows(bench, window, released, inside, outside):
    assert counted(bench, window, released, *inside) == len(inside)
    assert counted(bench, window, released, *outside) == 0


def test_rule_27_a_month_is_never_turned_into_days(bench):
    (problem,) = bench.problems(
        'category one { only }\ndefine x "X" by one = (2020-02-01 - 2020-01-01) is at least 1 month\n'
    )
    assert problem.code == "kinds" and "duration" in problem.headline
    assert bench.value("2013-02-28 - 2012-02-29") == 365
    assert bench.value("(2020-03-01 - 2020-01-31) is at least ((2020-01-31 + 1 month) - 2020-01-31)") is True


PERIOD = """
period year { y1: 2020-01-01 to 2020-12-31   y2: 2022-01-01 to 2022-12-31 }
records people { person: id }
records events { person: id of people   happened: date }
measure n "N" by year of happened { count of events for people }
"""


def test_rule_28_a_date_in_no_period_counts_nowhere_with_the_reason(bench):
    rows = {"people": "person; a", "events": "person,happened; a,2020-05-01; a,2021-05-01"}
    settlement = bench.settle(PERIOD, rows, complete={"events": "2022-12-31"}).settlement
    ((name, number, reasons),) = settlement.counted
    assert (name, number) == ("n", 1)
    assert reasons == (("in no `year`: happened lies in none", 1),)


def test_a_result_is_not_yet_while_a_window_is_open(bench):
    rows = {"people": "person; a", "events": "person,happened; a,2020-05-01"}
    found = bench.figures(PERIOD, rows, complete={"events": "2020-12-31"})
    assert found["n[y1]"] == 1
    assert found["n[y2]"].startswith("not yet")
    text = TWO % "within 12 months starting on released" + 'payment p "P" { when n is 0 pay £5 otherwise pay nothing }'
    rows = {"people": "person,released; a,2020-01-01; b,2020-03-01", "events": "person,happened; a,2021-05-01"}
    settlement = bench.settle(text, rows, complete={"events": "2021-02-27"}).settlement
    assert len(settlement.not_yet) == 1 and not settlement.refused
    assert bench.amounts(text, rows, complete={"events": "2021-02-28"}) == {"p": 5}


def test_how_far_a_file_goes_must_be_said_where_a_window_could_be_open(bench):
    rows = {"people": "person,released; a,2020-01-01", "events": "person,happened; a,2021-05-01"}
    with pytest.raises(UsageError, match="--complete events=DATE"):
        bench.figures(TWO % "within 12 months starting on released", rows)


def test_periods_of_one_length_nest(bench):
    text = """
    period year each 1 year from 2021-04-01 to 2023-03-31
    period quarter each 3 months of year
    parameter fee "Fee" by year: money { year_1: £400   year_2: £800 }
    payment p "P" by quarter { pay fee / 4 }
    limit a "A" by year { covers p   at most £500 }
    """
    found = bench.amounts(text)
    assert found["p[quarter_4]"] == 100 and found["p[quarter_5]"] == 200
    assert (found["a[year_1]"], found["a[year_2]"]) == (0, -300)


def test_a_period_that_its_length_does_not_fill_is_refused(bench):
    assert [p.code for p in bench.problems("period term each 5 months from 2021-01-01 to 2021-12-31")] == ["incomplete"]


def test_figures_from_a_day_are_read_on_a_named_day(bench):
    text = """
    parameter wage "Wage": money { from 2021-04-01: £9.10   from 2022-04-01: £9.65 }
    records people { person: id   joined: date }
    define w "W" by person = wage[dated joined]
    payment p "P" by person { pay 10 * w }
    """
    rows = {"people": "person,joined; a,2021-04-01; b,2022-03-31; c,2022-04-01; d,2021-03-31"}
    lines = bench.settle(text, rows).settlement.lines
    assert sorted((line.representative, line.amount) for line in lines if line.amount is not None) == [
        ("a", 91),
        ("b", 91),
        ("c", Fraction("96.50")),
    ]
    (refused,) = [line for line in lines if line.amount is None]
    assert "no value yet" in refused.why
    (problem,) = bench.problems(text.replace("wage[dated joined]", "wage"))
    assert problem.code == "grain" and "wage[dated" in problem.help[0]


def test_a_figure_that_rises_each_period(bench):
    text = 'period year each 1 year from 2021-01-01 to 2023-12-31\nparameter fee "Fee" by year: money = £300 rising 2.5% each year\npayment p "P" by year { pay fee }\n'
    assert list(bench.amounts(text).values()) == [300, Fraction("307.50"), Fraction("315.19")]


OVERLAPPING = """
period cohort { quarter: 2020-01-01 to 2020-03-31  whole: 2020-01-01 to 2020-12-31 }
records people "People" { person: id  joined: date }
"""


@pytest.mark.parametrize(
    "text",
    [
        'measure joined_in "Joined" by cohort of joined { count of people }',
        'parameter fee "Fee" by cohort: money { quarter: £1  whole: £2 }\npayment p "P" by person { pay fee[cohort of joined] }',
        'payment p "P" by person { dated: joined  pay £1 }\nlimit most "Most" by cohort { covers p  at most £5 }',
    ],
)
def test_a_day_is_in_one_member_of_a_period(bench, text):
    [problem] = bench.problems(OVERLAPPING + text)
    assert problem.code == "ambiguous"
    assert problem.headline == "`quarter` and `whole` of `cohort` share days from 2020-01-01: a day there lies in both"
    apart = OVERLAPPING.replace("whole: 2020-01-01", "whole: 2020-04-01")
    assert bench.problems(apart + text) == []


def test_a_period_in_which_no_day_is_sought_may_have_members_that_share_days(bench):
    assert bench.problems(OVERLAPPING + 'payment p "P" by cohort { pay £1 }') == []


def test_a_count_that_has_passed_a_figure_does_not_wait(bench):
    """A count can only grow: what it has passed it has passed for good, and what it has not may still come."""
    text = """
    records people "P" { person: id   joined: date }
    records claims "C" { person: id of people   made: date }
    measure made_in_time "M" by person { count of claims for people   where made within 9 months starting on joined }
    define any "A" by person = made_in_time is above 0
    define none "N" by person = made_in_time is 0
    define two "T" by person = made_in_time is at least 2
    define few "F" by person = 1 is above made_in_time
    payment p "P" by person { when any pay £5 otherwise pay nothing }
    payment q "Q" by person { when none pay £7 otherwise pay nothing }
    payment r "R" by person { when two or few pay £9 otherwise pay nothing }
    """
    rows = {"people": "person,joined; A,2024-01-01; B,2024-01-01", "claims": "person,made; A,2024-02-01"}
    found = {
        with_ids(line.working.of): line.amount if line.amount is not None else str(line.state)
        for line in bench.settle(text, rows, complete={"claims": "2024-03-01"}).settlement.lines
    }
    assert found == {
        'p["A"]': 5,
        'p["B"]': "not yet",
        'q["A"]': 0,
        'q["B"]': "not yet",
        'r["A"]': "not yet",
        'r["B"]': "not yet",
    }


def test_the_later_of_two_days(bench):
    assert str(bench.value("greater of 2025-01-01 and 2025-02-01")) == "2025-02-01"
    assert str(bench.value("lower of 2025-01-01 and 2025-02-01")) == "2025-01-01"


def test_the_day_itself_is_in_no_window_after_it_even_where_days_end(bench):
    text = 'payment p "P" { when 9999-12-31 within 2 years after %s pay £1 otherwise pay nothing }'
    assert bench.amounts(text % "9999-12-31")["p"] == 0
    assert bench.amounts(text % "9999-12-30")["p"] == 1
