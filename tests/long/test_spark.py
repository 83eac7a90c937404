"""Spark: on this machine, on a session of somebody else's, on a server, and where it is missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from pbr_rules import expressions as x
from pbr_rules import host, kinds
from pbr_rules.calendars import calendar
from pbr_rules.checked.model import Period, PeriodDays
from pbr_rules.cli import run
from pbr_rules.dates import Duration, TimeUnit
from pbr_rules.library import contracts
from pbr_rules.testing.engines import OTHERS
from tests.engines.conftest import Agreement, one_table, rows_of

NAMES = [contract.name for contract in contracts(host.load())]

SKIPPED = date(2011, 12, 30)
"""There was no such day in Samoa, which crossed the date line."""


@pytest.fixture
def settled(capfd: Any) -> Any:
    """The settlement of a command, as it is printed; and that nothing is printed beside."""

    def settle(*arguments: str) -> str:
        assert run(["settle", *arguments, "--format", "json"]) in (0, 5)
        said = capfd.readouterr()
        assert said.err == ""
        return json.dumps(json.loads(said.out)["settlement"], ensure_ascii=False)

    return settle


@pytest.mark.parametrize("engine", OTHERS)
@pytest.mark.parametrize("name", NAMES)
def test_every_contract_of_the_library_settles_byte_for_byte_as_python_settles_it(
    settled: Any, name: str, engine: str
) -> None:
    assert settled(name, "--engine", engine) == settled(name, "--engine", "python")


# ---- zones


@pytest.fixture
def in_samoa() -> Iterator[None]:
    """The session is somebody's who is in Samoa, and whose whole numbers wrap around in silence."""
    session = SparkSession.getActiveSession()
    assert session is not None
    theirs = {"spark.sql.session.timeZone": "Pacific/Apia", "spark.sql.ansi.enabled": "false"}
    before = {name: session.conf.get(name) for name in theirs}
    for name, value in theirs.items():
        session.conf.set(name, value)
    yield
    assert {name: session.conf.get(name) for name in theirs} == theirs  # it is used as it is
    for name, value in before.items():
        session.conf.set(name, value or "")


def days_around() -> dict[str, Any]:
    days = [SKIPPED + timedelta(days=n) for n in range(-35, 36)]
    return one_table(
        {
            "mark": (kinds.TEXT, [str(n) for n in range(len(days))]),
            "day": (kinds.DATE, days),
            "other": (kinds.DATE, days[::-1]),
        }
    )


PERIODS = {
    "half": Period(
        "half",
        None,
        (PeriodDays("a", None, date(2011, 12, 1), SKIPPED), PeriodDays("b", None, SKIPPED, date(2012, 1, 5))),
    )
}


def questions() -> list[x.Expression]:
    """Everything that is done to days, about a day that a zone leaves out."""
    day, other = (x.Column("rows", (), name, kinds.DATE) for name in ("day", "other"))
    written = x.Literal(SKIPPED, kinds.DATE, str(SKIPPED))
    lengths = [Duration(n, unit) for n in (1, 2) for unit in TimeUnit if unit is not TimeUnit.WORKING_DAY]
    lengths.append(Duration(3, TimeUnit.WORKING_DAY, calendar=calendar("england_and_wales")))
    asked: list[x.Expression] = [x.Compare(how, day, written) for how in x.Comparator]
    asked += [x.Within(day, length, how, other) for length in lengths for how in x.Window]
    asked += [x.Within(day, length, how, written) for length in lengths for how in x.Window]
    asked += [x.Arithmetic(sign, day, x.Literal(n, kinds.DURATION, str(n))) for n in lengths for sign in "+-"]
    asked += [x.Arithmetic("-", day, written), x.Extreme(True, day, written), x.PeriodOf("half", day)]
    return asked


def agreed_about_days() -> None:
    agreement = Agreement(PERIODS)
    mark = x.Column("rows", (), "mark", kinds.TEXT)
    asked = questions()
    for start in range(0, len(asked), 20):
        agreement.on(rows_of("rows", keys=(mark, *asked[start : start + 20])), days_around())


