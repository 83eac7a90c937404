"""What these tests share: the engines, and contracts as text with the plugin as it stands here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pbr_rules_milestones.plugin
import pytest
from attrs import frozen

from pbr_rules import api, core, host
from pbr_rules.source import Source
from pbr_rules.surface.files import load
from pbr_rules.testing import ENGINES

HERE = Path(__file__).parent
CONTRACTS = Path(pbr_rules_milestones.plugin.__file__).parent / "contracts"


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def catalogue() -> Any:
    """The core, and this package."""
    points = [
        ("core", "pbr-rules", "0.1.0", core),
        ("milestones", "pbr-rules-milestones", "1.0.0", pbr_rules_milestones.plugin),
    ]
    found = host.gather(points)
    assert not found.failures
    return found


@frozen
class Bench:
    """Works examples of contracts, and says what is wrong with them."""

    catalogue: Any

    def source(self, contract: str) -> Source:
        """A contract of the package by its name, one beside these tests by its file, or a text."""
        for path in (CONTRACTS / contract / "contract.pbr", HERE / contract) if "\n" not in contract else ():
            if path.is_file():
                return load(path)
        return Source("test.pbr", contract)

    def compiled(self, contract: str) -> Any:
        """The contract, with its problems."""
        return api.check_contract(self.source(contract), self.catalogue)

    def holds(self, contract: str, engine: str) -> None:
        """Every example comes out as it says."""
        compiled, examples = api.work_examples(self.source(contract), self.catalogue, engine)
        assert compiled.contract is not None, [d.headline for d in compiled.diagnostics if d.is_error]
        assert examples
        for worked in examples:
            wrong = [f"{c.expected}: came out {c.came_out}" for c in worked.checkpoints if not c.holds]
            assert worked.checkpoints and worked.holds, (
                worked.example.title,
                wrong,
                [p.headline for p in worked.problems],
            )


@pytest.fixture(scope="session")
def bench(catalogue: Any) -> Bench:
    """A bench to try contracts on."""
    return Bench(catalogue)


@pytest.fixture(autouse=True)
def laws_are_tried_on_these_engines(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A class of laws compares the same engines as every other test."""
    if request.cls is not None and hasattr(request.cls, "engines"):
        monkeypatch.setattr(request.cls, "engines", ENGINES)
