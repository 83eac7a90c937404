"""Each measure at its edges: the ends of months, stretches that go on, breaks, deadlines and maxima. Figures are worked by hand."""

from __future__ import annotations

from typing import Any

import pytest

HEAD = """
language 1
uses milestones 1
contract c "A contract" {
  payer council:  "The council"
  provider trust: "The trust"
  currency:       GBP
  payments:       rounded to £0.01 half up
}
category group { one, two }
parameter places "Most" by group: count { one: 1   two: 2 }
records clients "Clients" { client: id   group: group   joined: date }
records stays "Stays" { client: id of clients   moved_in: date   moved_out: date optional   housed: moved_in to moved_out }
records absences "Absences" { client: id of clients   left: date   back: date   away: left until back }
records letters "Letters" { client: id of clients   received: date }
"""


def case(
    measures: str, stays: list[tuple[str, str]], *expects: str, complete: str = "2020-12-31", more: str = ""
) -> str:
    """Measures, one client who stayed so, and what must come out."""
    rows = "".join(f'| "A" | {first} | {last} |\n' for first, last in stays)
    return f"""{HEAD}
{measures}
example "e" {{
  given clients {{ client: "A"   group: one   joined: 2018-01-01 }}
  given stays complete to {complete} {{
    | client | moved_in | moved_out |
    {rows}
  }}
  {more}
  {"".join(f"expect {each}{chr(10)}" for each in expects)}
}}
"""


SUSTAINED = 'measure m "M" by client { sustained of stays.housed for clients   %s }'


@pytest.mark.parametrize(
    ("lines", "began", "on"),
    [
        ("lasting: 3 months", "2018-04-05", "2018-07-05"),
        ("lasting: 3 months   counting: elapsed", "2018-04-05", "2018-07-05"),
        ("lasting: 3 months   counting: from_and_including", "2018-04-05", "2018-07-04"),
        # Where the month has no such date its last day is taken, either way.
        ("lasting: 3 months", "2018-11-30", "2019-02-28"),
        ("lasting: 3 months   counting: from_and_including", "2018-11-30", "2019-02-28"),
        ("lasting: 1 month", "2020-01-31", "2020-02-29"),
        ("lasting: 12 months", "2016-02-29", "2017-02-28"),
        ("lasting: 13 weeks", "2013-01-07", "2013-04-08"),
        ("lasting: 13 weeks   counting: from_and_including", "2013-01-07", "2013-04-07"),
    ],
)
def test_how_long_is_counted_in_two_ways(bench: Any, engine: str, lines: str, began: str, on: str) -> None:
    bench.holds(case(SUSTAINED % lines, [(began, "missing")], f'm["A"] = {on}'), engine)


def test_the_last_day_that_is_needed_is_enough_and_the_day_before_is_not(bench: Any, engine: str) -> None:
    three = SUSTAINED % "lasting: 3 months"
    bench.holds(case(three, [("2018-04-05", "2018-07-05")], 'm["A"] = 2018-07-05'), engine)
    bench.holds(case(three, [("2018-04-05", "2018-07-04")], 'm["A"] is missing'), engine)


def test_a_break_begins_again_at_nothing(bench: Any, engine: str) -> None:
    stays = [("2018-01-10", "2018-03-20"), ("2018-03-22", "2018-06-30")]
    bench.holds(case(SUSTAINED % "lasting: 3 months", stays, 'm["A"] = 2018-06-22'), engine)
    touching = [("2018-01-10", "2018-03-20"), ("2018-03-21", "2018-06-30")]
    bench.holds(case(SUSTAINED % "lasting: 3 months", touching, 'm["A"] = 2018-04-10'), engine)


@pytest.mark.parametrize(("back", "on"), [("2018-02-11", "2018-04-01"), ("2018-02-12", "2018-05-12")])
def test_a_gap_of_exactly_the_allowance_does_not_break(bench: Any, engine: str, back: str, on: str) -> None:
    stays = [("2018-01-01", "2018-02-03"), (back, "2018-12-31")]  # 7 days between, and 8
    lines = "ignoring gaps of 7 days   lasting: 3 months"
    bench.holds(case(SUSTAINED % lines, stays, f'm["A"] = {on}'), engine)


