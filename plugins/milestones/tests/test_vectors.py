"""The golden vectors of sustainment, the recovery pilots, the Work Programme and three other schemes, each made by contract text.

`vectors.toml` is the list. What was expected is typed from the published facts; none of it is copied from what a program printed.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from pbr_rules.surface.write import write

HERE = Path(__file__).parent
VECTORS: dict[str, dict[str, Any]] = tomllib.loads((HERE / "vectors.toml").read_text(encoding="utf-8"))
LIBRARY = ("recovery_pilots", "work_programme")
CONTRACTS = (*LIBRARY, *sorted(path.name for path in HERE.glob("*.pbr")))


def test_every_vector_is_listed() -> None:
    assert list(VECTORS) == [
        *(f"SU-{n}" for n in range(1, 9)),
        *(f"DR-{n:02}" for n in range(1, 11)),
        *(f"WP-01{letter}" for letter in "abcd"),
        *(f"LH-{n:02}" for n in range(1, 7)),
        *(f"ER-{n:02}" for n in range(5, 8)),
        *(f"IF-{n:02}" for n in range(5, 9)),
    ]


@pytest.mark.parametrize("name", VECTORS)
def test_its_examples_hold(bench: Any, engine: str, name: str) -> None:
    there = bench.worked(VECTORS[name]["contract"], engine)
    for title in VECTORS[name]["examples"]:
        assert title in there and there[title].checkpoints, (name, title)
        assert there[title].holds, (name, title, there[title].problems)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_example_holds(bench: Any, engine: str, contract: str) -> None:
    bench.holds(contract, engine)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_it_is_laid_out_as_every_contract_is(bench: Any, contract: str) -> None:
    source = bench.source(contract)
    assert write(source) == source.text


@pytest.mark.parametrize("contract", CONTRACTS)
def test_it_has_no_problem_but_what_the_check_says(bench: Any, contract: str) -> None:
    warned = [d.code for d in bench.compiled(contract).diagnostics]
    expected = {
        "recovery_pilots": ["plugin-check"],
        "innovation_fund.pbr": ["plugin-check"],
        "rough_sleeping.pbr": ["plugin-check"],
    }
    assert warned == expected.get(contract, [])
