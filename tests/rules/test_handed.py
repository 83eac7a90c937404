"""Figures of the terms that rows are counted by: settled first, and given to each row."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from pbr_rules.testing.engines import ENGINES

WORLD = """
category kind { a, b, c }
category region { north, south }
records people "People" { person: id  region: region  joined: date }
records events "Events" { person: id of people  kind: kind  held: date  amount: money }
parameter weight "Weight" by kind: number { a: 1   b: 2.5   c: %s }
"""

PEOPLE = "person,region,joined; A,north,2020-01-01; B,north,2020-06-01; C,south,2020-01-01"
EVENTS = (
    "person,kind,held,amount; A,a,2020-02-01,10.00; A,b,2020-03-01,20.00; A,a,2020-05-01,5.00; "
    "B,a,2020-07-01,40.00; C,c,2020-02-01,1.00; C,a,2020-03-01,60.00"
)
COMPLETE = {"people": "2020-12-31", "events": "2020-12-31"}


def figures(bench: Any, clauses: str, engine: str, c: str = "4") -> dict[str, Any]:
    rows = {"people": PEOPLE, "events": EVENTS}
    found: dict[str, Any] = bench.figures(WORLD % c + clauses, rows, engine=engine, complete=COMPLETE)
    return found


@pytest.mark.parametrize("engine", ENGINES)
def test_a_figure_looked_up_by_the_row_chooses_rows(bench: Any, engine: str) -> None:
    clause = 'measure heavy "Heavy" by region { count of events for people  where weight[kind] is above 2 }'
    assert figures(bench, clause, engine) == {"heavy[north]": 1, "heavy[south]": 1}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_weight_that_is_not_known_refuses_those_it_could_decide_about(bench: Any, engine: str) -> None:
    clause = 'measure heavy "Heavy" by region { count of events for people  where weight[kind] is above 2 }'
    found = figures(bench, clause, engine, 'unknown "not agreed"')
    assert found == {"heavy[north]": 1, "heavy[south]": "unknown: `weight` is unknown: not agreed"}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_row_that_does_not_count_in_any_case_asks_for_no_weight(bench: Any, engine: str) -> None:
    clause = """measure heavy "Heavy" by region {
      count of events for people
      where held is on or after 2020-03-01
        and weight[kind] is above 2
    }"""
    assert figures(bench, clause, engine, 'unknown "not agreed"') == {"heavy[north]": 1, "heavy[south]": 0}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_day_that_one_measure_finds_chooses_what_another_counts(bench: Any, engine: str) -> None:
    clauses = """
    measure earned_on "Earned" by person { sum of events for people  value: amount  dated: held  reaches £30 }
    measure later "After" by region { count of events for people  where earned_on is known and held is after earned_on }
    measure reached "Reached" by region { binary of events for people  among people where earned_on is known }
    """
    found = figures(bench, clauses, engine)
    # A reaches 30 on 1 March and has one event after it; B on 1 July; C on 1 March.
    assert {name: found[name] for name in ("later[north]", "later[south]")} == {"later[north]": 1, "later[south]": 0}
    assert found["reached[north]"] == found["reached[south]"] == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_a_threshold_of_each_persons_own(bench: Any, engine: str) -> None:
    clauses = """
    parameter rate "Rate" : money { from 2020-01-01: £10   from 2020-06-01: £20 }
    define wanted "Wanted" by person = 3 * rate[dated joined]
    measure on "On" by person { sum of events for people  value: amount  dated: held  reaches wanted }
    measure there "There" by region { count of people for people  where on is known }
    """
    text = clauses.replace("measure on ", "measure met_on ").replace("where on ", "where met_on ")
    # A must earn £30, and does on 1 March; B £60, and earns £40; C £30, and does.
    assert figures(bench, text, engine) == {"there[north]": 1, "there[south]": 1}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_median_of_all_chooses_rows(bench: Any, engine: str) -> None:
    clauses = """
    measure spent "Spent" by person { sum of events for people  value: amount }
    define middle "Middle" = median of spent across person
    measure above "Above" by region { count of people for people  where spent is above middle }
    """
    # A spent £35, B £40, C £61: the middle is £40.
    found = figures(bench, clauses.replace("measure above", "measure more"), engine)
    assert found == {"middle": 40, "more[north]": 0, "more[south]": 1}


def test_a_figure_without_an_end_as_a_decimal_is_not_handed(bench: Any) -> None:
    clauses = """
    define third "Third" by person = 1 / 3
    measure more "More" by region { count of people for people  where third is above 0 }
    """
    with pytest.raises(Exception, match=r"1/3 has no end as a decimal: round it in the contract"):
        figures(bench, clauses, "python")


def test_a_day_that_may_never_be_reached_is_guarded(bench: Any) -> None:
    clauses = """
    measure first "First" by person { count of events for people  dated: held  reaches 1 }
    measure later "Later" by region { count of events for people  where held is after first }
    """
    (problem,) = bench.problems(WORLD % 4 + clauses)
    assert problem.code == "unguarded"
    assert problem.headline == "`first` may never be reached, and nothing here says what that means"


def test_measures_that_choose_by_one_another_go_round_in_a_circle(bench: Any) -> None:
    clauses = """
    measure one "One" by person { count of events for people  where other is above 1 }
    measure other "Other" by person { count of events for people  where one is above 1 }
    """
    assert "loop" in [problem.code for problem in bench.problems(WORLD % 4 + clauses)]


def test_a_payment_is_settled_too_late_for_rows(bench: Any) -> None:
    clauses = """
    payment fee "Fee" by person { pay £1 }
    measure paid "Paid" by region { count of events for people  where fee is above £0 }
    """
    (problem,) = [p for p in bench.problems(WORLD % 4 + clauses) if p.code == "grain"]
    assert problem.headline == "`fee` is settled after the rows are counted, and cannot be read for each row"


@pytest.mark.parametrize("engine", ENGINES)
def test_what_an_example_gives_is_handed_too(bench: Any, engine: str) -> None:
    clauses = """
    measure first_on "First" by person { count of events for people  dated: held  reaches 1 }
    measure later "Later" by region { count of events for people  where first_on is known and held is after first_on }
    payment p "P" { pay £1 * later[north] }
    example "The day is given" {
      given people { | person | region | joined | | "A" | north | 2020-01-01 | }
      given events { | person | kind | held | amount | | "A" | a | 2020-02-01 | £1 | | "A" | a | 2020-03-01 | £1 | }
      given first_on["A"] = 2020-01-15
      expect later[north] = 2
    }
    """
    from pbr_rules import api

    _, worked = api.work_examples(bench.source(WORLD % 4 + clauses), bench.catalogue, engine)
    assert [example.holds for example in worked] == [True], worked[0].checkpoints


def test_the_explanation_shows_the_figure_beside_the_row(bench: Any) -> None:
    assert (
        Fraction(1) == figures(bench, 'measure h "H" { count of events  where weight[kind] is above 3 }', "python")["h"]
    )
