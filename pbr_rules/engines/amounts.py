"""What each cell comes to in plain Python: rows, people, units, days and runs, or the day on which something was reached."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import floor
from typing import cast

from pbr_rules import tallies as v
from pbr_rules.checked.model import Cell, Covering, Period, Stretch
from pbr_rules.diagnostics import DataError
from pbr_rules.engines import stretches
from pbr_rules.engines.rows import Read, reader
from pbr_rules.evidence.tables import Table, along, places
from pbr_rules.expressions import Column
from pbr_rules.plan.model import Count, Fate, Key, What


class Amounts:
    """The amounts of one count. `person`: from a row's number to its person's, or None. `stretch`: to the days that it covers, or
    None; nothing where rows are counted."""

    def __init__(self, count: Count, tables: Mapping[str, Table], periods: Mapping[str, Period]) -> None:
        self.count, self.tables, self.periods = count, tables, periods
        self.rows = tables[count.records]
        self.person = self._person_of(self.rows, count.link)
        self.stretch = self._stretch(count.covering) if count.covering is not None else None

    def _reader(self, node: object) -> Read:
        return reader(node, self.tables, self.periods)  # type: ignore[arg-type]

    def _person_of(self, table: Table, link: tuple[str, ...]) -> Read:
        """From a row's number to its person's row number, or None."""
        if self.count.base is None or self.count.base == table.records.name:
            return lambda row: row
        steps = []
        for step in link:
            target = self.tables[table.records.columns[step].kind.detail]
            steps.append((table.columns[step], target.index))
            table = target

        def find(row: int) -> int | None:
            for ids, index in steps:
                value = ids[row]
                if value is None:
                    return None
                row = index[(value,)]
            return row

        return find

    def of(self, fates: Sequence[Fate]) -> tuple[dict[Cell, dict[Key, int]], dict[Cell, date]]:
        """What each cell comes to: a number, apart for each value of the keys, or a day."""
        match self.count.what:
            case What.STRETCHES:
                return self._of_stretches(fates)
            case What.DAY:
                return {}, self._days(fates)
        return self._counted(fates), {}

    def _counted(self, fates: Sequence[Fate]) -> dict[Cell, dict[Key, int]]:
        """The count in each cell, apart for each value of the keys."""
        count = self.count
        if count.most is not None:
            rows: dict[tuple[Cell | None, object], int] = {
                (f.cell, self.person(f.row)): f.row for f in fates if f.cell is not None
            }
            return self._at_most(Counter((f.cell, self.person(f.row)) for f in fates), rows)
        keys = [self._reader(key) for key in count.keys]
        units = self._units() if count.what is What.UNITS else None
        found: dict[Cell, dict[Key, int]] = defaultdict(lambda: defaultdict(int))
        seen: set[tuple[Cell, int]] = set()
        for fate in fates:
            if fate.cell is None:
                continue
            if count.what is What.PEOPLE:
                person = self.person(fate.row)
                if (fate.cell, person) in seen:
                    continue
                seen.add((fate.cell, person))
            key = tuple(read(fate.row) for read in keys)
            found[fate.cell][key] += (units(fate.row) or 0) if units is not None else 1
        return {cell: dict(by_key) for cell, by_key in found.items()}

    def _at_most(
        self, each: Mapping[tuple[Cell | None, object], int], rows: Mapping[tuple[Cell | None, object], int]
    ) -> dict[Cell, dict[Key, int]]:
        """What the people of each cell come to, each at most so many, and nobody fewer than none. `rows`: a row of each, which says how
        many that is."""
        at_most = self._reader(self.count.most) if self.count.most is not None else None
        found: dict[Cell, int] = defaultdict(int)
        for (cell, person), number in each.items():
            if cell is not None:
                most = at_most(rows[cell, person]) if at_most is not None else None
                found[cell] += number if most is None else min(number, max(floor(most), 0))
        return {cell: {(): number} for cell, number in found.items()}

    # ---- days

    def _stretch(self, covering: Covering) -> Callable[[int], stretches.Stretch | None]:
        """From a row's number to the first and last day that it covers, or None where it covers none."""
        whole = self._whole(covering.stretch)
        if covering.clip is None:
            return lambda row: _some(whole(row, None))
        start, until = map(self._reader, covering.clip)

        def read(row: int) -> stretches.Stretch | None:
            first, end = start(row), until(row)
            if first is None or end is None:
                return None
            days = whole(row, end.toordinal() - 1)
            return _some((max(days[0], first.toordinal()), min(days[1], end.toordinal() - 1)))

        return read

    def _whole(self, stretch: Stretch) -> Callable[[int, int | None], stretches.Stretch]:
        """The days of a row's stretch. One that goes on is known as far as its file goes, else to the end that is asked for."""
        begin, end = self._reader(stretch.first), self._reader(stretch.last)
        complete = self.count.complete.get(stretch.records)

        def read(row: int, asked: int | None) -> stretches.Stretch:
            last = end(row)
            if last is not None:
                return begin(row).toordinal(), last.toordinal() - (1 if stretch.until else 0)
            known = complete.toordinal() if complete is not None else asked
            if known is None:
                raise DataError(
                    f"a stretch of `{stretch.records}.{stretch.name}` goes on, and nothing says how far its file goes: "
                    f"`complete to` a day"
                )
            return begin(row).toordinal(), known

        return read

    def _of_stretches(self, fates: Sequence[Fate]) -> tuple[dict[Cell, dict[Key, int]], dict[Cell, date]]:
        count = self.count
        if self.stretch is None:
            raise TypeError("rows without a stretch")
        by_person: dict[tuple[Cell, object], list[stretches.Stretch]] = defaultdict(list)
        rows: dict[tuple[Cell | None, object], int] = {}
        for fate in fates:
            days = self.stretch(fate.row) if fate.cell is not None else None
            if fate.cell is not None and days is not None:
                person = self.person(fate.row) if count.base is not None else None
                by_person[fate.cell, person].append(days)
                rows[fate.cell, person] = fate.row
        without = self._without()
        ignoring = getattr(count.counts.of if isinstance(count.counts, v.Reached) else count.counts, "ignoring", None)
        each: dict[tuple[Cell | None, object], int] = {}
        days_: dict[Cell, date] = {}
        at_least = self._reader(count.counts.at_least) if isinstance(count.counts, v.Reached) else None
        for (cell, person), of_person in by_person.items():
            unbroken = stretches.covered(of_person, without.get(person, ()), ignoring)
            if not unbroken:
                continue  # every day is taken out
            if isinstance(count.counts, v.Lasted | v.Reached):
                wanted = at_least(rows[cell, person]) if at_least is not None else None
                day = stretches.day(count.counts, unbroken, wanted)
                if day is not None:
                    days_[cell] = min(day, days_.get(cell, day))
            else:
                each[cell, person] = stretches.number(count.counts, unbroken)
        return self._at_most(each, rows), days_

    def _without(self) -> dict[object, list[stretches.Stretch]]:
        """The days taken out of each person's."""
        found: dict[object, list[stretches.Stretch]] = defaultdict(list)
        for taken in self.count.covering.without if self.count.covering is not None else ():
            table = self.tables[taken.stretch.records]
            person, whole = self._person_of(table, taken.link), self._whole(taken.stretch)
            for row in range(len(table)):
                if table.excluded[row] is None and (whose := person(row)) is not None:
                    days = _some(whole(row, date.max.toordinal()))
                    if days is not None:
                        found[whose].append(days)
        return found

    def _days(self, fates: Sequence[Fate]) -> dict[Cell, date]:
        """The day that each cell's rows come to."""
        counts = self.count.counts
        match counts:
            case v.Earliest(day=day) | v.Latest(day=day):
                read, end = self._reader(day), min if isinstance(counts, v.Earliest) else max
                by_cell: dict[Cell, list[date]] = defaultdict(list)
                for fate in fates:
                    if fate.cell is not None and (found := read(fate.row)) is not None:
                        by_cell[fate.cell].append(found)
                return {cell: end(days) for cell, days in by_cell.items()}
            case v.Reached(day=day) if day is not None:
                return self._reached(fates, self._reader(day), self._reader(counts.at_least))
        raise TypeError(f"{type(counts).__name__} comes to no day")

    def _reached(self, fates: Sequence[Fate], day_of: Read, at_least: Read) -> dict[Cell, date]:
        units = self._units() if self.count.column is not None else None
        scale = 10 ** places(self.count.column.kind) if self.count.column is not None else 1  # type: ignore[attr-defined]
        totals: dict[tuple[Cell, Fraction], dict[date, int]] = defaultdict(lambda: defaultdict(int))
        for fate in fates:
            if fate.cell is None or (day := day_of(fate.row)) is None or (wanted := at_least(fate.row)) is None:
                continue
            totals[fate.cell, Fraction(wanted)][day] += 1 if units is None else (units(fate.row) or 0)
        found: dict[Cell, date] = {}
        for (cell, wanted), by_day in totals.items():
            total = 0
            for day in sorted(by_day):
                total += by_day[day]
                if Fraction(total, scale) >= wanted:
                    found[cell] = min(day, found.get(cell, day))
                    break
        return found

    def _units(self) -> Read:
        """Whole units of the column added up, through its path."""
        column = cast(Column, self.count.column)
        return along(self.tables, self.count.records, column.path, column.name)


def _some(days: stretches.Stretch) -> stretches.Stretch | None:
    """Days in order, or None where the last comes before the first."""
    return days if days[0] <= days[1] else None