def test_a_stay_that_goes_on_is_not_yet_until_it_has_lasted(bench: Any, engine: str) -> None:
    three, stays = SUSTAINED % "lasting: 3 months", [("2018-01-10", "2018-02-20"), ("2018-04-05", "missing")]
    bench.holds(case(three, stays, 'm["A"] not yet', complete="2018-07-04"), engine)
    bench.holds(case(three, stays, 'm["A"] = 2018-07-05', complete="2018-07-05"), engine)
    ended = [("2018-01-10", "2018-02-20"), ("2018-04-05", "2018-05-01")]
    bench.holds(case(three, ended, 'm["A"] is missing', complete="2018-07-04"), engine)


def test_a_payment_waits_with_its_milestone(bench: Any, engine: str) -> None:
    text = SUSTAINED % "lasting: 3 months"
    text += '\npayment p "P" by client { when m is known pay £5 otherwise pay nothing }'
    bench.holds(case(text, [("2018-04-05", "missing")], 'p["A"] not yet', complete="2018-07-04"), engine)
    bench.holds(case(text, [("2018-04-05", "missing")], 'p["A"] = £5', complete="2018-07-05"), engine)
    bench.holds(case(text, [("2018-04-05", "2018-04-06")], 'p["A"] = nothing', complete="2018-07-04"), engine)


def test_days_of_absence_break_a_stretch(bench: Any, engine: str) -> None:
    away = 'given absences complete to 2020-12-31 { client: "A"   left: 2018-02-01   back: 2018-02-03 }'
    lines = "except days of absences.away   lasting: 3 months"
    bench.holds(case(SUSTAINED % lines, [("2018-01-01", "missing")], 'm["A"] = 2018-05-03', more=away), engine)
    lines = "except days of absences.away   ignoring gaps of 2 days   lasting: 3 months"
    bench.holds(case(SUSTAINED % lines, [("2018-01-01", "missing")], 'm["A"] = 2018-04-01', more=away), engine)


# ---- one milestone after another


LATER = """
measure entered "E" by client { sustained of stays.housed for clients   lasting: 3 months   stage: interim }
measure later "L" by client {
  sustained of stays.housed for clients
  from entered until entered + 1 year
  where entered is known
  lasting: 3 months
}
"""


def test_a_later_milestone_begins_on_the_day_of_the_earlier(bench: Any, engine: str) -> None:
    stays = [("2018-01-10", "missing")]
    bench.holds(case(LATER, stays, 'entered["A"] = 2018-04-10', 'later["A"] = 2018-07-10'), engine)


def test_without_the_earlier_there_is_no_later(bench: Any, engine: str) -> None:
    bench.holds(case(LATER, [("2018-01-10", "2018-02-10")], 'entered["A"] is missing', 'later["A"] is missing'), engine)


def test_while_the_earlier_is_not_yet_neither_is_the_later(bench: Any, engine: str) -> None:
    stays = [("2018-01-10", "missing")]
    bench.holds(case(LATER, stays, 'entered["A"] not yet', 'later["A"] not yet', complete="2018-04-09"), engine)
    bench.holds(
        case(LATER, stays, 'entered["A"] = 2018-04-10', 'later["A"] not yet', complete="2018-07-09"),
        engine,
    )


# ---- events


def test_the_first_and_the_second_time(bench: Any, engine: str) -> None:
    text = """
    measure once "O" by client { attained of stays for clients   dated: moved_in }
    measure twice "T" by client { attained of stays for clients   dated: moved_in   times: 2 }
    measure thrice "H" by client { attained of stays for clients   dated: moved_in   times: 3   stage: interim }
    """
    stays = [("2018-03-01", "2018-03-02"), ("2018-01-10", "2018-01-11")]
    expects = ('once["A"] = 2018-01-10', 'twice["A"] = 2018-03-01', 'thrice["A"] is missing')
    bench.holds(case(text, stays, *expects), engine)


