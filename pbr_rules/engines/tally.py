"""One count over frames: what became of each row, and how many there are in each cell.

Rows are marked first (a number for the reason, a column for each axis and key), in the order in which `python` looks for
reasons; then the rows without a reason are grouped. The words of a reason come from the plan.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import cast

import narwhals.stable.v2 as nw
from attrs import frozen

from pbr_rules.checked.model import Cell, MeasureAxis, Period
from pbr_rules.engines import covered
from pbr_rules.engines.figures import LARGEST, LoweringError, Number, yes
from pbr_rules.engines.joined import Joined
from pbr_rules.engines.loaded import EVERY, LINE, ONE, ROW, UNITS, WHY, Frame, Loaded, Store, type_of
from pbr_rules.engines.lowering import Lowering, ascending, descending, every_or_any, known, looks_up
from pbr_rules.engines.people import last_day_of, not_in
from pbr_rules.expressions import Column, Expression, walk
from pbr_rules.plan import words
from pbr_rules.plan.model import Count, Fate, Key, What

REASON, COUNTS, STANDS, TOTAL = "reason", "counts", "stands", "total"

AT_ONCE = 2_000_000
"""Rows that are put in order at once, of what is written row by row."""


Counted = tuple[dict[Cell, dict[Key, int]], dict[Cell, date], dict[str, int]]


@frozen
class _Keyed:
    """A key as a column, and what makes a figure of the contract from its units."""

    rows: nw.Expr
    under: int | None

    def back(self, value: object) -> object:
        return Fraction(value, self.under) if (self.under or 1) > 1 and isinstance(value, int) else value


@frozen
class Fails:
    """One reason why a row may not count.

    Attributes:
        said: the reason, as the plan words it.
        of: what is asked of the row. Two counts of one shape that ask the same of it have the same answer.
        rows: where it holds.
    """

    said: str
    of: object
    rows: Callable[[], nw.Expr]


class Tally:
    """One count over loaded records. `store` asks the library for the rows of a frame. `joined`: the rows, where other counts read
    them too."""

    def __init__(
        self,
        count: Count,
        load: Callable[[str], Loaded],
        periods: Mapping[str, Period],
        store: Store,
        joined: Joined | None = None,
    ) -> None:
        self.count, self.periods, self.load, self.store = count, periods, load, store
        self.ask = store.rows
        self.joined = joined or Joined(load, count.records, store)
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
        frame = self._marked().select(ROW, REASON, *self.cells).sort(ROW)
        at = self.joined[()].at
        return [
            Fate(at(cast(int, row)), None, self._words(reason))
            if reason is not None
            else Fate(at(cast(int, row)), cast(Cell, tuple(cell)), None)
            for row, reason, *cell in self.ask(frame)
        ]

    def marked(self, columns: Sequence[Column]) -> tuple[Iterator[Frame], list[str]]:
        """Each row with its line, the number of its reason, its member of each axis, and some of its columns; by line, in frames that
        follow one another. And the words of the reasons."""
        shown = {f"shown{n}": nw.col(self.joined.column(each.path, each.name)) for n, each in enumerate(columns)}
        order = self._order() if self.count.once else {}
        frame = self._marked(once=False)
        if self.count.once:
            self.reasons.append(words.already(self.count))
            frame = self._less(frame, self._repeated(frame.filter(nw.col(COUNTS)).with_columns(**order), list(order)))
        after = len(self.reasons) - 1
        number = nw.when(nw.col(REASON) < 0).then(after - nw.col(REASON)).otherwise(nw.col(REASON)).alias(REASON)
        frame = frame.with_columns(number).select(ROW, LINE, REASON, *self.cells, **shown)
        return self._by_line(frame), [*self.reasons, *map(words.excluded, self.joined[()].whys)]

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
        here = self.joined[()]
        lines, plain = here.table.lines, frame.drop(ROW)
        in_order = here.place is not None or isinstance(lines, range)
        if (
            self.joined.alone
            and not self.count.once
            and self.count.covering is None
            and in_order
            and here.place is None
        ):
            yield plain  # a library gives rows of one table as it has them
        elif len(lines) <= AT_ONCE or not (in_order or all(before < after for before, after in pairwise(lines))):
            yield plain.sort(LINE)
        else:
            for start in range(0, here.end, AT_ONCE):
                part = frame.filter((nw.col(ROW) >= start) & (nw.col(ROW) < start + AT_ONCE))
                yield part.drop(ROW).sort(LINE)

    def _words(self, reason: object) -> str:
        number = cast(int, reason)
        return self.reasons[number] if number >= 0 else words.excluded(self.joined[()].whys[-1 - number])

    def _marked(self, once: bool = True) -> Frame:
        """Each row with the first reason why it does not count, or the cell it counts in. Not `once`: each row of a key by itself."""
        count = self.count
        axes = self.axes()
        fails = list(self.failing())
        self.reasons = [each.said for each in fails]
        failing = (nw.when(each.rows()).then(nw.lit(at, dtype=nw.Int64())) for at, each in enumerate(fails))
        why = nw.coalesce(
            -1 - nw.col(WHY), *failing
        )  # a row that is in no count has the number of its reason, below nought
        keys = {name: key.rows for name, key in zip(self.names, self.keys, strict=True)}
        units = {TOTAL: nw.col(self.units())} if count.what is What.UNITS else {}
        order = self._order() if count.once and once else {}
        keyed = {f"once{at}": self.once(node) for at, node in enumerate(count.once)}
        for node in covered.read(count):
            self.at_row.value(node)
        joined = self.joined.frame().with_columns(EVERY, **axes, **keys, **units, **order, **keyed)
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

    def once(self, node: Expression) -> nw.Expr:
        """What tells keys apart: for an id that is followed to its row, that row's number, which is quicker to compare."""
        if isinstance(node, Column) and self.joined.leads_to((*node.path, node.name)):
            return nw.col(self.joined.row((*node.path, node.name)))
        return _keyed(self.at_row, node).rows

    def axes(self) -> dict[str, nw.Expr]:
        """Where each row falls."""
        return {
            cell: self._with_person(axis.at, self._placed(axis)) if axis.on_base else self._placed(axis)
            for cell, axis in zip(self.cells, self.count.axes, strict=True)
        }

    def failing(self) -> Iterator[Fails]:
        """Each reason, in the order in which reasons are looked for."""
        count = self.count
        if self.person != ROW:
            yield Fails(words.nobody(count), "nobody", lambda: nw.col(self.person).is_null())
        for condition in count.among:
            yield Fails(words.not_among(condition), ("among", condition), partial(self._not_among, condition))
        for condition in count.where:
            yield Fails(words.fails(condition), condition, partial(self._not_where, condition))
        if count.covering is not None:
            yield Fails(words.no_day(count), "day", lambda: ~yes(nw.col(covered.FIRST) < nw.col(covered.END)))
        for cell, axis, members in zip(self.cells, count.axes, count.members, strict=True):
            if not self._is_never_blank(axis):
                yield Fails(words.unplaced(axis.dimension, axis.at), cell, partial(self._unplaced, axis))
            if members is not None:
                where = partial(self._outside, axis, members)
                yield Fails(words.left_out(axis.dimension), (cell, members), where)
        if count.scope and count.excepted:
            at = dict(zip(count.dimensions, self.cells, strict=True))
            yield Fails(
                words.outside(),
                "scope",
                lambda: every_or_any((self._is(at, cell) for cell in count.excepted), every=False),
            )

    def _not_among(self, condition: Expression) -> nw.Expr:
        return self._with_person(condition, ~self.at_person.condition(condition))

    def _not_where(self, condition: Expression) -> nw.Expr:
        return ~self.at_row.condition(condition)

    def _is_never_blank(self, axis: MeasureAxis) -> bool:
        """Whether each row, or each person, has a member: then it need not be asked."""
        at, of = axis.at, self.count.base if axis.on_base else self.count.records
        if not isinstance(at, Column) or at.path or of is None:
            return False
        return not self.load(of).table.records.columns[at.name].optional

    def _unplaced(self, axis: MeasureAxis) -> nw.Expr:
        return self._said_of(axis, self._placed(axis).is_null())

    def _outside(self, axis: MeasureAxis, members: tuple[str, ...]) -> nw.Expr:
        return self._said_of(axis, not_in(self._placed(axis), members))

    def _said_of(self, axis: MeasureAxis, rows: nw.Expr) -> nw.Expr:
        return self._with_person(axis.at, rows) if axis.on_base else rows

    def _placed(self, axis: MeasureAxis) -> nw.Expr:
        return ascending((self.at_person if axis.on_base else self.at_row).value(axis.at))

    def _with_person(self, node: Expression, rows: nw.Expr) -> nw.Expr:
        """What is said of the person alone, found once for each. A row without a person has a reason before it is asked."""
        read = {(*self.at_person.start, *part.path) for part in walk(node) if isinstance(part, Column)}
        alone = read == {self.count.link} and not looks_up(node)
        return self.joined.there(self.count.link, rows) if alone else rows

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
        if any_may_stand(self.count):
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
        frame = frame.with_columns(each.alias(TOTAL)).with_columns(EVERY, *apart)
        frame = frame.group_by(REASON, *self.cells, *self.names).agg(
            nw.len().alias("rows"), nw.col(TOTAL).sum().cast(nw.Int64()).alias(TOTAL)
        )
        found: dict[Cell, dict[Key, int]] = defaultdict(lambda: defaultdict(int))
        reasons: Counter[str] = Counter()
        for row in self.ask(frame.select(REASON, "rows", TOTAL, *self.cells, *self.names)):
            reason, rows, total, *rest = row
            if reason is not None:
                reasons[self._words(reason)] += cast(int, rows)
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
        once = [f"once{at}" for at in range(len(self.count.once))]
        apart = [*self.cells, *self.names]
        # A row with a reason is in no cell and has no key, so that few groups hold them all.
        blank = [nw.when(nw.col(COUNTS)).then(nw.col(n)).alias(n) for n in (*once, *apart)]
        frame = frame.with_columns(*blank).group_by(REASON, *once, *apart).agg(nw.len().alias("rows"))
        frame = frame.group_by(REASON, *apart).agg(
            nw.len().alias(TOTAL), nw.col("rows").sum().cast(nw.Int64()).alias("rows")
        )
        found: dict[Cell, dict[Key, int]] = defaultdict(lambda: defaultdict(int))
        reasons: Counter[str] = Counter()
        again = 0
        for reason, total, rows, *rest in self.ask(frame.select(REASON, TOTAL, "rows", *apart)):
            if reason is not None:
                reasons[self._words(reason)] += cast(int, rows)
                continue
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
        frame = marked.group_by(REASON).agg(nw.len().alias("rows")).select(REASON, "rows")
        reasons: Counter[str] = Counter()
        for reason, rows in self.ask(frame):
            if reason is not None:
                reasons[self._words(reason)] += cast(int, rows)
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

    def undecided(self) -> dict[Cell, dict[str, date]]:
        """For each cell, the last day of any window of a row whose day is still blank, by whose file it would be filled in."""
        if not self.count.undecided:
            return {}
        firm = Tally(self.count.firm, self.load, self.periods, self.store)
        closes = {
            f"closes{n}": nw.when(~known(firm.at_row.value(each.day))).then(last_day_of(firm.at_row, each.window))
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


def any_may_stand(count: Count) -> bool:
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
