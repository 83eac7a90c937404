"""Variations with dates: which terms hold for a cell, what may replace what, and what a statement says of it."""

from __future__ import annotations

import json

import pytest

from pbr_rules import api
from pbr_rules.diagnostics import UsageError
from pbr_rules.plan.from_checked import plan
from pbr_rules.reports.statement import statement
from pbr_rules.surface.write import write
from pbr_rules.testing.engines import ENGINES

LEARNERS = """
category region { north, south }
records learners { learner: id   joined: date   region: region }
parameter price "Price": money = £100
payment start "On joining" by learner { dated: joined   pay price }
"""
JOINED = "learner,joined,region; A,2023-03-15,north; B,2023-03-16,north; C,2023-09-30,south; D,2023-10-01,south"
ORDER = 'variation order "Order" from 2023-03-16 to 2023-09-30'


def _lines(bench, text, rows=None, **more):
    settlement = bench.settle(text, {"learners": JOINED} if rows is None else rows, **more).settlement
    found = {}
    for line in settlement.lines:
        name = line.of + (f"[{line.representative}]" if line.representative else "")
        name += f"[{','.join(line.cell.values())}]" if line.cell else ""
        found[name] = line.each if line.each is not None else f"{line.state}: {line.why}"
    return found


def each(bench, text, rows=None, **more):
    """What each person's start comes to, by id."""
    settled = bench.settle(text, {"learners": JOINED} if rows is None else rows, **more)
    terms = settled.settlement.terms
    ids = [str(i) for i in settled.tables["learners"].columns["learner"]]
    values = {i: terms.figure("start", {"learner": i})[0] for i in ids}
    return {i: v.of if v.known else f"{v.state}: {v.why}" for i, v in values.items()}


def test_a_temporary_change_holds_on_its_first_and_last_day_and_reverts(bench):
    text = LEARNERS + ORDER + ' { parameter price "Price": money = £150 }'
    assert each(bench, text) == {"A": 100, "B": 150, "C": 150, "D": 100}


def test_an_amendment_stays(bench):
    text = LEARNERS + 'variation order "Order" from 2023-03-16 { parameter price "Price": money = £150 }'
    assert each(bench, text) == {"A": 100, "B": 150, "C": 150, "D": 150}


def test_different_dates_for_different_members(bench):
    text = (
        LEARNERS
        + """
    variation memo_north "North" from 2023-03-16 by joined, region only north { parameter price: money = £150 }
    variation memo_south "South" from 2023-10-01 by joined, region except north { parameter price: money = £170 }
    """
    )
    assert each(bench, text) == {"A": 100, "B": 150, "C": 100, "D": 170}


def test_the_day_named_after_by_decides_for_people_half_way(bench):
    """What they were paid for came later: they keep the terms that they joined under."""
    text = """
    records learners { learner: id   joined: date   passed: date }
    parameter price "Price": money = £100
    payment start "On passing" by learner { dated: passed   pay price }
    """
    rows = {"learners": "learner,joined,passed; A,2023-03-15,2023-06-01; B,2023-03-16,2023-12-01"}
    price = ' { parameter price "Price": money = £150 }'
    assert each(bench, text + ORDER + " by joined" + price, rows) == {"A": 100, "B": 150}
    assert each(bench, text + ORDER + price, rows) == {"A": 150, "B": 100}


def test_the_day_that_decides_may_be_named_with_its_records(bench):
    text = LEARNERS + ORDER + " by joined of learners { parameter price: money = £150 }"
    assert each(bench, text) == {"A": 100, "B": 150, "C": 150, "D": 100}


PERIODS = """
period quarter each 3 months from 2022-10-01 to 2023-12-31
parameter price "Price": money = £100
payment fee "Fee" by quarter { pay price }
"""


def test_a_cell_of_a_period_is_read_as_the_contract_stood_then(bench):
    text = PERIODS + 'variation order "O" from 2023-01-01 to 2023-06-30 { parameter price: money = £150 }'
    found = _lines(bench, text, {})
    assert list(found.values()) == [100, 150, 150, 100, 100]


def test_a_period_across_an_edge_is_warned_of_and_its_line_refused(bench):
    text = PERIODS + 'variation order "O" from 2023-02-01 to 2023-06-30 { parameter price: money = £150 }'
    (warned,) = [w for w in bench.warnings(text) if w.code == "straddles"]
    assert (
        "`quarter_2` of `quarter` (1 January 2023 to 31 March 2023) lies only partly inside `order`" in warned.headline
    )
    assert "end one on 31 January 2023, and begin the next on 1 February 2023" in warned.help[0]
    found = _lines(bench, text, {})
    assert "lies only partly inside `order`" in found.pop("fee[quarter_2]")
    assert list(found.values()) == [100, 150, 100, 100]


