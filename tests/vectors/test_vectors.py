"""The golden vectors of five schemes: every one is listed, and is made by a contract's text.

`vectors.toml` is the list. What was expected is typed from the published facts, in the contracts' examples and below; none of it
is copied from what a program printed. `PBR_REWRITE=1` writes the list's page, docs/reference/vectors.md.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pbr_rules import api
from pbr_rules.analysis.examples import Worked
from pbr_rules.cli import run
from pbr_rules.library import find
from pbr_rules.surface.files import load

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "reference" / "vectors.md"
VECTORS: dict[str, dict[str, Any]] = tomllib.loads((HERE / "vectors.toml").read_text(encoding="utf-8"))
LISTS = (HERE / "vectors.toml", *sorted(ROOT.glob("plugins/*/tests/vectors.toml")))
"""The lists that the page is made from: the core's, and one of each package."""
SCHEMES = {
    "PB": ("HMP Peterborough", 18),
    "DN": ("HMP Doncaster", 9),
    "CL": ("Care Leavers", 8),
    "AP": ("Project Apollo", 4),
    "TP": ("Transitional Aid Research Project", 4),
}
ENGINES = ("python", "duckdb", "polars")


def path_of(contract: str) -> Path:
    known = find(contract)
    return known.path if known is not None else HERE / contract


@cache
def worked(contract: str, engine: str) -> dict[str, Worked]:
    compiled, examples = api.work_examples(load(path_of(contract)), engine=engine)
    assert compiled.contract is not None, [d.headline for d in compiled.diagnostics if d.is_error]
    return {w.example.title: w for w in examples}


# ---- the list


def test_every_vector_is_listed_once_and_in_order() -> None:
    assert list(VECTORS) == [f"{scheme}-{n:02}" for scheme, (_, last) in SCHEMES.items() for n in range(1, last + 1)]


def test_a_vector_is_made_in_one_of_the_ways_or_waits_with_a_reason() -> None:
    for name, vector in VECTORS.items():
        ways = {"examples", "settled", "problem", "waits"} & set(vector)
        assert ways, name
        assert ("waits" in ways) != ("contract" in vector), name
        assert "waits" not in ways or (len(ways) == 1 and vector["waits"]), name
        assert "problem" not in ways or len(ways) == 1, name


def test_only_these_vectors_wait() -> None:
    assert [name for name, vector in VECTORS.items() if "waits" in vector] == ["CL-06", "CL-07"]


@pytest.mark.parametrize("name", [name for name, vector in VECTORS.items() if "examples" in vector])
def test_its_examples_hold(name: str) -> None:
    vector = VECTORS[name]
    there = worked(vector["contract"], "python")
    for title in vector["examples"]:
        assert title in there, (name, title)
        example = there[title]
        assert example.checkpoints, (name, title)
        assert example.holds, (name, title, example.problems, [c for c in example.checkpoints if not c.holds])


@pytest.mark.parametrize("name", [name for name, vector in VECTORS.items() if "problem" in vector])
def test_its_contract_does_not_check(name: str) -> None:
    vector = VECTORS[name]
    found = [d for d in api.check_contract(load(path_of(vector["contract"]))).diagnostics if d.is_error]
    assert [d.code for d in found] == [vector["problem"]]


def test_the_tests_it_names_are_here() -> None:
    for name, vector in VECTORS.items():
        for test in vector.get("settled", []):
            file, _, function = test.partition("::")
            assert re.search(rf"^def {function}\(", (HERE / file).read_text(encoding="utf-8"), re.MULTILINE), (
                name,
                test,
            )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("contract", sorted(p.name for p in HERE.glob("*.pbr") if p.name != "untyped_five.pbr"))
def test_every_example_here_holds(contract: str, engine: str) -> None:
    assert all(w.holds for w in worked(contract, engine).values())


# ---- the page


TITLES = {
    **{scheme: title for scheme, (title, _) in SCHEMES.items()},
    "LJR": "Local Justice Reinvestment",
    "DR": "Drug and alcohol recovery pilots",
    "WP": "Work Programme",
    "ER": "Entrenched Rough Sleeping",
    "LH": "London Homelessness",
    "SU": "Milestones and sustainment",
    "CS": "Community sentences",
    "SV": "Weights of seriousness",
    "H": "Eight people and nine offences, weighed in eight ways",
    "IF": "Innovation Fund",
}


def page() -> str:
    """docs/reference/vectors.md, from the lists and the contracts, by their text alone."""
    text = [
        "# Golden vectors",
        "",
        "Figures that real schemes published, or that follow from what they published, and the contract text that makes each of them.",
        "`pbr test` works the examples; the rest are settled over rows. This page is written from `tests/vectors/vectors.toml` and from",
        "the lists of the packages under `plugins/`, whose contracts need them.",
    ]
    by_scheme: dict[str, list[tuple[str, dict[str, Any], Path]]] = {}
    for listed in LISTS:
        for name, vector in tomllib.loads(listed.read_text(encoding="utf-8")).items():
            by_scheme.setdefault(name.partition("-")[0], []).append((name, vector, listed.parent))
    for scheme, vectors in by_scheme.items():
        text += ["", f"## {TITLES[scheme]}", "", "| vector | contract | line | made by |", "| --- | --- | --- | --- |"]
        for name, vector, folder in vectors:
            text += [f"| {name} | {' | '.join(row)} |" for row in rows_of(vector, folder)]
    return "\n".join(text) + "\n"


def path_in(folder: Path, contract: str) -> Path:
    """A contract of the core's library, of a package, or beside a list."""
    if folder == HERE:
        return path_of(contract)
    (*found,) = folder.parent.glob(f"src/*/contracts/{contract}/contract.pbr")
    return found[0] if found else folder / contract


def rows_of(vector: dict[str, Any], folder: Path) -> list[tuple[str, str, str]]:
    if "waits" in vector:
        return [("none yet", "", vector["waits"])]
    path = path_in(folder, vector["contract"])
    place = os.path.relpath(path, PAGE.parent).replace(os.sep, "/")
    lines = path.read_text(encoding="utf-8").splitlines()
    found = []
    for title in vector.get("examples", []):
        line = next(n for n, text in enumerate(lines, 1) if text.startswith(f'example "{title}"'))
        found.append((f"[{vector['contract']}]({place}#L{line})", str(line), title))
    for test in vector.get("settled", []):
        found.append((f"[{vector['contract']}]({place})", "", f"settled over rows: `{test.partition('::')[2]}`"))
    if "problem" in vector:
        found.append((f"[{vector['contract']}]({place})", "", f"does not check: `{vector['problem']}`"))
    return found


def test_the_page_is_what_the_list_says() -> None:
    made = page()
    if os.environ.get("PBR_REWRITE") == "1":
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(made, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == made, "write it again with PBR_REWRITE=1"


# ---- settled over rows


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
