"""The trail: what became of every row and person, the same on every engine, whole or not there at all."""

from __future__ import annotations

import errno
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from pyarrow import parquet

from pbr_rules import api
from pbr_rules.analysis.examples import inputs
from pbr_rules.api import Request, Settled
from pbr_rules.diagnostics import UsageError
from pbr_rules.engines import marks, tally
from pbr_rules.engines.choose import choose
from pbr_rules.library import contracts, find
from pbr_rules.plan.codes import CODES
from pbr_rules.reports import from_trail, trail
from pbr_rules.reports.trail_file import opened
from pbr_rules.settlement.statement import settle
from pbr_rules.statements import Statement
from pbr_rules.surface import tree as t
from pbr_rules.surface.files import load

ENGINES = ("python", "duckdb", "polars")
PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")

Rows = list[dict[str, Any]]

TERMS = """
category arm  { one, two }
category sort { theft, other, lesser }
period year "Year" { first: 2020-01-01 to 2020-12-31 }
records people "One row per person" {
  person: id
  arm:    arm
  joined: date
  agrees: flag
  adult:  flag
  exclude not adult "under 18"
}
records events "One row per event" {
  case:   id
  held:   date
  person: id of people optional
  sort:   sort
  cost:   number, 3 places
}
records stays "One row per stay" {
  one row per person, sort
  person: id of people
  sort:   sort
  came:   date
  left:   date
  housed: came until left
}
measure spent "Cost" by arm, year of held, sort only theft, other {
  sum of events for people
  value: cost
  where person is known and held within 6 months starting on joined
  among people where agrees
  once for each person, sort taking earliest held
}
define costs "Cost of an arm" by arm = total of spent across (year, sort)
measure some "People with an event" by arm { binary of events for people }
define anyone "People with an event, of both arms" across arm = some
define apart "People with an event, in all years" by arm, sort across year = every_year
measure every_year "People with an event" by arm, sort, year of held { binary of events for people }
measure nights "Nights" { days of stays.housed for people  from joined until joined + 3 months }
measure every "Events" by sort { count of events }
payment fees "Fees" by arm { pay £2 * costs }
payment none "Nothing" { when nights is below 1000 pay £1 otherwise pay £2 }
"""

ROWS = {
    "people": "person,arm,joined,agrees,adult; A,one,2020-01-10,yes,yes; B,two,2020-02-29,no,yes; C,one,2020-01-01,yes,no; "
    "D,two,2020-10-01,yes,yes",
    "events": "case,held,person,sort,cost; k0,2020-02-01,A,theft,1.5; k1,2020-01-31,A,theft,20; k2,2020-03-01,,theft,1; "
    "k3,2020-03-01,B,theft,1; k4,2020-03-01,C,other,1; k5,2020-03-01,A,lesser,1; k6,2020-09-01,A,theft,1; "
    "k7,2021-01-02,D,other,1; k8,2020-11-02,D,other,0.125",
    "stays": "person,sort,came,left; A,theft,2020-01-20,2020-02-20; A,other,2021-01-20,2021-02-20; C,other,2020-01-20,2020-02-20",
}


@pytest.fixture
def settled(bench: Any) -> Callable[..., Settled]:
    """The terms above over the rows above."""

    def made(engine: str = "python") -> Settled:
        found: Settled = bench.settle(
            TERMS, ROWS, engine=engine, complete={"events": "2022-12-31", "stays": "2022-12-31"}
        )
        return found

    return made


def read(path: Path) -> Rows:
    """The rows of a trail."""
    found: Rows = parquet.read_table(path).to_pylist()
    return found


def written(made: Settled, folder: Path, name: str = "trail") -> Path:
    """The trail of a settlement."""
    path = folder / f"{name}.parquet"
    trail.write(made, {"engine": made.engine.name}, path)
    return path


def of(rows: Rows, measure: str, sort: str = "record") -> list[tuple[Any, ...]]:
    """The rows of one part, without what is the same in all of them."""
    names = ("line", "key", "person", "code", "cell", "amount")
    found = [row for row in rows if (row["measure"], row["sort"]) == (measure, sort)]
    assert all(row["counted"] is (row["code"] is None) is (row["reason"] is None) for row in found)
    return [tuple(row[name] for name in names) for row in found]


# ---- what it holds


