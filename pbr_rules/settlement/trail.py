"""One figure, all the way down to its records: what became of each row, with the reason, and the days of its windows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import evolve, frozen

from pbr_rules import expressions as x
from pbr_rules.checked.model import Cell, Contract, Measure
from pbr_rules.dates import long_text
from pbr_rules.engines.rows import bounds_of, reader
from pbr_rules.evidence.tables import Table
from pbr_rules.plan.from_checked import count as plan_count
from pbr_rules.plan.model import Count, Engine, Fate
from pbr_rules.settlement.counts import with_constants
from pbr_rules.settlement.statement import Settlement
from pbr_rules.settlement.values import Value, Working
from pbr_rules.words import words


@frozen
class TrailRow:
    """One row: its line in the file, what it says, whether it counted, why not, and the days of the windows it was held to."""

    line: int
    cells: Mapping[str, str]
    counted: bool
    why: str
    windows: tuple[str, ...]


@frozen
class Trail:
    """The rows of one measure at one cell."""

    of: str
    measure: str
    records: str
    rows: tuple[TrailRow, ...]


@frozen
class Explained:
    """One figure with its working, and the trail of each measure in it."""

    value: Value
    working: Working
    trails: tuple[Trail, ...]


def explain(
    settlement: Settlement,
    read: x.Read,
    engine: Engine,
    tables: Mapping[str, Table],
    fixed: Mapping[x.Expression, Value],
    person: tuple[str, str] | None = None,
) -> Explained:
    """A figure at a cell. `person`: only the rows of one person, as (open dimension, id)."""
    terms = settlement.terms
    contract = settlement.contract
    at = {d: str(terms.value(way, {}, terms.frame()).of) for d, way in read.at}
    value, working = terms.figure(read.figure, at)
    for dimension, member in at.items():
        stands = terms.people.representative(dimension, member) if contract.members(dimension) is None else None
        if stands is not None:
            working = _named(working, stands, member, dimension)
            person = person or (dimension, member)
    trails = []
    seen: set[object] = set()
    for part in _all(working):
        if part.counted is None or part.counted in seen:
            continue
        seen.add(part.counted)
        name, kept, cell = part.counted
        measure = contract.figures[name]
        ready = with_constants(plan_count(contract, measure, kept), fixed) if isinstance(measure, Measure) else None
        if ready is not None:
            rows = tuple(_rows(contract, ready, cell, engine.fates(ready, tables), tables, person))
            trails.append(Trail(part.of, name, ready.records, rows))
    return Explained(value, working, tuple(trails))


def _all(working: Working) -> Iterator[Working]:
    yield working
    for inner in working.inputs:
        yield from _all(inner)


def _named(working: Working, stands: str, member: str, dimension: str) -> Working:
    """The working of the person who stands for a picture, told of the one who was asked about."""

    def told(text: str) -> str:
        return text.replace(f'"{stands}"', f'"{member}"').replace(f"[{stands}]", f"[{member}]")

    counted = working.counted
    if counted is not None:
        name, kept, cell = counted
        counted = (
            name,
            kept,
            tuple(member if d == dimension and c == stands else c for d, c in zip(kept, cell, strict=True)),
        )
    return evolve(
        working,
        of=told(working.of),
        with_numbers=told(working.with_numbers),
        why=told(working.why),
        steps=tuple(map(told, working.steps)),
        inputs=tuple(_named(i, stands, member, dimension) for i in working.inputs),
        counted=counted,
    )


def _rows(
    contract: Contract,
    count: Count,
    cell: Cell,
    fates: object,
    tables: Mapping[str, Table],
    person: tuple[str, str] | None,
) -> Iterator[TrailRow]:
    table = tables[count.records]
    read = _Reader(contract, count, tables)
    shown = _columns(count, table)
    for fate in fates:  # type: ignore[attr-defined]
        if not read.concerns(fate, cell, person):
            continue
        counted = fate.cell == cell
        why = fate.reason or ("" if counted else f"counts in {', '.join(fate.cell)}")
        cells = {name: _text(table.columns[name][fate.row]) for name in shown}
        yield TrailRow(table.lines[fate.row], cells, counted, why, read.windows(fate.row))


def _columns(count: Count, table: Table) -> list[str]:
    """The columns worth showing: those that the measure reads of the row itself."""
    nodes = (*count.where, *count.once, *count.keys, *(axis.at for axis in count.axes if not axis.on_base))
    named = {
        part.path[0] if part.path else part.name
        for node in nodes
        for part in x.walk(node)
        if isinstance(part, x.Column)
    }
    named |= set(count.link[:1]) | set(table.records.key or ())
    return [name for name in table.columns if name in named] or list(table.columns)


def _text(cell: object) -> str:
    if cell is None:
        return "(blank)"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return str(cell)


class _Reader:
    """Reads, for each row, which cell of people it belongs to and the days of its windows."""

    def __init__(self, contract: Contract, count: Count, tables: Mapping[str, Table]) -> None:
        self.contract, self.count, self.tables = contract, count, tables
        self.people = [
            (axis.dimension, reader(_from_row(axis.at, count), tables, contract.periods))
            for axis in count.axes
            if axis.on_base
        ]
        self.inside = [
            (node, reader(node.anchor, tables, contract.periods))
            for condition in count.where
            for node in x.walk(condition)
            if isinstance(node, x.Within)
        ]
        self.ids = self._id_columns()

    def _id_columns(self) -> dict[str, Sequence[object]]:
        found: dict[str, Sequence[object]] = {}
        for column in self.tables[self.count.records].records.columns.values():
            if column.kind.name == "id":
                owner = self.contract.records[column.kind.detail].identity
                if owner:
                    found[owner] = self.tables[self.count.records].columns[column.name]
        return found

    def concerns(self, fate: Fate, cell: Cell, person: tuple[str, str] | None) -> bool:
        """Whether a row belongs to the people of the cell, and to the one person asked about."""
        if person is not None:
            ids = self.ids.get(person[0])
            if ids is not None and str(ids[fate.row]) != person[1]:
                return False
        at = dict(zip(self.count.dimensions, cell, strict=True))
        try:
            return all(read(fate.row) in (None, at[dimension]) for dimension, read in self.people)
        except KeyError:
            return True

    def windows(self, row: int) -> tuple[str, ...]:
        """Each window of the row: its words, its first and its last day."""
        found = []
        for node, anchor in self.inside:
            day = anchor(row)
            if day is None:
                continue
            first, last = bounds_of(node, day)
            found.append(
                f"{node.length} {node.how} {words(node.anchor)}: {long_text(first or day)} to {long_text(last)}"
            )
        return tuple(dict.fromkeys(found))


def _from_row(node: x.Expression, count: Count) -> x.Expression:
    """An expression read at the person's row, read from the counted row instead."""
    if isinstance(node, x.Column):
        if count.base == count.records:
            return node
        if not node.path and len(count.link) and node.kind.name == "id" and node.kind.detail == count.base:
            return evolve(node, records=count.records, path=count.link[:-1], name=count.link[-1])
        return evolve(node, records=count.records, path=(*count.link, *node.path))
    return x.with_children(node, lambda child: _from_row(child, count))
