"""What harm and most_serious come to, on every engine. Each figure is worked by hand beside it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pbr_rules_severity.plugin as severity
import pytest

from pbr_rules import api, core, host
from pbr_rules.api import Request
from pbr_rules.source import Source
from pbr_rules.testing import ENGINES

CATALOGUE = host.gather([("core", "pbr-rules", "0.1.0", core), ("severity", "pbr-rules-severity", "1.0.0", severity)])

TERMS = """
language 1
uses severity 1
contract c "A contract" { currency: GBP }
category arm  { treated, matched }
category kind { theft, assault, robbery, fraud }
records people   { person: id   arm: arm }
records offences { person: id of people   kind: kind   counts: flag   days: number, 2 places optional }
parameter weight "Days" by kind: number { theft: 1   assault: 10.5   robbery: 365   fraud: unknown "not agreed" }
"""

PEOPLE = "person,arm\nA,treated\nB,treated\nC,treated\nD,matched\nE,matched\n"

OFFENCES = """person,kind,counts,days
A,theft,yes,2.50
A,robbery,yes,2.50
A,robbery,yes,1.25
A,assault,no,99
B,theft,yes,3
B,theft,yes,3
D,assault,yes,0.25
D,fraud,no,7
"""
# treated: A weighs 1 + 365 + 365 = 731, B 1 + 1 = 2, C nothing: 733 over 3 people, 2 of them reoffenders.
# matched: D weighs 10.5, E nothing: over 2 people, 1 of them a reoffender.


def figures(
    folder: Path, clauses: str, engine: str = "python", offences: str = OFFENCES, terms: str = TERMS
) -> dict[str, Any]:
    files = {"people": folder / "people.csv", "offences": folder / "offences.csv"}
    files["people"].write_text(PEOPLE, encoding="utf-8")
    files["offences"].write_text(offences, encoding="utf-8")
    done = api.settle(Source("c.pbr", terms + clauses), Request(files, engine=engine), CATALOGUE).settlement
    return {f.working.of: f.value.of if f.value.known else f"{f.value.state}: {f.value.why}" for f in done.figures}


def measure(head: str, by: str = "arm", weight: str = "weight[kind]", more: str = "") -> str:
    across = f" by {by}" if by else ""
    return f'measure m "M"{across} {{ {head} weight: {weight} {more} where counts }}'


def problems(clauses: str) -> list[str]:
    found = api.check_contract(Source("c.pbr", TERMS + clauses), CATALOGUE).diagnostics
    return [d.headline for d in found if d.is_error]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("head", "more", "treated", "matched"),
    [
        ("harm of offences for people", "", "733", "21/2"),
        ("harm of offences per 100 people", "", "73300/3", "525"),
        ("harm of offences per 1 people", "", "733/3", "21/4"),
        ("harm of offences for people", "over: everyone", "733", "21/2"),
        ("harm of offences for people", "over: reoffenders", "733/2", "21/2"),
        ("harm of offences per 100 people", "over: reoffenders", "36650", "1050"),
        # A's most serious is one robbery of two, B's one theft of two: 366.
        ("most_serious of offences for people", "", "366", "21/2"),
        ("most_serious of offences per 100 people", "", "12200", "525"),
        ("most_serious of offences for people", "over: reoffenders", "183", "21/2"),
        ("most_serious of offences per 100 people", "over: reoffenders", "18300", "1050"),
    ],
)
def test_by_group_of_people(tmp_path: Path, engine: str, head: str, more: str, treated: str, matched: str) -> None:
    found = figures(tmp_path, measure(head, more=more), engine)
    assert found == {"m[treated]": Fraction(treated), "m[matched]": Fraction(matched)}


@pytest.mark.parametrize("engine", ENGINES)
def test_without_people_it_is_the_sum_of_the_weights(tmp_path: Path, engine: str) -> None:
    assert figures(tmp_path, measure("harm of offences", by=""), engine) == {"m": Fraction("743.5")}


@pytest.mark.parametrize("engine", ENGINES)
def test_the_most_serious_in_each_cell_of_the_offences(tmp_path: Path, engine: str) -> None:
    # By kind, A has a theft and a robbery to stand for them, B a theft, D an assault; five people are counted over.
    clauses = measure("most_serious of offences for people", by="kind")
    found = figures(tmp_path, clauses, engine)
    assert found == {"m[theft]": 2, "m[assault]": Fraction("10.5"), "m[robbery]": 365, "m[fraud]": 0}
    over = figures(tmp_path, clauses.replace("weight:", "over: reoffenders weight:"), engine)
    assert {name: over[name] for name in ("m[theft]", "m[robbery]")} == {"m[theft]": 1, "m[robbery]": 365}
    assert over["m[fraud]"].startswith("missing: nobody has a row that counts")


@pytest.mark.parametrize("engine", ENGINES)
def test_over_all_cells_it_is_counted_again_from_the_rows(tmp_path: Path, engine: str) -> None:
    clauses = measure("most_serious of offences for people", by="kind, arm", more="over: reoffenders")
    clauses += '\ndefine whole "Everyone" across kind, arm = m'
    # A's robbery, B's theft, D's assault, over three: not the sum of the cells, in which A is counted for a theft too.
    assert figures(tmp_path, clauses, engine)["whole"] == Fraction("376.5") / 3


@pytest.mark.parametrize("engine", ENGINES)
def test_weighed_by_a_column(tmp_path: Path, engine: str) -> None:
    more = "where days is known"
    harm = figures(tmp_path, measure("harm of offences for people", weight="days", more=more), engine)
    assert harm == {"m[treated]": Fraction("12.25"), "m[matched]": Fraction("0.25")}
    most = figures(tmp_path, measure("most_serious of offences for people", weight="days", more=more), engine)
    assert most == {"m[treated]": Fraction("5.5"), "m[matched]": Fraction("0.25")}
    # The largest product stands: A's theft 2.5, robberies 912.5 and 456.25; B's 3; D's assault 2.625.
    both = figures(
        tmp_path, measure("most_serious of offences for people", weight="days * weight[kind]", more=more), engine
    )
    assert both == {"m[treated]": Fraction("915.5"), "m[matched]": Fraction("2.625")}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("word", ["harm", "most_serious"])
def test_an_offence_without_a_weight_is_refused_and_weighs_nothing_nowhere(
    tmp_path: Path, engine: str, word: str
) -> None:
    clauses = measure(f"{word} of offences per 100 people")
    rows = OFFENCES.replace("D,fraud,no", "D,fraud,yes")
    found = figures(tmp_path, clauses, engine, rows)
    assert str(found["m[matched]"]).startswith("unknown: `weight` is unknown: not agreed")
    assert isinstance(found["m[treated]"], Fraction)
    missing = figures(
        tmp_path, clauses, engine, rows, TERMS.replace('fraud: unknown "not agreed"', "otherwise: missing")
    )
    assert str(missing["m[matched]"]).startswith("missing")


def test_a_table_that_leaves_an_offence_out_does_not_check() -> None:
    found = api.check_contract(Source("c.pbr", TERMS.replace('fraud: unknown "not agreed"', "")), CATALOGUE).diagnostics
    assert [d.code for d in found if d.is_error] == ["cells"]


@pytest.mark.parametrize(
    ("clauses", "said"),
    [
        (measure("most_serious of offences"), "`most_serious` is written"),
        (measure("harm of offences", by="", more="over: reoffenders"), "is divided by people, and its head names none"),
        (measure("harm of offences for people", weight="counts"), "`weight:` is a number, and this is"),
        (measure("harm of offences for people", more="over: offenders"), "`over:` is `everyone` or `reoffenders`"),
        (measure("most_serious of offences for people", more="once for each person"), "takes one row of each person by itself"),
    ],
)  # fmt: skip
def test_what_does_not_check(clauses: str, said: str) -> None:
    (problem,) = problems(clauses)
    assert said in problem


def test_a_weight_below_nothing_is_the_contracts_to_say(tmp_path: Path) -> None:
    terms = TERMS.replace("theft: 1 ", "theft: -1 ")
    assert figures(tmp_path, measure("harm of offences for people"), terms=terms)["m[treated]"] == 730 - 1 - 2