# ---- cumulative days


ACCUMULATED = 'measure m "M" by client { accumulated of stays.housed for clients   %s }'


def test_days_add_up_over_breaks_and_a_day_of_two_stays_is_one(bench: Any, engine: str) -> None:
    stays = [("2018-01-01", "2018-01-10"), ("2018-01-05", "2018-01-10"), ("2018-02-01", "2018-02-05")]
    bench.holds(case(ACCUMULATED % "days: 15", stays, 'm["A"] = 2018-02-05'), engine)
    bench.holds(case(ACCUMULATED % "days: 10", stays, 'm["A"] = 2018-01-10'), engine)
    bench.holds(case(ACCUMULATED % "days: 16", stays, 'm["A"] is missing'), engine)


def test_how_many_days_may_be_a_figure_of_the_person(bench: Any, engine: str) -> None:
    stays = [("2018-01-01", "2018-01-10")]
    bench.holds(case(ACCUMULATED % "days: 7 * places[group]", stays, 'm["A"] = 2018-01-07'), engine)


def test_a_total_of_a_stay_that_goes_on_is_not_yet(bench: Any, engine: str) -> None:
    stays = [("2018-01-01", "missing")]
    bench.holds(case(ACCUMULATED % "days: 30", stays, 'm["A"] not yet', complete="2018-01-29"), engine)
    bench.holds(case(ACCUMULATED % "days: 30", stays, 'm["A"] = 2018-01-30', complete="2018-01-30"), engine)


# ---- whole periods, and stretches again and again


PERIODS = 'measure m "M" by client { whole_periods of stays.housed for clients   %s }'


@pytest.mark.parametrize(
    ("lines", "stays", "number"),
    [
        ("each: 7 days", [("2018-01-01", "2018-01-20"), ("2018-02-01", "2018-02-06"), ("2018-03-01", "2018-03-14")], 4),
        ("each: 4 weeks", [("2018-01-01", "2018-01-28")], 1),
        ("each: 4 weeks", [("2018-01-01", "2018-01-27")], 0),
        ("each: 4 weeks   most: 3", [("2018-01-01", "2018-03-25")], 3),  # exactly the most
        ("each: 4 weeks   most: 3", [("2018-01-01", "2018-12-31")], 3),
        ("each: 4 weeks   most: places[group]", [("2018-01-01", "2018-12-31")], 1),
        ("ignoring gaps of 1 day   each: 4 weeks", [("2018-01-01", "2018-01-14"), ("2018-01-16", "2018-01-28")], 1),
    ],
)
def test_whole_periods_up_to_the_most(bench: Any, engine: str, lines: str, stays: Any, number: int) -> None:
    bench.holds(case(PERIODS % lines, stays, f'm["A"] = {number}'), engine)


def test_each_person_has_their_own_most(bench: Any, engine: str) -> None:
    text = f"""{HEAD}
    measure m "M" by group {{ whole_periods of stays.housed for clients   each: 4 weeks   most: places[group] }}
    measure all_of_them "All" {{ whole_periods of stays.housed for clients   each: 4 weeks   most: places[group] }}
    example "Two with one each, and two with two each" {{
      given clients {{
        | client | group | joined     |
        | "A"    | one   | 2018-01-01 |
        | "B"    | one   | 2018-01-01 |
        | "C"    | two   | 2018-01-01 |
        | "D"    | two   | 2018-01-01 |
      }}
      given stays complete to 2018-12-31 {{
        | client | moved_in   | moved_out  |
        | "A"    | 2018-01-01 | missing    |
        | "B"    | 2018-01-01 | 2018-01-27 |
        | "C"    | 2018-01-01 | missing    |
        | "D"    | 2018-01-01 | 2018-01-28 |
      }}
      expect m[one] = 1
      expect m[two] = 3
      expect all_of_them = 4
    }}
    """
    bench.holds(text, engine)