def test_a_clause_replaced_in_a_period_across_an_edge_does_not_check(bench):
    text = (
        PERIODS + 'variation order "O" from 2023-01-01 to 2023-05-31 { payment fee "Fee" by quarter { pay 2 * price } }'
    )
    (problem,) = bench.problems(text)
    assert problem.code == "straddles" and "`quarter_3`" in problem.headline and "31 May 2023" in problem.help[0]


def test_a_line_that_reads_nothing_replaced_does_not_mind_the_edge(bench):
    text = (
        PERIODS
        + 'payment flat "Flat" by quarter { pay £5 }'
        + 'variation order "O" from 2023-02-01 { parameter price: money = £150 }'
    )
    assert _lines(bench, text, {})["flat[quarter_2]"] == 5


def test_two_variations_of_one_clause_at_once_do_not_check(bench):
    text = (
        LEARNERS
        + ORDER
        + """ { parameter price: money = £150 }
    variation memo "M" from 2023-09-30 { parameter price: money = £170 }
    """
    )
    (problem,) = bench.problems(text)
    assert "`order` and `memo` both replace `price`" in problem.headline
    assert "30 September 2023 to 30 September 2023" in problem.headline
    assert problem.help[0] == "end `order` on 29 September 2023"
    assert not bench.problems(text.replace('memo "M" from 2023-09-30', 'memo "M" from 2023-10-01'))


def test_two_at_once_that_only_a_cell_can_tell_refuse_its_line(bench):
    text = """
    records learners { learner: id   joined: date   left: date }
    parameter price "Price": money = £100
    payment start "On joining" by learner { dated: joined   pay price }
    variation memo "M" from 2023-09-01 by left { parameter price: money = £170 }
    variation order "O" from 2023-03-16 { parameter price: money = £150 }
    """
    rows = "learner,joined,left; A,2023-03-01,2023-08-31; B,2023-03-01,2023-09-01; C,2023-04-01,2023-12-31"
    found = each(bench, text, {"learners": rows})
    assert found["A"] == 100 and found["B"] == 170
    assert found["C"] == "refused: `memo` and `order` are in force together here, and each replaces `price`"


def test_every_sort_of_clause_may_be_replaced(bench):
    text = """
    period quarter each 3 months from 2022-01-01 to 2022-12-31
    records claims { claim: id   claimed: date   hours: count }
    parameter rate_ "Rate": money = £10
    scale award(h) "Award" { each band gives below 100: £1 * h   at least 100: £100 }
    measure taught "Hours" by quarter of claimed { sum of claims   value: hours }
    define paid_hours "Hours paid" by quarter = lower of taught and 20
    payment fee "Fee" by quarter { pay award(paid_hours) + rate_ }
    limit most "Most" by quarter { covers fee   at most £25 }
    constraint enough "Enough" by quarter { requires taught is at least 5   otherwise breach }
    """
    rows = {"claims": "claim,claimed,hours; 1,2022-01-01,30; 2,2022-04-01,30; 3,2022-04-02,3"}
    complete = {"complete": {"claims": "2022-12-31"}}

    def settled(inner):
        whole = text + f'variation v "V" from 2022-04-01 to 2022-06-30 {{ {inner} }}'
        settlement = bench.settle(whole, rows, **complete).settlement
        lines = {line.working.of: line.amount for line in settlement.lines}
        results = [c.result for c in settlement.constraints]
        return lines["fee[quarter_1]"], lines["fee[quarter_2]"], lines["most[quarter_2]"], results[1]

    assert settled("parameter rate_: money = £1") == (30, 21, 0, "met")
    assert settled("scale award(h) { each band gives below 100: £2 * h   at least 100: £200 }") == (30, 50, -25, "met")
    assert settled("measure taught by quarter of claimed { count of claims }") == (30, 12, 0, "breach")
    assert settled("define paid_hours by quarter = lower of taught and 10") == (30, 20, 0, "met")
    assert settled("payment fee by quarter { pay £7 }") == (30, 7, 0, "met")
    assert settled("limit most by quarter { covers fee   at most £20 }") == (30, 30, -10, "met")
    assert settled("constraint enough by quarter { requires taught is at least 90   otherwise terminate }") == (
        30,
        30,
        -5,
        "terminate",
    )


