"""Grain and reading: rules 1 to 10."""

from __future__ import annotations

from fractions import Fraction

PEOPLE = """
category site { north, south }
records people "People" { person: id   site: site   joined: date }
records events "Events" { person: id of people   happened: date }
measure hit "People with an event" by site { binary of events for people }
"""

ROWS = {
    "people": "person,site,joined; a,north,2020-01-01; b,north,2020-01-01; c,south,2020-01-01",
    "events": "person,happened; a,2020-02-01; a,2020-03-01; c,2020-02-01",
}


def test_rule_01_a_coarser_reading_offers_the_repairs(bench):
    text = PEOPLE + 'define each "Each" by site = hit\ndefine all "All" across site = each\n'
    (problem,) = bench.problems(text)
    assert problem.code == "grain"
    assert any("each[north]" in line for line in problem.help)
    assert any("total of each across site" in line for line in problem.help)


def test_rule_01_a_finer_reading_is_the_same_value_in_each_cell(bench):
    text = """
    category site { north, south }
    category year { one, two }
    parameter price "Price" by year: money { one: £1  two: £2 }
    payment p "P" by year, site { pay price }
    """
    assert bench.amounts(text) == {"p[one, north]": 1, "p[one, south]": 1, "p[two, north]": 2, "p[two, south]": 2}


def test_rule_02_a_whole_pot_paid_for_each_is_warned_of(bench):
    text = PEOPLE + 'parameter pot "Pot": money = £500\npayment p "P" by person { pay pot }\n'
    assert [w.code for w in bench.warnings(text)] == ["whole-pot"]
    priced = PEOPLE + (
        'measure n "Events" by person { count of events for people }\n'
        'parameter price "Price": money = £5\npayment p "P" by person { pay n * price }\n'
    )
    assert "whole-pot" not in [w.code for w in bench.warnings(priced)]


def test_rule_03_a_measure_read_coarser_is_recounted_from_rows(bench):
    text = PEOPLE + 'define all "All" across site = hit\n'
    assert bench.figures(text, ROWS) == {"hit[north]": half(), "hit[south]": 1, "all": Fraction(2, 3)}


def test_rule_03_a_person_in_two_cells_is_counted_once_in_the_union(bench):
    text = """
    category kind { x, y }
    records people { person: id }
    records events { person: id of people   kind: kind }
    measure hit "Hit" by kind { binary of events for people }
    define any "Any" across kind = hit
    """
    rows = {"people": "person; a; b", "events": "person,kind; a,x; a,y"}
    assert bench.figures(text, rows) == {"hit[x]": half(), "hit[y]": half(), "any": half()}


def test_rule_03_a_given_measure_pools_only_with_its_counts(bench):
    text = (
        PEOPLE
        + """
    define all "All" across site = hit
    example "with counts" {
      given hit[north] = 1 of 4   given hit[south] = 3 of 6
      expect all = 2/5
    }
    example "without" { given hit[north] = 25%   given hit[south] = 50%   expect all refused for hit }
    """
    )
    bench.holds(text)


def test_rule_04_a_column_of_counted_rows_leaves_the_whole_base_below(bench):
    text = (
        PEOPLE
        + """
    period year { y1: 2020-01-01 to 2020-12-31   y2: 2021-01-01 to 2021-12-31 }
    measure rate "Rate" by year of happened { frequency of events per 100 people }
    """
    )
    found = bench.figures(text, ROWS, complete={"events": "2021-12-31"})
    assert found["rate[y1]"] == Fraction(3, 3)
    assert found["rate[y2]"] == 0


def test_rule_05_a_name_in_both_needs_its_records(bench):
    text = """
    records people { person: id   seen: date }
    records events { person: id of people   seen: date }
    measure n "N" { count of events where %s is after 2020-01-01 }
    """
    (problem,) = bench.problems(text % "seen")
    assert problem.code == "ambiguous"
    assert not bench.problems(text % "events.seen")


def test_rule_06_people_in_a_measure_is_its_base(bench):
    text = PEOPLE + 'define n "People" by site = people in hit\ndefine m "Counted" by site = counted in hit\n'
    found = bench.figures(text, ROWS)
    assert (found["n[north]"], found["n[south]"], found["m[north]"], found["m[south]"]) == (2, 1, 1, 1)


def test_rule_06_only_a_measure_with_a_base_has_people(bench):
    text = PEOPLE + 'measure rows "Rows" { count of events }\ndefine n "N" by site = people in rows\n'
    assert [p.code for p in bench.problems(text)] == ["kinds"]
    text = PEOPLE + 'define x "X" by site = hit\ndefine n "N" by site = people in x\n'
    assert [p.code for p in bench.problems(text)] == ["kinds"]


def test_rule_07_a_member_of_two_categories_names_its_category(bench):
    text = """
    category a { other, b1 }
    category b { other, b2 }
    parameter t "T" by a, b: number { other: 1   b1: 2 }
    define x "X" by a = t[%s]
    """
    assert [p.code for p in bench.problems(text % "other")] == ["ambiguous"]
    assert not bench.problems(text % "b: other")


def test_rule_07_a_member_and_its_category_of_one_name_do_not_check(bench):
    assert [p.code for p in bench.problems("category a { a, b }")] == ["declared-twice"]


def test_rule_09_weighted_sums_are_looked_up_by_row_then_added(bench):
    text = """
    category kind { small, large }
    category site { north, south }
    records orders { kind: kind   site: site }
    parameter cost "Cost" by kind: money { small: £2   large: £10 }
    measure demand "Demand" by site { sum of orders   value: cost[kind] }
    define all "All" across site = demand
    """
    rows = {"orders": "kind,site; small,north; large,north; large,south"}
    assert bench.figures(text, rows) == {"demand[north]": 12, "demand[south]": 10, "all": 22}


def test_rule_10_once_for_each_key(bench):
    text = """
    records people { person: id }
    records claims { person: id of people   achieved: date   amount: money }
    measure n "N" { count of claims for people   once for each person, achieved }
    measure first "First" { sum of claims for people   value: amount   once for each person taking earliest achieved }
    """
    rows = {
        "people": "person; a; b",
        "claims": "person,achieved,amount; a,2020-01-02,5; a,2020-01-02,7; a,2020-01-01,1; b,2020-01-01,2",
    }
    assert bench.figures(text, rows) == {"n": 3, "first": 3}


def test_rule_10_a_column_that_differs_within_one_key_is_an_error(bench):
    from pbr_rules.diagnostics import DataError

    text = """
    records people { person: id }
    records claims { person: id of people   amount: money }
    measure total "Total" { sum of claims for people   value: amount   once for each person }
    """
    rows = {"people": "person; a", "claims": "person,amount; a,5; a,7"}
    try:
        bench.figures(text, rows)
    except DataError as error:
        assert "amount" in str(error) and "taking earliest" in str(error)
    else:
        raise AssertionError("two amounts for one key were added in silence")


def half():
    return Fraction(1, 2)
