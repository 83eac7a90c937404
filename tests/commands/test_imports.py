"""Nothing heavy is imported before it is needed: what starts every day starts light."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

ENGINES = {"polars", "duckdb", "pyspark", "narwhals", "pyarrow", "pandas", "numpy", "python_calamine", "xlrd"}
REPORTS = {"rich", "jinja2", "markupsafe", "xlsxwriter", "jsonschema", "hypothesis"}

SCRIPT = """
import json, sys
from pbr_rules import cli
sys.stdout.write("" if cli.run({arguments!r}) in (0, 5) else "failed")
print("\\n" + json.dumps(sorted(name for name in sys.modules if "." not in name)))
"""


def loaded(*arguments: str) -> set[str]:
    """The packages that a command leaves loaded."""
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(arguments=list(arguments))], capture_output=True, text=True, check=True
    )
    return set(json.loads(ran.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("--version",), ("settle", "--help"), ("check", "tarp"), ("format", "--check", "/dev/null")],
    ids=" ".join,
)
def test_what_only_reads_a_contract_loads_no_engine_and_no_report(arguments: tuple[str, ...]) -> None:
    assert loaded(*arguments) & (ENGINES | REPORTS) == set()


def test_help_reads_no_grammar() -> None:
    assert "lark" not in loaded("--help")


def test_settling_in_plain_python_loads_no_other_engine() -> None:
    found = loaded("settle", "tarp", "--engine", "python", "--format", "json")
    assert found & (ENGINES | REPORTS) == set()


def test_the_engine_asked_for_is_the_one_loaded() -> None:
    assert "duckdb" in loaded("settle", "tarp", "--engine", "duckdb", "--format", "json")
    found = loaded("settle", "tarp", "--engine", "polars", "--format", "json")
    assert "polars" in found
    assert "duckdb" not in found
