"""The golden vectors: every one of the published lists is made by a contract's text, or is said to be one that no contract makes.

A list is a `.toml` file here or among the tests of a package. What was expected is typed from the published facts, in the
contracts' examples and in tests; none of it is copied from what a program printed. `PBR_REWRITE=1` writes the two pages that
come of the lists: docs/reference/vectors.md and docs/reference/schemes.md.
"""

from __future__ import annotations

import os
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from pbr_rules import api
from pbr_rules.analysis.examples import Worked, work
from pbr_rules.engines.choose import choose
from pbr_rules.library import find
from pbr_rules.surface.files import load
from pbr_rules.testing.engines import ENGINES

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DOCS = ROOT / "docs" / "reference"
WAYS = {"examples", "settled", "problem", "cannot"}

SCHEMES: dict[str, tuple[str, list[str]]] = {
    scheme: (title, [f"{scheme}-{n:02}" for n in range(1, last + 1)])
    for scheme, title, last in (
        ("LJR", "Local Justice Reinvestment", 21),
        ("PB", "HMP Peterborough", 18),
        ("DN", "HMP Doncaster", 9),
        ("TR", "Transforming Rehabilitation", 19),
        ("DR", "Drug and alcohol recovery pilots", 10),
        ("JD", "Justice Data Lab", 5),
        ("YP", "Youth Custody Pathfinder", 5),
        ("IO", "Integrated Offender Management", 7),
        ("CS", "Community sentences", 6),
        ("IF", "Innovation Fund", 8),
        ("FC", "Fair Chance Fund", 8),
        ("ER", "Entrenched Rough Sleeping", 10),
        ("CL", "Care Leavers", 8),
        ("WH", "Work and Health Programme", 9),
        ("LH", "London Homelessness", 6),
        ("ES", "Essex edge of care", 2),
        ("WW", "Ways to Wellness", 2),
        ("RB", "Rhino bond", 4),
        ("IK", "Istanbul Kodluyor", 5),
        ("SM", "The Skill Mill", 5),
        ("AP", "Project Apollo", 4),
        ("TP", "Transitional Aid Research Project", 4),
    )
} | {
    "WP": ("Work Programme", [f"WP-01{letter}" for letter in "abcd"]),
    "TF": ("Troubled Families", ["TF-01"]),
    "SU": ("Milestones and sustainment", [f"SU-{n}" for n in range(1, 9)]),
    "SV": ("Weights of seriousness", [f"SV-{n}" for n in range(1, 4)]),
    "H": ("Eight people and nine offences, weighed in eight ways", [f"H-{n}" for n in range(1, 9)]),
}
"""Each scheme with its golden vectors."""


@frozen
class Vector:
    """One entry of a list: `contract` is the name of a library contract, or of a file beside the list."""

    name: str
    file: Path
    entry: dict[str, Any]

    @property
    def scheme(self) -> str:
        return self.name.partition("-")[0]

    @property
    def number(self) -> int:
        return SCHEMES[self.scheme][1].index(self.name)

    @property
    def contract(self) -> str | None:
        found: str | None = self.entry.get("contract")
        return found

    @property
    def path(self) -> Path:
        """The contract's text."""
        beside = self.file.parent / str(self.contract)
        if beside.is_file():
            return beside
        (*shipped,) = ROOT.glob(f"plugins/*/src/*/contracts/{self.contract}/contract.pbr")
        return shipped[0] if shipped else ROOT / "pbr_rules" / "contracts" / str(self.contract) / "contract.pbr"


FILES = (*sorted(HERE.glob("*.toml")), *sorted(ROOT.glob("plugins/*/tests/*.toml")))
VECTORS = sorted(
    (
        Vector(name, file, entry)
        for file in FILES
        for name, entry in tomllib.loads(file.read_text(encoding="utf-8")).items()
    ),
    key=lambda vector: (list(SCHEMES).index(vector.scheme), vector.number),
)
OURS = [vector for vector in VECTORS if vector.file.parent == HERE]
"""The core's own; the packages work theirs in their own tests."""
CONTRACTS = sorted({str(v.contract) for v in OURS if v.contract and "problem" not in v.entry})


# ---- the lists


def test_every_vector_is_in_one_list() -> None:
    listed = [vector.name for vector in VECTORS]
    assert sorted(set(listed)) == sorted(listed), "in two lists"
    assert listed == [name for _, names in SCHEMES.values() for name in names]


