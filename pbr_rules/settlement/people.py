"""The person grain: people of whom the same was counted are one picture, priced once and multiplied.

A picture is everything the terms can read of a person: the columns they read, and every count at the person's grain. So two
people of one picture come to the same, exactly, and a million people are usually a few hundred pictures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from attrs import frozen

from pbr_rules import expressions as x
from pbr_rules.checked.inside import expressions
from pbr_rules.checked.model import Contract, Records
from pbr_rules.checked.versions import measure_of
from pbr_rules.settlement.inputs import Inputs


@frozen
class Picture:
    """People of whom the same was counted: one of them, and how many they are."""

    representative: str
    people: int


class People:
    """The pictures of each open dimension."""

    def __init__(self, contract: Contract, inputs: Inputs) -> None:
        self._contract, self._inputs = contract, inputs
        self._pictures: dict[str, tuple[Picture, ...]] = {}
        self._stands_for: dict[str, dict[str, str]] = {}
        self._members: dict[str, dict[str, tuple[str, ...]]] = {}

    def pictures(self, dimension: str) -> tuple[Picture, ...]:
        """The pictures, in the order of their first id by code point."""
        self._prepare(dimension)
        return self._pictures[dimension]

    def everyone(self, dimension: str, representative: str) -> tuple[str, ...]:
        """Everyone for whom one of them stands."""
        self._prepare(dimension)
        return self._members[dimension][representative]

    def representative(self, dimension: str, identity: str) -> str | None:
        """Who stands for a person, or None when there is no such person."""
        self._prepare(dimension)
        return self._stands_for[dimension].get(identity)

    def _prepare(self, dimension: str) -> None:
        if dimension in self._pictures:
            return
        owner = self._contract.owner(dimension)
        table = self._inputs.tables.get(owner.name) if owner else None
        ids = []
        if table is not None:
            ids = [str(i) for i, why in zip(table.columns[dimension], table.excluded, strict=True) if why is None]
        known = set(ids)
        ids += sorted(self._named(dimension) - known) if table is None or self._inputs.example else []
        seen = self._seen(dimension, ids)
        groups: dict[tuple[object, ...], list[str]] = defaultdict(list)
        for identity in sorted(ids):
            groups[seen[identity]].append(identity)
        self._pictures[dimension] = tuple(Picture(members[0], len(members)) for members in groups.values())
        self._members[dimension] = {members[0]: tuple(members) for members in groups.values()}
        self._stands_for[dimension] = {i: members[0] for members in groups.values() for i in members}

    def _named(self, dimension: str) -> set[str]:
        """Ids that figures are given for in an example, without a row of their own."""
        found = set()
        for name, cell in self._inputs.figures:
            dimensions = self._contract.figures[name].dimensions
            found |= {member for d, member in zip(dimensions, cell, strict=True) if d == dimension}
        return found

    def _seen(self, dimension: str, ids: list[str]) -> dict[str, tuple[object, ...]]:
        """For each person, all that the terms can read of them, in one order."""
        seen: dict[str, list[object]] = {identity: [] for identity in ids}
        for records, names in sorted(self._columns(dimension).items()):
            self._see_columns(dimension, records, sorted(names), seen)
        self._see_sides(dimension, seen)
        for (measure, dimensions), answer in sorted(self._inputs.answers.items()):
            if dimension not in dimensions:
                continue
            at = dimensions.index(dimension)
            plain = measure_of(measure)
            base = self._base_index(plain, dimensions, dimension)
            records = self._contract.figures[plain].records  # type: ignore[attr-defined]
            for cell, counts in answer.counted.items():
                if cell[at] in seen:
                    seen[cell[at]].append(
                        (measure, dimensions, cell[:at] + cell[at + 1 :], tuple(sorted(counts.items(), key=repr)))
                    )
            for cell, day in answer.days.items():
                if cell[at] in seen:
                    seen[cell[at]].append((measure, dimensions, "day", cell[:at] + cell[at + 1 :], day))
            for cell, number in (answer.some or {}).items():
                if cell[at] in seen:
                    seen[cell[at]].append((measure, dimensions, "some", cell[:at] + cell[at + 1 :], number))
            if base is not None:
                for cell, held in self._inputs.counts[measure, dimensions].held.items():
                    if cell[base] in seen:
                        seen[cell[base]].append((measure, dimensions, "held", cell, held.state, held.why))
            # Of a window that is over, nobody reads when it was.
            for cell, ends in answer.undecided.items():
                still = tuple((file, day) for file, day in sorted(ends.items()) if self._inputs.is_open(file, day))
                if cell[at] in seen and still:
                    seen[cell[at]].append((measure, dimensions, "undecided", cell[:at] + cell[at + 1 :], still))
            if base is not None:
                for cell, people in answer.people.items():
                    if cell[base] in seen:
                        closes = answer.closes.get(cell)
                        closes = closes if self._inputs.is_open(records, closes) else None
                        seen[cell[base]].append(
                            (measure, dimensions, "people", cell[:base] + cell[base + 1 :], people, closes)
                        )
        for name, cells in (*self._inputs.given.items(), *self._cells()):
            dimensions = self._contract.figures[name].dimensions
            if dimension in dimensions:
                at = dimensions.index(dimension)
                for cell in filter(None, cells):  # a value for every cell tells nobody apart
                    if cell[at] in seen:
                        seen[cell[at]].append(("given", name, cell))
        self._see_paid(dimension, seen)
        return {identity: tuple(sorted(map(repr, facts))) for identity, facts in seen.items()}

    def _see_paid(self, dimension: str, seen: dict[str, list[object]]) -> None:
        """What earlier statements paid to a person: two people who come to the same may be due different sums."""
        for paid in self._inputs.paid.lines.values() if self._inputs.paid is not None else ():
            identity = paid.cell.get(dimension)
            if identity in seen:
                apart = tuple((d, m) for d, m in sorted(paid.cell.items()) if d != dimension)
                seen[identity].append(("paid", paid.line, apart, paid.settled, paid.amount, paid.day, paid.shares))

    def _cells(self) -> Iterable[tuple[str, list[tuple[str, ...]]]]:
        """Cells that name a person apart from the rest: in a table of the contract, in an example."""
        for name, figure in self._contract.figures.items():
            cells = getattr(figure, "cells", None)
            if cells:
                yield name, list(cells)
        for name, cell in self._inputs.figures:
            yield name, [cell]

    def _base_index(self, measure: str, dimensions: tuple[str, ...], dimension: str) -> int | None:
        figure = self._contract.figures[measure]
        on_base = [a.dimension for a in figure.placed if a.on_base and a.dimension in dimensions]  # type: ignore[attr-defined]
        return on_base.index(dimension) if dimension in on_base else None

    def _columns(self, dimension: str) -> dict[str, set[str]]:
        """Columns that the terms read of records whose key has this dimension."""
        found: dict[str, set[str]] = defaultdict(set)
        owner = self._contract.owner(dimension)
        if owner is not None:
            # A column that names a category or another record may be how a figure is found.
            found[owner.name] |= {
                c.name
                for c in owner.columns.values()
                if c.kind.name == "category" or (c.kind.detail != owner.name and c.kind.name == "id")
            }
        for expression in expressions(self._contract):
            for node in x.walk(expression):
                if isinstance(node, x.Column) and any(d == dimension for d, _ in node.key):
                    found[node.records].add(node.name)
        for records, names in self._of_members(dimension):
            found[records] |= names
        return found

    def _of_members(self, dimension: str) -> Iterator[tuple[str, set[str]]]:
        """Columns of records with this dimension in their key that say whether a dated variation is for a cell's members."""
        kinds = {variation.only[0] for variation in self._contract.variations if variation.only is not None}
        for records in self._keyed(dimension) if kinds else ():
            yield records.name, {c.name for c in records.columns.values() if c.kind.detail in kinds}

    def _keyed(self, dimension: str) -> Iterator[Records]:
        """The records whose key has this dimension."""
        for records in self._contract.records.values():
            key = [records.columns[name].kind for name in records.key or () if name in records.columns]
            if any(self._is(kind.name, kind.detail, dimension) for kind in key):
                yield records

    def _see_sides(self, dimension: str, seen: dict[str, list[object]]) -> None:
        """On which side of each dated variation a person's day lies: nobody reads which day it is."""
        for variation in self._contract.variations:
            for records in self._keyed(dimension) if variation.day is not None else ():
                name, of = variation.day  # type: ignore[misc]
                table = self._inputs.tables.get(records.name)
                if table is None or name not in records.columns or of not in (None, records.name):
                    continue
                keys = [table.columns[key] for key in records.key or ()]
                person = next(
                    ids
                    for ids, key in zip(keys, records.key or (), strict=True)
                    if self._is(records.columns[key].kind.name, records.columns[key].kind.detail, dimension)
                )
                for row, identity in enumerate(person):
                    day = table.columns[name][row]
                    side = None if not isinstance(day, date) else variation.holds(day)
                    if identity in seen:
                        seen[str(identity)].append(
                            ("side", variation.name, tuple(ids[row] for ids in keys if ids is not person), side)
                        )

    def _see_columns(self, dimension: str, records: str, names: list[str], seen: dict[str, list[object]]) -> None:
        table = self._inputs.tables.get(records)
        if table is None:
            return
        key = next(
            (
                c.name
                for c in table.records.columns.values()
                if c.name in (table.records.key or ()) and self._is(c.kind.name, c.kind.detail, dimension)
            ),
            None,
        )
        if key is None:
            return
        others = [name for name in table.records.key or () if name != key]
        for row, identity in enumerate(table.columns[key]):
            if identity in seen:
                apart = tuple(table.columns[name][row] for name in others)
                seen[str(identity)].append(
                    (
                        "column",
                        records,
                        apart,
                        tuple(table.columns[n][row] for n in names if n != key),
                        table.excluded[row],
                    )
                )

    def _is(self, kind: str, detail: str, dimension: str) -> bool:
        owner = self._contract.owner(dimension)
        return kind == "id" and owner is not None and detail == owner.name