@pytest.mark.parametrize("engine", ENGINES)
def test_every_row_counts_at_a_cell_or_has_its_reason(settled: Any, tmp_path: Path, engine: str) -> None:
    found = read(written(settled(engine), tmp_path))
    assert of(found, "spent") == [
        (2, "k0", "A", "already", "one, first, theft", None),
        (3, "k1", "A", None, "one, first, theft", Decimal("20.000")),
        (4, "k2", None, "nobody", None, None),
        (5, "k3", "B", "not-among", "two, first, theft", None),
        (6, "k4", "C", "excluded", "one, first, other", None),
        (7, "k5", "A", "left-out", "one, first, lesser", None),
        (8, "k6", "A", "condition", "one, first, theft", None),
        (9, "k7", "D", "unplaced", None, None),
        (10, "k8", "D", None, "two, first, other", Decimal("0.125")),
    ]
    assert of(found, "spent", "person") == [
        (2, "A", "A", None, "one", None),
        (3, "B", "B", "not-among", "two", None),
        (4, "C", "C", "excluded", "one", None),
        (5, "D", "D", None, "two", None),
    ]
    assert of(found, "nights") == [
        (2, "A, theft", "A", None, "", None),
        (3, "A, other", "A", "no-day", "", None),
        (4, "C, other", "C", "excluded", "", None),
    ]
    assert {row[5] for row in of(found, "some") if row[3] is None} == {None}
    assert {row[5] for row in of(found, "every") if row[3] is None} == {Decimal(1)}


def test_reasons_are_in_the_words_of_the_contract(settled: Any, tmp_path: Path) -> None:
    found = {row["code"]: row["reason"] for row in read(written(settled(), tmp_path)) if row["measure"] == "spent"}
    assert found["condition"] == "not: held within 6 months starting on joined"
    assert found["excluded"] == "excluded: under 18"
    assert found["not-among"] == "person not among: agrees"


def test_it_comes_in_the_order_of_the_contract_and_of_the_lines(settled: Any, tmp_path: Path) -> None:
    rows = read(written(settled(), tmp_path))
    parts = list(dict.fromkeys((row["measure"], row["counted_by"], row["sort"]) for row in rows))
    assert parts == [
        ("spent", "arm, year, sort", "record"),
        ("spent", "arm", "person"),
        ("some", "arm", "record"),
        ("some", "arm", "person"),
        ("some", "", "record"),
        ("some", "", "person"),
        ("every_year", "arm, sort, year", "record"),
        ("every_year", "arm", "person"),
        ("every_year", "arm, sort", "record"),
        ("nights", "", "record"),
        ("nights", "", "person"),
        ("every", "sort", "record"),
    ]
    for part in parts:
        lines = [row["line"] for row in rows if (row["measure"], row["counted_by"], row["sort"]) == part]
        assert lines == sorted(set(lines))


def test_it_says_as_many_rows_as_the_statement_and_adds_up_to_its_figures(settled: Any, tmp_path: Path) -> None:
    made = settled()
    rows = read(written(made, tmp_path))
    for name, number, reasons in made.settlement.counted:
        own = ", ".join(made.settlement.contract.figures[name].dimensions)
        here = [row for row in rows if (row["measure"], row["counted_by"], row["sort"]) == (name, own, "record")]
        assert sum(row["counted"] for row in here) == number
        for reason, times in reasons:
            assert sum(row["reason"] == reason for row in here) == times
    figures = {f.working.of: f.value.of for f in made.settlement.figures}
    cost = [row for row in rows if row["sort"] == "record" and row["measure"] == "spent" and row["counted"]]
    assert {row["cell"] for row in cost} == {"one, first, theft", "two, first, other"}
    for row in cost:
        assert figures[f"spent[{row['cell']}]"] == row["amount"]


def test_a_figure_read_across_cells_is_explained_by_its_own_count(settled: Any, tmp_path: Path) -> None:
    found = opened(written(settled(), tmp_path))
    said = from_trail.table(found, "anyone", None)
    assert "anyone = 3 of 3 (100%)" in said
    assert "People of `people` that some is counted over\n\n        3  counted over, 3 of them with a row" in said
    assert "        1  excluded: under 18" in said
    said = from_trail.table(found, "apart[two, other]", None)
    assert "Records of every_year[two, other]  " in said
    assert "        2  rows of `events` counted" in said
    assert (
        "People of `people` that every_year[two, other] is counted over\n\n        2  counted over, 1 of them" in said
    )


