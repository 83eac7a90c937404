"""Thousands of small worlds, many in one question, and every node of the row vocabulary among what is asked.

`PBR_CASES=100000` tries more, `PBR_REPORT=FILE` writes how many cases of each node each engine was held to.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any, get_args

import pytest
from attrs import evolve

from pbr_rules import expressions as x
from pbr_rules import tallies as v
from pbr_rules.engines.figures import LoweringError
from pbr_rules.engines.frames import Frames
from pbr_rules.engines.lowering import Lowering
from pbr_rules.engines.python import Python
from pbr_rules.plan.model import Answer, Count, Engine
from pbr_rules.testing.engines import OTHERS
from tests.engines import batched
from tests.engines.vocabulary import NEVER, VOCABULARY, nodes
from tests.engines.worlds import PERIODS, amounts, counts
from tests.long.report import written

CASES = int(os.environ.get("PBR_CASES", "2000"))
EACH = 200
"""Cases of every node, on every engine."""

WORLDS = 130
"""Worlds in one question: some hundred of them have rows to count."""

START = int(os.environ.get("PBR_START", "0"))
"""Another number draws other counts and other worlds."""


def test_engines_agree_on_every_case_and_every_node_is_tried(record_property: Any) -> None:
    engines = [Frames.over(name, PERIODS) for name in OTHERS]
    tried = batched.try_out(engines, [counts(), amounts()], VOCABULARY, CASES, EACH, WORLDS, START)
    table = batched.report(tried, OTHERS, VOCABULARY)
    if report := os.environ.get("PBR_REPORT"):
        Path(report).write_text(table + "\n", encoding="utf-8")
    assert not tried.wrong, told(tried.wrong[0])
    short = tried.short(VOCABULARY, OTHERS, EACH)
    assert not short, f"too few cases of {', '.join(short)}\n{table}"
    for name in OTHERS:
        assert tried.cases[name] >= CASES, table
        least = min(VOCABULARY, key=lambda node: tried.by_node[node][name])
        record_property(
            "told",
            f"{name}: {tried.cases[name]:,} cases of {tried.counts[name]:,} counts as python has them; "
            f"each of {len(VOCABULARY)} nodes in {tried.by_node[least][name]:,} or more ({least})",
        )


def told(wrong: batched.Wrong) -> str:
    """The smallest world that an engine sees otherwise, with what was asked of it."""
    lines = [f"{wrong.engine} says {wrong.found}", f"python says  {wrong.expected}", f"asked: {wrong.count}"]
    for name, table in wrong.world.items():
        lines += [name, *(f"  {column}: {list(cells)}" for column, cells in table.columns.items())]
        lines += [f"  left out: {list(table.excluded)}", f"  lines: {list(table.lines)}"]
    return "\n".join(lines)


# ---- what the test rests on


class Off:
    """An engine that is wrong in one case."""

    name, version = "off", "0"

    def __init__(self, spoil: Any) -> None:
        self.right: Engine = Python(PERIODS)
        self.spoil = spoil

    def answer(self, count: Count, tables: Any) -> Answer:
        return self.spoil(self.right.answer(count, tables))  # type: ignore[no-any-return]

    def fates(self, count: Count, tables: Any) -> Any:
        return self.right.fates(count, tables)


def one_more(answer: Answer) -> Answer:
    cell, by_key = max(answer.counted.items())
    key, number = next(iter(by_key.items()))
    return evolve(answer, counted={**answer.counted, cell: {**by_key, key: number + 1}})


def nowhere(answer: Answer) -> Answer:
    cell, by_key = max(answer.counted.items())
    return evolve(answer, counted={**answer.counted, (*cell[:-1], "no case"): by_key})


def another_reason(answer: Answer) -> Answer:
    return evolve(answer, reasons={**answer.reasons, "none": 1})


def same(answer: Answer) -> Answer:
    return answer


@pytest.mark.parametrize(("spoil", "found"), [(one_more, 1), (nowhere, 1), (another_reason, 1), (same, 0)])
def test_one_wrong_case_among_many_is_found(rows: Any, spoil: Any, found: int) -> None:
    random = Random(7)
    worlds = [batched.world(case, random, huge=False) for case in range(20)]
    asked = batched.ask(rows("events"), worlds, [Off(spoil)])
    assert len(asked.wrong) == found
    if spoil is one_more:
        assert len(asked.wrong[0].world["events"]) < sum(len(each["events"]) for each in worlds)


def test_worlds_hold_what_engines_may_part_over() -> None:
    """Blanks, month ends, leap days, duplicates, no rows, ids beyond ASCII, and counts that no double holds."""
    random = Random(0)
    worlds = [batched.world(case, random, huge=case % 2 == 0) for case in range(200)]
    events = [each["events"] for each in worlds]
    assert any(len(table) == 0 for table in events)
    cells = [cell for table in events for column in table.columns.values() for cell in column]
    assert None in cells
    days = {cell for cell in cells if hasattr(cell, "month")}
    assert {(2, 29), (2, 28), (8, 31), (12, 31)} <= {(day.month, day.day) for day in days}
    rows = [[column[row] for column in table.columns.values()] for table in events for row in range(len(table))]
    assert any(rows.count(row) > 1 for row in rows)
    assert any(not cell.isascii() for cell in cells if isinstance(cell, str) and "people" in cell)
    assert any(float(cell) != cell for cell in cells if type(cell) is int)


def test_the_vocabulary_is_whole() -> None:
    """Every node that a row may read is listed, and no other."""
    every = {form.__name__ for form in x.Expression.__subclasses__()}
    listed = " ".join(VOCABULARY)
    words = {
        "Arithmetic": "arithmetic:",
        "Both": "and",
        "Either": "or",
        "Extreme": "lower of two",
        "Literal": "written:",
    }
    words |= {"OneOf": "one of:", "PeriodOf": "period of a day", "Within": "window:", "Known": "known:"}
    assert every >= NEVER
    for name in every - NEVER:
        assert words.get(name, name.lower()) in listed, name
    assert {f"tally: {form.__name__.lower()}" for form in get_args(v.Counts)} <= VOCABULARY


@pytest.mark.parametrize("name", sorted(NEVER))
def test_what_is_never_read_of_a_row_has_no_reading_over_frames(name: str) -> None:
    """So that a node which a row may read one day has to be listed first."""
    form = getattr(x, name)
    with pytest.raises(LoweringError, match=f"^there is no reading of {name} over frames$"):
        Lowering(None, PERIODS).condition(form.__new__(form))  # type: ignore[arg-type]


def test_a_count_is_made_of_every_node_that_it_holds(rows: Any) -> None:
    held = x.Column("events", (), "held", v.kinds.DATE)
    joined = x.Column("events", ("person",), "joined", v.kinds.DATE)
    count = rows("events", where=(x.Not(x.Compare(x.Comparator.BEFORE, held, joined)),), keys=(held,))
    assert nodes(count) == {
        "tally: rows", "over: nobody", "said: where", "said: keys", "not", "compare: is before", "compare: days",
        "column: date", "column: of the row", "column: one record away",
    }  # fmt: skip


def test_what_a_long_run_found_is_written_in_place_of_the_last() -> None:
    tried = batched.Tried({"or": Counter(a=3, b=1200)}, Counter(a=3, b=1200), Counter(a=1, b=1))
    tables = [batched.report(tried, names, ["or"]) for names in (("a",), ("b",))]
    page = "before\n<!-- long run: cases -->\nold\n<!-- end of cases -->\nafter\n"
    once = written(page, "cases", "2020-01-01. Python 3", tables)
    assert "| or | 3 | 1,200 |" in once
    assert "| **cases in all** | 3 | 1,200 |" in once
    assert "old" not in once and once.startswith("before\n") and once.endswith("\nafter\n")
    assert written(once, "cases", "2020-01-01. Python 3", tables) == once
