"""What is timed: for each case its data, the command of `pbr`, and the yardsticks that give the same figures."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from benchmarks import contracts

PYTHON = sys.executable
LAST_DAY = "2020-12-31"
FRAMEWORK = "import click, attrs, pluggy, lark"
HEAVY = ("duckdb", "polars", "narwhals", "pyarrow", "jinja2")
PUBLISHED = 187154000 + 216546000
"""Pence that were paid to the two projects of `care_leavers`."""
KINDS = ("csv", "parquet")


@dataclass(frozen=True)
class Timed:
    """One command and how its answer is read: a `statement` through `benchmarks.answers`, otherwise printed as it is."""

    name: str
    command: list[str]
    statement: str | None = None
    ours: bool = False
    needs: str | None = None
    codes: tuple[int, ...] = (0,)
    loads: bool = False
    """Whether it is also asked which heavy modules it imports; none may be, where `loads_none`."""
    loads_none: bool = False
    silent: bool = False
    """Whether it gives no figures."""
    known: dict[str, int] = field(default_factory=dict)
    """Figures of its answer that are known beforehand."""

    @property
    def missing(self) -> bool:
        """Whether a library that it needs is not installed."""
        return self.needs is not None and find_spec(self.needs) is None


@dataclass(frozen=True)
class Group:
    """Commands over the same files that must agree; the first is `pbr`, the others its yardsticks."""

    title: str
    runs: list[Timed]
    probe: list[str] | None = None
    """A command over next to nothing: where it fails, `pbr` does not take this kind of file."""
    many: bool = False
    """Best of many: short runs, where a process's start is what is timed."""


@dataclass(frozen=True)
class Case:
    """A letter, what it is, how much of it there is in each size, and what to run."""

    letter: str
    title: str
    sort: str | None
    numbers: dict[str, tuple[int, int]]
    says: str
    question: str = ""
    records: tuple[str, ...] = ()
    yardsticks: tuple[str, ...] = field(default=())


BY_PEOPLE = {"tiny": (200, 2_000), "small": (10_000, 100_000), "full": (1_000_000, 10_000_000)}
BY_CLIENT = {"tiny": (100, 300), "small": (10_000, 30_000), "full": (1_000_000, 3_000_000)}
BY_CLAIM = {"tiny": (500, 0), "small": (50_000, 0), "full": (5_000_000, 0)}
ALWAYS = {"small": (5_000, 0), "full": (5_000, 0), "huge": (5_000, 0)}

CASES = (
    Case(
        "a", "Events in a window, against a matched group", "people", BY_PEOPLE | {"huge": BY_PEOPLE["full"]},
        "{0:,} people, {1:,} events", "matched", ("releases", "offences"), ("duckdb", "polars", "pandas"),
    ),
    Case(
        "b", "The same with twenty measures", "people", BY_PEOPLE | {"huge": BY_PEOPLE["full"]},
        "{0:,} people, {1:,} events", "twenty", ("releases", "offences"), ("duckdb", "polars", "pandas"),
    ),
    Case(
        "c", "A tariff of twelve prices", "claims", BY_CLAIM | {"huge": BY_CLAIM["full"]},
        "{0:,} claims", "tariff", ("claims",), ("duckdb", "polars", "python", "zen"),
    ),
    Case(
        "d", "Events in a window, ten times as many", "people", {"huge": (10_000_000, 100_000_000)},
        "{0:,} people, {1:,} events", "matched", ("releases", "offences"), ("duckdb", "polars"),
    ),
    Case("e", "Cold start", None, {"tiny": (1, 0), "small": (10, 0), "full": (10, 0), "huge": (10, 0)}, "best of {0}"),
    Case("f", "A long contract", None, {"tiny": (300, 0)} | ALWAYS, "{0:,} lines", "long"),
    Case(
        "g", "A rate card by client, with the most for one", "clients", BY_CLIENT | {"huge": BY_CLIENT["full"]},
        "{0:,} people, {1:,} claims", "card", ("clients", "claims"), ("duckdb", "polars"),
    ),
)  # fmt: skip