def test_what_it_is_of_stands_beside_the_rows(settled: Any, tmp_path: Path) -> None:
    made = settled()
    receipt = Statement(made, made.settlement.contract and _catalogue()).data()["receipt"]
    path = tmp_path / "trail.parquet"
    rows = trail.write(made, receipt, path)
    stored = {k.decode(): v.decode() for k, v in parquet.read_metadata(path).metadata.items()}
    assert stored["pbr.schema"] == "pbr/trail/1"
    assert len(stored["pbr.terms_sha256"]) == 64
    assert json.loads(stored["pbr.receipt"])["engine"]["name"] == "python"
    assert {file["records"] for file in json.loads(stored["pbr.receipt"])["files"]} == {"people", "events", "stays"}
    assert json.loads(stored["pbr.dates"])["complete"] == {"events": "2022-12-31", "stays": "2022-12-31"}
    counts = json.loads(stored["pbr.counts"])
    assert sum(part["rows"] for part in counts) == rows == len(read(path))
    assert counts[0]["unit"] == "number" and counts[0]["conditions"][-1].startswith("once for each person, sort")
    fees = [figure for figure in json.loads(stored["pbr.figures"]) if figure["figure"] == "fees"]
    assert {tuple(figure["at"]): figure["shown"] for figure in fees} == {("one",): "£40.00", ("two",): "£0.25"}
    assert fees[0]["reads"][0] == {
        "measure": "spent",
        "under": [],
        "by": ["arm", "year", "sort"],
        "at": ["one", "first", "theft"],
    }


def _catalogue() -> Any:
    from pbr_rules import host

    return host.load()


def test_the_page_has_every_column_and_every_code() -> None:
    columns = re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE, re.MULTILINE)
    assert [row for row in columns if row[0] in trail.COLUMNS and row in [*trail.COLUMNS.items()]] == [
        *trail.COLUMNS.items()
    ]
    codes = dict(re.findall(r"^\| `([\w-]+)` \| (.*) \|$", PAGE, re.MULTILINE))
    assert {code: codes.get(code) for code in CODES} == CODES


# ---- the same on every engine


COUNT_NO_ROWS = {
    "apollo",
    "care_leavers",
    "fair_chance_fund",
    "rhino_bond",
    "rough_sleeping_counts",
    "skill_mill",
    "ways_to_wellness",
}
"""Contracts whose examples and records give figures, and no rows that a measure counts."""

NAMES = sorted(known.name for known in contracts() if known.distribution == "pbr-rules")


def worlds(name: str) -> Iterator[str | None]:
    """A library contract over its records (None), and over the rows of each of its examples that gives rows."""
    known = find(name)
    assert known is not None
    if known.records:
        yield None
    for clause in api.compile_contract(load(known.path)).document.declarations:
        if isinstance(clause, t.Example) and any(isinstance(line, t.GivenRows) for line in clause.lines):
            yield clause.title


def settled_over(name: str, title: str | None, catalogue: Any) -> Settled:
    """A library contract, counted by plain Python."""
    known = find(name, catalogue)
    assert known is not None
    source = load(known.path)
    if title is None:
        return api.settle(source, Request(dict(known.records), dict(known.complete), engine="python"), catalogue)
    declared = api.compile_contract(source).document.declarations
    under = next(c.under for c in declared if isinstance(c, t.Example) and c.title == title)
    contract = api.required(api.compile_contract(source, under, catalogue))
    example = next(e for e in contract.examples if e.title == title)
    by = choose("python", contract, 0)
    given = inputs(contract, example, by, {})
    return Settled(settle(contract, given), given.tables, by, {})


@pytest.mark.parametrize("name", NAMES)
def test_every_engine_leaves_the_same_trail_of_the_library(name: str, tmp_path: Path, catalogue: Any) -> None:
    rows = 0
    for number, title in enumerate(worlds(name)):
        made = settled_over(name, title, catalogue)
        python, *others = (
            parquet.read_table(
                written(evolve(made, engine=choose(engine, made.settlement.contract, 0)), tmp_path, f"{engine}{number}")
            )
            for engine in ENGINES
        )
        rows += len(python)
        for other in others:
            assert other.schema.equals(python.schema)
            assert other.to_pylist() == python.to_pylist(), title
    assert bool(rows) is (name not in COUNT_NO_ROWS)