def test_somebody_elses_zone_leaves_no_day_out(settled: Any, in_samoa: None) -> None:
    agreed_about_days()
    assert settled("apollo", "--engine", "spark") == settled("apollo", "--engine", "python")


HERE = Path(__file__).parents[2]


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    there = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")]), **environment}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=there, check=False, timeout=500
    )


def pbr(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return python(
        f"import sys; sys.argv = {['pbr', *arguments]!r}; from pbr_rules.cli import main; main()", **environment
    )


def test_a_machines_zone_leaves_no_day_out() -> None:
    done = python("from tests.long.test_spark import agreed_about_days; agreed_about_days()", TZ="Pacific/Apia")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# ---- a server


def test_a_contract_settles_on_a_server_as_it_is() -> None:
    """On a server that is started for it; and about days, which are also looked up there."""
    code = """
import contextlib, io, json
from pbr_rules.cli import run
def settled(engine):
    with contextlib.redirect_stdout(io.StringIO()) as said:
        assert run(["settle", "apollo", "--engine", engine, "--format", "json"]) == 0
    return json.loads(said.getvalue())["settlement"]
assert settled("spark") == settled("python")
from tests.long.test_spark import agreed_about_days
agreed_about_days()
from pyspark.sql import SparkSession
print(type(SparkSession.active()).__module__)
"""
    done = python(code, SPARK_REMOTE="local[2]")
    assert done.stdout.strip() == "pyspark.sql.connect.session", done.stderr


def test_a_server_that_is_not_there_is_said() -> None:
    done = pbr("settle", "tarp", "--engine", "spark", SPARK_REMOTE="sc://127.0.0.1:1/;use_ssl=false")
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "the engine `spark` does not reach the server of SPARK_REMOTE, sc://127.0.0.1:1/" in " ".join(
        done.stderr.split()
    )
    assert "Traceback" not in done.stderr


# ---- what is said, and what is not


def test_spark_says_nothing_beside_the_statement() -> None:
    done = pbr("settle", "tarp", "--engine", "spark")
    plain = pbr("settle", "tarp", "--engine", "python")
    assert done.stderr == ""
    assert done.returncode == plain.returncode
    table, other = (" ".join(each.stdout.split()) for each in (done, plain))
    assert "Counted by spark " in table
    assert table.partition(" Counted by ")[0] == other.partition(" Counted by ")[0]
    assert table[table.index(" Total ") :] == other[other.index(" Total ") :]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("#!/bin/sh\necho 'Error: UnsupportedClassVersionError' >&2\nexit 1\n", "the Java that was found is older"),
        (None, "JAVA_HOME names no Java"),
    ],
)
def test_a_java_that_is_missing_or_too_old_is_said(tmp_path: Path, said: str | None, why: str) -> None:
    if said is not None:
        java = tmp_path / "bin" / "java"
        java.parent.mkdir()
        java.write_text(said, encoding="utf-8")
        java.chmod(0o755)
    done = pbr("settle", "tarp", "--engine", "spark", JAVA_HOME=str(tmp_path))
    assert done.returncode == 2
    assert done.stdout == ""
    told = " ".join(done.stderr.split())
    assert "the engine `spark` needs Java 17 or later, and Spark did not start: " + why in told
    assert "Traceback" not in told


def test_a_java_that_dies_while_it_counts_leaves_no_statement(tmp_path: Path) -> None:
    code = f"""
import sys
from pbr_rules.engines import spark
from pbr_rules.cli import run
def settled(self, frame, rows=spark.Spark.rows):
    self._session.sparkContext._gateway.proc.kill()
    self._session.sparkContext._gateway.proc.wait()
    return rows(self, frame)
spark.Spark.rows = settled
sys.exit(run(["settle", "tarp", "--engine", "spark", "--output", {str(tmp_path / "out.json")!r}]))
"""
    done = python(code)
    assert done.returncode == 2, done.stderr
    assert "Spark went away while it counted" in " ".join(done.stderr.split())
    assert not list(tmp_path.iterdir())
