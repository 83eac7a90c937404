"""One figure, all the way down to its records: what became of each row, with the reason, and the days of its windows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction

from attrs import evolve, frozen

from pbr_rules import expressions as x
from pbr_rules import kinds
from pbr_rules.checked.model import Cell, Contract, Records
from pbr_rules.engines.rows import reader, window_reader
from pbr_rules.evidence.tables import Cell as TableCell
from pbr_rules.evidence.tables import Table, along, places
from pbr_rules.plan import words as reasons
from pbr_rules.plan.from_checked import inside_record
from pbr_rules.plan.model import Count, Engine, Fate, ends
from pbr_rules.settlement.frame import label
from pbr_rules.settlement.ids import renamed
from pbr_rules.settlement.statement import Settlement
from pbr_rules.settlement.values import Value, Working, known, put_in
from pbr_rules.words import words


@frozen
class Window:
    """A window of one row: its words, its first and its last day."""

    words: str
    first: date | None
    last: date


@frozen
class TrailRow:
    """One row: its line in the file, what it says, whether it counted, why not, and the windows it was held to.

    `rows`: for a person, how many rows counted.
    """

    line: int
    cells: Mapping[str, str]
    counted: bool
    why: str
    windows: tuple[Window, ...]
    rows: int | None = None


@frozen
class Trail:
    """The rows of one measure at one cell.

    Attributes:
        of: the measure and the cell; `shown`: what it came to; `conditions`: what a row had to meet, in words.
        records, rows: the rows that could have counted there; `elsewhere`: how many more belong to other cells, or to others
            than the one person asked about.
        base, people: the people counted over, where they are rows of another file, and whether each was.
    """

    of: str
    measure: str
    title: str | None
    shown: str
    conditions: tuple[str, ...]
    records: str
    rows: tuple[TrailRow, ...]
    elsewhere: int
    base: str | None = None
    people: tuple[TrailRow, ...] = ()
    others: int = 0


@frozen
class Explained:
    """One figure with its working, its clause of the signed terms, the trail of each measure in it, and `under`: the dated
    variations that bear on it, each with what decides."""

    value: Value
    clause: str | None
    working: Working
    trails: tuple[Trail, ...]
    under: tuple[str, ...] = ()


def explain(
    settlement: Settlement,
    read: x.Read,
    engine: Engine,
    person: tuple[str, str] | None = None,
) -> Explained:
    """A figure at a cell. `person`: only the rows of one person, as (open dimension, id)."""
    terms = settlement.terms
    contract = settlement.contract
    at = {d: str(terms.value(way, {}, terms.frame()).of) for d, way in read.at}
    value, working = terms.figure(read.figure, at)
    figure = contract.figures[read.figure]
    figure = terms.here(figure, at).contract.figures[figure.name]
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
        made = terms.inputs.counts.get((name, kept))
        if made is not None:
            fates = engine.fates(made.count, made.tables)
            trails.append(_trail(contract, part, made.count, cell, fates, made.tables, person))
    under = terms.decided(figure, at, working.all_under)
    return Explained(value, contract.clause_of(figure), working, tuple(trails), under)


def _all(working: Working) -> Iterator[Working]:
    yield working
    for inner in working.inputs:
        yield from _all(inner)


def _named(working: Working, stands: str, member: str, dimension: str) -> Working:
    """The working of the person who stands for a picture, told of the one who was asked about."""

    def told(text: str) -> str:
        return renamed(text, stands, member)

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
        exact=None if working.exact is None else told(working.exact),
        shown=told(working.shown),
        why=told(working.why),
        steps=tuple(map(told, working.steps)),
        inputs=tuple(_named(i, stands, member, dimension) for i in working.inputs),
        counted=counted,
    )


def _trail(
    contract: Contract,
    working: Working,
    count: Count,
    cell: Cell,
    fates: Sequence[Fate],
    tables: Mapping[str, Table],
    person: tuple[str, str] | None,
) -> Trail:
    table = tables[count.records]
    read = _Reader(contract, count, cell, tables, person)
    columns = _columns(count, table)
    inside = [fate for fate in fates if read.concerns(fate.row)]
    rows = []
    for fate in inside:
        counted = fate.cell == cell
        why = fate.reason or ("" if counted else _elsewhere(contract, count, fate))
        cells = _cells(contract, table, columns, fate.row)
        rows.append(TrailRow(table.lines[fate.row], cells, counted, why, read.windows(fate.row)))
    base = None if count.base == count.records else count.base
    people = () if base is None else tuple(_people(contract, count, cell, fates, tables, person))
    return Trail(
        of=working.of,
        measure=count.measure,
        title=working.title,
        shown=working.shown,
        conditions=(*(f"under {under.text}" for under in working.under), *conditions(count)),
        records=count.records,
        rows=tuple(rows),
        elsewhere=len(fates) - len(inside),
        base=base,
        people=people,
        others=0 if base is None else len(tables[base]) - len(people),
    )


def conditions(count: Count) -> Iterator[str]:
    """What a row had to meet, as the measure says it."""
    for condition in count.among:
        yield f"among {count.base} where {words(condition)}"
    for condition in count.where:
        yield f"where {words(condition)}"
    yield from reasons.stretches(count)
    if count.once:
        survivor = ""
        if count.survivor is not None:
            value, first = count.survivor
            days = x.is_day(value)
            which = ("earliest" if first else "latest") if days else ("smallest" if first else "largest")
            survivor = f" taking {which} {words(value)}"
        yield f"once for each {', '.join(map(words, count.once))}{survivor}"


def _elsewhere(contract: Contract, count: Count, fate: Fate) -> str:
    return f"counts in {label(contract, count.measure, dict(zip(count.dimensions, fate.cell or (), strict=False)))}"


def _people(
    contract: Contract,
    count: Count,
    cell: Cell,
    fates: Sequence[Fate],
    tables: Mapping[str, Table],
    person: tuple[str, str] | None,
) -> Iterator[TrailRow]:
    """The people of a cell: whether each is counted over, why not, and how many of their rows counted."""
    table = tables[count.base or ""]
    at = dict(zip(count.dimensions, cell, strict=True))
    axes = [(axis, reader(axis.at, tables, contract.periods)) for axis in count.axes if axis.on_base]
    among = [(reader(c, tables, contract.periods), reasons.not_among(c)) for c in count.among]
    windows = _windows(count.closing, contract, tables)
    ids = _ids(contract, table.records, person, tables)
    counted = _rows_of_each(contract, count, cell, fates, tables)
    identity = table.records.identity
    columns = _base_columns(count, table)
    for row in range(len(table)):
        if any(read(row) not in (None, at[axis.dimension]) for axis, read in axes):
            continue
        if person is not None and ids is not None and ids(row) != person[1]:
            continue
        excluded = table.excluded[row]
        whys = [reasons.excluded(excluded)] if excluded is not None else []
        whys += [reason for read, reason in among if not whys and not read(row)]
        whys += [reasons.unplaced(axis.dimension, axis.at) for axis, read in axes if read(row) is None]
        number = counted[table.columns[identity][row]] if identity else 0
        cells = _cells(contract, table, columns, row)
        yield TrailRow(table.lines[row], cells, not whys, whys[0] if whys else "", windows(row), number)


def _rows_of_each(
    contract: Contract, count: Count, cell: Cell, fates: Sequence[Fate], tables: Mapping[str, Table]
) -> Counter[object]:
    """How many rows counted in a cell for each person, by id."""
    identity = tables[count.base or ""].records.identity or ""
    whose = _ids(contract, tables[count.records].records, (identity, ""), tables, count.link)
    return Counter(whose(fate.row) for fate in fates if fate.cell == cell) if whose is not None else Counter()


def _named_in(nodes: Iterable[x.Expression], records: str) -> set[str]:
    """The columns of records that expressions read of the row itself."""
    found = set()
    for node in nodes:
        for part in x.walk(node):
            if isinstance(part, x.Column) and part.records == records:
                found.add(part.path[0] if part.path else part.name)
    return found


def _columns(count: Count, table: Table) -> list[str]:
    """The columns worth showing: those that the measure reads of the row itself, and what identifies it."""
    nodes = [*count.where, *count.once, *count.keys, *(axis.at for axis in count.axes if not axis.on_base)]
    nodes += [count.column] if count.column is not None else []
    nodes += inside_record(count.counts)
    if count.covering is not None:
        nodes += [count.covering.stretch.first, count.covering.stretch.last, *(count.covering.clip or ())]
    named = _named_in(nodes, count.records) | set(count.link[:1]) | set(table.records.key or ())
    if count.base == count.records:
        named |= _base_named(count)
    return [name for name in table.columns if name in named] or list(table.columns)


def _base_columns(count: Count, table: Table) -> list[str]:
    named = _base_named(count) | set(table.records.key or ())
    return [name for name in table.columns if name in named]


def _base_named(count: Count) -> set[str]:
    nodes = [
        *count.among,
        *(axis.at for axis in count.axes if axis.on_base),
        *(end for w in count.closing for end in ends(w)),
    ]
    return _named_in(nodes, count.base or "")


def _cells(contract: Contract, table: Table, columns: list[str], row: int) -> dict[str, str]:
    return {name: _text(contract, table, name, table.columns[name][row]) for name in columns}


def _text(contract: Contract, table: Table, name: str, cell: TableCell) -> str:
    """A cell as people read it: money with its sign, a number with its point, a day as in files."""
    if cell is None:
        return "(blank)"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    kind = table.records.columns[name].kind
    if isinstance(cell, int):
        kind = kinds.money(contract.currency) if kind.name == "money" else kind
        return put_in(known(kind, Fraction(cell, 10 ** places(kind))))
    return str(cell)


IdOf = Callable[[int], object]


def _ids(
    contract: Contract,
    records: Records,
    person: tuple[str, str] | None,
    tables: Mapping[str, Table],
    link: tuple[str, ...] = (),
) -> IdOf | None:
    """From a row's number to the id of its person, through the columns that lead there; None where none do."""
    if person is None:
        return None
    steps = link or _way(contract, records, person[0])
    if steps is None:
        return None
    return along(tables, records.name, steps[:-1], steps[-1])


