"""Figures of the terms that a count turns on: settled, and handed to the rows.

One figure is put in as its value. One that differs from row to row is given to each row as a column of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction

from attrs import evolve

from pbr_rules import expressions as x
from pbr_rules.checked.model import Cell, Parameter, RecordColumn, Records
from pbr_rules.diagnostics import DataError
from pbr_rules.engines.rows import reader
from pbr_rules.evidence.tables import Cell as TableCell
from pbr_rules.evidence.tables import Table
from pbr_rules.kinds import Kind
from pbr_rules.plan.model import Count, What
from pbr_rules.settlement.terms import Terms
from pbr_rules.settlement.values import State, Value
from pbr_rules.surface import tree as t
from pbr_rules.words import words

MOST_PLACES = 12
"""Decimal places to which a figure may be handed to rows exactly."""


class Handed:
    """A count with the figures that it turns on put in.

    Attributes:
        count: the count, or None where an agreed figure that it reads is not known.
        tables: the tables, with the columns that were added.
        held: for each cell of the people, why nothing can be said of them: a figure that one of their rows needs has no value.

    Conditions are put in before anything else that a row reads, so a row that does not count needs no figure.
    """

    def __init__(self, terms: Terms, count: Count) -> None:
        self._terms, self._plain = terms, count
        self.tables: dict[str, Table] = dict(terms.inputs.tables)
        self.held: dict[Cell, Value] = {}
        self._columns: dict[tuple[str, x.Expression], x.Column] = {}
        self._where: list[x.Expression] = [c for c in count.where if not any(isinstance(n, x.Read) for n in x.walk(c))]
        try:
            self.count: Count | None = self._put_in(count)
        except LookupError:
            self.count = None

    def _put_in(self, count: Count) -> Count:
        base = count.base or count.records

        def row(node: x.Expression) -> x.Expression:
            return self._put(node, count.records)

        def condition(node: x.Expression) -> x.Expression:
            put = row(node)
            if put != node:
                self._where.append(put)
            return put

        def person(node: x.Expression) -> x.Expression:
            return self._put(node, base)

        where = tuple(map(condition, count.where))

        waiting = tuple(evolve(u, day=row(u.day), window=x.with_children(u.window, row)) for u in count.undecided)
        covering = count.covering
        if covering is not None and covering.clip is not None:
            covering = evolve(covering, clip=(row(covering.clip[0]), row(covering.clip[1])))
        return evolve(
            count,
            among=tuple(map(person, count.among)),
            closing=tuple(x.with_children(window, person) for window in count.closing),
            where=where,
            once=tuple(map(row, count.once)),
            survivor=None if count.survivor is None else (row(count.survivor[0]), count.survivor[1]),
            undecided=waiting,
            counts=x.with_expressions(count.counts, row) if count.what in (What.DAY, What.STRETCHES) else count.counts,
            covering=covering,
            most=None if count.most is None else row(count.most),
        )

    def _put(self, node: x.Expression, records: str) -> x.Expression:
        if not isinstance(node, x.Read):
            return x.with_children(node, lambda child: self._put(child, records))
        if not node.at and node.dated is None:
            value = self._terms.value(node, {}, self._terms.frame())
            if not value.known:
                raise LookupError(node.figure)
            return x.Literal(value.of, value.kind, words(node))  # type: ignore[arg-type]
        key = (records, node)
        if key not in self._columns:
            self._columns[key] = self._column(node, records)
        return self._columns[key]

    # ---- one figure for each row

    def _column(self, node: x.Read, records: str) -> x.Column:
        """The figure as a column of the rows."""
        table = self.tables[records]
        values = list(self._values(node, table))
        may_be_missing = node.kind.name == "date" and not isinstance(
            self._terms.contract.figures[node.figure], Parameter
        )
        for row, value in enumerate(values):
            if value is not None and not value.known and not (may_be_missing and value.state is State.MISSING):
                self._hold(records, row, value)
        kind, cells = _cells(node, values)
        name = words(node)
        column = RecordColumn(name, kind, True, t.RecordColumn(name, t.ColumnKind(kind.name)))
        described: Records = evolve(table.records, columns={**table.records.columns, name: column})
        self.tables[records] = evolve(table, records=described, columns={**table.columns, name: cells})
        return x.Column(records, (), name, kind)

    def _values(self, node: x.Read, table: Table) -> Iterator[Value | None]:
        """The figure at each row; None where the row is in no count, or does not say at which cell."""
        periods = self._terms.contract.periods
        ways = [(dimension, reader(way, self.tables, periods)) for dimension, way in node.at]
        dated = reader(node.dated, self.tables, periods) if node.dated is not None else None
        known: dict[tuple[object, ...], Value] = {}
        for row in range(len(table)):
            at = tuple(read(row) for _, read in ways)
            day = dated(row) if dated is not None else None
            if table.excluded[row] is not None or None in at or (dated is not None and day is None):
                yield None
                continue
            if (at, day) not in known:
                cell = {dimension: str(member) for (dimension, _), member in zip(ways, at, strict=True)}
                known[at, day] = self._terms.read_at(node, cell, day)
            yield known[at, day]

    def _hold(self, records: str, row: int, value: Value) -> None:
        """Nothing can be said of the people of this row, unless it does not count whatever the figure is."""
        count, periods = self._plain, self._terms.contract.periods
        person: int | None = row
        if count.base not in (None, records):
            person = _person(self.tables, count, row)
            if person is None or not all(reader(c, self.tables, periods)(row) for c in self._where):
                return
        elif count.base is None:
            person = None
        cell = (
            ()
            if person is None
            else tuple(str(reader(axis.at, self.tables, periods)(person)) for axis in count.axes if axis.on_base)
        )
        self.held.setdefault(cell, value)


def _person(tables: Mapping[str, Table], count: Count, row: int) -> int | None:
    table = tables[count.records]
    for step in count.link:
        value = table.columns[step][row]
        if value is None:
            return None
        table = tables[table.records.columns[step].kind.detail]
        row = table.index[(value,)]
    return row


def _cells(node: x.Read, values: list[Value | None]) -> tuple[Kind, list[TableCell]]:
    """The values as cells of a column: numbers in whole units of as many places as they need."""
    found = [value.of if value is not None and value.known else None for value in values]
    if not any(isinstance(of, Fraction) for of in found):
        kind = node.kind if node.kind.name in ("date", "flag", "category", "id") else Kind("text")
        kind = Kind("count") if node.kind.is_number else kind
        return kind, [of if isinstance(of, date | bool | str) else None for of in found]
    places = max(_places(node, of) for of in found if isinstance(of, Fraction))
    cells: list[TableCell] = [int(of * 10**places) if isinstance(of, Fraction) else None for of in found]
    return Kind("number", places=places), cells


def _places(node: x.Read, value: Fraction) -> int:
    for places in range(MOST_PLACES + 1):
        if (value * 10**places).denominator == 1:
            return places
    raise DataError(
        f"rows are counted by `{words(node)}`, and {value} has no end as a decimal: round it in the contract, "
        f"with `rounded to …`"
    )