def test_a_replaced_figure_that_rows_are_counted_by_counts_them_again(bench):
    text = """
    period quarter each 3 months from 2022-01-01 to 2022-12-31
    records claims { claim: id   claimed: date   hours: count }
    parameter least "Least": count = 10
    measure n "Claims" by quarter of claimed { count of claims   where hours is at least least }
    payment fee "Fee" by quarter { pay £1 * n }
    variation v "V" from 2022-04-01 { parameter least: count = 20 }
    """
    rows = {"claims": "claim,claimed,hours; 1,2022-01-01,15; 2,2022-04-01,15; 3,2022-04-02,25"}
    found = bench.amounts(text, rows, complete={"claims": "2022-12-31"})
    assert found["fee[quarter_1]"] == 1 and found["fee[quarter_2]"] == 1
    counted = bench.settle(text, rows, complete={"claims": "2022-12-31"}).settlement.counted
    assert [name for name, *_ in counted] == ["n", "n under v"]


def test_a_measure_counted_together_across_an_edge_is_refused(bench):
    text = """
    period quarter each 3 months from 2022-01-01 to 2022-12-31
    category one { only }
    records claims { claim: id   claimed: date   hours: count }
    measure n "Claims" by quarter of claimed { count of claims }
    define all_of_it "All" by one across quarter = n
    payment fee "Fee" by quarter { pay £1 * n }
    variation v "V" from 2022-04-01 { measure n by quarter of claimed { sum of claims   value: hours } }
    """
    rows = {"claims": "claim,claimed,hours; 1,2022-01-01,15; 2,2022-04-01,15"}
    settlement = bench.settle(text, rows, complete={"claims": "2022-12-31"}).settlement
    whole = next(f for f in settlement.figures if f.name == "all_of_it")
    assert "`all of quarter`" in whole.value.why and whole.value.state == "refused"


def test_where_the_day_is_blank_a_line_that_is_the_same_either_way_stands(bench):
    text = """
    records learners { learner: id   passed: date optional }
    payment start "On passing" by learner { dated: passed   when passed is missing pay nothing   otherwise pay £100 }
    variation order "O" from 2023-01-01 { payment start by learner { dated: passed   when passed is missing pay %s   otherwise pay £150 } }
    """
    rows = {"learners": "learner,passed; A,2022-12-31; B,2023-01-01; C,"}
    assert each(bench, text % "nothing", rows) == {"A": 100, "B": 150, "C": 0}
    assert each(bench, text % "£1", rows)["C"] == (
        "missing: no day says whether `order` is in force: its `dated:` day is missing"
    )


def test_a_figure_with_a_day_of_its_own_is_read_as_the_contract_stood_then(bench):
    """What came before is counted as it was counted then."""
    text = """
    period year { y1: 2021-01-01 to 2021-12-31   y2: 2022-01-01 to 2022-12-31   y3: 2023-01-01 to 2023-12-31 }
    parameter weight "Weight": number = 1
    define level "Level" by year = 10 * weight
    payment gain "Gain" by year except y1 { pay £1 * (level + level[y1]) }
    variation v "V" from 2023-01-01 { parameter weight: number = 2 }
    """
    assert _lines(bench, text, {}) == {"gain[y2]": 20, "gain[y3]": 30}


def test_a_reading_and_a_variation_with_dates_hold_together(bench):
    text = (
        LEARNERS
        + ORDER
        + """ { parameter price: money = £150 }
    variation twice "Reading: twice" { payment start "On joining" by learner { dated: joined   pay 2 * price } }
    variation cheap "Reading: cheap" { parameter price "Price": money = £1 }
    example "plain" { given learners { | learner | joined | region | | "B" | 2023-03-16 | north | }   expect start["B"] = £150 }
    example "twice" under twice { given learners { | learner | joined | region | | "B" | 2023-03-16 | north | }   expect start["B"] = £300 }
    """
    )
    bench.holds(text)
    assert each(bench, text, readings=("twice",)) == {"A": 200, "B": 300, "C": 300, "D": 200}
    assert each(bench, text, readings=("cheap",)) == {"A": 1, "B": 150, "C": 150, "D": 1}
    with pytest.raises(UsageError, match="`order` has its days"):
        bench.amounts(text, {"learners": JOINED}, readings=("order",))
    problems = bench.problems(text.replace("under twice", "under order"))
    assert any("`order` has its days" in p.headline for p in problems)


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        ("parameter price: count = 5", "replaces `price`, money (GBP), by a count"),
        ("define price = £5", "replaces `price`, a parameter, by a define"),
        (
            "parameter price by region: money { north: £1   south: £2 }",
            "which is one figure, by one that runs over `region`",
        ),
        ("parameter price: money", "must keep a value"),
        ("parameter price: money { from 2023-01-01: £5 }", "must keep its form: one value for each cell"),
        ("payment start by learner { pay price }", "must keep its `dated:` day: `joined`, not none"),
        ("payment start by learner { dated: joined   from: council to council   pay price }", "must keep who is paid"),
        ("category region { north, south, east }", "`region` is the same on every day"),
        ("parameter cost: money = £5", "replaces `cost`, which is not declared"),
        ("parameter price: money = £5   parameter price: money = £6", "replaces `price` twice"),
        ("parameter price: money = cost", "nothing is called `cost`"),
    ],
)
def test_what_stands_in_is_like_what_it_replaces(bench, inner, said):
    problems = bench.problems(LEARNERS + ORDER + f" {{ {inner} }}")
    assert any(said in p.headline for p in problems), [p.headline for p in problems]


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("by jioned", "`jioned` is neither a column with dates nor a category or period"),
        ("by joined only north", "nothing says what `north` is a member of"),
        ("by joined, region", "does not say which `region` it is for"),
        ("by joined, region only east", "`east` is not a member of `region`"),
        ("by region, joined only north", "is for members of one category or period, which is named last"),
    ],
)
def test_what_follows_by_is_a_day_and_then_members(bench, by, said):
    problems = bench.problems(LEARNERS + ORDER + f" {by} {{ parameter price: money = £5 }}")
    assert any(said in p.headline for p in problems), [p.headline for p in problems]