def test_each_list_is_in_order() -> None:
    for file in FILES:
        here = [v.number for scheme in SCHEMES for v in VECTORS if v.file == file and v.scheme == scheme]
        written = list(tomllib.loads(file.read_text(encoding="utf-8")))
        of_scheme = {scheme: [n for n in written if n.partition("-")[0] == scheme] for scheme in SCHEMES}
        assert here == [SCHEMES[s][1].index(n) for s, names in of_scheme.items() for n in names], file.name


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_a_vector_is_made_in_one_of_the_ways(vector: Vector) -> None:
    ways = WAYS & set(vector.entry)
    assert ways and set(vector.entry) <= WAYS | {"contract"}
    assert ("cannot" in ways) != ("contract" in vector.entry)
    assert len(ways) == 1 or not ways & {"cannot", "problem"}
    if vector.contract:
        text = vector.path.read_text(encoding="utf-8")
        for title in vector.entry.get("examples", ()):
            assert f'example "{title}"' in text
    for test in vector.entry.get("settled", ()):
        file, _, function = test.partition("::")
        there = (vector.file.parent / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {function}\(", there, re.MULTILINE), test


# ---- what the core's contracts make


@cache
def worked(contract: str, engine: str) -> dict[str, Worked]:
    """Every example of a contract; where an engine counts, those that give it rows."""
    vector = next(v for v in OURS if v.contract == contract)
    source = load(vector.path)
    if engine == "python":
        compiled, examples = api.work_examples(source)
        assert compiled.contract is not None, [d.headline for d in compiled.diagnostics if d.is_error]
        return {w.example.title: w for w in examples}
    compiled, _ = api.work_examples(source)
    under = {e.under for e in compiled.document.declarations if hasattr(e, "under")}
    found = {}
    for readings in under:
        contract_ = api.required(api.compile_contract(source, readings))
        for example in contract_.examples:
            if example.rows:
                found[example.title] = work(contract_, example, choose(engine, contract_))
    return found


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_example_holds(contract: str, engine: str) -> None:
    for title, example in worked(contract, engine).items():
        wrong = [f"{c.expected}: came out {c.came_out}" for c in example.checkpoints if not c.holds]
        assert example.checkpoints and example.holds, (title, wrong, [p.headline for p in example.problems])


@pytest.mark.parametrize("vector", [v for v in OURS if "problem" in v.entry], ids=lambda vector: vector.name)
def test_its_contract_does_not_check(vector: Vector) -> None:
    found = [d for d in api.check_contract(load(vector.path)).diagnostics if d.is_error]
    assert [d.code for d in found] == [vector.entry["problem"]]


# ---- the pages


def link(path: Path, line: int | None = None) -> str:
    place = os.path.relpath(path, DOCS).replace(os.sep, "/")
    return place + (f"#L{line}" if line else "")


def rows_of(vector: Vector) -> list[tuple[str, str, str]]:
    """Where and how a vector is made."""
    if "cannot" in vector.entry:
        return [("none", "", vector.entry["cannot"])]
    lines = vector.path.read_text(encoding="utf-8").splitlines()
    found = []
    for title in vector.entry.get("examples", []):
        line = next(n for n, text in enumerate(lines, 1) if text.startswith(f'example "{title}"'))
        found.append((f"[{vector.contract}]({link(vector.path, line)})", str(line), title))
    for test in vector.entry.get("settled", []):
        found.append(
            (f"[{vector.contract}]({link(vector.path)})", "", f"settled over rows: `{test.partition('::')[2]}`")
        )
    if "problem" in vector.entry:
        found.append((f"[{vector.contract}]({link(vector.path)})", "", f"does not check: `{vector.entry['problem']}`"))
    return found


def vectors_page() -> str:
    """docs/reference/vectors.md."""
    text = [
        "# Golden vectors",
        "",
        "Figures that real schemes published, or that follow from what they published, and the contract text that makes each of them.",
        "`pbr test` works the examples; the rest are settled over rows. This page is written from the lists in `tests/vectors` and from",
        "those of the packages under `plugins/`, whose contracts need them.",
    ]
    for scheme, (title, _) in SCHEMES.items():
        text += ["", f"## {title}", "", "| vector | contract | line | made by |", "| --- | --- | --- | --- |"]
        for vector in VECTORS:
            if vector.scheme == scheme:
                text += [f"| {vector.name} | {' | '.join(row)} |" for row in rows_of(vector)]
    return "\n".join(text) + "\n"


LIBRARY = sorted(
    (*ROOT.glob("pbr_rules/contracts/*/contract.pbr"), *ROOT.glob("plugins/*/src/*/contracts/*/contract.pbr"))
)
LABELS = ("Sources", "Terms", "Unknown", "Design flaws")
"""What the head of every library contract says."""


def said(path: Path) -> dict[str, str]:
    """The labelled paragraphs of the notes that a library contract begins with."""
    head = path.read_text(encoding="utf-8").partition("\nlanguage 1\n")[0]
    paragraphs = "\n".join(line.removeprefix("#").strip() for line in head.splitlines()).split("\n\n")
    found = {}
    for paragraph in paragraphs:
        label, colon, rest = " ".join(paragraph.split()).partition(":")
        if colon and re.fullmatch(r"[A-Z][a-z ]+(, [a-z ]+)?", label):
            found[label] = rest.strip()
    return found


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: path.parent.name)
def test_a_library_contract_carries_its_sources_its_purpose_and_its_flaws(path: Path) -> None:
    head = said(path)
    assert [label for label in LABELS if not head.get(label)] == []
    text = path.read_text(encoding="utf-8")
    assert re.search(r"^  purpose: +\"[^\"]+\"$", text, re.MULTILINE)
    names = re.findall(r"(?:^|[;.] )([a-z]+(?:-[a-z]+)+):", head["Design flaws"])
    assert names, "a flaw is called by the name that the field has for it"


def short(names: list[str]) -> str:
    """`TR-01 to TR-19`, or each where some are left out."""
    listed = SCHEMES[names[0].partition("-")[0]][1]
    at = [listed.index(name) for name in names]
    whole = at == list(range(at[0], at[0] + len(at))) and len(at) > 2
    return f"{names[0]} to {names[-1]}" if whole else ", ".join(names)


def schemes_page() -> str:
    """docs/reference/schemes.md."""
    text = [
        "# The schemes of the library",
        "",
        "Each contract here is a real scheme, or a template that stands closest to one. Its text begins with its sources, what was published,",
        "what is not known, and the flaws that evaluations found in it, by the names that the field has for them. `pbr contracts --show NAME`",
        "prints it, `pbr settle NAME` settles its published figures, `pbr new MINE --from NAME` begins a contract from it. This page is",
        "written from those texts and from [the golden vectors](vectors.md).",
        "",
        "| contract | comes with | golden vectors |",
        "| --- | --- | --- |",
    ]
    for path in LIBRARY:
        name, made = path.parent.name, made_by(path)
        package = (
            "pbr-rules" if path.is_relative_to(ROOT / "pbr_rules") else f"pbr-rules-{path.relative_to(ROOT).parts[1]}"
        )
        text.append(f"| [{name}](#{name}) | {package} | {'; '.join(map(short, made.values()))} |")
    without = [v for v in VECTORS if "cannot" in v.entry]
    if without:
        text += ["", "No contract makes these:", "", "| vector | why |", "| --- | --- |"]
        text += [f"| {v.name} | {v.entry['cannot']} |" for v in without]
    for path in LIBRARY:
        head, name = said(path), path.parent.name
        title = re.search(rf'^contract {name} "([^"]+)"', path.read_text(encoding="utf-8"), re.MULTILINE)
        assert title is not None, f"the contract in {name} is called otherwise than its folder"
        text += ["", f"## {name}", "", f"[{title.group(1)}]({link(path)})."]
        for label, words in (("Terms", "Terms written here"), ("Unknown", "Unknown"), ("Design flaws", "Design flaws")):
            text += ["", f"**{words}:** {head[label]}"]
    return "\n".join(text) + "\n"


def made_by(path: Path) -> dict[str, list[str]]:
    """The vectors that a contract makes, by scheme."""
    found: dict[str, list[str]] = {}
    for vector in VECTORS:
        if vector.contract and vector.path == path:
            found.setdefault(vector.scheme, []).append(vector.name)
    return found


@pytest.mark.parametrize(("name", "page"), [("vectors.md", vectors_page), ("schemes.md", schemes_page)])
def test_the_page_is_what_the_lists_say(name: str, page: Any) -> None:
    made = page()
    if os.environ.get("PBR_REWRITE") == "1":
        (DOCS / name).write_text(made, encoding="utf-8")
    assert (DOCS / name).read_text(encoding="utf-8") == made, "write it again with PBR_REWRITE=1"


def test_each_library_contract_of_the_core_is_found() -> None:
    for path in LIBRARY:
        if path.is_relative_to(ROOT / "pbr_rules"):
            known = find(path.parent.name)
            assert known is not None and known.path == path
