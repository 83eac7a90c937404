"""The golden vectors of Local Justice Reinvestment, each made by the text of `ljr`.

`vectors.toml` is the list. What was expected is typed from the published facts; none of it is copied from what a program printed.
"""

from __future__ import annotations

import json
import tomllib
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pbr_rules import api, host
from pbr_rules.cli import run
from pbr_rules.library import find
from pbr_rules.surface.files import load
from pbr_rules.surface.write import write
from pbr_rules.testing import ENGINES

HERE = Path(__file__).parent
VECTORS: dict[str, dict[str, Any]] = tomllib.loads((HERE / "vectors.toml").read_text(encoding="utf-8"))


@cache
def worked(engine: str) -> dict[str, Any]:
    catalogue = host.load()
    found = find("ljr", catalogue)
    assert found is not None
    compiled, examples = api.work_examples(load(found.path), catalogue, engine)
    assert not compiled.diagnostics, [d.headline for d in compiled.diagnostics]
    return {w.example.title: w for w in examples}


def test_every_vector_is_listed_once_and_in_order() -> None:
    assert list(VECTORS) == [f"LJR-{n:02}" for n in range(1, 22)]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_example_holds(engine: str) -> None:
    for title, example in worked(engine).items():
        assert example.checkpoints, title
        assert example.holds, (title, example.problems, [c for c in example.checkpoints if not c.holds])


@pytest.mark.parametrize("name", VECTORS)
def test_its_examples_are_there(name: str) -> None:
    assert set(VECTORS[name]["examples"]) <= worked("python").keys()


def test_it_is_laid_out_as_every_contract_is() -> None:
    found = find("ljr", host.load())
    assert found is not None
    source = load(found.path)
    assert write(source) == source.text


def statement(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run(["settle", "ljr", *arguments, "--format", "json"]) == 5
    found: dict[str, Any] = json.loads(capsys.readouterr().out)["settlement"]
    return found


def figure(settled: dict[str, Any], name: str, *cell: str) -> str:
    (found,) = [f for f in settled["figures"] if f["figure"] == name and tuple(f["cell"].values()) == cell]
    exact: str = found["exact"]
    return exact


def test_the_published_figures_settle_by_name_alone(capsys: pytest.CaptureFixture[str]) -> None:
    settled = statement(capsys)
    paid = {line["working"]["of"] for line in settled["lines"] if line["amount"] == "0.00"}
    assert paid == {"incentive[croydon, youth, year_1]", "incentive[lambeth, youth, year_1]"}
    assert len(settled["lines"]) == 22  # eleven sites and strands in two years
    assert all("demand" in line["because"] for line in settled["lines"] if line["amount"] is None)


BASKET = {"custody": (100, 85), "court_order": (100, 85), "over_two_years": (20, 18), "other": (400, 350)}
"""Youth disposals in the year before the pilot, and in the first test year."""


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("reading", "paid"), [((), 25_850), (("flat_half",), 20_750)])
def test_the_basket_of_youth_demand(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, engine: str, reading: tuple[str, ...], paid: int
) -> None:
    rows = [
        f"{disposal}-{year}-{n},lewisham,youth,{disposal},{day}"
        for disposal, counts in BASKET.items()
        for year, (count, day) in enumerate(zip(counts, ("2011-06-30", "2011-07-01"), strict=True))
        for n in range(count)
    ]
    assert len(rows) == 620 + 538
    file = tmp_path / "disposals.csv"
    file.write_text("\n".join(["case,site,strand,disposal,date of sentence", *rows]) + "\n", encoding="utf-8")
    readings = [word for name in reading for word in ("--reading", name)]
    spent = tmp_path / "spending.csv"
    spent.write_text("site,purpose,amount\n", encoding="utf-8")
    files = ["--records", f"disposals={file}", "--records", f"spending={spent}", "--complete", "disposals=2013-06-30"]
    settled = statement(capsys, *files, "--engine", engine, *readings)
    assert figure(settled, "demand", "lewisham", "youth", "baseline") == "313000"
    assert figure(settled, "demand", "lewisham", "youth", "year_1") == "271500"
    assert figure(settled, "drop", "lewisham", "youth", "year_1") == "83/626"
    assert (
        Fraction(620 - 538, 620) == Fraction(41, 310) != Fraction(83, 626)
    )  # the crude fall in counts is another measure
    (line,) = [
        found
        for found in settled["lines"]
        if found["cell"] == {"site": "lewisham", "strand": "youth", "year": "year_1"}
    ]
    assert Fraction(line["amount"]) == paid
