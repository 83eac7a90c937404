"""The engines, and what it means that they agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import event

from pbr_rules import kinds
from pbr_rules.checked.model import Period, RecordColumn, Records
from pbr_rules.diagnostics import UsageError
from pbr_rules.engines.frames import Frames
from pbr_rules.engines.python import Python
from pbr_rules.evidence.tables import Table, indexed
from pbr_rules.expressions import Column
from pbr_rules.kinds import Kind
from pbr_rules.plan.codes import codes
from pbr_rules.plan.model import Answer, Count, Engine, What
from pbr_rules.surface import tree as t
from pbr_rules.testing.engines import OTHERS


class Agreement:
    """Plain Python, which defines the answers, and the engines that must give the same. A missing library is a failure."""

    def __init__(self, periods: Mapping[str, Period]) -> None:
        self.python: Engine = Python(periods)
        self.others: list[Engine] = [Frames.over(name, periods) for name in OTHERS]

    def on(self, count: Count, tables: Mapping[str, Table], refusals: bool = False) -> Answer:
        """The answer, if all agree on it and on what became of each row."""
        answer, fates = self.python.answer(count, tables), list(self.python.fates(count, tables))
        marked = marks(self.python, count, tables)
        lines = tables[count.records].lines
        assert [(line, why) for line, why, *_ in marked] == sorted((lines[f.row], f.reason) for f in fates)
        cells = {lines[f.row]: f.cell for f in fates if f.cell is not None}
        axes, coded = len(count.axes), codes(count)
        assert all(why is None or (why in coded) != why.startswith("excluded: ") for _, why, *_ in marked)
        assert {line: tuple(more[:axes]) for line, why, *more in marked if why is None} == cells
        for engine in self.others:
            try:
                found = engine.answer(count, tables)
            except UsageError as refused:
                assert refusals, refused
                assert "settle with --engine python" in str(refused)
                event(f"refused: {refused}")
                continue
            assert found == answer, engine.name
            assert list(engine.fates(count, tables)) == fates, engine.name
            assert marks(engine, count, tables) == marked, engine.name
            exact(found)
        return answer


def marks(engine: Engine, count: Count, tables: Mapping[str, Table]) -> list[tuple[Any, ...]]:
    """What became of each row, from the batches of an engine: line, reason, the member of each axis, every column of the row."""
    records = tables[count.records].records
    columns = [Column(records.name, (), name, column.kind) for name, column in records.columns.items()]
    if count.link:
        columns.append(Column(records.name, count.link[:-1], count.link[-1], kinds.identity(str(count.base))))
    batches = list(engine.marked(count, tables, columns))
    assert len({str(batch.schema) for batch in batches}) <= 1
    return [row for batch in batches for row in zip(*(column.to_pylist() for column in batch.columns), strict=True)]


def exact(answer: Answer) -> None:
    """Whole numbers are whole numbers, and days are days: no float and no flag stands for one."""
    numbers = [*(n for by_key in answer.counted.values() for n in by_key.values()), *answer.people.values()]
    assert {type(n) for n in (*numbers, *answer.reasons.values())} <= {int}
    later = [day for ends in answer.undecided.values() for day in ends.values()]
    assert {type(day) for day in (*answer.closes.values(), *later)} <= {date}
    assert {
        type(part) for cell in (*answer.counted, *answer.people, *answer.closes, *answer.undecided) for part in cell
    } <= {str}


def rows_of(records: str, **more: Any) -> Count:
    """A count of all rows of some records, and whatever is said beside."""
    plain: dict[str, Any] = dict.fromkeys(("axes", "link", "among", "where", "once", "keys", "closing", "members"), ())
    plain |= {"measure": "tested", "base": None, "survivor": None, "what": What.ROWS, "column": None}
    return Count(records=records, **(plain | more))


def one_table(columns: Mapping[str, tuple[Kind, Sequence[Any]]], lines: Sequence[int] = ()) -> dict[str, Table]:
    """Records called `rows`, without a key, whose columns may all be blank."""
    made = {
        name: RecordColumn(name, kind, True, t.RecordColumn(name, t.ColumnKind(kind.name), True))
        for name, (kind, _) in columns.items()
    }
    records = Records("rows", None, made, None, (), None)
    cells = {name: list(listed) for name, (_, listed) in columns.items()}
    size = len(next(iter(cells.values())))
    return {"rows": Table(records, cells, lines or range(2, size + 2), [None] * size, indexed(records, cells, size))}


@pytest.fixture(scope="session")
def agreement() -> type[Agreement]:
    return Agreement


@pytest.fixture(scope="session")
def agree() -> Agreement:
    """Engines for records without periods."""
    return Agreement({})


@pytest.fixture(scope="session")
def rows() -> Any:
    return rows_of


@pytest.fixture(scope="session")
def table() -> Any:
    return one_table
