"""Working days: days that are neither at a weekend nor closed, by the calendar that the contract names."""

from __future__ import annotations

import pytest

from pbr_rules import api
from pbr_rules.diagnostics import DataError
from pbr_rules.source import Source
from pbr_rules.surface.write import write
from pbr_rules.testing.engines import ENGINES

HEAD = """
contract c "C" {
  payer a: "A"   provider b: "B"   currency: GBP   payments: rounded to £0.01 half up
  %s
}
"""
SHIPPED = HEAD % "calendar: england_and_wales"
OWN = HEAD % "calendar: closed weekends and holidays.day"


def value(bench, expression, head=SHIPPED):
    """The value of one expression, or its state and reason."""
    text = f"category one {{ only }}\ndefine answer by one = {expression}\n"
    return bench.figures(text, head=head)["answer[only]"]


CLAIMS = """
records people { person: id   paid: date }
records claims { claim: id   person: id of people   made: date }
measure n "N" { count of claims for people where made %s }
"""


def counted(bench, window, paid, *made, head=SHIPPED, text=CLAIMS, **more):
    rows = {
        "people": f"person,paid; a,{paid}",
        "claims": "claim,person,made; " + "; ".join(f"{n},a,{day}" for n, day in enumerate(made)),
        **more,
    }
    return bench.figures(text % window, rows, head=head, complete={"claims": "2030-01-01"})["n"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("window", "paid", "inside", "outside"),
    [
        # Paid on Friday 20 December 2013. Three days are closed: 25 and 26 December, and 1 January.
        ("within 15 working days after paid", "2013-12-20", ["2013-12-21", "2014-01-15"], ["2013-12-20", "2014-01-16"]),
        ("within 15 working days starting on paid", "2013-12-20", ["2013-12-20", "2014-01-14"], ["2014-01-15"]),
        # A weekend day begins a window; the first working day is the Monday.
        ("within 1 working day starting on paid", "2014-01-04", ["2014-01-04", "2014-01-06"], ["2014-01-07"]),
        ("within 1 working day after paid", "2014-01-04", ["2014-01-05", "2014-01-06"], ["2014-01-04", "2014-01-07"]),
        # Counted back from Tuesday 6 May 2014, over a bank holiday: Friday 2 May.
        ("within 1 working day before paid", "2014-05-06", ["2014-05-02", "2014-05-05"], ["2014-05-01", "2014-05-06"]),
        ("= paid + 2 working days", "2014-04-17", ["2014-04-23"], ["2014-04-22", "2014-04-24"]),
        ("= paid - 2 working days", "2014-04-23", ["2014-04-17"], ["2014-04-16", "2014-04-18"]),
        ("is on or after 1 working day after paid", "2022-09-16", ["2022-09-20"], ["2022-09-19"]),
        ("from paid to paid + 5 working days", "2023-05-05", ["2023-05-05", "2023-05-15"], ["2023-05-16"]),
    ],
)
def test_working_days_are_neither_at_a_weekend_nor_closed(bench, engine, window, paid, inside, outside):
    rows = {
        "people": f"person,paid; a,{paid}",
        "claims": "claim,person,made; " + "; ".join(f"{n},a,{day}" for n, day in enumerate([*inside, *outside])),
    }
    found = bench.settle(CLAIMS % window, rows, head=SHIPPED, complete={"claims": "2030-01-01"}, engine=engine)
    assert next(f.value.of for f in found.settlement.figures if f.name == "n") == len(inside)
    if engine == "python":
        assert counted(bench, window, paid, *inside) == len(inside)
        assert counted(bench, window, paid, *outside) == 0


