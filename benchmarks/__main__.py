"""`python -m benchmarks`: makes the records, runs each case in processes of its own, compares every answer, prints a table.

It ends with 1 where two answers differ, where a command fails, or where a light command imports a heavy library.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import contracts
from benchmarks.cases import CASES, HEAVY, PYTHON, Case, Group, Timed, groups
from benchmarks.machine import machine, memory
from benchmarks.process import ROOT, Ran, run

SIZES = ("tiny", "small", "full", "huge")
SHORT = 5.0
"""Seconds under which a command is run three times; the quickest is shown."""
PARTS = {"sample"}
NOT_TAKEN = "`pbr` does not read this kind of file"


@dataclass
class Row:
    """A line of the table."""

    name: str
    seconds: str
    peak: str = ""
    ratio: str = ""


class Bench:
    """Runs cases and keeps what went wrong."""

    def __init__(self, size: str, folder: Path, minutes: float, gib: float, times: int) -> None:
        self.size, self.folder, self.times = size, folder, times
        self.seconds, self.bytes = minutes * 60, gib * 2**30
        self.faults: list[str] = []
        self.stopped = 0

    def case(self, case: Case) -> list[str]:
        """The lines of the table for one case."""
        first, second = case.numbers[self.size]
        folder, tried = self.folder / case.letter, self.folder / f"{case.letter}-tried"
        for place, numbers in ((folder, (first, second)), (tried, (50, 200))):
            place.mkdir(exist_ok=True)
            if case.sort is not None:
                write = [PYTHON, "-m", "benchmarks.data", case.sort, *map(str, numbers), str(place)]
                subprocess.run(write, check=True, cwd=ROOT)
        if case.letter == "f":
            (folder / "long.pbr").write_text(contracts.long(first), encoding="utf-8")
        lines = []
        label = f"**{case.letter}** {case.title}: {case.says.format(first, second)}"
        for group in groups(case, self.size, folder, tried):
            what = f"{label}; {group.title}" if group.title else label
            for row in self.group(what, group, first if group.many else self.times, folder):
                lines.append(f"| {what} | {row.name} | {row.seconds} | {row.peak} | {row.ratio} |")
                what = ""
        for file in folder.glob("*.*"):
            file.unlink()
        return lines

    def group(self, what: str, group: Group, times: int, folder: Path) -> list[Row]:
        """`pbr` first, then each yardstick with how many times as long `pbr` takes."""
        ours: Ran | None = None
        rows: list[Row] = []
        answers: dict[str, dict[str, Any]] = {}
        for timed in group.runs:
            self.say(f"{what}: {timed.name}")
            if timed.missing:
                rows.append(Row(timed.name, "not installed"))
                continue
            if timed.ours and group.probe is not None:
                probed = run(group.probe, folder / "probe.out", 60, self.bytes)
                if probed.code:
                    said = f"{what}: {timed.name} over fifty rows ended with {probed.code}: {probed.err.strip()[:300]}"
                    # A kind of file that it does not know is a wrong command line or records that do not fit.
                    if group.title == "CSV" or probed.code not in (2, 3):
                        self.faults.append(said)
                    self.say(said)
                    rows.append(Row(timed.name, NOT_TAKEN))
                    continue
            ran = self.best(timed, times, folder / "run.out", group.many)
            peak = f"{ran.peak:,.0f}"
            if ran.stopped is None and ran.code not in timed.codes:
                self.faults.append(f"{what}: {timed.name} ended with {ran.code}: {ran.err.strip()[-600:]}")
                rows.append(Row(timed.name, f"failed ({ran.code})", peak))
                continue
            if ran.stopped is not None:
                self.stopped += 1
                ours = ran if timed.ours else ours
                rows.append(Row(timed.name, ran.stopped, peak, "" if timed.ours else "–"))
                continue
            answer = self.answer(timed, ran)
            for figure, value in timed.known.items():
                if answer.get(figure) != value:
                    self.faults.append(f"{what}: {figure} is {answer.get(figure)} by {timed.name}, and not {value}")
            answers[timed.name] = {name: value for name, value in answer.items() if not name.startswith("#")}
            seconds, shown = ran.seconds, f"{ran.seconds:,.2f}"
            if "#rows" in answer and answer["#rows"] < (every := self.claims()):
                seconds = answer["#seconds"] * every / answer["#rows"]
                shown = f"{seconds:,.2f} (scaled up from {answer['#rows']:,} rows)"
            if timed.ours:
                ours = ran
                rows.append(Row(timed.name, shown, peak, self.loaded(what, timed) if timed.loads else ""))
            else:
                rows.append(Row(timed.name, shown, peak, _ratio(ours, seconds)))
        self.compare(what, answers, {timed.name for timed in group.runs if timed.known or timed.silent})
        return rows

    def best(self, timed: Timed, times: int, out: Path, many: bool) -> Ran:
        """The quickest of several runs; of a command that takes long, its only one."""
        best = run(timed.command, out, self.seconds, self.bytes)
        for _ in range(times - 1):
            if best.stopped is not None or best.code not in timed.codes or (best.seconds > SHORT and not many):
                break
            again = run(timed.command, out, self.seconds, self.bytes)
            best = min(best, again, key=lambda ran: ran.seconds)
        return best

    def claims(self) -> int:
        """How many rows the case has that a rules engine is given."""
        return next(case for case in CASES if case.letter == "c").numbers[self.size][0]

    def answer(self, timed: Timed, ran: Ran) -> dict[str, Any]:
        """What a command gave, as figures by name."""
        if timed.statement is not None:
            read = [PYTHON, "-m", "benchmarks.answers", timed.statement, str(ran.out)]
            came = subprocess.run(read, check=False, capture_output=True, text=True, cwd=ROOT)
            if came.returncode:
                self.faults.append(f"{timed.name}: its answer cannot be read: {came.stderr.strip()[-400:]}")
                return {}
            return dict(json.loads(came.stdout))
        text = ran.out.read_text(encoding="utf-8").strip()
        return dict(json.loads(text)) if text.startswith("{") else {}

    def compare(self, what: str, answers: dict[str, dict[str, Any]], alone: set[str]) -> None:
        """A figure that two commands give must be the same. None may be left out, but by those that stand alone."""
        seen: dict[str, tuple[str, Any]] = {}
        for name, answer in answers.items():
            for figure, value in answer.items():
                first, before = seen.setdefault(figure, (name, value))
                if before != value:
                    self.faults.append(f"{what}: {figure} is {before} by {first} and {value} by {name}")
        compared = {name: set(answer) for name, answer in answers.items() if name not in alone}
        for name, figures in compared.items():
            others = [given for other, given in compared.items() if other != name]
            if others and not any(figures & given for given in others):
                self.faults.append(f"{what}: nothing compares what {name} gives")
            # A sample is a part of the rows; whoever gives figures of all rows gives every one of them.
            if missing := {f for given in others for f in given} - figures - PARTS if figures - PARTS else set():
                self.faults.append(f"{what}: {name} does not give {', '.join(sorted(missing))}")

    def loaded(self, what: str, timed: Timed) -> str:
        """Which heavy libraries a command imports, in words."""
        came = subprocess.run(
            [PYTHON, "-X", "importtime", *timed.command[1:]], check=False, capture_output=True, text=True, cwd=ROOT
        )
        names = {line.rsplit("|", 1)[1].strip() for line in came.stderr.splitlines() if line.startswith("import time:")}
        heavy = [name for name in HEAVY if name in names]
        if heavy and timed.loads_none:
            self.faults.append(f"{what}: {timed.name} imports {', '.join(heavy)}")
        return f"imports {', '.join(heavy)}" if heavy else f"imports none of {', '.join(HEAVY)}"

    def say(self, text: str) -> None:
        """What is going on, apart from the table."""
        sys.stderr.write(text.replace("**", "") + "\n")


def _ratio(ours: Ran | None, seconds: float) -> str:
    if ours is None:
        return "–"
    times = ours.seconds / seconds
    shown = f"{times:,.0f}" if times >= 20 else f"{times:.1f}"
    return f"{'more than ' if ours.stopped else ''}{shown} × this"


def table(bench: Bench, letters: list[str], options: str) -> str:
    """The Markdown that is printed, and written into a page."""
    lines = [
        line for case in CASES if case.letter in letters and bench.size in case.numbers for line in bench.case(case)
    ]
    came = f"Every answer that came agrees; {bench.stopped} did not come." if bench.stopped else "Every answer agrees."
    agree = "**Not every answer agrees.**" if bench.faults else came
    return "\n".join(
        [
            f"`python -m benchmarks{options}`. {machine()}. {agree}",
            "",
            "| Case | What ran | Seconds | Peak MiB | `pbr` takes |",
            "| --- | --- | ---: | ---: | --- |",
            *lines,
        ]
    )


def written(page: str, size: str, text: str) -> str:
    """A page with the table of one size put between its markers."""
    begin, end = f"<!-- benchmark {size} -->", f"<!-- end of benchmark {size} -->"
    if begin not in page or end not in page:
        raise SystemExit(f"the page has no line `{begin}` with `{end}` after it")
    before, rest = page.split(begin, 1)
    return f"{before}{begin}\n\n{text}\n\n{end}{rest.split(end, 1)[1]}"


def main() -> int:
    """Reads the command line and runs."""
    letters = [case.letter for case in CASES]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="small", help="how many rows: small is a hundredth of full")
    parser.add_argument("--only", default=",".join(letters), help="cases, by letter: a,c,e")
    parser.add_argument("--write", type=Path, help="a page whose table is made anew, between its markers for the size")
    parser.add_argument("--minutes", type=float, default=10, help="after which a command is stopped")
    parser.add_argument(
        "--gib", type=float, default=(memory() or 2**34) / 2**30 * 0.7, help="memory at which it is stopped"
    )
    parser.add_argument("--folder", type=Path, help="where the records are made; a temporary folder otherwise")
    given = parser.parse_args()
    asked = given.only.split(",")
    if wrong := [letter for letter in asked if letter not in letters]:
        parser.error(f"no case is called {', '.join(wrong)}; they are {', '.join(letters)}")
    options = f" --size {given.size}" + (f" --only {given.only}" if asked != letters else "")
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        bench = Bench(given.size, Path(folder), given.minutes, given.gib, 1 if given.size == "tiny" else 3)
        text = table(bench, asked, options)
    sys.stdout.write(text + "\n")
    for fault in bench.faults:
        sys.stderr.write(f"wrong: {fault}\n")
    if given.write is not None and not bench.faults:
        given.write.write_text(written(given.write.read_text(encoding="utf-8"), given.size, text), encoding="utf-8")
    return 1 if bench.faults else 0


if __name__ == "__main__":
    sys.exit(main())
