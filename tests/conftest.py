"""What every test may use: contracts from text, settled over small tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from pbr_rules import api, cli, host
from pbr_rules.api import Request, Settled
from pbr_rules.diagnostics import Diagnostic
from pbr_rules.source import Source

HEAD = """
language 1
contract c "A contract" {
  payer council:  "The council"
  provider trust: "The trust"
  currency:       GBP
  payments:       rounded to £0.01 half up
}
"""


OTHERS = {p.dist.name for p in entry_points(group="pbr_rules") if p.dist is not None} - {"pbr-rules"}
"""Packages that happen to be installed: these tests are of the core, and do not see them."""


def only_the_core(patch: pytest.MonkeyPatch) -> None:
    """Hides the packages that happen to be installed."""
    every = host.distributions
    patch.setattr(host, "distributions", lambda: (d for d in every() if d.name not in OTHERS))


@pytest.fixture(autouse=True)
def without_other_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """No plugin but the core's own, and whatever a test makes."""
    only_the_core(monkeypatch)


@pytest.fixture(scope="session")
def catalogue() -> Any:
    """What the core brings."""
    with pytest.MonkeyPatch.context() as patch:
        only_the_core(patch)
        return host.load()


class Bench:
    """Checks and settles contracts written as text."""

    def __init__(self, folder: Path, catalogue: Any) -> None:
        self.folder, self.catalogue = folder, catalogue

    def source(self, text: str, head: str = HEAD) -> Source:
        """The text, with a plain contract clause before it."""
        return Source("test.pbr", head + text)

    def problems(self, text: str, head: str = HEAD) -> list[Diagnostic]:
        """Errors only."""
        return [d for d in api.check_contract(self.source(text, head), self.catalogue).diagnostics if d.is_error]

    def warnings(self, text: str, head: str = HEAD) -> list[Diagnostic]:
        """Warnings only."""
        return [d for d in api.check_contract(self.source(text, head), self.catalogue).diagnostics if not d.is_error]

    def settle(self, text: str, rows: dict[str, str] | None = None, head: str = HEAD, **more: Any) -> Settled:
        """The statement over CSV text by records."""
        files = {}
        for name, content in (rows or {}).items():
            files[name] = self.folder / f"{name}.csv"
            files[name].write_text(content.strip().replace("; ", "\n") + "\n", encoding="utf-8")
        complete = {name: date.fromisoformat(day) for name, day in more.pop("complete", {}).items()}
        return api.settle(
            self.source(text, head), Request(files, complete, **{"engine": "python", **more}), self.catalogue
        )

    def amounts(self, text: str, rows: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
        """What each line comes to: an amount, or its state and reason."""
        settlement = self.settle(text, rows, **more).settlement
        return {
            line.working.of: line.amount if line.amount is not None else f"{line.state}: {line.why}"
            for line in settlement.lines
        }

    def figures(self, text: str, rows: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
        """The exact value of each figure, or its state and reason."""
        settlement = self.settle(text, rows, **more).settlement
        return {
            f.working.of: f.value.of if f.value.known else f"{f.value.state}: {f.value.why}" for f in settlement.figures
        }

    def holds(self, text: str, head: str = HEAD) -> None:
        """Every example in the text comes out as expected."""
        compiled, worked = api.work_examples(self.source(text, head), self.catalogue)
        assert compiled.contract is not None, [d.headline for d in compiled.diagnostics]
        assert worked
        for example in worked:
            assert example.holds, (
                example.example.title,
                example.problems,
                [c for c in example.checkpoints if not c.holds],
            )

    def value(self, expression: str, given: str = "") -> Any:
        """The exact value of one expression, or its state and reason."""
        text = f'{given}\ncategory one {{ only }}\ndefine answer "Answer" by one = {expression}\n'
        return self.figures(text)["answer[only]"]


@pytest.fixture
def bench(tmp_path: Path, catalogue: Any) -> Bench:
    """A bench to check and settle contracts on."""
    return Bench(tmp_path, catalogue)


@frozen
class Ran:
    """What a command printed, what it said beside, and the code it ended with."""

    code: int
    out: str
    err: str


@pytest.fixture
def pbr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs the command line in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Ran:
        monkeypatch.setattr("sys.argv", ["pbr", *arguments])
        code = cli.run(list(arguments))
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return run
