"""One count over frames: what became of each row, and how many there are in each cell.

Rows are marked first (a number for the reason, a column for each axis and key), in the order in which `python` looks for
reasons; then the rows without a reason are grouped. The words of a reason come from the plan.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import cast

import narwhals.stable.v2 as nw
from attrs import frozen

from pbr_rules.checked.model import Cell, Period
from pbr_rules.engines import covered
from pbr_rules.engines.days import Day, last_day
from pbr_rules.engines.figures import LARGEST, LoweringError, Number, yes
from pbr_rules.engines.joined import Joined
from pbr_rules.engines.loaded import LINE, ROW, UNITS, WHY, Frame, Loaded, Store, type_of
from pbr_rules.engines.lowering import Lowering, ascending, descending, every_or_any, known
from pbr_rules.expressions import Between, Column, Expression, Within, walk
from pbr_rules.plan import words
from pbr_rules.plan.model import END_COUNTS, Count, Ending, Fate, Key, What

REASON, COUNTS, STANDS, ONE, TOTAL = "reason", "counts", "stands", "one", "total"

AT_ONCE = 2_000_000
"""Rows that are put in order at once, of what is written row by row."""

_ONE = nw.lit(1, dtype=nw.Int64()).alias(ONE)

Counted = tuple[dict[Cell, dict[Key, int]], dict[Cell, date], dict[str, int]]


@frozen
class _Keyed:
    """A key as a column, and what makes a figure of the contract from its units."""

    rows: nw.Expr
    under: int | None

    def back(self, value: object) -> object:
        return Fraction(value, self.under) if (self.under or 1) > 1 and isinstance(value, int) else value


class Tally:
    """One count over loaded records. `store` asks the library for the rows of a frame."""

    def __init__(
        self, count: Count, load: Callable[[str], Loaded], periods: Mapping[str, Period], store: Store
    ) -> None:
        self.count, self.periods, self.load, self.store = count, periods, load, store
        self.ask = store.rows
        self.joined = Joined(load, count.records)
        self.at_row = Lowering(self.joined, periods)
        apart = count.base is not None and count.base != count.records
        self.at_person = Lowering(self.joined, periods, count.link) if apart else self.at_row
        self.person = self.joined.row(self.at_person.start)
        self.reasons: list[str] = []
        self.cells = [f"cell{at}" for at in range(len(count.axes))]
        self.keys = [_keyed(self.at_row, key) for key in count.keys]
        self.names = [f"key{at}" for at in range(len(count.keys))]

    # ---- what became of each row

    def fates(self) -> list[Fate]:
        """What became of each row, in the order of the table."""
        frame = self._marked().select(ROW, REASON, WHY, *self.cells).sort(ROW)
        return [
            Fate(cast(int, row), None, self._words(reason, why))
            if reason is not None
            else Fate(cast(int, row), cast(Cell, tuple(cell)), None)
            for row, reason, why, *cell in self.ask(frame)
        ]

    def marked(self, columns: Sequence[Column]) -> tuple[Iterator[Frame], list[str]]:
        """Each row with its line, its reason's number and why it is left out, its member of each axis, and some of its columns; by
        line, in frames that follow one another. And the words of the reasons."""
        shown = {f"shown{n}": nw.col(self.joined.column(each.path, each.name)) for n, each in enumerate(columns)}
        order = self._order() if self.count.once else {}
        frame = self._marked(once=False)
        if self.count.once:
            self.reasons.append(words.already(self.count))
            frame = self._less(frame, self._repeated(frame.filter(nw.col(COUNTS)).with_columns(**order), list(order)))
        return self._by_line(frame.select(ROW, LINE, REASON, WHY, *self.cells, **shown)), self.reasons

    def _repeated(self, frame: Frame, order: list[str]) -> Frame:
        """Of rows that would count, those for which another row of their key stands. Only what puts them in order is held."""
        keyed = [f"once{at}" for at in range(len(self.count.once))]
        frame = frame.select(ROW, LINE, *keyed, *order).with_columns(_first(keyed, [*order, LINE]).alias(STANDS))
        return self.store.settled(frame.filter(~nw.col(STANDS)).select(ROW))

    def _less(self, frame: Frame, repeated: Frame) -> Frame:
        """Rows, of which some do not count because another stands for them."""
        number = nw.lit(len(self.reasons) - 1, dtype=nw.Int64()).alias(STANDS)
        frame = frame.join(repeated.with_columns(number), how="left", on=ROW)
        return frame.with_columns(nw.coalesce(nw.col(REASON), nw.col(STANDS)).alias(REASON))

    def _by_line(self, frame: Frame) -> Iterator[Frame]:
        """Rows in the order of their lines. Only so many are put in order at once, where the records are in that order themselves."""
        lines = self.joined[()].table.lines
        plain = frame.drop(ROW)
        if self.joined.alone and not self.count.once and self.count.covering is None and isinstance(lines, range):
            yield plain  # a library gives rows of one file as it has them
        elif len(lines) <= AT_ONCE or any(after <= before for before, after in pairwise(lines)):
            yield plain.sort(LINE)
        else:
            for start in range(0, len(lines), AT_ONCE):
                part = frame.filter((nw.col(ROW) >= start) & (nw.col(ROW) < start + AT_ONCE))
                yield part.drop(ROW).sort(LINE)

    def _words(self, reason: object, why: object) -> str:
        return words.excluded(str(why)) if reason == 0 else self.reasons[cast(int, reason)]

    def _marked(self, once: bool = True) -> Frame:
        """Each row with the first reason why it does not count, or the cell it counts in. Not `once`: each row of a key by itself."""
        count = self.count
        self.reasons = [""]
        axes = {
            cell: ascending((self.at_person if axis.on_base else self.at_row).value(axis.at))
            for cell, axis in zip(self.cells, count.axes, strict=True)
        }
        why = nw.coalesce(*(nw.when(fails).then(nw.lit(at, dtype=nw.Int64())) for at, fails in self._failing()))
        keys = {name: key.rows for name, key in zip(self.names, self.keys, strict=True)}
        units = {TOTAL: nw.col(self.units())} if count.what is What.UNITS else {}
        order = self._order() if count.once and once else {}
        keyed = {f"once{at}": _keyed(self.at_row, column).rows for at, column in enumerate(count.once)}
        for node in covered.read(count):
            self.at_row.value(node)
        joined = self.joined.frame().with_columns(_ONE, **axes, **keys, **units, **order, **keyed)
        frame = covered.with_days(joined, count, self.at_row)
        if count.covering is not None:
            frame = self.store.settled(frame)
        frame = frame.with_columns(why.alias(REASON))
        frame = frame.with_columns(nw.col(REASON).is_null().alias(COUNTS))
        if count.once and once:
            self.reasons.append(words.already(count))
            first = _first([*keyed, COUNTS], [*order, LINE])
            frame = frame.with_columns(first.alias(STANDS)).with_columns(
                nw.when(nw.col(COUNTS) & ~nw.col(STANDS))
                .then(nw.lit(len(self.reasons) - 1, dtype=nw.Int64()))
                .otherwise(nw.col(REASON))
                .alias(REASON)
            )
            frame = frame.with_columns(nw.col(REASON).is_null().alias(COUNTS))
        return frame

    def _failing(self) -> list[tuple[int, nw.Expr]]:
        """Each reason's number and where it holds, in the order in which reasons are looked for."""
        count = self.count
        found = [(0, ~nw.col(WHY).is_null())]

        def reason(said: str, holds: nw.Expr) -> None:
            self.reasons.append(said)
            found.append((len(self.reasons) - 1, holds))

        if self.person != ROW:
            reason(words.nobody(count), nw.col(self.person).is_null())
        for condition in count.among:
            reason(words.not_among(condition), ~self.at_person.condition(condition))
        for condition in count.where:
            reason(words.fails(condition), ~self.at_row.condition(condition))
        if count.covering is not None:
            reason(words.no_day(count), ~yes(nw.col(covered.FIRST) < nw.col(covered.END)))
        for cell, axis, members in zip(self.cells, count.axes, count.members, strict=True):
            reason(words.unplaced(axis.dimension, axis.at), nw.col(cell).is_null())
            if members is not None:
                reason(words.left_out(axis.dimension), _not_in(cell, members))
        if count.scope and count.excepted:
            at = dict(zip(count.dimensions, self.cells, strict=True))
            reason(words.outside(), every_or_any((self._is(at, cell) for cell in count.excepted), every=False))
        return found

    def _is(self, at: Mapping[str, str], cell: Cell) -> nw.Expr:
        pairs = zip(self.count.scope, cell, strict=True)
        return every_or_any(((nw.col(at[d]) == nw.lit(m)).fill_null(False) for d, m in pairs), every=True)

    def _order(self) -> dict[str, nw.Expr]:
        """Columns that put the rows of one key in order: as said, then by every column. A blank comes after all."""
        taken = self.count.survivor
        values: list[tuple[nw.Expr, nw.Expr]] = []
        if taken is not None:
            value = self.at_row.value(taken[0])
            values.append((known(value), ascending(value) if taken[1] else descending(value)))
        table = self.joined[()].table
        for name in table.columns:
            value = self.at_row.value(Column(table.records.name, (), name, table.records.columns[name].kind))
            values.append((known(value), ascending(value)))
        found: dict[str, nw.Expr] = {}
        for at, (there, value_) in enumerate(values):
            found[f"blank{at}"] = nw.when(there).then(nw.lit(0)).otherwise(nw.lit(1))
            found[f"value{at}"] = value_
        return found

    # ---- how many

    def counted(self) -> Counted:
        """The count in each cell, apart for each value of the keys, or its day; and how many rows did not count, by reason."""
        if _any_may_stand(self.count):
            return self._once_each()
        frame = self._marked()
        if self.count.what in (What.STRETCHES, What.DAY) or self.count.most is not None:
            return self._amounts(frame)
        match self.count.what:
            case What.PEOPLE:
                # The first row of each person in a cell counts for all of that person's.
                first = _first([COUNTS, *self.cells, self.person], [ROW])
                each = nw.when(first).then(nw.col(ONE)).otherwise(nw.lit(0, dtype=nw.Int64()))
            case What.UNITS:
                each = nw.col(TOTAL).fill_null(0)
            case _:
                each = nw.col(ONE)
        # A row with a reason is in no cell.
        apart = [nw.when(nw.col(COUNTS)).then(nw.col(n)).alias(n) for n in (*self.cells, *self.names)]
        frame = frame.with_columns(each.alias(TOTAL)).with_columns(_ONE, *apart)
        frame = frame.group_by(REASON, WHY, *self.cells, *self.names).agg(
            nw.len().alias("rows"), nw.col(TOTAL).sum().cast(nw.Int64()).alias(TOTAL)
        )
        found: dict[Cell, dict[Key, int]] = defaultdict(lambda: defaultdict(int))
        reasons: Counter[str] = Counter()
        for row in self.ask(frame.select(REASON, WHY, "rows", TOTAL, *self.cells, *self.names)):
            reason, why, rows, total, *rest = row
            if reason is not None:
                reasons[self._words(reason, why)] += cast(int, rows)
                continue
            cell, key = tuple(rest[: len(self.cells)]), rest[len(self.cells) :]
            back = tuple(keyed.back(value) for keyed, value in zip(self.keys, key, strict=True))
            # A person's other rows may have other keys, which count nobody.
            if total or self.count.what is not What.PEOPLE:
                found[cast(Cell, cell)][back] += cast(int, total)
        return {cell: dict(by_key) for cell, by_key in found.items()}, {}, dict(reasons)

    def _once_each(self) -> Counted:
        """Rows of which one counts for each key: whichever it is, since all that is read of them is the same. No row is put in order."""
        frame = self._marked(once=False)
        reasons: Counter[str] = Counter()
        for reason, why, rows in self.ask(
            frame.group_by(REASON, WHY).agg(nw.len().alias("rows")).select(REASON, WHY, "rows")
        ):
            if reason is not None:
                reasons[self._words(reason, why)] += cast(int, rows)
        once = [f"once{at}" for at in range(len(self.count.once))]
        alike = frame.filter(nw.col(COUNTS)).group_by(*once, *self.cells, *self.names).agg(nw.len().alias("rows"))
        alike = alike.with_columns(_ONE)
        found: dict[Cell, dict[Key, int]] = defaultdict(lambda: defaultdict(int))
        again = 0
        sums = alike.group_by(ONE, *self.cells, *self.names).agg(
            nw.len().alias(TOTAL), nw.col("rows").sum().cast(nw.Int64()).alias("rows")
        )
        for total, rows, *rest in self.ask(sums.select(TOTAL, "rows", *self.cells, *self.names)):
            key = tuple(k.back(value) for k, value in zip(self.keys, rest[len(self.cells) :], strict=True))
            found[cast(Cell, tuple(rest[: len(self.cells)]))][key] += cast(int, total)
            again += cast(int, rows) - cast(int, total)
        if again:
            reasons[words.already(self.count)] += again
        return {cell: dict(by_key) for cell, by_key in found.items()}, {}, dict(reasons)

    def _amounts(self, marked: Frame) -> Counted:
        """What comes of stretches, the days that rows come to, and rows of which so many count for each person."""
        carried = [name for name in covered.CARRIED if name in marked.collect_schema().names()]
        needed = dict.fromkeys((REASON, COUNTS, WHY, ROW, self.person, *self.cells, *carried))
        needed |= dict.fromkeys([self.units()] if self.count.column is not None else [])
        marked = self.store.settled(marked.select(*needed))
        frame = marked.group_by(REASON, WHY).agg(nw.len().alias("rows")).select(REASON, WHY, "rows")
        reasons: Counter[str] = Counter()
        for reason, why, rows in self.ask(frame):
            if reason is not None:
                reasons[self._words(reason, why)] += cast(int, rows)
        of = covered.Covered(self, marked, COUNTS)
        numbers: dict[Cell, int] = {}
        days: dict[Cell, date] = {}
        match self.count.what:
            case What.STRETCHES:
                numbers, days = of.of_stretches()
            case What.DAY:
                days = of.of_days()
            case _:
                numbers = of.of_rows()
        return {cell: {(): number} for cell, number in numbers.items()}, days, dict(reasons)

    def units(self) -> str:
        """The column whose whole units are added up."""
        column = cast(Column, self.count.column)
        there = self.joined[column.path]
        if type_of(there.table.records.columns[column.name].kind) != UNITS:
            raise LoweringError(f"`{column.name}` has no units")
        if max(map(abs, there.ends[column.name])) * len(self.joined[()].table) > LARGEST:
            raise LoweringError("a sum could be too large for 64 bits")
        return self.joined.column(column.path, column.name)

    def people(self) -> tuple[dict[Cell, int], dict[Cell, date]]:
        """People in each cell of the axes that split them, and the last day of any of their windows."""
        count = self.count
        if count.base is None:
            return {}, {}
        joined = Joined(self.load, count.base)
        at = Lowering(joined, self.periods)
        axes = [
            (f"cell{n}", ascending(at.value(axis.at)), members)
            for n, (axis, members) in enumerate(zip(count.axes, count.members, strict=True))
            if axis.on_base
        ]
        cells = [name for name, _, _ in axes]
        closes = {f"closes{n}": _closing(at, window) for n, window in enumerate(count.closing)}
        there = [nw.col(WHY).is_null(), *(at.condition(condition) for condition in count.among)]
        placed = [
            ~nw.col(name).is_null() & (~_not_in(name, members) if members is not None else nw.lit(True))
            for name, _, members in axes
        ]
        frame = joined.frame().with_columns(_ONE, **{name: rows for name, rows, _ in axes}, **closes)
        frame = frame.with_columns(every_or_any([*there, *placed], every=True).alias(COUNTS)).filter(nw.col(COUNTS))
        frame = frame.group_by(ONE, *cells).agg(nw.len().alias("rows"), *(nw.col(name).max() for name in closes))
        people: dict[Cell, int] = {}
        last: dict[Cell, date] = {}
        for number, *rest in self.ask(frame.select("rows", *cells, *closes)):
            cell = cast(Cell, tuple(rest[: len(cells)]))
            people[cell] = cast(int, number)
            days = [day for day in rest[len(cells) :] if isinstance(day, date)]
            if days:
                last[cell] = max(days)
        return people, last

    def undecided(self) -> dict[Cell, dict[str, date]]:
        """For each cell, the last day of any window of a row whose day is still blank, by whose file it would be filled in."""
        if not self.count.undecided:
            return {}
        firm = Tally(self.count.firm, self.load, self.periods, self.store)
        closes = {
            f"closes{n}": nw.when(~known(firm.at_row.value(each.day))).then(_closing(firm.at_row, each.window))
            for n, each in enumerate(self.count.undecided)
        }
        frame = firm._marked().with_columns(**closes).filter(nw.col(COUNTS))
        frame = frame.group_by(ONE, *self.cells).agg(*(nw.col(name).max() for name in closes))
        last: dict[Cell, dict[str, date]] = {}
        for row in self.ask(frame.select(*self.cells, *closes)):
            cell, days = cast(Cell, tuple(row[: len(self.cells)])), row[len(self.cells) :]
            for each, day in zip(self.count.undecided, days, strict=True):
                if isinstance(day, date):
                    ends = last.setdefault(cell, {})
                    ends[each.records] = max(day, ends.get(each.records, date.min))
        return last


