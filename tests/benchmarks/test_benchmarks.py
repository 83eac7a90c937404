"""The benchmark runs, and its answers agree: the smallest size of each case. Nothing is timed here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("letter", ["a", "b", "c", "e", "f", "g"])
def test_every_answer_of_a_case_agrees(letter: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "--size", "tiny", "--only", letter, "--folder", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert ran.returncode == 0, ran.stderr
    assert f"**{letter}** " in ran.stdout
    assert "Every answer agrees." in ran.stdout


COMPARE = """
from pathlib import Path
from benchmarks.__main__ import Bench
bench = Bench("tiny", Path(), 1, 1, 1)
bench.compare("a case", {answers!r}, set())
print(*bench.faults, sep="\\n")
"""


@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        ({"pbr": {"events": 3}, "sql": {"events": 3}}, ""),
        ({"pbr": {"events": 3}, "sql": {"events": 4}}, "a case: events is 3 by pbr and 4 by sql"),
        ({"pbr": {"events": 3, "men": 2}, "sql": {"events": 3}}, "a case: sql does not give men"),
        ({"pbr": {"fees": 3}, "loop": {"fees": 3, "sample": 1}, "rules": {"sample": 1}}, ""),
        ({"pbr": {"fees": 3}, "rules": {}}, "a case: nothing compares what pbr gives"),
    ],
)
def test_answers_that_differ_or_are_left_out_are_faults(answers: dict[str, dict[str, int]], fault: str) -> None:
    command = [sys.executable, "-c", COMPARE.format(answers=answers)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert ran.stdout.splitlines()[0] == fault
