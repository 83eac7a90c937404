"""Files of millions of rows, as someone at a terminal meets them: the same messages as small ones, nothing half done, and how far it is."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from pbr_rules import api
from pbr_rules.commands.progress import progress
from pbr_rules.diagnostics import UsageError
from pbr_rules.engines import choose
from pbr_rules.evidence import database, quick
from pbr_rules.evidence.read import silent
from pbr_rules.reports import write

Pbr = Callable[..., Any]

TERMS = """language 1
contract homes "A home" {
  payer council: "The council"
  provider trust: "The trust"
  currency: GBP
  payments: rounded to £0.01 half up
}
records people "One row per person" { person: id   joined: date }
records claims "One row per claim" { person: id of people   achieved: date   paid: money }
measure claimed "Claims within a year" { count of claims for people   where achieved within 12 months starting on joined }
payment fee "For each claim" { pay claimed * £10 }
"""
DONE = ("--complete", "people=2024-12-31", "--complete", "claims=2024-12-31")


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Writes the records, which are said to be large, and gives the arguments that settle them."""
    monkeypatch.setattr(quick, "LARGE", 0)
    monkeypatch.setattr(quick, "LARGE_PARQUET", 0)
    (tmp_path / "homes.pbr").write_text(TERMS, encoding="utf-8")
    people = [f"P{n},2022-01-{1 + n % 31:02}" for n in range(100)]
    claims = [f"P{n % 100},2022-{1 + n % 12:02}-15,{n}.50" for n in range(1000)]

    def written(change: Callable[[list[str]], list[str]] = list) -> list[str]:
        (tmp_path / "people.csv").write_text("\n".join(["person,joined", *people, ""]), encoding="utf-8")
        (tmp_path / "claims.csv").write_text("\n".join(["person,achieved,paid", *change(claims), ""]), encoding="utf-8")
        return ["settle", "homes.pbr", "-r", "people=people.csv", "-r", "claims=claims.csv", *DONE]

    return written