def _way(contract: Contract, records: Records, dimension: str) -> tuple[str, ...] | None:
    """The `id` columns that lead from records to an open dimension, the fewest first."""
    ways: list[tuple[Records, tuple[str, ...]]] = [(records, ())]
    seen = {records.name}
    while ways:
        here, steps = ways.pop(0)
        if here.identity == dimension:
            return steps or (dimension,)
        for column in here.columns.values():
            if column.kind.name == "id" and column.kind.detail not in seen:
                seen.add(column.kind.detail)
                ways.append((contract.records[column.kind.detail], (*steps, column.name)))
    return None


class _Reader:
    """Reads, for each row, which cell it belongs to, whose it is, and the days of its windows."""

    def __init__(
        self,
        contract: Contract,
        count: Count,
        cell: Cell,
        tables: Mapping[str, Table],
        person: tuple[str, str] | None,
    ) -> None:
        at = dict(zip(count.dimensions, cell, strict=True))
        self.axes = [
            (
                at[axis.dimension],
                reader(_from_row(axis.at, count) if axis.on_base else axis.at, tables, contract.periods),
            )
            for axis in count.axes
        ]
        self.person = None if person is None else person[1]
        self.ids = _ids(contract, tables[count.records].records, person, tables)
        nodes = [n for condition in count.where for n in x.walk(condition) if isinstance(n, x.Within)]
        self.windows = _windows(nodes, contract, tables)

    def concerns(self, row: int) -> bool:
        """Whether a row belongs to the cell, as far as it says, and to the one person asked about."""
        if self.ids is not None and self.ids(row) != self.person:
            return False
        return all(read(row) in (None, member) for member, read in self.axes)


def _windows(
    nodes: Sequence[x.Within | x.Between | x.Compare], contract: Contract, tables: Mapping[str, Table]
) -> Callable[[int], tuple[Window, ...]]:
    """Reads the windows of a row: each with its words, its first and its last day."""
    inside = [(node, window_reader(node, tables, contract.periods)) for node in dict.fromkeys(nodes)]

    def read(row: int) -> tuple[Window, ...]:
        found = []
        for node, bounds in inside:
            days = bounds(row)
            if days is not None:
                found.append(Window(words(node), *days))
        return tuple(found)

    return read


def _from_row(node: x.Expression, count: Count) -> x.Expression:
    """An expression read at the person's row, read from the counted row instead."""
    if isinstance(node, x.Column):
        if count.base == count.records:
            return node
        if not node.path and len(count.link) and node.kind.name == "id" and node.kind.detail == count.base:
            return evolve(node, records=count.records, path=count.link[:-1], name=count.link[-1])
        return evolve(node, records=count.records, path=(*count.link, *node.path))
    return x.with_children(node, lambda child: _from_row(child, count))
