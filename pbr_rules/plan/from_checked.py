"""From the checked contract to the counts it may need: each measure at its own grain, and at every coarser one it is read at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import evolve

from pbr_rules import expressions as x
from pbr_rules import tallies as v
from pbr_rules.checked.inside import expressions
from pbr_rules.checked.model import Constraint, Contract, Figure, Measure, MeasureAxis, Records
from pbr_rules.checked.versions import affecting, counted_as, together
from pbr_rules.dates import Duration, TimeUnit
from pbr_rules.plan.model import Count, Ending, Plan, Undecided, What
from pbr_rules.plan.through import seen_through


def plan(contract: Contract) -> Plan:
    """Every count the contract may read."""
    grains = {measure.name: dict.fromkeys((measure.dimensions,)) for measure in contract.measures}
    for read in _reads(contract):
        figure = contract.figures.get(read.figure)
        if isinstance(figure, Measure):
            grains[figure.name][tuple(d for d in figure.dimensions if d in dict(read.at))] = None
    counts: dict[tuple[str, tuple[str, ...]], Count] = {}
    for name, kept_together in grains.items():
        for under in together(contract, affecting(contract, name)):
            stands = contract.standing(under)
            measure: Measure = stands.figures[name]  # type: ignore[assignment]
            for kept in kept_together:
                counts[counted_as(name, under), kept] = evolve(count(stands, measure, kept), under=under)
    return Plan(counts)


def count(contract: Contract, measure: Measure, kept: tuple[str, ...]) -> Count:
    """A measure at a grain: counted afresh from the rows, never averaged."""
    value = measure.value
    match measure.tally.counts:
        case v.People():
            what = What.PEOPLE
        case v.Sum() if value is not None and value.column is not None:
            what = What.UNITS
        case _ if measure.tally.covers:
            what = What.STRETCHES
        case _ if measure.tally.dated:
            what = What.DAY
        case _:
            what = What.ROWS
    axes = tuple(axis for axis in measure.placed if axis.dimension in kept)
    restricted = {a.dimension: a.members for a in measure.axes}
    names, cells = contract.scope
    in_scope = bool(names) and set(names) <= {axis.dimension for axis in axes}
    return Count(
        measure.name,
        axes,
        measure.records,
        measure.base,
        measure.link,
        measure.among,
        measure.where,
        _once(measure, axes),
        measure.survivor,
        what,
        value.column if value else None,
        value.keys if value else (),
        tuple(_closing(contract, measure)),
        tuple(_members(contract, axis, restricted[axis.dimension]) for axis in axes),
        tuple(names) if in_scope else (),
        tuple(cells) if in_scope else (),
        (*undecided(contract, measure.where), *_goes_on(contract, measure)),
        measure.tally.counts,
        measure.covering,
        measure.tally.most,
    )


def _members(contract: Contract, axis: MeasureAxis, members: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The members that rows may fall in. A column of a category holds none but its own, so of no row is it asked whether it does."""
    of = axis.at.kind if isinstance(axis.at, x.Column) else None
    holds_all = of is not None and of.name == "category" and of.detail == axis.dimension
    return None if holds_all and members == contract.members(axis.dimension) else members


def _once(measure: Measure, axes: tuple[MeasureAxis, ...]) -> tuple[x.Expression, ...]:
    """What rows count once for each of. A row that stands for a person stands for them in each cell that rows fall in: in the cells
    of this grain, and not in those that are counted together here."""
    apart = tuple(axis.at for axis in axes if not axis.on_base) if measure.tally.pick is not None else ()
    return (*measure.once, *apart)


TURNED = {
    x.Comparator.BEFORE: x.Comparator.AFTER,
    x.Comparator.AFTER: x.Comparator.BEFORE,
    x.Comparator.ON_OR_BEFORE: x.Comparator.ON_OR_AFTER,
    x.Comparator.ON_OR_AFTER: x.Comparator.ON_OR_BEFORE,
    x.Comparator.BELOW: x.Comparator.ABOVE,
    x.Comparator.ABOVE: x.Comparator.BELOW,
    x.Comparator.AT_MOST: x.Comparator.AT_LEAST,
    x.Comparator.AT_LEAST: x.Comparator.AT_MOST,
    x.Comparator.IS: x.Comparator.IS,
    x.Comparator.IS_NOT: x.Comparator.IS_NOT,
}
"""Each comparison with the one that says the same the other way round."""

UP_TO = (x.Comparator.BEFORE, x.Comparator.ON_OR_BEFORE, x.Comparator.BELOW, x.Comparator.AT_MOST)
"""Comparisons that end at a day."""


def windows(condition: x.Expression) -> Iterator[tuple[x.Expression, Ending]]:
    """Every day of a condition that is held to another, with what it is held to."""
    for node in x.walk(condition):
        match node:
            case x.Within(day=day) | x.Between(day=day):
                yield day, node
            case x.Compare(how=how, left=left, right=right) if x.is_day(left) and x.is_day(right):
                yield left, node
                yield right, evolve(node, how=TURNED[how], left=right, right=left)


