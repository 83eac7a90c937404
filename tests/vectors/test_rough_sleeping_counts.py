"""Entrenched Rough Sleeping, settled over its published counts. What was expected is typed from the published facts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pbr_rules.cli import run
from pbr_rules.testing.engines import ENGINES

AT_THE_CARD = """
    196800 493500 472500 709800 607500 351000 39100 27400 16500 25800 48600 1700 8800 9720 247000 13500 6000 8000 7600 5400 16800 11000
"""
"""Counts times prices, line by line."""


def settled(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run(["settle", "rough_sleeping_counts", *arguments, "--format", "json"]) == 0
    statement: dict[str, Any] = json.loads(capsys.readouterr().out)["settlement"]
    return statement


@pytest.mark.parametrize("engine", ENGINES)
def test_the_published_counts_come_to_more_than_the_ceiling(capsys: pytest.CaptureFixture[str], engine: str) -> None:
    statement = settled(capsys, "--engine", engine)
    outcomes = [line["amount"] for line in statement["lines"] if line["line"] == "outcomes"]
    assert outcomes == [f"{amount}.00" for amount in AT_THE_CARD.split()]
    (most,) = [line["amount"] for line in statement["lines"] if line["line"] == "most"]
    assert most == "-695020.00"
    assert statement["totals"]["amount"] == "2629000.00"


def test_two_counts_are_in_the_wrong_order(capsys: pytest.CaptureFixture[str]) -> None:
    found = {f["figure"]: f["exact"] for f in settled(capsys)["figures"]}
    assert (found["housed_of"], found["entered_of"]) == ("329", "328")
    assert found["more_housed_than_entered"] == "yes"
    assert (found["drugs_sustained_of"], found["drugs_entered_of"]) == ("95", "81")
    assert found["more_sustained_than_entered"] == "yes"
