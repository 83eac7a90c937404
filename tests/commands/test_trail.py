"""`pbr settle --trail` and `pbr explain` of a trail, as someone at a terminal meets them."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import util
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from pbr_rules.reports import trail

Pbr = Callable[..., Any]

TERMS = """language 1
contract homes "Homes kept" {
  payer council: "The council"
  provider trust: "The trust"
  currency: GBP
  payments: rounded to £0.01 half up
}
category region { north, south }
category outcome { housed "Housed", kept "Kept" }
records clients "One row per client" { client: id  region: region  joined: date }
records claims "One row per claim" { client: id of clients  outcome: outcome  achieved: date }
measure achieved_in_time "Outcomes in time" by client, outcome {
  count of claims for clients
  where achieved within 6 months starting on joined
  once for each client, outcome
}
measure share "Clients with an outcome" by region { binary of claims for clients }
parameter price "Price" by outcome: money { housed: £500  kept: £1,000 }
payment outcomes "Outcomes" by client, outcome { pay achieved_in_time * price }
payment bonus "Bonus" by region { when share is at least 50% pay £100 otherwise pay nothing }
"""

CLIENTS = "client,region,joined\nP1,north,2024-01-01\nP2,north,2024-01-15\nP3,south,2024-02-01\n"
CLAIMS = """client,outcome,achieved
P1,housed,2024-02-01
P1,housed,2024-02-03
P1,kept,2024-05-01
P2,housed,2024-12-01
"""


@pytest.fixture
def settle(pbr: Pbr, tmp_path: Path) -> Pbr:
    """Settles the terms above in the folder."""
    (tmp_path / "homes.pbr").write_text(TERMS, encoding="utf-8")
    (tmp_path / "clients.csv").write_text(CLIENTS, encoding="utf-8")
    (tmp_path / "claims.csv").write_text(CLAIMS, encoding="utf-8")

    def run(*more: str) -> Any:
        return pbr(
            "settle", "homes.pbr", "-r", "clients=clients.csv", "-r", "claims=claims.csv",
            "--complete", "claims=2025-06-30", "--on", "2025-07-15", *more,
        )  # fmt: skip

    return run


@pytest.fixture
def explain(settle: Pbr, pbr: Pbr) -> Pbr:
    """Explains what the trail of that settlement says."""
    assert settle("--trail", "trail.parquet").code == 0
    return lambda *more: pbr("explain", "trail.parquet", *more)


def plain(text: str) -> str:
    """One space for any number of them."""
    return re.sub(r"[ \n─]+", " ", text)


# ---- settle --trail


def test_the_trail_is_written_and_said_to_hold_personal_data(settle: Pbr, tmp_path: Path) -> None:
    ran = settle("--trail", "trail.parquet", "-o", "statement.json")
    assert ran.code == 0
    assert ran.err == "written: trail.parquet, the trail: 14 rows (it holds personal data)\nwritten: statement.json\n"
    assert len(parquet.read_table(tmp_path / "trail.parquet")) == 14


def test_a_contract_that_counts_no_rows_says_that_its_trail_is_empty(pbr: Pbr) -> None:
    ran = pbr("settle", "apollo", "--trail", "trail.parquet")
    assert "written: trail.parquet, the trail: no rows, because none were counted" in ran.err
    ran = pbr("explain", "trail.parquet", "--line", "exception[line_17]")
    assert ran.code == 0
    assert re.search(r"^exception\[line_17\] = £220\.00  .*\n    no rows were counted for it$", ran.out, re.MULTILINE)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("trail.csv", "a trail is a Parquet file, and `trail.csv` does not end in `.parquet`"),
        ("trail", "`trail` does not end in `.parquet`"),
        ("nowhere/trail.parquet", "`nowhere/trail.parquet` cannot be written: there is no folder `nowhere`"),
        ("there.parquet", "`there.parquet` is there already; `--force` writes over it"),
    ],
)
def test_where_a_trail_cannot_be_written_nothing_is_settled(settle: Pbr, tmp_path: Path, file: str, said: str) -> None:
    (tmp_path / "there.parquet").write_text("there", encoding="utf-8")
    ran = settle("--trail", file, "-o", "statement.json")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert not (tmp_path / "statement.json").exists()
    assert (tmp_path / "there.parquet").read_text(encoding="utf-8") == "there"


def test_force_writes_over_a_trail_but_never_over_what_it_is_made_from(settle: Pbr, tmp_path: Path, pbr: Pbr) -> None:
    (tmp_path / "trail.parquet").write_text("there", encoding="utf-8")
    assert settle("--trail", "trail.parquet", "--force").code == 0
    assert len(parquet.read_table(tmp_path / "trail.parquet")) == 14
    parquet.write_table(pa.table({"client": ["P1"]}), tmp_path / "clients.parquet")
    held = (tmp_path / "clients.parquet").read_bytes()
    for more in (("--trail", "./clients.parquet"), ("--trail", "out.parquet", "-o", "out.parquet", "--format", "json")):
        ran = pbr("settle", "homes.pbr", "-r", "clients=clients.parquet", "-r", "claims=claims.csv", "--force", *more)
        assert ran.code == 2
        assert "that file is named for something else too" in ran.err
    assert (tmp_path / "clients.parquet").read_bytes() == held


def test_without_pyarrow_it_says_what_to_install(settle: Pbr, monkeypatch: Any) -> None:
    real = util.find_spec
    monkeypatch.setattr(trail, "find_spec", lambda name: None if name == "pyarrow" else real(name))
    ran = settle("--trail", "trail.parquet")
    assert ran.code == 2
    assert 'a trail is written with a package that is not installed: pip install "pbr-rules[duckdb]"' in ran.err


# ---- explain


def test_why_was_a_person_not_paid(explain: Pbr) -> None:
    ran = explain("--person", "P2")
    assert ran.code == 0
    said = plain(ran.out)
    assert said.startswith("homes Homes kept, settled on 15 July 2025, terms sha256 ")
    assert "Records of achieved_in_time Outcomes in time where achieved within 6 months starting on joined" in said
    assert "0 rows of `claims` counted 1 not: achieved within 6 months starting on joined" in said
    assert (
        'Line client client, outcome Why not 5 P2 "P2", housed not: achieved within 6 months starting on joined' in said
    )
    assert "Records of share" in said and "1 row of `claims` counted" in said


def test_a_person_without_any_row_is_counted_over(explain: Pbr) -> None:
    said = plain(explain("--person", "P3", "--line", "share").out)
    assert "0 rows of `claims` counted 4 belong to other cells, or to other people" in said
    assert "1 counted over, 0 of them with a row that counted" in said
    assert "Counted over Line client region Rows that counted 4 P3 south 0" in said


def test_which_rows_were_counted_in_a_figure(explain: Pbr) -> None:
    said = plain(explain("--line", "share[north]").out)
    assert "Records of share[north] = 2 of 2 (100%) Clients with an outcome" in said
    assert "4 rows of `claims` counted" in said
    assert (
        "People of `clients` that share[north] is counted over 2 counted over, 2 of them with a row that counted"
        in said
    )
    assert "Line client Rows that counted 2 P1 3 3 P2 1" in said


@pytest.mark.parametrize("line", ['outcomes["P1", housed]', 'outcomes[outcome: housed, client: "P1"]'])
def test_a_payment_leads_to_the_rows_of_what_it_reads(explain: Pbr, line: str) -> None:
    said = plain(explain("--line", line).out)
    assert 'Records of achieved_in_time["P1", housed] Outcomes in time' in said
    assert "1 row of `claims` counted 1 already counted: once for each client, outcome 2 belong to other cells" in said
    said = plain(explain("--line", "bonus[north]").out)
    assert "bonus[north] = £100.00 Bonus Records of share[north] = 2 of 2 (100%)" in said


def test_it_says_what_explaining_from_the_records_says(explain: Pbr, pbr: Pbr) -> None:
    """The numbers of rows and of people, and every reason, word for word."""
    for line in ('achieved_in_time["P1", housed]', 'achieved_in_time["P2", housed]', "share[north]", "share[south]"):
        of_records = pbr(
            "explain", "homes.pbr", "-r", "clients=clients.csv", "-r", "claims=claims.csv",
            "--complete", "claims=2025-06-30", "--line", line,
        ).out  # fmt: skip
        numbers = [
            [said for said in text.splitlines() if re.match(r"  [ \d,]{7}  \w|    where|    once|People of", said)]
            for text in (of_records, explain("--line", line, *(["--person", line[18:20]] if '"' in line else [])).out)
        ]
        assert numbers[0] == numbers[1] != [], line


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say what to explain: --line FIGURE"),
        (["--person", "P9"], 'no row of the trail is of "P9"'),
        (["--line", "shares"], "nothing in the trail is called `shares`; did you mean `share`?"),
        (["--line", "share[nrth]"], "the trail has no such cell; did you mean `share[north]`?"),
        (["--line", "bonus[nrth]"], "the trail has no such cell; did you mean `bonus[north]`?"),
        (["--line", "share[north, kept]"], "the trail has `share` by region"),
        (["--line", 'achieved_in_time["P9", kept]'], "no row of the trail falls there"),
        (["--line", "bonus[north, kept]"], "`bonus` runs over region"),
        (["--line", "share[[north]]"], "name one figure, as the contract does"),
        (["--person", "P1", "--engine", "duckdb"], "--engine: a trail is settled already"),
        (["--person", "P1", "--records", "claims=claims.csv"], "--records: a trail is settled already"),
        (["--person", "P1", "--format", "json"], "--format json: a trail is data already"),
    ],
)
def test_what_is_not_there_is_said(explain: Pbr, arguments: list[str], said: str) -> None:
    ran = explain(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_contract_still_needs_its_figure(pbr: Pbr) -> None:
    ran = pbr("explain", "tarp")
    assert ran.code == 2
    assert "say which figure to explain: --line FIGURE" in ran.err


def test_every_row_is_shown_where_all_are_asked_for(pbr: Pbr) -> None:
    assert pbr("settle", "tarp", "--trail", "tarp.parquet").code == 5
    few, every = (pbr("explain", "tarp.parquet", "--line", "fall", *more).out for more in ([], ["--all"]))
    assert "fall = 27.3%" in few and "and 28 rows more: --all shows them." in few
    assert len(re.findall(r"^ +\d+ +\d+$", every, re.MULTILINE)) == 48 + 66


def test_what_is_no_whole_trail_is_refused(explain: Pbr, pbr: Pbr, tmp_path: Path) -> None:
    whole = tmp_path / "trail.parquet"
    (tmp_path / "cut.parquet").write_bytes(whole.read_bytes()[:-100])
    (tmp_path / "text.parquet").write_text("line,reason", encoding="utf-8")
    table = parquet.read_table(whole)
    parquet.write_table(table.replace_schema_metadata(None), tmp_path / "other.parquet")
    parquet.write_table(table.replace_schema_metadata({"pbr.schema": "pbr/trail/2"}), tmp_path / "later.parquet")
    for name, said in (
        ("cut", "`cut.parquet` cannot be read as Parquet"),
        ("text", "`text.parquet` cannot be read as Parquet"),
        ("other", "`other.parquet` is no trail"),
        ("later", "`later.parquet` is a trail of another version, `pbr/trail/2`"),
        ("absent", "there is no file `absent.parquet`"),
    ):
        ran = pbr("explain", f"{name}.parquet", "--person", "P1")
        assert (ran.code, ran.out) == (2, "")
        assert said in ran.err
