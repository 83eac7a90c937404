"""The library of real schemes: every contract checks, its examples hold on every engine, and it settles by its name alone."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import pbr_rules
from pbr_rules import api
from pbr_rules.cli import run
from pbr_rules.library import contracts, find
from pbr_rules.surface.files import load
from pbr_rules.surface.write import write
from pbr_rules.testing.contracts import broken

HOME = Path(pbr_rules.__file__).parent / "contracts"
NAMES = tuple(sorted(path.parent.name for path in HOME.glob("*/contract.pbr")))

Out = pytest.CaptureFixture[str]


def statement(capsys: Out, *arguments: str, ends: int) -> dict[str, Any]:
    assert run(["settle", *arguments, "--format", "json"]) == ends
    found: dict[str, Any] = json.loads(capsys.readouterr().out)["settlement"]
    return found


def lines(settled: dict[str, Any]) -> dict[str, str]:
    """Each line by its name and cell: its amount, or why it has none."""
    return {line["working"]["of"]: line["amount"] or line["why"] for line in settled["lines"]}


def shown(capsys: Out, *arguments: str, ends: int) -> str:
    """The statement as a table, one space for any number of them."""
    assert run(["settle", *arguments]) == ends
    return re.sub(r"[ \n]+", " ", capsys.readouterr().out)


def test_these_contracts_are_in_the_library() -> None:
    assert tuple(c.name for c in contracts()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_it_checks_without_a_problem(name: str) -> None:
    found = find(name)
    assert found is not None
    assert not [d.headline for d in api.check_contract(load(found.path)).diagnostics]


@pytest.mark.parametrize("name", NAMES)
def test_it_is_laid_out_as_every_contract_is(name: str) -> None:
    found = find(name)
    assert found is not None
    source = load(found.path)
    assert write(source) == source.text


@pytest.mark.parametrize("name", NAMES)
def test_its_name_alone_settles_published_records_or_published_figures(capsys: Out, name: str) -> None:
    found = find(name)
    assert found is not None and (found.records or found.example)
    assert run(["settle", name, "--format", "json"]) in (0, 5)
    whole = json.loads(capsys.readouterr().out)
    assert whole["settlement"]["figures"] or whole["settlement"]["lines"]
    assert (whole["comparison"] is not None) == (found.paid is not None)


@pytest.mark.parametrize("name", NAMES)
def test_it_settles_alike_in_any_order_and_two_periods_add_up(name: str, catalogue: Any) -> None:
    found = find(name)
    assert found is not None
    assert broken(load(found.path), catalogue) == []


@pytest.mark.parametrize("name", NAMES)
def test_all_that_reaches_a_statement_has_a_title(name: str) -> None:
    found = find(name)
    assert found is not None
    contract = api.required(api.compile_contract(load(found.path)))
    assert all(figure.title for figure in (*contract.figures.values(), *contract.limits, *contract.scales.values()))
    for dimension in (*contract.categories, *contract.periods):
        assert all(contract.title_of(dimension, member) != member for member in contract.members(dimension) or ())


def test_care_leavers(capsys: Out) -> None:
    table = shown(capsys, "care_leavers", ends=0)
    assert re.search(r"Reboot West (Subtotal )?£1,871,540\.00", table)
    assert re.search(r"I-Aspire (Subtotal )?£2,165,460\.00", table)
    assert "Total £4,037,000.00" in table


def test_apollo(capsys: Out) -> None:
    table = shown(capsys, "apollo", ends=0)
    assert "Total £848,760.00" in table
    assert "Worked out, less what was paid exceptions £220.00" in table
    assert "exception[line_17] £220.00" in table


def test_peterborough(capsys: Out) -> None:
    settled = statement(capsys, "peterborough", ends=5)
    found = lines(settled)
    assert found["early[c1]"] == "0.00"
    assert found["early[c2]"] == "0.00"
    assert found["final"] == "`price` is unknown: it was never disclosed"
    (final,) = [line for line in settled["lines"] if line["line"] == "final"]
    assert final["because"][0] == "price"
    (fall,) = [f for f in settled["figures"] if f["figure"] == "reduction" and f["cell"] == {"cohort": "c1"}]
    assert (fall["exact"], fall["shown"]) == ("13/155", "8.4%")


@pytest.mark.parametrize("reading", ["strictly_above", "simple_mean"])
def test_published_figures_settle_under_another_reading(capsys: Out, reading: str) -> None:
    settled = statement(capsys, "peterborough", "--reading", reading, ends=5)
    assert settled["readings"] == [reading]
    assert lines(settled)["early[c1]"] == "0.00"


def test_an_example_settles_under_its_own_reading(capsys: Out) -> None:
    title = "An invented basket of youth demand: half of the whole saving"
    contract = str(Path(__file__).parents[1] / "surface" / "contracts" / "ljr.pbr")
    settled = statement(capsys, contract, "--example", title, ends=5)
    assert settled["readings"] == ["flat_half"]
    assert lines(settled)["incentive[lewisham, youth, year_1]"] == "20750.00"
    settled = statement(capsys, contract, "--example", title, "--reading", "strictly_above", ends=5)
    assert settled["readings"] == ["strictly_above"]
    assert lines(settled)["incentive[lewisham, youth, year_1]"] == "25850.00"


def test_doncaster(capsys: Out) -> None:
    found = lines(statement(capsys, "doncaster", ends=5))
    assert found["at_risk[cohort_1]"] == "0.00"
    assert found["at_risk[cohort_2]"] == "`core_value` is unknown: core values are not published"
    assert found["bonus[cohort_1]"] == "the scale of the bonus is not published"
    assert found["bonus[cohort_2]"] == "0.00"


def test_doncaster_on_an_invented_core_value(capsys: Out) -> None:
    found = lines(statement(capsys, "doncaster", "--set", "core_value=£10,000,000", ends=5))
    assert Fraction(found["at_risk[cohort_2]"]) == -1_000_000


def test_tarp(capsys: Out) -> None:
    assert lines(statement(capsys, "tarp", ends=5)) == {"success": "`price` is unknown: no payment terms existed"}
    assert lines(statement(capsys, "tarp", "--set", "price=$1,000", ends=0)) == {"success": "18000.00"}
