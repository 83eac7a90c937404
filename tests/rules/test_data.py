"""Data: rules 32 to 40, the states of a value, and who is in."""

from __future__ import annotations

import pytest

from pbr_rules import api
from pbr_rules.api import Rejected
from pbr_rules.diagnostics import DataError
from pbr_rules.evidence.quarantine import Tolerance

KEYED = """
category subject { maths, welsh }
records colleges { college: id   learners: count   seen: date optional }
records results { one row per college, subject   college: id of colleges   subject: subject   score: number, 2 places }
define lead "Lead" by college, subject = score - 1
define known "Known" by college = number where score is known across subject
define seen_text "Seen" by college
  when seen is missing use 0
  otherwise use 1
payment p "P" by college, subject { pay £10 * lead   floor £0 }
"""
ROWS = {
    "colleges": "college,learners,seen; n,40,2020-01-01; s,50,",
    "results": "college,subject,score; n,maths,1.25; n,welsh,0.50; s,maths,2",
}


def test_rule_32_missing_is_not_zero_and_refuses_its_line(bench):
    settlement = bench.settle(KEYED, ROWS).settlement
    found = {(line.representative, line.cell["subject"]): line for line in settlement.lines}
    assert found["n", "maths"].amount == 2.5
    assert found["n", "welsh"].amount == 0
    assert found["s", "welsh"].amount is None
    assert "has no row" in found["s", "welsh"].why


def test_missing_can_be_asked_for_and_unknown_cannot(bench):
    terms = bench.settle(KEYED, ROWS).settlement.terms
    assert terms.figure("known", {"college": "s"})[0].of == 1
    assert terms.figure("seen_text", {"college": "s"})[0].of == 0
    assert terms.figure("seen_text", {"college": "n"})[0].of == 1
    text = (
        'parameter x "X": money unknown "not agreed"\npayment p "P" { when x is known pay £1 otherwise pay nothing }\n'
    )
    assert "not agreed" in bench.amounts(text)["p"]


def test_rule_33_identical_rows_are_kept_once_and_different_ones_set_aside(bench):
    rows = {**ROWS, "results": ROWS["results"] + "; n,maths,1.25"}
    settled = bench.settle(KEYED, rows)
    assert settled.tables["results"].repeated == 1
    rows = {**ROWS, "results": ROWS["results"] + "; n,maths,1.50"}
    with pytest.raises(Rejected, match="2 of 4 rows"):
        bench.settle(KEYED, rows)
    settled = bench.settle(KEYED, rows, tolerance=Tolerance(number=2))
    assert [r.line for r in settled.tables["results"].rejected] == [2, 5]


def test_rule_34_an_id_that_points_nowhere_is_set_aside(bench):
    rows = {**ROWS, "results": ROWS["results"] + "; zz,maths,1.50"}
    settled = bench.settle(KEYED, rows, tolerance=Tolerance(number=1))
    (rejected,) = settled.tables["results"].rejected
    assert (rejected.line, rejected.column, rejected.value) == (5, "college", "zz")
    assert "names no row of `colleges`" in rejected.reason


def test_rule_35_category_text_is_exact_unless_it_lists_a_spelling(bench):
    text = 'category route { open "Open" written "1", referred "Referred" written "2" }\nrecords people { person: id   route: route }\nmeasure n "N" by route { count of people }\n'
    assert bench.figures(text, {"people": "person,route; a, 1 ; b,2; c,2"}) == {"n[open]": 1, "n[referred]": 2}
    with pytest.raises(Rejected):
        bench.figures(text, {"people": "person,route; a,open"})


def test_rule_36_a_given_table_with_cells_missing_or_extra(bench, tmp_path):
    text = 'category site { a, b }\nparameter x "X" by site: money\npayment p "P" by site { pay x }\n'
    table = tmp_path / "x.csv"
    table.write_text("site,value\na,£5\n")
    found = bench.amounts(text, tables={"x": table})
    assert found["p[a]"] == 5 and "not given in" in found["p[b]"] and "x.csv" in found["p[b]"]
    table.write_text("site,value\na,5\nc,6\n")
    with pytest.raises(DataError, match='"c" is not a `site`'):
        bench.amounts(text, tables={"x": table})


def test_a_cell_given_alone_leaves_the_others_as_the_contract_has_them(bench, tmp_path):
    text = (
        'category site { a, b, c }\nparameter x "X" by site: money { a: £5   b: unknown "open"   c: £7 }\n'
        'payment p "P" by site { pay x }\n'
    )
    assert bench.amounts(text, set={"x[b]": "£6"}) == {"p[a]": 5, "p[b]": 6, "p[c]": 7}
    table = tmp_path / "x.csv"
    table.write_text("site,value\na,£1\n")
    found = bench.amounts(text, tables={"x": table}, set={"x[b]": "£6"})
    assert (found["p[a]"], found["p[b]"]) == (1, 6) and "not given in" in found["p[c]"]


def test_a_table_over_people_leaves_out_whom_it_does_not_name(bench, tmp_path):
    text = (
        'records people "People" { person: id }\nparameter x "X" by person: money\npayment p "P" by person { pay x }\n'
    )
    table = tmp_path / "x.csv"
    table.write_text("person,value\na,£5\n")
    settled = bench.settle(text, {"people": "person; a; b"}, tables={"x": table})
    said = {(line.amount, line.why) for line in settled.settlement.lines}
    assert {amount for amount, _ in said} == {5, None} and any("not given in" in why for _, why in said)


