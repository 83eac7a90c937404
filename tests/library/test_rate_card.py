"""A rate card over rows: each line once for a client, the most for one client, the most over the contract."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pbr_rules import api
from pbr_rules.cli import run
from pbr_rules.surface.files import load
from pbr_rules.testing.engines import ENGINES

CONTRACT = Path(__file__).parent / "rate_card.pbr"

ACCOMMODATION = ("entered", "three_months", "six_months", "twelve_months", "eighteen_months", "two_years")
WELLBEING = ("wellbeing_1", "wellbeing_2", "wellbeing_3")
FULL_TIME = ("full_time_13", "full_time_26")
LONG = (
    *ACCOMMODATION,
    *WELLBEING,
    "mental_health",
    "mental_health_kept",
    "drug",
    "drug_kept",
    "qualification",
    *FULL_TIME,
)
"""Lines that come to £19,420."""
EVERY = (*LONG, "alcohol", "alcohol_kept", "volunteering_13", "volunteering_26", "part_time_13", "part_time_26")
"""All 22 lines, which come to £25,520."""

Statement = dict[str, Any]


class Card:
    """Settles the card over the claims of some clients."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def settle(self, claims: dict[str, Sequence[str]], engine: str, *more: str) -> Statement:
        clients = ["client,date joined", *(f"{client},2018-01-08" for client in claims)]
        rows = ["client,outcome,achieved"]
        rows += [
            f"{client},{outcome},2019-03-{n:02}"
            for client, listed in claims.items()
            for n, outcome in enumerate(listed, 1)
        ]
        for name, lines in (("clients", clients), ("claims", rows)):
            (self.folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        files = [word for name in ("clients", "claims") for word in ("--records", f"{name}={self.folder / name}.csv")]
        assert run(["settle", str(CONTRACT), *files, "--engine", engine, "--format", "json", *more]) == 0
        statement: Statement = json.loads(self.capsys.readouterr().out)["settlement"]
        return statement


@pytest.fixture
def card(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Card:
    return Card(tmp_path, capsys)


def came_to(statement: Statement, line: str) -> Fraction:
    return sum((Fraction(found["amount"]) for found in statement["lines"] if found["line"] == line), Fraction(0))


@pytest.mark.parametrize("engine", ENGINES)
def test_its_examples_hold(engine: str) -> None:
    _, worked = api.work_examples(load(CONTRACT), engine=engine)
    assert worked and all(w.holds for w in worked)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("lines", "listed", "paid"), [(LONG, 19_420, 19_000), (EVERY, 25_520, 19_000), (ACCOMMODATION, 10_500, 10_500)]
)
def test_the_most_for_one_client(card: Card, engine: str, lines: Sequence[str], listed: int, paid: int) -> None:
    statement = card.settle({"A1": lines}, engine)
    assert came_to(statement, "outcomes") == listed
    assert came_to(statement, "person_cap") == paid - listed
    assert statement["totals"]["amount"] == f"{paid}.00"


@pytest.mark.parametrize("engine", ENGINES)
def test_several_clients(card: Card, engine: str) -> None:
    claims = {
        "A1": LONG,
        "A2": EVERY,
        "B1": ("entered", "three_months", "three_months"),  # the second earns nothing
        "B2": ("three_months", "entered"),  # what was counted is the same, in another order
        "C1": (),
        "C2": (),
    }
    statement = card.settle(claims, engine, "--people")
    caps = {line["person"]["client"]: line for line in statement["lines"] if line["line"] == "person_cap"}
    assert {who: (line["people"], Fraction(line["each"])) for who, line in caps.items()} == {
        "A1": (1, Fraction(-420)),
        "A2": (1, Fraction(-6_520)),
        "B1": (2, Fraction(0)),
        "C1": (2, Fraction(0)),
    }
    assert came_to(statement, "outcomes") == 19_420 + 25_520 + 2 * 2_100
    assert statement["totals"]["limits_took"] == "6940.00"
    assert statement["totals"]["amount"] == "42200.00"


@pytest.mark.parametrize("engine", ENGINES)
def test_the_most_over_the_contract_counts_what_the_most_for_a_client_took(card: Card, engine: str) -> None:
    statement = card.settle({f"A{n}": EVERY for n in range(150)}, engine)
    assert came_to(statement, "outcomes") == 150 * 25_520
    assert came_to(statement, "person_cap") == -150 * 6_520
    assert came_to(statement, "ceiling") == 2_629_000 - 150 * 19_000
    assert statement["totals"]["amount"] == "2629000.00"


def test_no_client_is_named_where_people_are_not_asked_for(card: Card) -> None:
    statement = card.settle({"Zebedee": LONG}, "python")
    assert "Zebedee" not in json.dumps(statement)
