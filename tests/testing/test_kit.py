"""The kit: contracts over small tables, as an author of a plugin settles them."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from fractions import Fraction
from types import ModuleType
from typing import Any

import pytest
from attrs import frozen

from pbr_rules.diagnostics import ContractError, PluginError, UsageError
from pbr_rules.plugin import Expression, Measure, Over, Sum, Tally, hookimpl, setting
from pbr_rules.testing import Bench, Laws, examples, settle
from pbr_rules.testing.engines import ENGINES
from pbr_rules.testing.under_test import contract

pytest_plugins = ["pbr_rules.testing.pytest_plugin"]


@frozen
class Harm(Measure):
    """The weights of the rows that count, for each so many people."""

    word = "harm"
    summary = "Rows by weight."
    source = "a published index"
    endings = ("per",)

    days: Expression = setting("how many days one row weighs")

    def tally(self, per: int | None) -> Tally:
        return Tally(Sum(self.days), over=Over.BASE)


@hookimpl
def pbr_rules_measures() -> list[type[Measure]]:
    """The measure."""
    return [Harm]


harm = ModuleType("pbr_rules_harm")
harm.pbr_rules_measures = pbr_rules_measures  # type: ignore[attr-defined]

TEXT = """
category region { north, south }
category kind { theft, robbery }
records people "People" { person: id  region: region }
records offences "Offences" { person: id of people  kind: kind }
parameter prison "Days in prison" by kind: number { theft: 5  robbery: 365 }
parameter price "Price": money
measure harm_done "Harm" by region {
  harm of offences per 1 people
  days: prison[kind]
}
payment less_harm "Payment" {
  pay price * harm_done[north]
}
"""
PEOPLE = "person,region\nA,north\nB,north\n"
OFFENCES = [{"person": "A", "kind": "theft"}, {"person": "A", "kind": "robbery"}]
GIVEN = {"price": "£2"}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_contract_is_settled_over_tables_of_either_sort(engine: str) -> None:
    tried = settle(TEXT, {"people": PEOPLE, "offences": OFFENCES}, plugins=[harm], given=GIVEN, engine=engine)
    assert tried.problems == ()
    assert tried.figures("harm_done[north]") == Fraction(185) == tried.figures["harm_done[north]"]
    assert str(tried.figures("harm_done[south]")).startswith("missing: nobody is counted over")
    assert dict(tried.amounts) == {"less_harm": Fraction(370)}


def test_a_table_without_rows_still_has_its_columns() -> None:
    tried = settle(TEXT, {"people": PEOPLE, "offences": []}, plugins=[harm], given=GIVEN)
    assert tried.figures("harm_done[north]") == 0


def test_rows_that_do_not_fit_are_told() -> None:
    text = 'records people "P" { person: id  ready: flag  at most 100% rejected }\nmeasure m "M" { count of people }'
    tried = settle(text, {"people": "person,ready\nA,yes\nB,perhaps\n"})
    assert tried.figures("m") == 1
    assert len(tried.problems) == 1
    assert tried.problems[0].startswith("people, line 3:")


def test_what_is_wrong_with_a_contract_is_told_wherever_a_figure_is_asked_for() -> None:
    tried = settle("measure m { count of nothing_here }")
    assert tried.settled is None
    assert any("there are no records called `nothing_here`" in problem for problem in tried.problems)
    with pytest.raises(KeyError, match="there are no records called"):
        tried.figures("m")


def test_a_figure_that_is_not_there_names_one_that_is() -> None:
    tried = settle(TEXT, {"people": PEOPLE, "offences": OFFENCES}, plugins=[harm], given=GIVEN)
    with pytest.raises(KeyError, match=r"harm_done\[north\]"):
        tried.figures("harm_done[norht]")


def test_a_day_may_be_said_for_all_files_or_for_each() -> None:
    text = """
    records people "P" { person: id  joined: date }
    records events "E" { person: id of people  happened: date }
    measure m "M" { count of events for people  where happened within 12 months starting on joined }
    """
    rows = {"people": "person,joined\nA,2020-01-01\n", "events": "person,happened\nA,2020-02-01\n"}
    assert settle(text, rows, complete="2021-01-01").figures("m") == 1
    assert settle(text, rows, complete={"events": date(2021, 1, 1)}).figures("m") == 1
    assert str(settle(text, rows, complete="2020-06-01").figures("m")).startswith("not yet")
    with pytest.raises(UsageError, match="complete"):
        settle(text, rows)


def test_a_float_is_no_cell() -> None:
    text = 'records people "P" { person: id  paid: money }\nmeasure m "M" { sum of people  value: paid }'
    with pytest.raises(TypeError, match="not exact"):
        settle(text, {"people": [{"person": "A", "paid": 0.1}]})


def test_examples_are_worked() -> None:
    text = TEXT + 'example "Dear" { given harm_done[north] = 3  given price = £2  expect less_harm = £6 }\n'
    assert [worked.holds for worked in examples(text, [harm])] == [True]
    assert [worked.holds for worked in examples(text.replace("£6", "£7"), [harm])] == [False]
    with pytest.raises(ContractError):
        examples(text)


def test_a_head_and_uses_are_added_where_they_are_lacking() -> None:
    whole = contract("language 1\nuses harm 2\ncontract mine {}\n", [harm]).text
    assert whole == "language 1\nuses harm 2\ncontract mine {}\n"
    assert contract("language 1\nmeasure m {}\n", [harm]).text.startswith(
        "language 1\nuses harm 1\n\ncontract under_test"
    )


def test_a_plugin_that_cannot_be_loaded_is_told() -> None:
    with pytest.raises(PluginError, match="it has no hook"):
        settle(TEXT, plugins=[ModuleType("pbr_rules_nothing")])


class TestHarm(Laws):
    """The measure of the page on plugins keeps the laws, though its module is made up."""

    measure = Harm
    plugin = harm
    text = "measure m by region {\n  harm of events per 100 people\n  days: weight[kind]\n}"
    duplicates = "count again"
    monotone = "rising"


def test_laws_are_for_the_measure_that_they_name() -> None:
    class Other(TestHarm):
        text = "measure m {\n  count of events\n}"

    with pytest.raises(AssertionError, match="is a count, and not a harm"):
        Other().test_nobody_is_not_a_zero()


def test_the_fixture_offers_the_same(pbr_bench: Any) -> None:
    assert isinstance(pbr_bench, Bench)
    tried = pbr_bench.settle(TEXT, {"people": PEOPLE, "offences": OFFENCES}, plugins=[harm], given=GIVEN)
    assert tried.figures("harm_done[north]") == 185


@pytest.mark.parametrize("module", ["pbr_rules.testing", "pbr_rules.testing.pytest_plugin"])
def test_the_kit_is_imported_light(module: str) -> None:
    heavy = "{'hypothesis', 'polars', 'duckdb', 'narwhals', 'lark', 'attrs', 'pbr_rules.api', 'pbr_rules.engines'}"
    script = f"import sys, {module}; print(sorted({heavy} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