NAMES = {
    "duckdb": ("DuckDB SQL", "duckdb"),
    "polars": ("Polars", "polars"),
    "pandas": ("pandas", "pandas"),
    "python": ("plain Python loop", None),
    "zen": ("zen-engine, row by row", "zen"),
}
ONLY_CSV = ("python", "zen")


def pbr(*arguments: str) -> list[str]:
    """The command line, as `pbr` starts it."""
    return [PYTHON, "-m", "pbr_rules", *arguments]


def settle(contract: Path, folder: Path, kind: str, records: tuple[str, ...]) -> list[str]:
    """Settling a contract over the files of a folder, to a statement in JSON."""
    files = [part for name in records for part in ("-r", f"{name}={folder / name}.{kind}")]
    days = [part for name in records for part in ("--complete", f"{name}={LAST_DAY}")]
    return pbr("settle", str(contract), *files, *days, "--engine", "duckdb", "--format", "json")


def groups(case: Case, size: str, folder: Path, tried: Path) -> Iterator[Group]:
    """What a case runs. `folder` holds its data and contract, `tried` the same with next to no rows."""
    if case.letter == "e":
        yield from cold()
    elif case.letter == "f":
        yield long(folder)
    else:
        contract = folder / f"{case.question}.pbr"
        contract.write_text(getattr(contracts, case.question)(), encoding="utf-8")
        for kind in KINDS:
            ours = Timed(
                "`pbr settle --engine duckdb`", settle(contract, folder, kind, case.records), case.question, ours=True
            )
            others = [
                Timed(
                    NAMES[means][0],
                    [PYTHON, "-m", "benchmarks.yardsticks", means, case.question, kind, str(folder)],
                    needs=NAMES[means][1],
                )
                for means in case.yardsticks
                if kind == "csv" or means not in ONLY_CSV
            ]
            if case.letter == "c":
                trail = [*ours.command, "--trail", str(folder / "trail.parquet"), "--force"]
                others.insert(0, Timed("the same with `--trail`", trail, case.question, needs="pyarrow"))
            spelled = {"csv": "CSV", "parquet": "Parquet"}[kind]
            yield Group(spelled, [ours, *others], settle(contract, tried, kind, case.records))


def cold() -> Iterator[Group]:
    """What starts every day: the help, a check, a statement of a library contract."""
    floor = Timed(f"`python -c '{FRAMEWORK}'`", [PYTHON, "-c", FRAMEWORK], silent=True)
    check = pbr("check", "care_leavers", "--format", "json")
    statement = pbr("settle", "care_leavers", "--format", "json")
    for name, command, answer, known in (
        ("`pbr --help`", pbr("--help"), None, {}),
        ("`pbr check care_leavers`", check, "check", {"errors": 0}),
        ("`pbr settle care_leavers`", statement, "care_leavers", {"total": PUBLISHED}),
    ):
        settles = answer == "care_leavers"
        ours = Timed(
            name, command, answer, ours=True, loads=True, loads_none=not settles, silent=answer is None, known=known
        )
        yield Group("", [ours, floor], many=True)


def long(folder: Path) -> Group:
    """A generated contract, checked; beside it the same text only read."""
    file = folder / "long.pbr"
    by = [PYTHON, "-m", "benchmarks.yardsticks"]
    return Group(
        "",
        [
            Timed("`pbr check`", pbr("check", str(file), "--format", "json"), "check", ours=True, known={"errors": 0}),
            Timed("the tree as written (`parse`)", [*by, "parse", "long", "pbr", str(folder)], known={"problems": 0}),
            Timed("Lark alone, the same grammar", [*by, "lark", "long", "pbr", str(folder)]),
        ],
    )