def test_terms_count_as_rows_do_and_say_the_day(bench):
    assert value(bench, "(2013-12-20 + 15 working days) is 2014-01-15", SHIPPED) is True
    assert value(bench, "(2014-01-15 - 15 working days) is 2013-12-20", SHIPPED) is True
    assert value(bench, "2014-01-15 within 15 working days after 2013-12-20", SHIPPED) is True
    assert value(bench, "(2013-12-20 + (3 * 5 working days)) is 2014-01-15", SHIPPED) is True
    assert value(bench, "(15 working days after 2013-12-20) is 2014-01-15", SHIPPED) is True
    text = 'parameter paid "Paid": date = 2013-12-20\nparameter x "X": money = £1\npayment p "P" { when paid + 15 working days is 2014-01-15 pay x otherwise pay nothing }'
    (line,) = bench.settle(text, head=SHIPPED).settlement.lines
    assert line.amount == 1
    assert "15 working days after 20 December 2013: 15 January 2014" in line.working.steps


def test_a_length_that_terms_say_is_counted_in_rows(bench):
    text = "parameter wait: count = 3\n" + CLAIMS
    assert counted(bench, "is paid + wait * 5 working days", "2013-12-20", "2014-01-15", text=text) == 1


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        ("2009-12-31 + 1 working day", "1 working day from 31 December 2009 cannot be counted: `england_and_wales` covers the years 2010 to 2027"),
        ("2027-12-31 + 1 working day", "from 31 December 2027"),
        ("2010-01-04 - 1 working day", "from 4 January 2010"),
        ("2020-01-01 + (0 * 1 working day)", "0 working days after 1 January 2020 is no day"),
    ],
)  # fmt: skip
def test_a_day_outside_the_years_of_the_calendar_is_refused(bench, formula, why):
    said = value(bench, f"({formula}) is 2020-01-01", SHIPPED)
    assert said.startswith("refused") and why in said


def test_a_row_outside_the_years_stops_the_statement(bench):
    for window in ("within 15 working days after paid", "is paid + 15 working days"):
        with pytest.raises(DataError, match="15 working days from 20 December 2027 cannot be counted"):
            counted(bench, window, "2027-12-20", "2027-12-21")


HOLIDAYS = 'records holidays { day: date   kept: flag   exclude not kept "not kept here" }\n'


def test_a_calendar_of_the_contracts_own_covers_the_years_its_days_fall_in(bench):
    text, days = HOLIDAYS + CLAIMS, "day,kept; 2013-12-25,yes; 2014-01-02,yes; 2014-01-03,no"
    window = "is paid + 5 working days"
    # 24, 27 and 26 December are worked, 25 December and 2 January are not; a row left out closes nothing.
    assert counted(bench, window, "2013-12-23", "2013-12-31", head=OWN, text=text, holidays=days) == 1
    with pytest.raises(DataError, match=r"`holidays.day` covers the years 2013 to 2014"):
        counted(bench, window, "2012-12-20", "2013-12-31", head=OWN, text=text, holidays=days)
    with pytest.raises(DataError, match=r"`holidays.day` covers no year"):
        counted(bench, window, "2012-12-20", "2013-12-31", head=OWN, text=text, holidays="day,kept")


def test_closed_weekends_alone_close_nothing_else(bench):
    head = HEAD % "calendar: closed weekends"
    assert value(bench, "(2013-12-20 + 5 working days) is 2013-12-27", head) is True
    assert value(bench, "(1900-01-01 + 5 working days) is 1900-01-08", head) is True


def test_rows_may_be_left_out_by_working_days(bench):
    text = HOLIDAYS + CLAIMS.replace(
        "paid: date }", 'paid: date   exclude paid is after 2014-01-02 + 1 working day "late" }'
    )
    days = "day,kept; 2014-01-03,yes"
    assert counted(bench, "is known", "2014-01-06", "2014-01-06", head=OWN, text=text, holidays=days) == 1
    assert counted(bench, "is known", "2014-01-07", "2014-01-06", head=OWN, text=text, holidays=days) == 0


