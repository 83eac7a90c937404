"""Golden vectors that are settled over rows: the care leavers' card, Apollo's lines, the men of TARP, eight people in eight ways."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pbr_rules.cli import run
from pbr_rules.testing.engines import ENGINES

HERE = Path(__file__).parent


class Settle:
    """Settles through the command line, and reads the statement."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: str, ends: int = 0) -> dict[str, Any]:
        assert run(["settle", *arguments, "--format", "json"]) == ends
        statement: dict[str, Any] = json.loads(self.capsys.readouterr().out)["settlement"]
        return statement


@pytest.fixture
def settle(capsys: pytest.CaptureFixture[str]) -> Settle:
    return Settle(capsys)


def figure(statement: dict[str, Any], name: str, *cell: str) -> str:
    (found,) = [f for f in statement["figures"] if f["figure"] == name and tuple(f["cell"].values()) == cell]
    exact: str = found["exact"]
    return exact


def amounts(statement: dict[str, Any], line: str) -> dict[tuple[str, ...], Fraction]:
    return {
        tuple(found["cell"].values()): Fraction(found["amount"])
        for found in statement["lines"]
        if found["line"] == line
    }


PAID = {
    "reboot_west": """
        115940 99660 106040 102520 44440 31900 26620 23320 75680 156090 52030 6600 11000 5500 14190 3190 4180 1980 83160 313500
        280500 200750 112750
    """,
    "i_aspire": """
        155320 114620 130460 48620 26400 21780 19800 19360 88000 104060 28380 8580 24750 13750 9460 440 660 330 104940 409750
        354750 283250 198000
    """,
}
"""What was paid for each line of the card."""


@pytest.mark.parametrize("engine", ENGINES)
def test_the_care_leavers_card(settle: Settle, engine: str) -> None:
    statement = settle("care_leavers", "--engine", engine)
    paid = amounts(statement, "outcomes")
    for project, published in PAID.items():
        assert [amount for (p, _), amount in paid.items() if p == project] == [
            Fraction(sum_) for sum_ in published.split()
        ]
    assert sum(amount for (p, _), amount in paid.items() if p == "reboot_west") == 1_871_540
    assert sum(amount for (p, _), amount in paid.items() if p == "i_aspire") == 2_165_460
    assert amounts(statement, "most") == {("reboot_west",): 0}  # below £2,250,000
    assert statement["totals"]["amount"] == "4037000.00"
    assert figure(statement, "published", "reboot_west") == "1871540"
    assert figure(statement, "published", "i_aspire") == "2165460"


def test_one_claim_for_each_achiever(settle: Settle) -> None:
    statement = settle("care_leavers")
    assert figure(statement, "once_each", "reboot_west") == "1617330"
    assert figure(statement, "single_lines", "reboot_west") == "13"
    assert figure(statement, "once_each", "i_aspire") == "1886170"
    assert figure(statement, "single_lines", "i_aspire") == "16"


def test_more_complete_a_course_than_its_second_year(settle: Settle) -> None:
    statement = settle("care_leavers")
    assert figure(statement, "out_of_order", "reboot_west") == "yes"
    assert figure(statement, "out_of_order", "i_aspire") == "no"


APOLLO = """
    22660 0 20020 19140 21780 11660 9900 7040 29920 89870 14190 0 0 0 0 2420 4400 5610 48180 176000 148500 126500 90750
"""
"""What was paid for each line."""


@pytest.mark.parametrize("engine", ENGINES)
def test_apollos_lines(settle: Settle, engine: str) -> None:
    computed = list(amounts(settle("apollo", "--engine", engine), "outcomes").values())
    published = [Fraction(sum_) for sum_ in APOLLO.split()]
    assert len(computed) == 23
    assert [n for n, (a, b) in enumerate(zip(computed, published, strict=True), 1) if a != b] == [17]


def test_apollos_exception(settle: Settle) -> None:
    statement = settle("apollo")
    assert amounts(statement, "outcomes")["line_17",] == 4_620
    assert figure(statement, "exception", "line_17") == "220"
    assert figure(statement, "computed") == "848760"
    assert figure(statement, "published") == "848540"
    assert figure(statement, "exceptions") == "220"
    assert figure(statement, "agreed") == "22"
    assert statement["totals"]["amount"] == "848760.00"  # the exception is shown, and nothing is taken for it


def test_apollos_maximum(settle: Settle) -> None:
    statement = settle("apollo")
    assert amounts(statement, "most") == {(): 0}  # below £1,083,550
    assert statement["totals"]["limits_took"] == "0.00"


@pytest.mark.parametrize("engine", ENGINES)
def test_the_men_of_tarp(settle: Settle, engine: str) -> None:
    statement = settle("tarp", "--engine", engine, ends=5)
    found = {tuple(f["cell"].values()): f["shown"] for f in statement["figures"] if f["figure"] == "arrested_men"}
    assert found["aid",].startswith("48 of 216") and found["control",].startswith("66 of 216")
    assert figure(statement, "arrested_men", "aid") == "2/9"
    assert figure(statement, "arrested_men", "control") == "11/36"
    assert figure(statement, "fall") == "3/11"


EIGHT_WAYS = [
    # readings, O, E, R, n, binary, per 100 offenders, events per 100, per reoffender, harm per 100
    ((), 4, 3, 2, 6, "1/3", "200/3", "50", "2", "10675"),
    (("closed",), 5, 4, 3, 6, "1/2", "250/3", "200/3", "5/3", "32075/3"),
    (("cautions",), 5, 4, 3, 6, "1/2", "250/3", "200/3", "5/3", "10800"),
    (("closed_and_cautions",), 6, 5, 4, 6, "2/3", "100", "250/3", "3/2", "32450/3"),
    (("everyone",), 5, 4, 3, 8, "3/8", "125/2", "50", "5/3", "32075/4"),
    (("everyone", "closed"), 6, 5, 4, 8, "1/2", "75", "125/2", "3/2", "32125/4"),
    (("everyone", "cautions"), 6, 5, 4, 8, "1/2", "75", "125/2", "3/2", "16225/2"),
    (("everyone", "closed_and_cautions"), 7, 6, 5, 8, "5/8", "175/2", "75", "7/5", "8125"),
]
"""Eight people and nine offences, counted in eight ways."""


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("row", EIGHT_WAYS, ids=lambda row: " ".join(row[0]) or "plain")
def test_eight_people_in_eight_ways(settle: Settle, engine: str, row: tuple[Any, ...]) -> None:
    readings, offences, events, reoffenders, people, binary, offending, per_event, per_reoffender, harm = row
    statement = settle(
        str(HERE / "cohort.pbr"),
        *("--records", f"people={HERE / 'people.csv'}", "--records", f"offences={HERE / 'offences.csv'}"),
        *("--complete", "people=2013-12-31", "--complete", "offences=2013-12-31", "--engine", engine),
        *(word for name in readings for word in ("--reading", name)),
    )
    shown = {f["figure"]: f["shown"] for f in statement["figures"]}
    assert shown["offending"].endswith(f"({offences} over {people})")
    assert shown["events"].endswith(f"({events} over {people})")
    assert shown["reoffenders"].startswith(f"{reoffenders} of {people} ")
    assert Fraction(figure(statement, "reoffenders")) == Fraction(binary)
    assert Fraction(figure(statement, "offending")) * 100 == Fraction(offending)
    assert Fraction(figure(statement, "events")) * 100 == Fraction(per_event)
    assert Fraction(figure(statement, "per_reoffender")) == Fraction(per_reoffender)
    assert Fraction(figure(statement, "harm_done")) == Fraction(harm)
