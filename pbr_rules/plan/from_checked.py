"""From the checked contract to the counts it may need: each measure at its own grain, and at every coarser one it is read at."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, fields, frozen

from pbr_rules import expressions as x
from pbr_rules import measures as m
from pbr_rules.checked.model import Contract, Measure
from pbr_rules.plan.model import Count, Ending, Plan, What


def plan(contract: Contract) -> Plan:
    """Every count the contract may read."""
    counts: dict[tuple[str, tuple[str, ...]], Count] = {}
    for measure in contract.measures:
        counts[measure.name, measure.dimensions] = count(contract, measure, measure.dimensions)
    for read in _reads(contract):
        figure = contract.figures.get(read.figure)
        if isinstance(figure, Measure):
            kept = tuple(d for d in figure.dimensions if d in dict(read.at))
            if (figure.name, kept) not in counts:
                counts[figure.name, kept] = count(contract, figure, kept)
    return Plan(counts)


def count(contract: Contract, measure: Measure, kept: tuple[str, ...]) -> Count:
    """A measure at a grain: counted afresh from the rows, never averaged."""
    value = measure.value
    match measure.tally.counts:
        case m.People():
            what = What.PEOPLE
        case m.Sum() if value is not None and value.column is not None:
            what = What.UNITS
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
        measure.once,
        measure.survivor,
        what,
        value.column if value else None,
        value.keys if value else (),
        tuple(_closing(contract, measure)),
        tuple(restricted[axis.dimension] for axis in axes),
        tuple(names) if in_scope else (),
        tuple(cells) if in_scope else (),
    )


UP_TO = {
    x.Comparator.BEFORE: x.Comparator.AFTER,
    x.Comparator.ON_OR_BEFORE: x.Comparator.ON_OR_AFTER,
    x.Comparator.BELOW: x.Comparator.ABOVE,
    x.Comparator.AT_MOST: x.Comparator.AT_LEAST,
}
"""Comparisons that end at a day, each with the one that says the same the other way round."""


def _closing(contract: Contract, measure: Measure) -> Iterator[Ending]:
    """Windows on a row's own day that end with a day of its person, or with a day that no row says: before they are over, none
    found is not yet none. Where nobody but the rows themselves is counted over, also those that end with another day of
    the row, if the day that is held to it may still be blank."""
    ends = _Ends(contract, measure)
    for condition in measure.where:
        for node in x.walk(condition):
            match node:
                case x.Within(how=how, day=day, anchor=anchor) if how is not x.Window.BEFORE:
                    if (start := ends.end(day, anchor)) is not None:
                        yield evolve(node, anchor=start)
                case x.Between(day=day, first=first, last=last):
                    if (end := ends.end(day, last)) is not None:
                        yield evolve(node, first=ends.end(day, first) or end, last=end)
                case x.Compare(how=how, left=left, right=right) if x.is_day(left) and x.is_day(right):
                    turned = {v: k for k, v in UP_TO.items()}
                    if how in UP_TO and (end := ends.end(left, right)) is not None:
                        yield evolve(node, right=end)
                    elif how in turned and (end := ends.end(right, left)) is not None:
                        yield evolve(node, how=turned[how], left=right, right=end)


@frozen
class _Ends:
    """Reads the ends of a measure's windows at the rows that they are known from."""

    contract: Contract
    measure: Measure

    def end(self, day: x.Expression, end: x.Expression) -> x.Expression | None:
        """The end of a window, read at the person's row, or None where it holds nothing back."""
        if self._at_person(day) is not None:
            return None  # the day is the person's own, and is known
        at_person = self._at_person(end)
        if at_person is None and self._rows_alone and any(map(self._may_be_blank, x.walk(day))):
            return end
        return at_person

    @property
    def _rows_alone(self) -> bool:
        return self.measure.base in (None, self.measure.records)

    def _may_be_blank(self, node: x.Expression) -> bool:
        if not isinstance(node, x.Column):
            return False
        records = self.contract.records[node.records]
        for step in node.path:
            if records.columns[step].optional:
                return True
            records = self.contract.records[records.columns[step].kind.detail]
        return records.columns[node.name].optional

    def _at_person(self, node: x.Expression) -> x.Expression | None:
        """The expression read at the person's row, or None where it reads the counted row's own columns."""
        if isinstance(node, x.Column):
            size = len(self.measure.link)
            if self._rows_alone or node.path[:size] != self.measure.link:
                return None
            return evolve(node, records=self.measure.base or "", path=node.path[size:])
        parts = [self._at_person(child) for child in x.children(node)]
        if any(part is None for part in parts):
            return None
        left = iter(parts)
        return x.with_children(node, lambda _: next(left) or node)


def _reads(contract: Contract) -> Iterator[x.Read]:
    for expression in expressions(contract):
        for node in x.walk(expression):
            if isinstance(node, x.Read):
                yield node


def expressions(contract: Contract) -> Iterator[x.Expression]:
    """Every expression of the terms."""
    for part in (*contract.figures.values(), *contract.limits, *contract.constraints, *contract.examples):
        yield from inside(part)


def inside(value: object) -> Iterator[x.Expression]:
    """Every expression in a part of the checked contract."""
    if isinstance(value, x.Expression):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from inside(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from inside(item)
    elif hasattr(type(value), "__attrs_attrs__") and type(value).__module__ == "pbr_rules.checked.model":
        for attribute in fields(type(value)):  # type: ignore[arg-type]
            yield from inside(getattr(value, attribute.name))
