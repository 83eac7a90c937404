"""What a trail is made of: each count that was put to an engine, and the people that it is counted over, row by row.

In the order of the contract: measure by measure, each at its own grain and then at the coarser ones that it is read at; first the
rows counted, then the people counted over; by line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from attrs import evolve, frozen

from pbr_rules import expressions as x
from pbr_rules.checked.model import Contract, Records
from pbr_rules.evidence.tables import Table
from pbr_rules.plan.from_checked import plan
from pbr_rules.plan.model import Count, Engine, What
from pbr_rules.settlement.inputs import Counted, Inputs
from pbr_rules.settlement.statement import Settlement
from pbr_rules.tallies import Rows


@frozen
class Part:
    """The rows of one count, or the people that it is counted over.

    Attributes:
        sort: `record`, or `person` for the people counted over.
        by: what it is counted by; of people, what of that splits people.
        count: what became of its rows is asked of the engine; of people, a count of the people themselves.
        key: the columns that one row is for. person: the column with the id of the person it is for.
        over: of a count over people, what of `by` splits people: the part that has them is by that.
        adds: the column whose units a row that counts adds; 1 where each adds itself; None where rows are not added up.
    """

    sort: Literal["record", "person"]
    by: tuple[str, ...]
    count: Count
    tables: Mapping[str, Table]
    key: tuple[x.Column, ...]
    person: x.Column | None
    over: tuple[str, ...] | None
    adds: x.Column | Literal[1] | None

    @property
    def records(self) -> Records:
        """The records that its rows are of."""
        return self.tables[self.count.records].records

    def columns(self) -> tuple[x.Column, ...]:
        """What is shown of each row: its key, its person, what it adds."""
        person = () if self.person is None else (self.person,)
        adds = (self.adds,) if isinstance(self.adds, x.Column) else ()
        return (*self.key, *person, *adds)

    def marked(self, engine: Engine) -> Iterator[Any]:
        """What became of each row, in batches with these columns."""
        return engine.marked(self.count, self.tables, self.columns())


def parts(settlement: Settlement) -> Iterator[Part]:
    """What every count of a settlement consists of. A count that could not be asked, because it turns on a figure that is not known,
    has none."""
    contract, inputs = settlement.contract, settlement.terms.inputs
    seen: set[object] = set()
    for made in _in_order(contract, inputs):
        count, tables = made.count, made.tables
        over = None if count.base is None else people(count)
        yield Part(
            "record",
            count.dimensions,
            count,
            tables,
            _key(tables[count.records].records),
            _person(count, tables),
            None if over is None else over.dimensions,
            _adds(count),
        )
        if over is None or (over.measure, over.under, over.dimensions) in seen:
            continue  # a coarser grain may be over the same people, split alike
        seen.add((over.measure, over.under, over.dimensions))
        records = tables[over.records].records
        yield Part("person", over.dimensions, over, tables, _key(records), _identity(records), None, None)


def _in_order(contract: Contract, inputs: Inputs) -> Iterator[Counted]:
    planned = plan(contract).counts
    for measure in contract.measures:
        yield from (
            inputs.counts[key]
            for key, count in planned.items()
            if count.measure == measure.name and key in inputs.counts
        )


def people(count: Count) -> Count:
    """The people that a count is over, as a count of their own: each once, by the reasons for which one is not counted over."""
    split = [(axis, members) for axis, members in zip(count.axes, count.members, strict=True) if axis.on_base]
    return evolve(
        count,
        axes=tuple(axis for axis, _ in split),
        members=tuple(members for _, members in split),
        records=str(count.base),
        link=(),
        where=(),
        once=(),
        survivor=None,
        what=What.ROWS,
        column=None,
        keys=(),
        closing=(),
        scope=(),
        excepted=(),
        undecided=(),
        counts=Rows(),
        covering=None,
        most=None,
    )


def _adds(count: Count) -> x.Column | Literal[1] | None:
    if count.what is What.UNITS and isinstance(count.column, x.Column):
        return count.column
    return 1 if count.what is What.ROWS and count.most is None else None


def _key(records: Records) -> tuple[x.Column, ...]:
    return tuple(x.Column(records.name, (), name, records.columns[name].kind) for name in records.key or ())


def _identity(records: Records) -> x.Column | None:
    name = records.identity
    return None if name is None else x.Column(records.name, (), name, records.columns[name].kind)


def _person(count: Count, tables: Mapping[str, Table]) -> x.Column | None:
    """Whose row it is: the person it is counted for. Where nobody is counted over, whom it is counted by; else the first of its columns
    that names another record."""
    records = tables[count.records].records
    if count.base == count.records:
        return _identity(records)
    if count.base is not None:
        table = tables[count.records]
        for step in count.link[:-1]:
            table = tables[table.records.columns[step].kind.detail]
        return x.Column(records.name, count.link[:-1], count.link[-1], table.records.columns[count.link[-1]].kind)
    named = [axis.at for axis in count.axes if isinstance(axis.at, x.Column) and axis.at.kind.name == "id"]
    named += [
        x.Column(records.name, (), column.name, column.kind)
        for column in records.columns.values()
        if column.kind.name == "id" and column.kind.detail != records.name
    ]
    return next(iter(named), None)
