"""The golden vectors of this package's schemes, each made by contract text.

The lists are the `.toml` files here. What was expected is typed from the published facts; none of it is copied from what a program printed.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pbr_rules_milestones.plugin
import pytest

from pbr_rules.surface.tree import Example
from pbr_rules.surface.write import write
from pbr_rules.testing.contracts import broken

HERE = Path(__file__).parent
VECTORS: dict[str, dict[str, Any]] = {
    name: entry
    for file in sorted(HERE.glob("*.toml"))
    for name, entry in tomllib.loads(file.read_text(encoding="utf-8")).items()
}
SHIPPED = Path(pbr_rules_milestones.plugin.__file__).parent / "contracts"
CONTRACTS = sorted(path.name for path in (*SHIPPED.glob("[a-z]*"), *HERE.glob("*.pbr")))


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_example_holds(bench: Any, engine: str, contract: str) -> None:
    bench.holds(contract, engine)


@pytest.mark.parametrize("name", VECTORS)
def test_its_examples_are_there(bench: Any, name: str) -> None:
    entry = VECTORS[name]  # without examples it is made by a test of its own, or by none: the list says which
    if entry.get("examples"):
        assert entry["contract"] in CONTRACTS
        compiled = bench.compiled(entry["contract"])
        assert set(entry["examples"]) <= {e.title for e in compiled.document.declarations if isinstance(e, Example)}


@pytest.mark.parametrize("contract", CONTRACTS)
def test_it_is_laid_out_as_every_contract_is(bench: Any, contract: str) -> None:
    source = bench.source(contract)
    assert write(source) == source.text


@pytest.mark.parametrize("contract", CONTRACTS)
def test_it_has_no_problem_but_what_the_check_says(bench: Any, contract: str) -> None:
    assert {d.code for d in bench.compiled(contract).diagnostics} <= {"plugin-check"}


@pytest.mark.parametrize("contract", CONTRACTS)
def test_it_settles_alike_in_any_order_and_two_periods_add_up(bench: Any, catalogue: Any, contract: str) -> None:
    assert broken(bench.source(contract), catalogue) == []