def test_a_stretch_again_after_a_gap(bench: Any, engine: str) -> None:
    text = 'measure m "M" by client { spells of stays.housed for clients   %s }'
    stays = [("2018-01-01", "2018-02-28"), ("2018-03-15", "2018-04-30"), ("2018-06-01", "2018-06-10")]
    bench.holds(case(text % "lasting: 4 weeks", stays, 'm["A"] = 2'), engine)
    bench.holds(case(text % "lasting: 4 weeks   most: 1", stays, 'm["A"] = 1'), engine)
    bench.holds(case(text % "ignoring gaps of 14 days   lasting: 4 weeks", stays, 'm["A"] = 1'), engine)
    bench.holds(case(text % "ignoring gaps of 13 days   lasting: 4 weeks", stays, 'm["A"] = 2'), engine)


# ---- evidence


EVIDENCED = (
    SUSTAINED % "lasting: 3 months"
    + """
measure proved "P" by client {
  evidenced of letters for clients
  where m is known
  dated:    received
  reached:  m
  deadline: m + 28 days
}
"""
)


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2018-07-04", "is missing"),  # the day before the milestone
        ("2018-07-05", "= 2018-07-05"),
        ("2018-08-02", "= 2018-08-02"),  # the last day
        ("2018-08-03", "is missing"),
    ],
)
def test_evidence_comes_by_its_deadline(bench: Any, engine: str, received: str, expected: str) -> None:
    letter = f'given letters complete to 2018-12-31 {{ client: "A"   received: {received} }}'
    bench.holds(case(EVIDENCED, [("2018-04-05", "missing")], f'proved["A"] {expected}', more=letter), engine)


def test_evidence_that_may_still_come_is_not_yet(bench: Any, engine: str) -> None:
    for complete, expected in (("2018-08-01", "not yet"), ("2018-08-02", "is missing")):
        letter = f'given letters complete to {complete} {{ client: "A"   received: 2018-01-01 }}'
        bench.holds(case(EVIDENCED, [("2018-04-05", "missing")], f'proved["A"] {expected}', more=letter), engine)


def test_a_milestone_not_yet_reached_has_no_evidence_yet(bench: Any, engine: str) -> None:
    letter = 'given letters complete to 2018-12-31 { client: "A"   received: 2018-07-10 }'
    text = case(EVIDENCED, [("2018-04-05", "missing")], 'proved["A"] not yet', complete="2018-07-01", more=letter)
    bench.holds(text, engine)


# ---- what is refused


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ("whole_periods of stays.housed for clients   each: 1 month", "no fixed number of days"),
        ("sustained of stays for clients   lasting: 3 months", "which stretch of days"),
        ("sustained of stays.housed for clients", "lacks the line `lasting:`"),
        ("sustained of stays.housed for clients   lasting: 90", "`lasting:` is a duration"),
        ("sustained of stays.housed for clients   lasting: 3 months   stage: last", "`stage:` is `final` or `interim`"),
        ("attained of stays for clients   dated: group", "`dated:` is a date"),
        ("attained of stays   dated: moved_in", "is written `attained of stays for …`"),
    ],
)
def test_what_does_not_check_says_why(bench: Any, measure: str, said: str) -> None:
    compiled = bench.compiled(f'{HEAD}measure m "M" by client {{ {measure} }}')
    assert any(said in d.headline for d in compiled.diagnostics if d.is_error), [
        d.headline for d in compiled.diagnostics
    ]


def test_a_day_is_a_figure_of_one_person(bench: Any) -> None:
    compiled = bench.compiled(
        f'{HEAD}measure m "M" by group {{ sustained of stays.housed for clients   lasting: 1 week }}'
    )
    assert [d.code for d in compiled.diagnostics if d.is_error] == ["grain"]