def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file is large from here on."""
    monkeypatch.setattr(quick, "LARGE", 2**60)


def half_way(change: Callable[[str], str]) -> Callable[[list[str]], list[str]]:
    """Rows of which the second half is written otherwise."""
    return lambda rows: [row if n < len(rows) / 2 else change(row) for n, row in enumerate(rows)]


def one_in_the_middle(change: Callable[[str], str]) -> Callable[[list[str]], list[str]]:
    """Rows of which one is written otherwise."""
    return lambda rows: [change(row) if n == len(rows) // 2 else row for n, row in enumerate(rows)]


@pytest.mark.parametrize("looked_at", [100_000, 5])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (one_in_the_middle(lambda row: row + ",more"), "line 502: the row has 4 cells, and the heading 3"),
        (one_in_the_middle(lambda row: row.rsplit(",", 1)[0]), "line 502: the row has 2 cells, and the heading 3"),
        (one_in_the_middle(lambda row: row.replace("P", "Q")), 'line 502, "person": "Q0" names no row of `people`'),
        (half_way(lambda row: row.replace("2022-", "22/")), 'line 502, "achieved": "22/09-15" is not a date'),
        (
            half_way(lambda row: row.replace(".50", ".505")),
            'line 502, "paid": "500.505" has more than 2 decimal places',
        ),
    ],
)
def test_rows_that_do_not_fit_read_as_in_a_small_file(
    pbr: Pbr, files: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, looked_at: int, change: Any, said: str
) -> None:
    """However many they are, and whether their lines can be told apart."""
    monkeypatch.setattr(quick, "LOOKED_AT", looked_at)
    asked = files(change)
    ran = pbr(*asked, "--output", "statement.json")
    assert ran.code == 3 and said in ran.err
    assert not (tmp_path / "statement.json").exists()
    rejected = (tmp_path / "statement-rejected.csv").read_bytes()
    slowly(monkeypatch)
    again = pbr(*asked, "--output", "statement.json", "--force")
    assert (again.code, again.err) == (ran.code, ran.err)
    assert (tmp_path / "statement-rejected.csv").read_bytes() == rejected


def test_money_that_half_way_has_its_sign_is_the_same_money(
    pbr: Pbr, files: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = files(half_way(lambda row: row.replace(",", ",£").replace("£2022", "2022")))
    large = pbr(*asked, "--engine", "python")
    slowly(monkeypatch)
    assert large.code == 0 and large.out == pbr(*asked, "--engine", "python").out


def as_parquet(folder: Path, asked: list[str]) -> list[str]:
    """The same records as Parquet."""
    types = csv.ConvertOptions(column_types={"paid": pa.decimal128(12, 2)})
    for name in ("people", "claims"):
        table = csv.read_csv(folder / f"{name}.csv", convert_options=types)
        parquet.write_table(table, folder / f"{name}.parquet", row_group_size=100)
    return [word.replace(".csv", ".parquet") for word in asked]


def test_a_truncated_parquet_file_is_said_to_be_one(pbr: Pbr, files: Any, tmp_path: Path) -> None:
    asked = as_parquet(tmp_path, files())
    whole = (tmp_path / "claims.parquet").read_bytes()
    for cut in (len(whole) // 2, len(whole) - 4, 3):
        (tmp_path / "claims.parquet").write_bytes(whole[:cut])
        ran = pbr(*asked, "--output", "statement.json")
        assert ran.code == 2 and "claims.parquet cannot be read: it is" in ran.err
        assert not list(tmp_path.glob("*statement*"))


def test_a_damaged_page_in_the_middle_of_a_parquet_file_stops_it(pbr: Pbr, files: Any, tmp_path: Path) -> None:
    asked = [*as_parquet(tmp_path, files()), "--output", "statement.json"]
    whole = bytearray((tmp_path / "claims.parquet").read_bytes())
    whole[len(whole) // 4 : len(whole) // 2] = bytes(len(whole) // 2 - len(whole) // 4)
    (tmp_path / "claims.parquet").write_bytes(bytes(whole))
    ran = pbr(*asked)
    assert ran.code == 2 and "claims.parquet cannot be read: it is cut short or damaged" in ran.err
    assert not list(tmp_path.glob("*statement*"))


def test_a_file_that_changes_while_it_is_counted_is_refused(
    pbr: Pbr, files: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = as_parquet(tmp_path, files())
    counted = api.counted

    def meanwhile(*given: Any) -> Any:
        found = counted(*given)
        parquet.write_table(pa.table({"person": ["P1"]}), tmp_path / "claims.parquet")
        return found

    monkeypatch.setattr(api, "counted", meanwhile)
    ran = pbr(*asked, "--output", "statement.json", "--engine", "duckdb")
    assert ran.code == 3 and "claims.parquet changed while it was being read" in ran.err
    assert not list(tmp_path.glob("*statement*"))


def test_a_trail_is_of_the_files_that_were_settled(
    pbr: Pbr, files: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large files are read again for it."""
    asked = [*as_parquet(tmp_path, files()), "--engine", "duckdb", "--trail", "trail.parquet", "-o", "statement.json"]
    whole = write.whole

    def meanwhile(*given: Any) -> Any:
        os.utime(tmp_path / "claims.parquet", (1, 1))
        return whole(*given)

    monkeypatch.setattr(write, "whole", meanwhile)
    ran = pbr(*asked)
    assert ran.code == 3 and "claims.parquet changed while it was being read" in ran.err
    assert not list(tmp_path.glob("*trail*")) and not list(tmp_path.glob("*statement*"))


def test_a_process_that_is_killed_leaves_no_statement(files: Any, tmp_path: Path) -> None:
    """Not even where it dies between the last byte of a file and its name."""
    asked = [*files(), "--output", "statement.json"]
    program = (
        "import os, signal, sys; from pathlib import Path; from pbr_rules import cli\n"
        "Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"sys.argv[1:] = {asked!r}\n"
        "cli.main()"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=os.environ, check=False, timeout=120)
    assert ran.returncode == -signal.SIGKILL
    assert not (tmp_path / "statement.json").exists()


