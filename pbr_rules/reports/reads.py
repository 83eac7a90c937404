"""Which counts each figure of a statement came from: so that a trail can say of a payment which rows bear on it.

Figures of people are all told of one: where a figure or a count runs over people, there stands nobody (`None`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pbr_rules.checked.model import Contract
from pbr_rules.checked.versions import measure_of, under_of
from pbr_rules.reports.statement import Json
from pbr_rules.settlement.ids import with_ids
from pbr_rules.settlement.statement import Settlement
from pbr_rules.settlement.values import Working

Counted = tuple[str, tuple[str, ...], tuple[str | None, ...]]
"""What counts are kept by, what they are by, and the cell."""


def figures(settlement: Settlement) -> list[Json]:
    """Every figure and line: its name, its cell, what it came to where it is one figure, and the counts that it came from."""
    found: dict[tuple[str, tuple[str | None, ...]], tuple[Json, dict[Counted, None]]] = {}
    seen: dict[int, tuple[Counted, ...]] = {}
    for name, title, cell, working, why in _workings(settlement):
        by = tuple(d for d in settlement.contract.figures[name].dimensions if d in cell)
        at = tuple(cell[d] if settlement.contract.members(d) is not None else None for d in by)
        figure = {"figure": name, "title": title, "by": list(by), "at": list(at)}
        figure |= dict.fromkeys(("shown", "why")) if None in at else _said(working, why)
        _, counts = found.setdefault((name, at), (figure, {}))
        counts |= dict.fromkeys(_counts(working, settlement.contract, seen))
    return [{**figure, "reads": [_count(*each) for each in counts]} for figure, counts in found.values()]


def _workings(settlement: Settlement) -> Iterator[tuple[str, str | None, Mapping[str, str], Working, str]]:
    for figure in settlement.figures:
        yield figure.name, figure.title, figure.cell, figure.working, figure.value.why
    for line in settlement.lines:
        if line.of in settlement.contract.figures:
            yield line.of, line.title, line.at, line.working, line.why


def _said(working: Working, why: str) -> Json:
    return {"shown": with_ids(working.shown), "why": with_ids(why) or None}


def _counts(working: Working, contract: Contract, seen: dict[int, tuple[Counted, ...]]) -> tuple[Counted, ...]:
    """The counts of a figure and of all that it read. A figure that many read is looked through once."""
    if id(working) not in seen:
        found: dict[Counted, None] = {}
        if working.counted is not None:
            name, by, cell = working.counted
            pairs = zip(by, cell, strict=True)
            found[name, by, tuple(m if contract.members(d) is not None else None for d, m in pairs)] = None
        for inner in working.inputs:
            found |= dict.fromkeys(_counts(inner, contract, seen))
        seen[id(working)] = tuple(found)
    return seen[id(working)]


def _count(name: str, by: tuple[str, ...], cell: tuple[str | None, ...]) -> Json:
    return {"measure": measure_of(name), "under": list(under_of(name)), "by": list(by), "at": list(cell)}
