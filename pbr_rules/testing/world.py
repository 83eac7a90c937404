"""A small world to count in: records of people, events and stays, and rows for any records at all, drawn by Hypothesis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from attrs import frozen
from hypothesis import strategies as st

from pbr_rules.checked.model import Contract, Measure, RecordColumn, Records
from pbr_rules.evidence.fit import heading
from pbr_rules.evidence.read import Raw
from pbr_rules.evidence.tables import places

WORLD = """
category region { north, south }
category kind { a, b, c }

records people {
  person: id
  region: region
  joined: date
  exclude joined is before 2019-01-01 "joined too early"
}

records events {
  person:   id of people
  kind:     kind
  happened: date
  amount:   money
  hours:    number, 2 places
}

records stays {
  person: id of people
  began:  date
  ended:  date optional
  held:   began to ended
}

parameter weight by kind: number { a: 1  b: 2.5  c: 365 }
"""

FIRST, LAST = date(2020, 1, 1), date(2021, 6, 30)
"""Rows lie between these days."""

BEFORE, LONG_AFTER, COMPLETE = date(2019, 12, 31), date(2090, 1, 1), date(2099, 12, 31)
"""A day before all rows, one after every window of theirs, and the last day that the files go to."""

Row = Mapping[str, str]
Rows = Mapping[str, Sequence[Row]]


@frozen
class World:
    """The records of a contract, seen from one measure.

    `people`: the records whose rows are the people; None where nothing says whose a row is.
    """

    contract: Contract
    measure: Measure
    people: str | None

    @classmethod
    def of(cls, contract: Contract, measure: Measure) -> World:
        """The people are those counted over, else those that a counted row names first."""
        columns = contract.records[measure.records].columns.values()
        named = [c.kind.detail for c in columns if c.kind.name == "id"]
        return cls(contract, measure, measure.base or next(iter(named), None))

    # ---- rows

    def rows(self, least: int = 0) -> st.SearchStrategy[Rows]:
        """Rows for every records clause, at least so many of the counted one. Who has a row is there."""
        return st.composite(_rows)(self, least)

    def row(self, records: str, ids: Mapping[str, Sequence[str]]) -> st.SearchStrategy[Row]:
        """One row, which names others by these ids."""
        return st.composite(_row)(self, self.contract.records[records], ids)

    def ids(self, rows: Rows) -> dict[str, list[str]]:
        """The ids of each records clause that has them."""
        named = {name: records.identity for name, records in self.contract.records.items()}
        return {name: [row[own] for row in rows[name]] for name, own in named.items() if own is not None}

    def whose(self, rows: Rows) -> dict[str, list[str | None]]:
        """For each row, the person that it leads to; None where nothing in it does."""
        found: dict[str, list[str | None]] = {}
        by_id: dict[tuple[str, str], str | None] = {}
        for name in _order(self.contract):
            records = self.contract.records[name]
            own = records.identity
            found[name] = [self._leads_to(records, row, by_id) for row in rows[name]]
            if own is not None:
                by_id |= {(name, row[own]): person for row, person in zip(rows[name], found[name], strict=True)}
        return found

    def _leads_to(self, records: Records, row: Row, by_id: Mapping[tuple[str, str], str | None]) -> str | None:
        if records.name == self.people and records.identity is not None:
            return row[records.identity]
        ways = ((c.kind.detail, row[c.name]) for c in records.columns.values() if c.kind.name == "id")
        return next((person for way in ways if (person := by_id.get(way)) is not None), None)

    def rows_of(self, person: str, rows: Rows) -> st.SearchStrategy[Rows]:
        """Rows that lead to one more person, whose ids no other row has."""
        return st.composite(_rows_of)(self, person, rows)

    def days(self, records: str) -> list[str]:
        """The columns of records that are days."""
        return [c.name for c in self.contract.records[records].columns.values() if c.kind.name == "date"]

    def raws(self, rows: Rows) -> dict[str, Raw]:
        """The rows as files are read."""
        return {name: self._raw(self.contract.records[name], listed) for name, listed in rows.items()}

    def _raw(self, records: Records, rows: Sequence[Row]) -> Raw:
        columns = list(records.columns.values())
        cells = tuple((line, tuple(row[c.name] for c in columns)) for line, row in enumerate(rows, 2))
        return Raw(f"{records.name}.csv", tuple(map(heading, columns)), cells, "UTF-8")


def _rows(draw: st.DrawFn, world: World, least: int) -> Rows:
    found: dict[str, list[Row]] = {name: [] for name in world.contract.records}
    ids: dict[str, list[str]] = {}
    for name in _order(world.contract):
        records = world.contract.records[name]
        few = int(records.identity is not None)  # so that whoever names it has something to name
        size = draw(st.integers(max(few, least if name == world.measure.records else 0), 5 if records.identity else 8))
        if records.identity is not None:
            ids[name] = [f"{name[0]}{number}" for number in range(size)]
        if any(not ids.get(target) for target in _targets(records) if target != name):
            size = 0  # there is nothing that its rows could name
        for number in range(size):
            row = dict(draw(world.row(name, ids)))
            if records.identity is not None:
                row[records.identity] = ids[name][number]
            found[name].append(row)
    return found


def _rows_of(draw: st.DrawFn, world: World, person: str, rows: Rows) -> Rows:
    new: dict[str, list[str]] = {world.people or "": [person]}
    found: dict[str, list[Row]] = {}
    for name in _order(world.contract):
        records = world.contract.records[name]
        if name == world.people or not any(target in new for target in _targets(records)):
            continue
        listed = [dict(draw(world.row(name, {**world.ids(rows), **new}))) for _ in range(2)]
        if records.identity is not None:
            new[name] = [f"{name} of {person} {number}" for number in range(len(listed))]
            for row, own in zip(listed, new[name], strict=True):
                row[records.identity] = own
        found[name] = list(listed)
    return found


def _targets(records: Records) -> list[str]:
    return [c.kind.detail for c in records.columns.values() if c.kind.name == "id" and not c.optional]


def _order(contract: Contract) -> list[str]:
    """Records after those that they name."""
    done: list[str] = []
    left = list(contract.records)
    while left:
        ready = [n for n in left if all(t in done or t == n for t in _targets(contract.records[n]))] or left
        done.append(ready[0])
        left.remove(ready[0])
    return done


def _row(draw: st.DrawFn, world: World, records: Records, ids: Mapping[str, Sequence[str]]) -> Row:
    row = {name: draw(_cell(column, world.contract, ids)) for name, column in records.columns.items()}
    for stretch in records.stretches.values():
        if row[stretch.last.name]:
            days = draw(st.integers(0, 60))
            row[stretch.last.name] = (date.fromisoformat(row[stretch.first.name]) + timedelta(days=days)).isoformat()
    return row


def _cell(column: RecordColumn, contract: Contract, ids: Mapping[str, Sequence[str]]) -> st.SearchStrategy[str]:
    made = _filled(column, contract, ids)
    return st.one_of(st.just(""), made, made, made) if column.optional else made


def _filled(column: RecordColumn, contract: Contract, ids: Mapping[str, Sequence[str]]) -> st.SearchStrategy[str]:
    kind = column.kind
    match kind.name:
        case "id":
            return st.sampled_from(list(ids.get(kind.detail) or [""]))
        case "category":
            return st.sampled_from([m.written or m.name for m in contract.categories[kind.detail].members])
        case "date":
            return st.dates(FIRST, LAST).map(date.isoformat)
        case "flag":
            return st.sampled_from(["yes", "no"])
        case "count":
            return st.integers(0, 5).map(str)
        case "money" | "number":
            return st.integers(0, 100_000).map(lambda units: _decimal(units, places(kind)))
    return st.sampled_from(["one", "two", "three"])


def _decimal(units: int, after: int) -> str:
    digits = str(units).zfill(after + 1)
    return f"{digits[:-after]}.{digits[-after:]}" if after else digits
