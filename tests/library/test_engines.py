"""Every contract of the library settles alike on every engine, byte for byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import pbr_rules
from pbr_rules.cli import run
from pbr_rules.testing.engines import OTHERS

HOME = Path(pbr_rules.__file__).parent / "contracts"


@pytest.fixture
def settled(capsys: Any) -> Any:
    """The settlement of a contract, as it is printed."""

    def settle(name: str, engine: str) -> str:
        assert run(["settle", name, "--engine", engine, "--format", "json"]) in (0, 5)
        return json.dumps(json.loads(capsys.readouterr().out)["settlement"], ensure_ascii=False)

    return settle


@pytest.mark.parametrize("name", sorted(path.parent.name for path in HOME.glob("*/contract.pbr")))
def test_a_contract_settles_byte_for_byte_as_python_settles_it(settled: Any, name: str) -> None:
    expected = settled(name, "python")
    for engine in OTHERS:
        assert settled(name, engine) == expected, engine
