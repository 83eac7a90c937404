"""The Skill Mill, settled over its published files. What was expected is typed from the published facts."""

from __future__ import annotations

import json
from itertools import permutations
from typing import Any

import pytest

from pbr_rules.cli import run
from pbr_rules.testing.engines import ENGINES

PAID = 3_159_820


def settled(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run(["settle", "skill_mill", *arguments, "--format", "json"]) == 5
    statement: dict[str, Any] = json.loads(capsys.readouterr().out)["settlement"]
    return statement


def figures(statement: dict[str, Any]) -> dict[str, str]:
    return {f["figure"]: f["exact"] for f in statement["figures"]}


@pytest.mark.parametrize("engine", ENGINES)
def test_the_published_files_do_not_reconcile(capsys: pytest.CaptureFixture[str], engine: str) -> None:
    statement = settled(capsys, "--engine", engine)
    found = figures(statement)
    assert found["maximum"] == "3241776"
    assert found["paid_in_all"] == str(PAID)
    assert found["at_target"] == "5582490"
    assert found["at_count"] == "4659370"
    assert (found["within_most"], found["terms_agree"], found["reconciles"]) == ("yes", "no", "no")
    outcomes = [line for line in statement["lines"] if line["line"] == "outcomes"]
    assert len(outcomes) == 16 and all(line["amount"] is None for line in outcomes)


def test_none_of_the_orders_of_the_listed_prices_fits(capsys: pytest.CaptureFixture[str]) -> None:
    """All 720 by arithmetic, and the first and the last of them by the contract too."""
    listed = (4_390, 1_310, 8_240, 9_340, 430, 320)
    counts = (242, 237, 179, 185, 74, 162)
    orders = list(permutations(listed))
    assert len(orders) == 720
    assert all(sum(price * count for price, count in zip(order, counts, strict=True)) != PAID for order in orders)
    items = ("registered", "four_weeks", "completed", "award", "job", "not_reconvicted")
    for order in (orders[0], orders[-1]):
        given = [f"--set=listed[{item}]=£{price:,}" for item, price in zip(items, order, strict=True)]
        expected = sum(price * count for price, count in zip(order, counts, strict=True))
        assert figures(settled(capsys, *given))["at_count"] == str(expected)