def _any_may_stand(count: Count) -> bool:
    """Whether any row of a key may count for all of them: what is read of a row that counts follows from the key itself."""
    if not count.once or count.survivor is not None or count.most is not None or count.what is not What.ROWS:
        return False
    keys = [(*key.path, key.name) for key in count.once if isinstance(key, Column)]

    def follows(node: Expression, start: tuple[str, ...]) -> bool:
        read = [(*start, *part.path, part.name) for part in walk(node) if isinstance(part, Column)]
        return all(any(path[: len(key)] == key for key in keys) for path in read)

    apart = count.base is not None and count.base != count.records
    axes = all(follows(axis.at, count.link if axis.on_base and apart else ()) for axis in count.axes)
    return len(keys) == len(count.once) and axes and all(follows(key, ()) for key in count.keys)


def _closing(at: Lowering, window: Ending) -> nw.Expr:
    """The last day of a window, at the person's row."""
    if isinstance(window, Within):
        return last_day(window, _day(at, window.anchor))
    if isinstance(window, Between):
        return _day(at, window.last).rows
    end = _day(at, window.right)
    if window.how in END_COUNTS:
        return end.rows
    return end.rows.dt.offset_by("-1d").cast(nw.Date)


def _day(at: Lowering, node: Expression) -> Day:
    value = at.value(node)
    if not isinstance(value, Day):
        raise LoweringError("a window does not end with a day")
    return value


def _keyed(at: Lowering, node: Expression) -> _Keyed:
    value = at.value(node)
    if isinstance(value, Number):
        return _Keyed(ascending(value), value.under.low)
    rows = getattr(value, "rows", None)
    if rows is None:
        raise LoweringError("rows are not told apart by a length of time over frames")
    return _Keyed(rows, None)


def _first(apart: list[str], order: list[str]) -> nw.Expr:
    """Whether a row is the first of those that are alike."""
    return nw.col(ROW).shift(1).over(*apart, order_by=order).is_null()


def _not_in(name: str, members: tuple[str, ...]) -> nw.Expr:
    return ~nw.col(name).is_in(members) if members else nw.lit(True)