def test_an_example_without_the_days_that_are_closed_says_so(bench):
    text = HOLIDAYS + 'define d "D" = (2014-01-02 + 1 working day) is 2014-01-03\nexample "x" { expect d = yes }'
    _, (worked,) = api.work_examples(bench.source(text, OWN), bench.catalogue)
    assert "no rows of `holidays` were given" in worked.checkpoints[0].came_out


def test_a_result_is_not_yet_while_a_window_of_working_days_is_open(bench):
    text = CLAIMS % "within 15 working days after paid" + 'payment p "P" { when n is 0 pay £5 otherwise pay nothing }'
    rows = {"people": "person,paid; a,2013-12-20", "claims": "claim,person,made"}
    settlement = bench.settle(text, rows, head=SHIPPED, complete={"claims": "2014-01-14"}).settlement
    assert len(settlement.not_yet) == 1 and "15 January 2014" in settlement.not_yet[0].why
    assert bench.amounts(text, rows, head=SHIPPED, complete={"claims": "2014-01-15"}) == {"p": 5}


@pytest.mark.parametrize(
    ("head", "text", "code", "said"),
    [
        ("", "define d = 2014-01-02 + 1 working day", "incomplete", "1 working day: the contract does not say which days are working days"),
        ("", CLAIMS % "within 2 working days after paid", "incomplete", "2 working days: the contract does not say"),
        (SHIPPED, "define d = 2014-01-02 + 0 working days", "bad-number", "`0 working days` lead to no day"),
        (SHIPPED, "define d = 2014-01-02 + 3 business days", "not-expected", "`business days` is not how this is said here"),
        (SHIPPED, "define d = 2014-01-02 + 3 working months", "not-expected", "`working months` is not how this is said here"),
        (SHIPPED, "define d = (2014-01-02 - 2014-01-01) is 1 working day", "kinds", "a count cannot be compared with a duration"),
        (SHIPPED, "period p each 20 working days from 2014-01-01 to 2014-12-31", "bad-number", "a period lasts so many days, weeks, months or years, and this is 20 working days"),
        (SHIPPED, "records s { person: id   a: date   b: date   held: a to b }\nmeasure m { days of s.held for s in runs of 5 working days }", "kinds", "a run is so many days, and 5 working days have no fixed number of days"),
        (SHIPPED, "records s { person: id   a: date   b: date   held: a to b }\nmeasure m { days of s.held for s ignoring gaps of 5 working days }", "kinds", "a gap is so many days"),
        (HEAD % "calendar: scotland", "", "unknown-name", "no calendar called `scotland` comes with the package; it has `england_and_wales`"),
        (HEAD % "calendar england: closed weekends", "", "not-expected", "a contract has one calendar, and it is not given a name: `england`"),
        (OWN, "", "unknown-name", "there are no records called `holidays`, which the calendar is made of"),
        (OWN, "records holidays { date: date }", "unknown-name", "`holidays` has no column `day`"),
        (OWN, "records holidays { day: text }", "kinds", "a calendar is made of days that are closed, each a date, and `holidays.day` is text"),
        (OWN, "records holidays { day: date optional }", "kinds", "`holidays.day` may be blank"),
        (OWN, 'records holidays { day: date   exclude day is after 2014-01-02 + 1 working day "late" }', "loop", "`holidays` says which days are working days"),
    ],
)  # fmt: skip
def test_what_is_said_of_working_days(bench, head, text, code, said):
    found = [p for p in bench.problems(text, **({"head": head} if head else {})) if p.code == code]
    assert any(said in p.headline for p in found), bench.problems(text, **({"head": head} if head else {}))


def test_a_calendar_has_one_layout():
    for line in ("england_and_wales", "closed weekends", "closed weekends and holidays.day"):
        text = f'contract c "C" {{\n  payer a:  "A"\n  calendar: {line}\n}}\n\ndefine d = 2014-01-02 + 1,000 working days\n'
        assert write(Source("c.pbr", text)) == text
        assert write(Source("c.pbr", text.replace("1,000 working days", "1000   working  day"))) == text