def test_what_memory_does_not_hold_is_said() -> None:
    with pytest.raises(UsageError, match=r"^20MB of memory is too little for these records: allow more with --memory"):
        database.Database("20MB").ask("select count(distinct range::varchar) from range(3_000_000)")


def test_a_full_disk_is_said() -> None:
    store = database.Database("60MB")
    store.ask("set max_temp_directory_size = '1MB'")
    with pytest.raises(UsageError, match=r"^the disk is full: what 60MB of memory does not hold waits in .*pbr-"):
        store.ask("create table t as select range::varchar || repeat('x', 100) as a from range(3_000_000)")


def test_files_larger_than_memory_wait_on_disk() -> None:
    store = database.Database("60MB")
    store.ask("create table t as select range::varchar || repeat('x', 100) as a from range(1_500_000)")
    assert list(Path(store._folder).iterdir())
    assert store.ask("select count(distinct a) from t") == [(1_500_000,)]
    folder = Path(store._folder)
    assert folder.stat().st_mode & 0o077 == 0
    del store
    assert not folder.exists()


@pytest.mark.parametrize("memory", ["lots", "2", "2TB", "0GB", "-1GB"])
def test_an_amount_of_memory_is_written_in_one_way(pbr: Pbr, files: Any, memory: str) -> None:
    ran = pbr(*files(), f"--memory={memory}")
    assert ran.code == 2 and f"`{memory}` is not an amount of memory, written 512MB or 2GB" in ran.err


def test_memory_is_the_databases(pbr: Pbr, files: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(quick, "Database", lambda memory, tell: asked.append(memory) or database.Database(memory, tell))
    assert pbr(*files(), "--memory", "700 mb").code == 0
    assert pbr(*files()).code == 0
    assert asked == ["700MB", None]


def test_auto_says_what_it_chose(pbr: Pbr, files: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "1,100 rows, counted by duckdb" in pbr(*files()).err
    slowly(monkeypatch)
    assert "counted by" not in pbr(*files()).err
    monkeypatch.setattr(choose, "SMALL", 1000)
    assert "1,100 rows, counted by duckdb" in pbr(*files()).err
    assert "counted by" not in pbr(*files(), "--engine", "polars").err


@pytest.mark.parametrize("command", [["settle"], ["explain", "--line", "fee"]])
def test_a_file_that_is_there_is_said_before_anything_is_counted(
    pbr: Pbr, files: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    _, *asked = files()
    (tmp_path / "out.json").write_text("mine", encoding="utf-8")
    monkeypatch.setattr(api, "counted", lambda *_: pytest.fail("it was counted"))
    ran = pbr(*command, *asked, "--output", "out.json", "--format", "json")
    assert ran.code == 2 and "`out.json` is there already; `--force` writes over it" in ran.err


# ---- how far it is


class Terminal(io.StringIO):
    """Where somebody looks."""

    def isatty(self) -> bool:
        return True


def test_a_bar_comes_on_a_terminal_once_work_takes_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress() as tell:
        tell("Reading people.csv", 1, 4)
    assert sys.stderr.getvalue() == ""  # type: ignore[attr-defined]
    monkeypatch.setattr("pbr_rules.commands.progress.PATIENCE", 0)
    with progress() as tell:
        tell("Reading people.csv", 1, 4)
        tell("Counting", 0, 0)
    shown = sys.stderr.getvalue()  # type: ignore[attr-defined]
    assert "Reading people.csv" in shown and "Counting" in shown


def test_no_bar_comes_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress() as tell:
        assert tell is silent


def test_the_bar_hears_of_one_long_question(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "LOOKS", 0.01)
    heard = []
    store = database.Database("1GB", lambda *said: heard.append(said))
    store.ask("select sum(hash(range) % 7) from range(30_000_000)", "Adding up")
    assert heard and all(what == "Adding up" and of == 100 and 0 <= done <= 100 for what, done, of in heard)
