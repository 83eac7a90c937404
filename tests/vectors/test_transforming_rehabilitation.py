"""The Ministry's decisions on the cohorts of 2019/20, as rows: areas are counted, and each that was paid asks for its price.

Published are how many areas were paid in each cohort; which they were is not, and is invented here.
"""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from pbr_rules.cli import run
from pbr_rules.library import find
from pbr_rules.testing.engines import ENGINES

PAID = {"apr_jun_2019": 20, "jul_sep_2019": 17, "oct_dec_2019": 18, "jan_mar_2020": 20}
"""Areas paid in each quarterly cohort, of 21; in the annual cohort all were. None was deducted from."""

STARTS = [
    "start",
    "area",
    "Date of release or start",
    "Aged 18 or over",
    "Supervised by the National Probation Service",
]


def areas() -> list[str]:
    known = find("transforming_rehabilitation")
    assert known is not None
    block = known.path.read_text(encoding="utf-8").partition("category area")[2].partition("}")[0]
    return re.findall(r"^  (\w+) \"", block, re.MULTILINE)


def write(path: Path, rows: list[list[str]]) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return str(path)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_cohorts_of_2019_20(tmp_path: Path, engine: str) -> None:
    every = areas()
    assert len(every) == 21
    decided = [
        [area, cohort, "to_pay" if place < paid else "neither"]
        for cohort, paid in PAID.items()
        for place, area in enumerate(every)
    ]
    files = {
        "decisions": [["area", "quarter", "decision"], *decided],
        "annual_decisions": [["area", "year", "Decision"], *([area, "year_2019_20", "to_pay"] for area in every)],
        "starts": [STARTS],
        "offences": [["start", "Date of offence", "Date of conviction, caution, reprimand or warning"]],
    }
    named = [f"{name}={write(tmp_path / f'{name}.csv', rows)}" for name, rows in files.items()]
    out = tmp_path / "statement.json"
    ends = run(
        [
            *("settle", "transforming_rehabilitation", "--reading", "as_decided", "--engine", engine),
            *(word for name in named for word in ("--records", name)),
            *("--complete", "starts=2020-03-31", "--complete", "offences=2021-12-31", "--output", str(out)),
        ]
    )
    assert ends == 5  # prices are not published
    statement: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))["settlement"]
    counts = {
        (figure["figure"], *figure["cell"].values()): figure["exact"]
        for figure in statement["figures"]
        if figure["figure"].endswith(("areas_paid", "areas_deducted"))
    }
    for cohort, paid in PAID.items():
        assert counts["areas_paid", cohort] == str(paid)
        assert counts["areas_deducted", cohort] == "0"
    assert counts["annual_areas_paid", "year_2019_20"] == "21"
    assert counts["annual_areas_deducted", "year_2019_20"] == "0"
