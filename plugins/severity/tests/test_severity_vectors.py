"""The golden vectors of this package, each made by the text of one of its contracts, on every engine.

`vectors.toml` is the list. What was expected is typed from the published facts; none of it is copied from what a program printed.
"""

from __future__ import annotations

import tomllib
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pbr_rules_severity.plugin as severity
import pytest

from pbr_rules import api, core, host
from pbr_rules.library import contracts
from pbr_rules.surface.files import load
from pbr_rules.surface.write import write
from pbr_rules.testing import ENGINES

HERE = Path(__file__).parent
VECTORS: dict[str, dict[str, Any]] = tomllib.loads((HERE / "vectors.toml").read_text(encoding="utf-8"))
CATALOGUE = host.gather([("core", "pbr-rules", "0.1.0", core), ("severity", "pbr-rules-severity", "1.0.0", severity)])
CONTRACTS = {each.name: each for each in contracts(CATALOGUE) if CATALOGUE.contracts[each.name].plugin == "severity"}
HARM = ["10675", "32075/3", "10800", "32450/3", "32075/4", "32125/4", "16225/2", "8125"]
"""The published column: days of harm per 100 people, row by row."""
DAYS = {
    "homicide": "5475", "rape": "2555", "other_sexual": "182.25", "violence_with_injury": "365",
    "violence_without_injury": "10", "stalking": "10", "public_order": "7.5", "vehicle": "5", "shoplifting": "1",
    "residential_burglary": "273.5", "other_burglary": "183.5", "robbery": "365", "arson": "185", "criminal_damage": "2",
    "weapons": "273.75", "drug_trafficking": "5", "drug_possession": "3", "other_theft": "2", "theft_from_person": "2",
    "bicycle_theft": "2",
}  # fmt: skip
"""The medians, as published."""


@cache
def worked(contract: str, engine: str) -> dict[str, Any]:
    compiled, examples = api.work_examples(load(CONTRACTS[contract].path), CATALOGUE, engine)
    assert not compiled.diagnostics, [d.headline for d in compiled.diagnostics]
    return {w.example.title: w for w in examples}


def test_the_plugin_loads_with_its_contracts() -> None:
    assert not CATALOGUE.failures
    assert list(CONTRACTS) == ["cambridge_harm", "community_sentences", "crime_severity_score"]


def test_every_vector_is_listed_once_and_in_order() -> None:
    rows = [f"H-{n}" for n in range(1, 9)]
    assert list(VECTORS) == [*(f"CS-{n:02}" for n in range(1, 7)), "SV-1", "SV-2", "SV-3", *rows]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_example_holds(contract: str, engine: str) -> None:
    for title, example in worked(contract, engine).items():
        assert example.checkpoints, title
        assert example.holds, (title, example.problems, [c for c in example.checkpoints if not c.holds])


@pytest.mark.parametrize("name", VECTORS)
def test_its_examples_are_there(name: str) -> None:
    assert set(VECTORS[name]["examples"]) <= worked(VECTORS[name]["contract"], "python").keys()


@pytest.mark.parametrize("row", range(8))
def test_the_examples_expect_the_published_harm(row: int) -> None:
    (title,) = VECTORS[f"H-{row + 1}"]["examples"]
    first, *_ = worked("cambridge_harm", "python")[title].checkpoints
    name, _, expected = first.expected.partition(" = ")
    assert name == "harm_per_100"
    assert Fraction(expected.replace(",", "").replace(" ", "")) == Fraction(HARM[row])


@pytest.mark.parametrize(("contract", "table"), [("cambridge_harm", "days"), ("community_sentences", "weight")])
def test_both_contracts_have_the_published_medians(contract: str, table: str) -> None:
    readings = ("cambridge",) if contract == "community_sentences" else ()
    compiled = api.compile_contract(load(CONTRACTS[contract].path), readings, CATALOGUE)
    assert compiled.contract is not None
    kinds = compiled.contract.categories["kind"].members
    assert [member.name for member in kinds] == [*DAYS, "not_listed"]
    expects = " ".join(f"expect {table}[{name}] = {days}" for name, days in DAYS.items())
    source = load(CONTRACTS[contract].path)
    asked = f'example "asked"{" under cambridge" if readings else ""} {{ {expects} }}'
    _, examples = api.work_examples(type(source)(source.name, source.text + asked), CATALOGUE)
    assert len(examples[-1].checkpoints) == len(DAYS)
    assert examples[-1].holds, [c for c in examples[-1].checkpoints if not c.holds]


@pytest.mark.parametrize("contract", CONTRACTS)
def test_it_is_laid_out_as_every_contract_is(contract: str) -> None:
    source = load(CONTRACTS[contract].path)
    assert write(source) == source.text


@pytest.mark.parametrize("contract", CONTRACTS)
def test_its_name_alone_settles_an_example(contract: str) -> None:
    example = CONTRACTS[contract].example
    assert example is not None
    settled = api.settle_example(load(CONTRACTS[contract].path), example, api.Request(), CATALOGUE)
    assert not settled.settlement.refused
