"""Many small worlds in one question: each is a case, and no two of them touch.

The rows of all worlds stand in the same records, each with its case beside it, and its ids begin with it. The case is one more axis, and
one more part of what counts once. So an engine answers for all worlds at once, and plain Python, world by world, says what it should be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from typing import Any, TypeVar

from attrs import evolve, field, frozen
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from pbr_rules import expressions as x
from pbr_rules import kinds
from pbr_rules.checked.model import MeasureAxis, RecordColumn
from pbr_rules.diagnostics import UsageError
from pbr_rules.engines.python import Python
from pbr_rules.evidence.tables import Table, indexed
from pbr_rules.plan.model import Answer, Count, Engine, Fate
from pbr_rules.surface import tree as t
from tests.engines.vocabulary import nodes
from tests.engines.worlds import PERIODS, SIZES, WORLD, table

T = TypeVar("T")
Tables = Mapping[str, Table]

CASE = "case"
KIND = kinds.category(CASE)

RECORDS = {
    name: evolve(
        records, columns={**records.columns, CASE: RecordColumn(CASE, KIND, False, t.RecordColumn(CASE, t.ColumnKind(CASE), False))}
    )
    for name, records in WORLD.items()
}  # fmt: skip

MARKS = ["", "é", "\u2019", "\U0001f600", "\uffff", "e\u0301", "ß", "\u0660", "a\x00", "'\"", " "]
"""What the ids of a world begin with."""

HUGE = {
    "count": [0, 1, 2**31, 2**53 + 1, 10**15],
    "money": [-(2**53) - 1, 0, 1, 2**53, 2**53 + 1],
    "number": [-(2**40), 2**40 + 1, 5],
}


# ---- worlds


def world(case: int, random: Random, huge: bool) -> dict[str, Table]:
    """A few rows of each records clause, some of them twice, all marked with the case."""
    sizes = {name: random.choice(listed) for name, listed in SIZES.items()}
    mark = f"{MARKS[case % len(MARKS)]}{case}:" if case else ""
    found = {}
    for name in WORLD:
        made = table(name, sizes, random.choice)
        columns = {n: list(cells) for n, cells in made.columns.items()}
        for column in WORLD[name].columns.values():
            if column.kind.name == "id":
                columns[column.name] = [None if cell is None else mark + cell for cell in columns[column.name]]
            elif huge and column.kind.name in HUGE:
                cells = HUGE[column.kind.name]
                columns[column.name] = [None if c is None else random.choice(cells) for c in columns[column.name]]
        lines, excluded = list(made.lines), list(made.excluded)
        if WORLD[name].key is None:
            for row in range(len(made)):
                if random.random() < 0.25:  # the same event, on another line
                    for cells in columns.values():
                        cells.append(cells[row])
                    lines.append(max(lines) + 1)
                    excluded.append(excluded[row])
        columns[CASE] = [f"{mark}{case}"] * len(lines)
        lines = [line + 1000 * case for line in lines]
        found[name] = Table(RECORDS[name], columns, lines, excluded, indexed(RECORDS[name], columns, len(lines)))
    return found


def together(worlds: Sequence[Tables]) -> dict[str, Table]:
    """The rows of all worlds, one after another."""
    found = {}
    for name, records in RECORDS.items():
        parts = [each[name] for each in worlds]
        columns: dict[str, Any] = {n: [cell for part in parts for cell in part.columns[n]] for n in records.columns}
        lines = [line for part in parts for line in part.lines]
        excluded = [why for part in parts for why in part.excluded]
        found[name] = Table(records, columns, lines, excluded, indexed(records, columns, len(lines)))
    return found


def apart(count: Count) -> Count:
    """The same count, apart for each world."""
    link = count.link if count.base is not None else ()
    axis = MeasureAxis(CASE, x.Column(count.base or count.records, (), CASE, KIND), count.base is not None)
    return evolve(
        count,
        axes=(*count.axes, axis),
        members=(*count.members, None),
        once=(*count.once, x.Column(count.records, link, CASE, KIND)) if count.once else (),
    )


# ---- one question


@frozen
class Wrong:
    """A case of which an engine says something else than plain Python."""

    engine: str
    count: Count
    world: Tables
    expected: object
    found: object


@frozen
class Asked:
    """What came of one count, asked of many worlds.

    Attributes:
        cases: worlds with a row to count.
        answered: the engines that counted it; the others refused to, as a frame may.
    """

    cases: int
    answered: tuple[str, ...]
    wrong: tuple[Wrong, ...]


def ask(count: Count, worlds: Sequence[Tables], engines: Iterable[Engine]) -> Asked:
    """One count of all worlds at once, on each engine, held to plain Python world by world."""
    count = apart(count)
    every = together(worlds)
    said: dict[str, tuple[Answer, list[Fate]]] = {}
    for engine in engines:
        try:
            said[engine.name] = engine.answer(count, every), list(engine.fates(count, every))
        except UsageError as refused:
            if "settle with --engine python" not in str(refused):
                raise
    if not said:
        return Asked(0, (), ())
    python = Python(PERIODS)
    wrong: list[Wrong] = []
    start, reasons, cases = 0, Counter[str](), 0
    left = {name: sorted(_cells(answer)) for name, (answer, _) in said.items()}
    for here in worlds:
        size = len(here[count.records])
        cases += size > 0
        expected, fates = python.answer(count, here), list(python.fates(count, here))
        reasons.update(expected.reasons)
        case = next((each.columns[CASE][0] for each in here.values() if len(each)), None)
        for name, (answer, found) in said.items():
            of_case = _of(answer, case)
            left[name] = [cell for cell in left[name] if cell[-1] != case]
            if of_case != evolve(expected, reasons={}):
                wrong.append(Wrong(name, count, here, expected, of_case))
            moved = [evolve(fate, row=fate.row - start) for fate in found[start : start + size]]
            if moved != fates:
                wrong.append(Wrong(name, count, here, fates, moved))
        start += size
    for name, (answer, _) in said.items():
        if dict(answer.reasons) != dict(reasons) or left[name]:
            wrong.append(Wrong(name, count, every, dict(reasons), (dict(answer.reasons), left[name])))
    return Asked(cases, tuple(said), tuple(sorted(wrong, key=_size)))


def _of(answer: Answer, case: str | None) -> Answer:
    """What an answer says of one case."""

    def mine(cells: Mapping[Any, T]) -> dict[Any, T]:
        return {cell: value for cell, value in cells.items() if cell[-1] == case}

    return Answer(
        counted=mine(answer.counted), people=mine(answer.people), closes=mine(answer.closes), reasons={},
        undecided=mine(answer.undecided), days=mine(answer.days),
    )  # fmt: skip


def _cells(answer: Answer) -> set[Any]:
    return {*answer.counted, *answer.people, *answer.closes, *answer.undecided, *answer.days}


def _size(wrong: Wrong) -> int:
    return sum(map(len, wrong.world.values()))


# ---- many questions


def drawn(strategy: st.SearchStrategy[T], number: int, at: int) -> list[T]:
    """So many values of a strategy, the same for the same number `at`."""
    found: list[T] = []

    @seed(at)
    @settings(
        max_examples=number,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(value: T) -> None:
        found.append(value)

    collect()
    return found


@frozen
class Tried:
    """How many cases each engine was held to, for each node of the vocabulary and in all."""

    by_node: dict[str, Counter[str]] = field(factory=dict)
    cases: Counter[str] = field(factory=Counter)
    counts: Counter[str] = field(factory=Counter)
    wrong: list[Wrong] = field(factory=list)

    def add(self, count: Count, asked: Asked) -> None:
        """What came of one count."""
        self.wrong.extend(asked.wrong)
        for name in asked.answered:
            self.cases[name] += asked.cases
            self.counts[name] += 1
            for node in nodes(count):
                self.by_node.setdefault(node, Counter())[name] += asked.cases

    def short(self, vocabulary: Iterable[str], engines: Sequence[str], least: int) -> dict[str, Counter[str]]:
        """The nodes of which an engine has seen fewer cases."""
        seen = {node: self.by_node.get(node, Counter()) for node in sorted(vocabulary)}
        return {node: cases for node, cases in seen.items() if min(cases[name] for name in engines) < least}


def try_out(
    engines: Sequence[Engine], strategies: Sequence[st.SearchStrategy[Count]], vocabulary: frozenset[str],
    cases: int, each: int, worlds: int, start: int, tell: Callable[[str], None] = lambda said: None,
) -> Tried:  # fmt: skip
    """Counts over batches of worlds, until every engine was held to so many cases in all, and to `each` of every node.

    Of counts that are drawn, those are asked first that have most of what is still to be tried.
    """
    names = [engine.name for engine in engines]
    tried, pool, asked_for = Tried(), list[tuple[Count, set[str]]](), 0
    while True:
        short = tried.short(vocabulary, names, each)
        enough = not short and min(tried.cases[name] for name in names) >= cases
        if enough or asked_for > 100 + 3 * cases // worlds or len(tried.wrong) > 20:
            return tried
        wanted = {node: each - min(seen[name] for name in names) for node, seen in short.items()}
        if not pool or (short and asked_for % 25 == 0):
            for strategy in strategies:
                pool += [(count, nodes(count)) for count in drawn(strategy, 120, start + asked_for)]
        worth = [sum(min(wanted.get(node, 0), worlds) for node in made_of) for _, made_of in pool]
        count, _ = pool.pop(worth.index(max(worth)))
        asked_for += 1
        random = Random(start + asked_for)
        huge = random.random() < 0.2
        asked = ask(count, [world(case, random, huge) for case in range(worlds)], engines)
        tried.add(count, asked)
        tell(f"{asked_for}: {asked.cases} cases on {', '.join(asked.answered) or 'none'}; {len(short)} nodes are short")


def report(tried: Tried, names: Sequence[str], vocabulary: Iterable[str]) -> str:
    """How many cases of each node each engine was held to, as a table."""
    lines = ["| Node | " + " | ".join(names) + " |", "| --- |" + " ---: |" * len(names)]
    for node in sorted(vocabulary):
        seen = tried.by_node.get(node, Counter())
        lines.append(f"| {node} | " + " | ".join(f"{seen[name]:,}" for name in names) + " |")
    lines.append("| **counts** | " + " | ".join(f"{tried.counts[name]:,}" for name in names) + " |")
    lines.append("| **cases in all** | " + " | ".join(f"{tried.cases[name]:,}" for name in names) + " |")
    return "\n".join(lines)
