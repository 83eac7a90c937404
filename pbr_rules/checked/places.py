"""The reading rule: what can be read where.

A place (a row, or a cell of terms) fixes dimensions. It fixes a record when it fixes that record's key. A fixed record gives
its columns by name, and fixes each category that it has a column of and each record that its `id of` columns name. Two ways
to one dimension or one column, with two meanings, are an error: nothing wins by being shorter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import field, frozen

from pbr_rules.checked.model import Period, Records
from pbr_rules.diagnostics import Diagnostic
from pbr_rules.expressions import Column, Expression, Here, ParentOf
from pbr_rules.kinds import Kind
from pbr_rules.source import Span
from pbr_rules.surface import tree as t


@frozen
class Declared:
    """What the declarations without formulas say: categories, periods and records."""

    categories: Mapping[str, t.Category]
    periods: Mapping[str, Period]
    records: Mapping[str, Records]

    def owner(self, dimension: str) -> Records | None:
        """The records that an open dimension's members come from."""
        return next((r for r in self.records.values() if r.identity == dimension), None)

    def members(self, dimension: str) -> tuple[str, ...] | None:
        """The members of a closed dimension; None for an open one."""
        if dimension in self.categories:
            return tuple(m.name for m in self.categories[dimension].members)
        if dimension in self.periods:
            return tuple(m.name for m in self.periods[dimension].members)
        return None

    def one_holds(self, period: str, span: Span) -> Diagnostic | None:
        """What is wrong with asking in which member of a period a day lies: two of them may hold it."""
        sharing = self.periods[period].sharing if period in self.periods else None
        if sharing is None:
            return None
        a, b = sharing
        return Diagnostic(
            "ambiguous",
            f"`{a.name}` and `{b.name}` of `{period}` share days from {b.first}: a day there lies in both",
            span,
            help=("make a period of each", f"or end `{a.name}` before `{b.name}` begins"),
        )

    def is_dimension(self, name: str) -> bool:
        """Whether figures can run over it."""
        return name in self.categories or name in self.periods or self.owner(name) is not None

    def key_dimensions(self, records: Records) -> tuple[str, ...] | None:
        """The dimensions that fix one row, in the order of the key's columns; None when rows have no key."""
        if records.key is None:
            return None
        found = tuple(self.dimension_of(records.columns[c].kind) for c in records.key if c in records.columns)
        if None in found or len(set(found)) != len(found):
            return None
        return found  # type: ignore[return-value]

    def dimension_of(self, kind: Kind) -> str | None:
        """The dimension that a column of this kind names a member of."""
        if kind.name == "category":
            return kind.detail
        if kind.name == "id":
            owner = self.records.get(kind.detail)
            return owner.identity if owner else None
        return None


@frozen
class Place:
    """Where an expression stands."""

    declared: Declared
    axes: tuple[str, ...] = ()
    row_of: str | None = None
    arguments: Mapping[str, Kind] = field(factory=dict)
    amount: Kind | None = None
    across: tuple[str, ...] = ()
    guarded: frozenset[str] = frozenset()

    def tables(self) -> Iterator[tuple[Records, Column]]:
        """The records fixed here, each with a pattern of its columns (a `Column` whose name and kind are to be set)."""
        if self.row_of is not None:
            yield from self._joined(self.declared.records[self.row_of], (), ())
        else:
            for records, key in self._fixed()[1]:
                yield records, Column(records.name, (), "", Kind("text"), key)

    def columns(self, name: str, of: str | None = None) -> list[Column]:
        """The columns of that name that can be read here, each once."""
        found = []
        for records, pattern in self.tables():
            if of is not None and records.name != of:
                continue
            column = records.columns.get(name)
            if column is None or (pattern.path and name == records.identity):
                continue
            found.append(Column(pattern.records, pattern.path, name, column.kind, pattern.key))
        return found

    def locate(self, dimension: str) -> list[Expression]:
        """The ways to the member of a dimension that this place fixes: none, one, or an ambiguity."""
        if self.row_of is None:
            return self._fixed()[0].get(dimension, [])
        found: list[Expression] = []
        for records, pattern in self.tables():
            for column in records.columns.values():
                if self.declared.dimension_of(column.kind) != dimension:
                    continue
                if pattern.path and column.name == records.identity:
                    continue
                found.append(Column(pattern.records, pattern.path, column.name, column.kind))
        return found

    def _joined(
        self, records: Records, path: tuple[str, ...], seen: tuple[str, ...]
    ) -> Iterator[tuple[Records, Column]]:
        yield records, Column(self.row_of or "", path, "", Kind("text"))
        for column in records.columns.values():
            if column.kind.name == "id" and column.kind.detail != records.name:
                target = self.declared.records.get(column.kind.detail)
                if target is not None and target.name not in (*seen, records.name):
                    yield from self._joined(target, (*path, column.name), (*seen, records.name))

    def _fixed(
        self,
    ) -> tuple[dict[str, list[Expression]], list[tuple[Records, tuple[tuple[str, Expression], ...]]]]:
        """Among terms: how each dimension is found, and the records fixed, by going round until nothing is new."""
        ways: dict[str, list[Expression]] = {axis: [Here(axis)] for axis in self.axes}
        tables: list[tuple[Records, tuple[tuple[str, Expression], ...]]] = []
        done: set[str] = set()
        changed = True
        while changed:
            changed = False
            for period in self.declared.periods.values():
                if period.parent and period.name in ways and period.parent not in ways:
                    ways[period.parent] = [ParentOf(period.parent, period.name, ways[period.name][0])]
                    changed = True
            for records in self.declared.records.values():
                dimensions = self.declared.key_dimensions(records)
                if records.name in done or dimensions is None or any(len(ways.get(d, ())) != 1 for d in dimensions):
                    continue
                done.add(records.name)
                changed = True
                key = tuple((d, ways[d][0]) for d in dimensions)
                tables.append((records, key))
                for column in records.columns.values():
                    dimension = self.declared.dimension_of(column.kind)
                    if dimension is None or dimension in self.axes or dimension in dimensions:
                        continue
                    way = Column(records.name, (), column.name, column.kind, key)
                    if way not in ways.setdefault(dimension, []):
                        ways[dimension].append(way)
        return ways, tables
