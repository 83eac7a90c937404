"""Text and later rules: 41 to 50."""

from __future__ import annotations

from fractions import Fraction

import pytest


def test_rule_41_a_comma_and_three_digits_are_one_number(bench):
    assert bench.value("4,200") == 4200


@pytest.mark.parametrize(
    ("product", "kind"),
    [
        ("50% * £10", Fraction(5)),
        ("3 * £10", 30),
        ("£10 / £4", Fraction(5, 2)),
        ("(12 per 100) * 940", Fraction(564, 5)),
        ("10% of £50", 5),
        ("5 percentage points / 2 percentage points", Fraction(5, 2)),
        ("£10 / 4", Fraction(5, 2)),
        ("whole(7 / 2)", 3),
        ("lower of £5 and £3", 3),
        ("greater of (2 - 5) and 0", 0),
        ("(10 / 3 rounded to 0.1 down)", Fraction(33, 10)),
    ],
)
def test_rule_44_products_of_kinds(bench, product, kind):
    assert bench.value(product) == kind


@pytest.mark.parametrize(
    "product",
    [
        "£5 * £5",
        "(12 per 100) * (12 per 100)",
        "2020-01-01 + 2020-01-01",
        "2020-01-01 * 2",
        "5 percentage points * 5 percentage points",
        "5 percentage points * £5",
        "12 months * 12 months",
        "£5 / 12 months",
    ],
)
def test_rule_44_all_others_are_errors_that_name_both(bench, product):
    problems = bench.problems(f'category one {{ only }}\ndefine x "X" by one = {product}\n')
    assert [p.code for p in problems] == ["kinds"]


def test_rule_44_the_bare_difference_of_two_rates_asks_for_the_words(bench):
    (problem,) = bench.problems(
        'parameter a "A": rate\nparameter b "B": rate\ncategory one { only }\ndefine x "X" by one = a - b\n'
    )
    assert "`point fall from a to b`" in problem.help[0]
    assert not bench.problems('parameter a "A": rate\ncategory one { only }\ndefine x "X" by one = 100% - a\n')


def test_rule_45_an_optional_column_must_be_guarded(bench):
    text = """
    records people { person: id   seen: date optional }
    measure n "N" { count of people where %s }
    """
    (problem,) = bench.problems(text % "seen is after 2020-01-01")
    assert problem.code == "unguarded" and "seen is known and" in problem.help[0]
    rows = {"people": "person,seen; a,2020-02-01; b,; c,2019-01-01"}
    known = {"people": "2020-12-31"}
    assert bench.figures(text % "seen is known and seen is after 2020-01-01", rows, complete=known) == {"n": 1}
    assert bench.figures(text % "seen is missing or seen is after 2020-01-01", rows, complete=known) == {"n": 2}


def test_rule_46_two_paths_to_a_record_are_both_named(bench):
    text = """
    category region { east, west }
    records sites { place: id   region: region }
    records moves { here: id of sites   there: id of sites }
    measure n "N" by region { count of moves }
    """
    (problem,) = bench.problems(text)
    assert problem.code == "ambiguous"


def test_rule_47_a_price_is_asked_for_only_where_a_row_reads_it(bench):
    text = """
    category kind { small, large }
    records orders { kind: kind }
    parameter cost "Cost" by kind: money { small: £2   large: unknown "not published" }
    measure demand "Demand" { sum of orders   value: cost[kind] }
    """
    assert bench.figures(text, {"orders": "kind; small; small"}) == {"demand": 4}
    assert "not published" in bench.figures(text, {"orders": "kind; small; large"})["demand"]


def test_rule_48_a_row_carries_the_first_condition_that_it_fails(bench):
    text = """
    records people { person: id   a: flag   b: flag }
    measure n "N" { count of people where a and b }
    """
    settlement = bench.settle(text, {"people": "person,a,b; p,yes,yes; q,no,no; r,yes,no"}).settlement
    assert settlement.counted == (("n", 1, (("not: a", 1), ("not: b", 1))),)


def test_rule_49_members_keep_the_contracts_order_and_ids_go_by_code_point(bench):
    text = 'category site { zebra, apple }\nrecords people { person: id   site: site }\nmeasure n "N" by site { count of people }\npayment p "P" by person, site { pay £1 * n }\n'
    settlement = bench.settle(text, {"people": "person,site; b,apple; B,zebra; é,apple"}).settlement
    assert [f.cell["site"] for f in settlement.figures] == ["zebra", "apple"]


def test_a_parameter_is_asked_for_only_on_the_branch_that_reads_it(bench):
    text = 'parameter price "Price": money\nparameter fall "Fall": share = 8%\npayment p "P" { when fall is at least 10% pay price otherwise pay nothing }\n'
    assert bench.amounts(text) == {"p": 0}
    found = bench.amounts(text.replace("8%", "12%"))
    assert "`price` was not given" in found["p"] and "--set price=" in found["p"]
    assert bench.amounts(text.replace("8%", "12%"), set={"price": "£7"}) == {"p": 7}


def test_a_reading_replaces_clauses_and_two_on_one_clause_are_an_error(bench):
    text = """
    parameter x "X": money = £10
    payment p "P" { pay x }
    variation low "Low" { parameter x "X": money = £5 }
    variation high "High" { parameter x "X": money = £20 }
    example "plain" { expect p = £10 }
    example "low" under low { expect p = £5 }
    """
    bench.holds(text)
    assert bench.amounts(text, readings=("high",)) == {"p": 20}
    from pbr_rules.diagnostics import ContractError

    with pytest.raises(ContractError, match="both replace `x`"):
        bench.amounts(text, readings=("low", "high"))


def test_constraints_say_what_follows_and_take_no_money(bench):
    text = """
    category site { a, b }
    parameter done "Done" by site: number { a: 84   b: 85 }
    constraint least "At least" by site { requires done is at least 85% * 100   otherwise breach }
    """
    settlement = bench.settle(text).settlement
    assert [(o.cell["site"], o.result) for o in settlement.constraints] == [("a", "breach"), ("b", "met")]


def test_or_and_and_go_by_value_not_by_order(bench):
    given = 'parameter u "U": share unknown "u"\n'
    assert bench.value("u is above 1% or 2 is above 1", given) is True
    assert bench.value("u is above 1% and 2 is above 3", given) is False
    assert bench.value("2 is above 1 and u is above 1%", given).startswith("unknown")
