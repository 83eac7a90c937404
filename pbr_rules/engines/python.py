"""The engine that defines the answers: one pass over the rows, and a trail of what became of each."""

from __future__ import annotations

import platform
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from attrs import field, frozen

from pbr_rules.checked.model import Cell, MeasureAxis, Period
from pbr_rules.engines import marks
from pbr_rules.engines.amounts import Amounts
from pbr_rules.engines.rows import Read, reader, window_reader
from pbr_rules.evidence.tables import Table
from pbr_rules.expressions import Column
from pbr_rules.plan import words
from pbr_rules.plan.model import Answer, Count, Fate, Key


@frozen
class Python:
    """Plain Python."""

    periods: Mapping[str, Period]
    name: str = "python"
    version: str = field(factory=platform.python_version)

    def answer(self, count: Count, tables: Mapping[str, Table]) -> Answer:
        """The figures and the reasons."""
        work = _Work(count, tables, self.periods)
        fates = work.fates()
        people, closes = work.base()
        reasons = Counter(f.reason for f in fates if f.reason is not None)
        counted, days = work.amounts.of(fates)
        return Answer(counted, people, closes, reasons, work.undecided(), days=days)

    def answer_all(self, asked: Sequence[tuple[Count, Mapping[str, Table]]]) -> Sequence[Answer]:
        """What `answer` says of each."""
        return [self.answer(count, tables) for count, tables in asked]

    def fates(self, count: Count, tables: Mapping[str, Table]) -> Sequence[Fate]:
        """What became of each row."""
        return _Work(count, tables, self.periods).fates()

    def marked(self, count: Count, tables: Mapping[str, Table], columns: Sequence[Column]) -> Iterator[Any]:
        """What became of each row, in batches, by line."""
        work = _Work(count, tables, self.periods)
        return marks.by_row(work.rows, work.fates(), work.members(), columns, tables)