def test_a_reading_has_no_by(bench):
    (problem,) = bench.problems(LEARNERS + 'variation v "V" by joined { parameter price: money = £5 }')
    assert problem.code == "incomplete" and "no day from which it does" in problem.headline


def test_a_variation_that_nothing_comes_under_does_not_check(bench):
    text = 'parameter x "X": money = £5\npayment p "P" { pay x }\n'
    (problem,) = bench.problems(text + ORDER + " { parameter x: money = £6 }")
    assert (
        problem.code == "varied"
        and "would never be replaced by `order`: no cell that reads it has a day" in problem.headline
    )
    text = LEARNERS.replace("region: region", "site: region") + "category lot { a, b }\n"
    (problem,) = bench.problems(text + ORDER + " by joined, lot only a { parameter price: money = £6 }")
    assert "nothing that reads it says which `lot` it is for" in problem.headline


def test_a_line_without_a_day_that_reads_what_is_replaced_is_warned_of(bench):
    text = LEARNERS + 'payment q "Q" { pay price }\n' + ORDER + " { parameter price: money = £6 }"
    (warned,) = [w for w in bench.warnings(text) if w.code == "varied"]
    assert warned.headline == "`q` reads `price` and has no day, so `order` never applies to it"
    assert _lines(bench, text)["q"] == 100


def test_variations_that_make_a_circle_do_not_check(bench):
    text = """
    period year { y1: 2021-01-01 to 2021-12-31 }
    define a "A" by year = 1
    define b "B" by year = 2
    payment p "P" by year { pay £1 * (a + b) }
    variation v "V" from 2021-01-01 { define a by year = b }
    variation w "W" from 2021-01-01 { define b by year = a }
    """
    (problem,) = bench.problems(text)
    assert problem.code == "loop" and "`a` (`v`) → `b` (`w`) → `a` (`v`)" in problem.headline


def test_a_statement_says_which_version_of_each_clause_applied(bench):
    text = LEARNERS + ORDER + ' by joined { parameter price "Price": money = £150 }'
    settled = bench.settle(text, {"learners": JOINED})
    found = json.loads(json.dumps(statement(settled.settlement, {}, people=True)))["settlement"]
    order = {"variation": "order", "from": "2023-03-16", "to": "2023-09-30"}
    assert found["variations"] == [{**order, "title": "Order", "by": "joined", "only": None, "replaces": ["price"]}]
    lines = {line["person"]["learner"]: line for line in found["lines"]}
    assert "under" not in lines["A"] and lines["B"]["under"] == [order]
    assert "under" not in lines["B"]["working"]
    (price,) = [w for w in lines["B"]["working"]["inputs"] if w["of"] == "price"]
    assert price["under"] == [order]
    plain = bench.settle(LEARNERS, {"learners": JOINED})
    assert "variations" not in statement(plain.settlement, {})["settlement"]