@pytest.mark.parametrize("engine", ENGINES)
def test_batches_and_runs_change_nothing(settled: Any, tmp_path: Path, monkeypatch: Any, engine: str) -> None:
    whole = written(settled(engine), tmp_path, "whole")
    assert whole.read_bytes() == written(settled(engine), tmp_path, "again").read_bytes()
    monkeypatch.setattr(marks, "BATCH", 2)
    monkeypatch.setattr(tally, "AT_ONCE", 2)
    parts = written(settled(engine), tmp_path, "parts")
    assert read(parts) == read(whole)
    assert parquet.read_metadata(parts).num_row_groups > parquet.read_metadata(whole).num_row_groups


def test_large_plain_files_typed_by_the_database_leave_the_same_trail(
    bench: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    from pbr_rules.evidence import quick

    text = TERMS.replace('\n  exclude not adult "under 18"', "")
    found = []
    for large in (10**9, 1):
        monkeypatch.setattr(quick, "LARGE", large)
        made = bench.settle(text, ROWS, engine="duckdb", complete={"events": "2022-12-31", "stays": "2022-12-31"})
        assert isinstance(made.tables["people"].columns["person"], quick.Stored) is (large == 1)
        found.append(read(written(made, tmp_path, f"trail{large}")))
    assert found[0] == found[1] != []


# ---- whole, or not there


def test_a_disk_that_fills_leaves_nothing(settled: Any, tmp_path: Path, monkeypatch: Any) -> None:
    made, real, times = settled(), parquet.ParquetWriter.write_table, []

    def write_table(self: Any, *given: Any) -> None:
        times.append(1)
        if len(times) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(self, *given)

    monkeypatch.setattr(parquet.ParquetWriter, "write_table", write_table)
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(UsageError, match=r"trail\.parquet` cannot be written: No space left on device"):
        written(made, tmp_path)
    assert len(times) >= 3
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize("kind", [KeyboardInterrupt, RuntimeError])
def test_what_stops_the_engine_half_way_leaves_nothing(
    settled: Any, tmp_path: Path, monkeypatch: Any, kind: type[BaseException]
) -> None:
    made, real = settled(), type(settled().engine).marked

    def marked(self: Any, count: Any, *given: Any) -> Any:
        if count.measure == "nights":
            raise kind
        return real(self, count, *given)

    monkeypatch.setattr(type(made.engine), "marked", marked)
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(kind):
        written(made, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


KILLED = """
import os, sys
from pyarrow import parquet
from pbr_rules import cli
parquet.ParquetWriter.add_key_value_metadata = lambda *given: os._exit(9)
cli.run(["settle", "tarp", "--engine", "python", "--trail", sys.argv[1]])
"""


def test_a_process_that_is_killed_leaves_no_trail_under_its_name(tmp_path: Path) -> None:
    path = tmp_path / "trail.parquet"
    ran = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False, cwd=tmp_path, capture_output=True)
    assert ran.returncode == 9
    assert not path.exists()


def test_rows_in_another_order_are_not_written(settled: Any, tmp_path: Path, monkeypatch: Any) -> None:
    made = settled()
    real = type(made.engine).marked
    monkeypatch.setattr(
        type(made.engine), "marked", lambda *given: (b.take(list(range(len(b)))[::-1]) for b in real(*given))
    )
    with pytest.raises(AssertionError, match="another order"):
        written(made, tmp_path)
    assert not (tmp_path / "trail.parquet").exists()


def test_a_figure_of_more_than_64_bits_is_refused(bench: Any, tmp_path: Path) -> None:
    text = """
records rows { row: id  cost: number, 12 places }
measure costs "Cost" { sum of rows value: cost }
payment p "P" { pay £1 * costs }
"""
    made = bench.settle(text, {"rows": "row,cost; A,123456789012.5"})
    with pytest.raises(UsageError, match="`rows`: a figure in a row is too large for a trail"):
        written(made, tmp_path)
    assert not (tmp_path / "trail.parquet").exists()


def test_from_python(tmp_path: Path, bench: Any, catalogue: Any, settled: Any) -> None:
    statement = Statement(settled(), catalogue)
    rows = statement.write_trail(tmp_path / "trail.parquet")
    assert rows == len(read(tmp_path / "trail.parquet"))
    with pytest.raises(UsageError, match="is there already"):
        statement.write_trail(tmp_path / "trail.parquet")
    assert statement.write_trail(tmp_path / "trail.parquet", force=True) == rows