class _Work:
    """One count over one set of tables."""

    def __init__(self, count: Count, tables: Mapping[str, Table], periods: Mapping[str, Period]) -> None:
        self.count, self.tables, self.periods = count, tables, periods
        self.rows = tables[count.records]
        self.amounts = Amounts(count, tables, periods)
        self.person, self.stretch = self.amounts.person, self.amounts.stretch

    def _reader(self, node: object) -> Read:
        return reader(node, self.tables, self.periods)  # type: ignore[arg-type]

    def fates(self) -> list[Fate]:
        """The first reason why each row does not count, or the cell it counts in."""
        count = self.count
        where = [(self._reader(c), words.fails(c)) for c in count.where]
        among = [(self._reader(c), words.not_among(c)) for c in count.among]
        axes = [(axis, self._reader(axis.at), members) for axis, members in zip(count.axes, count.members, strict=True)]
        found: list[Fate] = []
        for row in range(len(self.rows)):
            person = self.person(row)
            reason, cell = self._reason(row, person, among, where), None
            if reason is None and person is not None:
                cell, reason = self._cell(row, person, axes)
            found.append(Fate(row, cell, reason))
        return self._once(found)

    def _reason(
        self, row: int, person: int | None, among: list[tuple[Read, str]], where: list[tuple[Read, str]]
    ) -> str | None:
        why = self.rows.excluded[row]
        if why is not None:
            return words.excluded(why)
        if person is None:
            return words.nobody(self.count)
        for read, reason in among:
            if not read(person):
                return reason
        for read, reason in where:
            if not read(row):
                return reason
        if self.stretch is not None and self.stretch(row) is None:
            return words.no_day(self.count)
        return None

    def _cell(
        self, row: int, person: int, axes: list[tuple[MeasureAxis, Read, tuple[str, ...] | None]]
    ) -> tuple[Cell | None, str | None]:
        cell = []
        for axis, read, members in axes:
            member = read(person if axis.on_base else row)
            if member is None:
                return None, words.unplaced(axis.dimension, axis.at)
            if members is not None and member not in members:
                return None, words.left_out(axis.dimension)
            cell.append(member)
        at = tuple(cell)
        return (None, words.outside()) if self._outside(at) else (at, None)

    def members(self) -> list[Read]:
        """For each axis, from a row to the member that it falls in, as far as it says."""

        def at_person(read: Read) -> Read:
            return lambda row: None if (person := self.person(row)) is None else read(person)

        reads = [(axis.on_base, self._reader(axis.at)) for axis in self.count.axes]
        return [at_person(read) if on_base else read for on_base, read in reads]

    def _outside(self, cell: Cell) -> bool:
        if not self.count.scope:
            return False
        at = dict(zip(self.count.dimensions, cell, strict=True))
        return tuple(at[name] for name in self.count.scope) in self.count.excepted

    def _once(self, fates: list[Fate]) -> list[Fate]:
        """Of the rows that share a key, one stands for all: the earliest or latest as said, then the least row by its values."""
        count = self.count
        if not count.once:
            return fates
        keys = [self._reader(column) for column in count.once]
        taken = self._reader(count.survivor[0]) if count.survivor else None
        names = list(self.rows.columns)
        best: dict[Key, tuple[object, int]] = {}
        key_of: dict[int, Key] = {}
        for fate in fates:
            if fate.reason is not None:
                continue
            key = tuple(read(fate.row) for read in keys)
            key_of[fate.row] = key
            order: tuple[object, ...] = tuple(_order(self.rows.columns[n][fate.row]) for n in names)
            if taken is not None and count.survivor is not None:
                order = (_order(taken(fate.row), reverse=not count.survivor[1]), *order)
            if key not in best or (order, self.rows.lines[fate.row]) < best[key]:
                best[key] = (order, self.rows.lines[fate.row])
        standing = {key: line for key, (_, line) in best.items()}
        already = words.already(count)
        return [
            fate
            if fate.reason is not None or standing[key_of[fate.row]] == self.rows.lines[fate.row]
            else Fate(fate.row, None, already)
            for fate in fates
        ]

    def base(self) -> tuple[dict[Cell, int], dict[Cell, date]]:
        """People in each cell of the axes that split them, and the last day of any of their windows."""
        count = self.count
        if count.base is None:
            return {}, {}
        table = self.tables[count.base]
        among = [self._reader(c) for c in count.among]
        axes = [
            (self._reader(axis.at), members)
            for axis, members in zip(count.axes, count.members, strict=True)
            if axis.on_base
        ]
        windows = [window_reader(window, self.tables, self.periods) for window in count.closing]
        people: dict[Cell, int] = defaultdict(int)
        closes: dict[Cell, date] = {}
        for person in range(len(table)):
            if table.excluded[person] is not None or not all(read(person) for read in among):
                continue
            cell = tuple(read(person) for read, _ in axes)
            if any(
                m is None or (members is not None and m not in members)
                for m, (_, members) in zip(cell, axes, strict=True)
            ):
                continue
            people[cell] += 1
            for read in windows:
                bounds = read(person)
                if bounds is not None and (cell not in closes or bounds[1] > closes[cell]):
                    closes[cell] = bounds[1]
        return dict(people), closes

    def undecided(self) -> dict[Cell, dict[str, date]]:
        """For each cell, the last day of any window of a row whose day is still blank, by whose file it would be filled in."""
        last: dict[Cell, dict[str, date]] = {}
        if not self.count.undecided:
            return last
        windows = [
            (each.records, self._reader(each.day), window_reader(each.window, self.tables, self.periods))
            for each in self.count.undecided
        ]
        for fate in _Work(self.count.firm, self.tables, self.periods).fates():
            if fate.cell is None:
                continue
            for records, day, bounds in windows:
                if day(fate.row) is None and (found := bounds(fate.row)) is not None:
                    ends = last.setdefault(fate.cell, {})
                    ends[records] = max(found[1], ends.get(records, date.min))
        return last


def _order(value: object, reverse: bool = False) -> tuple[int, object]:
    """A value's place in the order of rows: blanks last. Texts by code point; reversed, the greatest is first."""
    if value is None:
        return (1, 0)
    if isinstance(value, date):
        value = value.toordinal()
    if reverse and isinstance(value, int | Fraction):
        return (0, -value)
    if reverse and isinstance(value, str):
        return (0, (*(-ord(character) for character in value), 1))
    return (0, value)