def test_it_is_explained_and_listed(pbr, tmp_path):
    text = (
        'language 1\ncontract c "C" { payer a: "A"   provider b: "B"   currency: GBP   payments: rounded to £0.01 half up }\n'
        + LEARNERS
        + ORDER
        + ' by joined, region only north { parameter price "Price": money = £150 }\n'
    )
    (tmp_path / "c.pbr").write_text(text, encoding="utf-8")
    (tmp_path / "l.csv").write_text(JOINED.replace("; ", "\n") + "\n", encoding="utf-8")
    checked = pbr("check", "c.pbr")
    assert "varied by order (16 March 2023 to 30 September 2023 by joined for north only) replaces price" in checked.out
    explained = pbr("explain", "c.pbr", "--records", "learners=l.csv", "--line", 'start["B"]')
    assert "under order (16 March 2023 to 30 September 2023): `joined` is 16 March 2023" in explained.out
    settled = pbr("settle", "c.pbr", "--records", "learners=l.csv")
    assert "Varied by order  16 March 2023 to 30 September 2023 by joined, for north only: price" in settled.out
    assert "order (16 March 2023 to 30 September 2023)        1   £150.00" in settled.out
    sheet = pbr("settle", "c.pbr", "--records", "learners=l.csv", "--format", "csv")
    assert ",under," in sheet.out.splitlines()[0]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_the_same(bench, engine):
    text = """
    period quarter each 3 months from 2022-01-01 to 2022-12-31
    records claims { claim: id   claimed: date   hours: count }
    parameter least "Least": count = 10
    measure n "Claims" by quarter of claimed { count of claims   where hours is at least least }
    payment fee "Fee" by quarter { pay £1 * n }
    variation v "V" from 2022-04-01 { parameter least: count = 20 }
    variation w "W" from 2022-07-01 { measure n by quarter of claimed { sum of claims   value: hours   where hours is at least least } }
    """
    rows = {
        "claims": "claim,claimed,hours; 1,2022-01-01,15; 2,2022-04-01,15; 3,2022-04-02,25; 4,2022-07-01,25; 5,2022-08-01,19"
    }
    found = bench.amounts(text, rows, complete={"claims": "2022-12-31"}, engine=engine)
    assert list(found.values()) == [1, 1, 25, 0]


def test_a_person_is_told_apart_by_the_side_and_not_by_the_day(bench):
    text = LEARNERS.replace("dated: joined   pay", "pay") + ORDER + " by joined { parameter price: money = £150 }"
    lines = bench.settle(text, {"learners": JOINED.replace("south", "north")}).settlement.lines
    assert [(line.people, line.each) for line in lines] == [(2, 100), (2, 150)]


def test_the_layout_of_a_variation_with_dates(bench):
    text = (
        'variation order "Order" from 16 March 2023 by joined, region only north, south { parameter x "X": money = £1 }'
    )
    source = bench.source(text)
    assert 'variation order "Order" from 16 March 2023 by joined, region only north, south {' in write(source)


def test_nothing_is_given_for_a_version_that_is_written(bench):
    """A figure given when settling is the plain one: the other is written."""
    text = LEARNERS.replace("money = £100", "money") + ORDER + " { parameter price: money = £150 }"
    assert each(bench, text, set={"price": "£7"}) == {"A": 7, "B": 150, "C": 150, "D": 7}


def test_api_names_only_readings(bench):
    text = LEARNERS + ORDER + " { parameter price: money = £150 }"
    compiled = api.check_contract(bench.source(text), bench.catalogue)
    assert compiled.contract is not None
    assert not compiled.contract.readings and [v.name for v in compiled.contract.variations] == ["order"]


def test_rows_are_counted_under_the_sets_that_days_go_through_and_no_others(bench):
    """Of ten that overlap and replace ten figures, a day is under some first ones: not under any of a thousand sets."""
    least = "\n".join(f'parameter least_{n} "L": count = {n}' for n in range(10))
    varied = "\n".join(
        f'variation v{n} "V" from 2022-0{n // 3 + 1}-0{n % 3 + 1} {{ parameter least_{n}: count = 9 }}'
        for n in range(10)
    )
    where = " and ".join(f"hours is at least least_{n}" for n in range(10))
    text = f"""
    period year {{ y1: 2021-01-01 to 2021-12-31   y2: 2022-05-01 to 2022-12-31 }}
    records claims {{ claim: id   claimed: date   hours: count }}
    {least}
    measure n "Claims" by year of claimed {{ count of claims   where {where} }}
    payment fee "Fee" by year {{ pay £1 * n }}
    {varied}
    """
    contract = api.required(api.compile_contract(bench.source(text), (), bench.catalogue))
    assert len(plan(contract).counts) == 11
    rows = {"claims": "claim,claimed,hours; 1,2021-01-01,9; 2,2022-06-01,8; 3,2022-06-01,9"}
    found = bench.amounts(text, rows, complete={"claims": "2022-12-31"})
    assert found == {"fee[y1]": 1, "fee[y2]": 1}