def _closing(contract: Contract, measure: Measure) -> Iterator[Ending]:
    """Windows on a row's own day that end with a day of its person, or with a day that no row says: before they are over, none
    found is not yet none."""

    def at(node: x.Expression) -> x.Expression | None:
        return _at_person(node, contract, measure)

    clip = measure.covering.clip if measure.covering is not None else None
    if measure.covering is not None and clip is not None and (end := at(clip[1])) is not None:
        yield x.Compare(x.Comparator.BEFORE, measure.covering.stretch.last, end)
    for condition in seen_through(measure.where, contract):
        for day, window in windows(condition):
            if at(day) is not None:
                continue  # the day is the person's own, and came with the person
            match window:
                case x.Within(how=how, anchor=anchor) if how is not x.Window.BEFORE:
                    if (start := at(anchor)) is not None:
                        yield evolve(window, anchor=start)
                case x.Between(first=first, last=last):
                    if (end := at(last)) is not None:
                        yield evolve(window, first=at(first) or end, last=end)
                case x.Compare(how=how, right=right) if how in UP_TO:
                    if (end := at(right)) is not None:
                        yield evolve(window, right=end)


def undecided(contract: Contract, conditions: Iterable[x.Expression]) -> Iterator[Undecided]:
    """Days of records that may still be blank, with the windows that decide about them."""
    for condition in conditions:
        for day, window in windows(condition):
            files = dict.fromkeys(name for node in x.walk(day) for name in _blank_in(node, contract))
            yield from (Undecided(name, day, window) for name in files)


def _goes_on(contract: Contract, measure: Measure) -> Iterator[Undecided]:
    """A stretch that goes on, until it has come to the length that is waited for. Where all are clipped to a window, that is
    waited for."""
    covering, counts = measure.covering, measure.tally.counts
    if covering is None or not measure.tally.dated or not any(_blank_in(covering.stretch.last, contract)):
        return
    first, last = covering.stretch.first, covering.stretch.last
    window: Ending | None = None
    if covering.clip is not None:
        if not any(_closing(contract, measure)):
            window = x.Compare(x.Comparator.BEFORE, last, covering.clip[1])
    elif isinstance(counts, v.Lasted):
        window = x.Within(last, counts.length, x.Window.AFTER if counts.elapsed else x.Window.STARTING_ON, first)
    elif isinstance(counts, v.Reached) and isinstance(counts.at_least, x.Literal):
        days = Duration(-int(-counts.at_least.value // 1), TimeUnit.DAY)  # type: ignore[operator]
        window = x.Within(last, days, x.Window.STARTING_ON, first)
    if window is not None:
        yield Undecided(covering.stretch.records, last, window)


def calculated(contract: Contract) -> Iterator[Figure | Constraint]:
    """What is calculated from terms and not counted from rows."""
    yield from (figure for figure in contract.figures.values() if not isinstance(figure, Measure))
    yield from contract.constraints


def records_read(count: Count, contract: Contract) -> set[str]:
    """Every records clause that a count reads, however it is reached."""
    ways = [(count.records, count.link)]
    tops = [*count.among, *count.where, *count.once, *count.keys, *(axis.at for axis in count.axes)]
    tops += [count.column] if count.column is not None else []
    tops += [count.survivor[0]] if count.survivor is not None else []
    tops += list(inside_record(count.counts))
    if count.covering is not None:
        tops += list(count.covering.clip or ())
        ways += [(taken.stretch.records, taken.link) for taken in count.covering.without]
    ways += [(node.records, node.path) for top in tops for node in x.walk(top) if isinstance(node, x.Column)]
    found = {records.name for start, path in ways for records in _along(start, path, contract)}
    if contract.closed_in is not None and any(map(x.counts_working_days, tops)):
        found.add(contract.closed_in)
    return found if count.base is None else found | {count.base}


def _blank_in(node: x.Expression, contract: Contract) -> Iterator[str]:
    """The records, on the way to a column, in whose files a blank may stand."""
    if not isinstance(node, x.Column):
        return
    for records, column in zip(_along(node.records, node.path, contract), (*node.path, node.name), strict=True):
        if records.columns[column].optional:
            yield records.name


def _along(start: str, path: tuple[str, ...], contract: Contract) -> Iterator[Records]:
    """The records that a path of `id of` columns begins in, and each that it reaches."""
    records = contract.records[start]
    yield records
    for step in path:
        records = contract.records[records.columns[step].kind.detail]
        yield records


def _at_person(node: x.Expression, contract: Contract, measure: Measure) -> x.Expression | None:
    """The expression read at the person's row, or None where it reads the counted row's own columns."""
    if isinstance(node, x.Column):
        size = len(measure.link)
        if measure.base in (None, measure.records):
            return None
        if (*node.path, node.name) == measure.link:
            identity = contract.records[measure.base or ""].identity
            return evolve(node, records=measure.base or "", path=(), name=identity or "")
        if node.path[:size] != measure.link:
            return None
        return evolve(node, records=measure.base or "", path=node.path[size:])
    parts = [_at_person(child, contract, measure) for child in x.children(node)]
    if any(part is None for part in parts):
        return None
    left = iter(parts)
    return x.with_children(node, lambda _: next(left) or node)


def inside_record(record: object) -> Iterator[x.Expression]:
    """Every expression in a node of the row vocabulary."""
    found: list[x.Expression] = []

    def noted(node: x.Expression) -> x.Expression:
        found.append(node)
        return node

    x.with_expressions(record, noted)
    yield from found


def _reads(contract: Contract) -> Iterator[x.Read]:
    for expression in expressions(contract):
        for node in x.walk(expression):
            if isinstance(node, x.Read):
                yield node
