"""The Fair Chance Fund, settled over its published counts. What was expected is typed from the published facts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pbr_rules.cli import run
from pbr_rules.testing.engines import ENGINES

LIST_VALUES = {
    "ambition": "3155150.00",
    "aspire": "1516000.00",
    "depaul": "1692700.00",
    "fusion": "3032950.00",
    "home_group": "2391450.00",
    "local_solutions": "1347000.00",
    "st_basils": "2802950.00",
}


def settled(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run(["settle", "fair_chance_fund", *arguments, "--format", "json"]) == 5
    statement: dict[str, Any] = json.loads(capsys.readouterr().out)["settlement"]
    return statement


def figures(statement: dict[str, Any], name: str) -> dict[tuple[str, ...], dict[str, Any]]:
    return {tuple(f["cell"].values()): f for f in statement["figures"] if f["figure"] == name}


@pytest.mark.parametrize("engine", ENGINES)
def test_the_list_value_of_each_project(capsys: pytest.CaptureFixture[str], engine: str) -> None:
    statement = settled(capsys, "--engine", engine)
    outcomes = {line["cell"]["project"]: line["amount"] for line in statement["lines"] if line["line"] == "outcomes"}
    assert outcomes == LIST_VALUES
    most = {line["cell"]["project"]: line["amount"] for line in statement["lines"] if line["line"] == "most"}
    assert most == {**dict.fromkeys(LIST_VALUES), "ambition": "-210625.00", "aspire": "-64750.00"}
    assert figures(statement, "reconciled")[()]["exact"] == "0"


def test_two_projects_are_printed_with_one_sum(capsys: pytest.CaptureFixture[str]) -> None:
    statement = settled(capsys)
    assert figures(statement, "same_sum")[()]["exact"] == "yes"


def test_a_count_that_is_not_published_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    statement = settled(capsys)
    lacking = {project: f["exact"] for (project,), f in figures(statement, "not_published").items()}
    assert lacking == {**dict.fromkeys(LIST_VALUES, "0"), "depaul": "2"}
    worth = figures(statement, "worth")
    for item in ("volunteering_20", "volunteering_26"):
        assert (worth["depaul", item]["state"], worth["depaul", item]["exact"]) == ("missing", None)