def test_rule_37_for_every_over_nobody_is_missing_unless_if_any(bench):
    text = """
    records people { person: id   clean: flag }
    category one { only }
    define all "All" by one = for every person (clean)
    define any "Any" by one = for every person if any (clean)
    """
    found = bench.figures(text, {"people": "person,clean"})
    assert found["all[only]"].startswith("missing") and found["any[only]"] is True
    found = bench.figures(text, {"people": "person,clean; a,yes; b,no"})
    assert found["all[only]"] is False


def test_rule_38_no_row_may_be_rejected_unless_the_contract_says(bench):
    text = 'records people { person: id   n: count   %s }\nmeasure m "M" { count of people }\n'
    rows = {"people": "person,n; a,1; b,x; c,3; d,4"}
    with pytest.raises(Rejected, match="none may be rejected"):
        bench.figures(text % "", rows)
    assert bench.figures(text % "at most 25% rejected", rows) == {"m": 3}
    with pytest.raises(Rejected, match="at most 24%"):
        bench.figures(text % "at most 24% rejected", rows)
    assert bench.figures(text % "at most 1 rejected", rows) == {"m": 3}


def test_rule_39_people_of_one_picture_are_one_line(bench):
    text = """
    records people { person: id }
    records claims { person: id of people }
    measure n "N" by person { count of claims for people }
    payment p "P" by person { pay n * £10 }
    """
    rows = {"people": "person; a; b; c; d", "claims": "person; a; b; b; c"}
    lines = bench.settle(text, rows).settlement.lines
    assert sorted((line.people, line.each, line.amount) for line in lines) == [(1, 0, 0), (1, 20, 20), (2, 10, 20)]


def test_rule_40_a_given_figure_needs_none_of_its_inputs_and_an_unused_one_is_an_error(bench):
    text = """
    parameter x "X": money unknown "not agreed"
    category one { only }
    define y "Y" by one = 2 * x
    payment p "P" by one { pay y }
    example "E" { given y[only] = £5   expect p[only] = £5 }
    """
    bench.holds(text)
    text = (
        text.replace("given y[only] = £5", "given y[only] = £5   given z = £1")
        + 'parameter z "Z": money\npayment q "Q" { pay z }\n'
    )
    _, (worked,) = api.work_examples(bench.source(text), bench.catalogue)
    assert [p.code for p in worked.problems] == ["unused-given"] and not worked.holds


def test_rule_40_a_figure_that_a_scale_reads_is_used(bench):
    bench.holds("""
    parameter rate "Rate": money unknown "not agreed"
    parameter start "Start": count unknown "not agreed"
    scale more(n) "More" {
      each slice at its own rate
      at most start: £0
      above start:   rate
    }
    payment p "P" { pay more(12) }
    example "E" { given start = 10   given rate = £5   expect p = £10 }
    """)


def test_what_a_limit_took_reads_the_payments_it_covers_and_the_limits_before_it(bench):
    bench.holds("""
    parameter x "X": money
    parameter most "Most": money
    payment p "P" { pay x }
    limit first "First" { covers p   at most most }
    limit second "Second" { covers p   at most £20 }
    example "E" { given x = £50   given most = £30   expect second = -£10 }
    """)


def test_who_is_out_is_in_no_count_with_the_first_reason_and_takes_its_rows_along(bench):
    text = """
    records people {
      person: id   born: date   joined: date
      exclude joined is before born + 18 years "under age"
      exclude joined is after 2020-12-31 "after intake closed"
    }
    records events { person: id of people }
    measure n "N" { count of events for people }
    measure b "B" { binary of events for people }
    """
    rows = {
        "people": "person,born,joined; a,1990-01-01,2020-01-01; b,2010-01-01,2021-01-01; c,1990-01-01,2021-01-01",
        "events": "person; a; b; c; c",
    }
    settlement = bench.settle(text, rows).settlement
    assert {f.name: f.value.of for f in settlement.figures} == {"n": 1, "b": 1}
    people = next(r for r in settlement.rows if r.name == "people")
    assert people.excluded == (("after intake closed", 1), ("under age", 1))
    assert dict(settlement.counted[0][2]) == {"excluded: under age": 1, "excluded: after intake closed": 2}


SCOPED = """
language 1
contract c "C" {
  payer a: "A"   provider t: "T"   currency: GBP   payments: rounded to £0.01 half up
  scope: site, strand except [hackney, youth]
}
category site { hackney, lewisham }
category strand { adult, youth }
records orders { site: site   strand: strand }
measure n "N" by site, strand { count of orders }
payment p "P" by site, strand { pay n * £1 }
"""


def test_a_cell_outside_the_scope_is_an_error_in_terms_and_set_aside_in_data(bench):
    found = bench.amounts("", {"orders": "site,strand; hackney,adult"}, head=SCOPED)
    assert "p[hackney, youth]" not in found and found["p[lewisham, youth]"] == 0
    with pytest.raises(Rejected):
        bench.amounts("", {"orders": "site,strand; hackney,youth"}, head=SCOPED)
    (problem,) = bench.problems('define x "X" by strand = n[hackney, youth]', SCOPED)
    assert problem.code == "outside-scope"
    bench.holds(
        'example "E" { given n[lewisham, adult] = 3  expect p[hackney, youth] refused  expect p[lewisham, adult] = £3 }',
        SCOPED,
    )


def test_a_cell_left_out_of_a_written_table_is_an_error(bench):
    text = 'category site { a, b }\nparameter x "X" by site: money { a: £5 %s }\npayment p "P" by site { pay x }\n'
    (problem,) = bench.problems(text % "")
    assert problem.code == "cells" and "[b]" in problem.headline
    assert "missing" in bench.amounts(text % "otherwise: missing")["p[b]"]
