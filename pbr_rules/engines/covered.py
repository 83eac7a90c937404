"""Days over frames: what comes of the stretches of each person, and the day that rows come to.

Days are whole numbers here, counted from 1 January of year 1. The stretches of a person are swept in order of their days: how many
cover a day, and how many take it out, are running sums; where at least one covers and none takes out, the day is covered. Each
running sum stands in a step of its own. What is then left, a few stretches for each person, is finished as plain Python has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, cast

import narwhals.stable.v2 as nw

from pbr_rules import tallies as v
from pbr_rules.checked.model import Cell, Stretch, Taken
from pbr_rules.engines import figures, stretches
from pbr_rules.engines.days import Day, counted
from pbr_rules.engines.figures import LARGEST, LoweringError, Number, Whole
from pbr_rules.engines.joined import Joined
from pbr_rules.engines.loaded import WHY, Frame
from pbr_rules.engines.lowering import Lowering
from pbr_rules.evidence.tables import places
from pbr_rules.expressions import Column, Comparator, Expression
from pbr_rules.plan.model import Count

if TYPE_CHECKING:
    from pbr_rules.engines.tally import Tally

FIRST, END, START, UNTIL, WHO, COVER, OUT, DAY, AT_LEAST, MOST = (
    "first",
    "end",
    "start",
    "until",
    "who",
    "cover",
    "out",
    "day",
    "at_least",
    "most",
)

CARRIED = (FIRST, END, DAY, AT_LEAST, MOST)
"""What rows carry from when they are marked."""

WHOLE, ROWS = 2**52, 2**31
"""The largest number that is divided exactly as doubles are, and more rows or days than anybody has."""

AFTER_ALL = date.max.toordinal() + 1

Amounts = tuple[dict[Cell, int], dict[Cell, date]]


def read(count: Count) -> list[Expression]:
    """What days are made of, and what is added up on them. It is read before rows are joined, so that the records it leads to are joined too."""
    found = [] if count.most is None else [count.most]
    if count.covering is None and (day := getattr(count.counts, "day", None)) is not None:
        found.append(day)
    if isinstance(count.counts, v.Reached):
        found += [count.counts.at_least] if count.column is None else [count.counts.at_least, count.column]
    if count.covering is not None:
        stretch, clip = count.covering.stretch, count.covering.clip
        found += [stretch.first, stretch.last, *(clip or ())]
    return found


def with_days(frame: Frame, count: Count, at_row: Lowering) -> Frame:
    """Rows with what their days come to: the first that each covers and the one after its last, or the day that it comes to.

    Days are columns before they are numbers, and numbers before they are clipped: a step that repeats an expression repeats all
    that stands in it, and a library that reads the whole again at each step would take long.
    """
    plain: dict[str, nw.Expr] = {}
    if count.covering is None and (day := getattr(count.counts, "day", None)) is not None:
        plain[DAY] = _day(at_row, day).rows
    if isinstance(count.counts, v.Reached):
        plain[AT_LEAST] = _threshold(count.counts, at_row).top.here
    if count.most is not None:
        plain[MOST] = _most(count.most, at_row)
    frame = frame.with_columns(**plain) if plain else frame
    if count.covering is None:
        return frame
    stretch, clip = count.covering.stretch, count.covering.clip
    unknown = clip is None and count.complete.get(count.records) is None
    if unknown and None in at_row.joined[()].table.columns[stretch.last.name]:
        raise LoweringError(
            f"a stretch of `{stretch.records}.{stretch.name}` goes on, and nothing says how far its file goes"
        )
    days = {FIRST: stretch.first, END: stretch.last} | ({START: clip[0], UNTIL: clip[1]} if clip is not None else {})
    frame = _ended(_numbered(frame, {name: _day(at_row, node) for name, node in days.items()}), count, stretch)
    if clip is None:
        return frame
    first, end, start, until = (nw.col(name) for name in (FIRST, END, START, UNTIL))
    frame = frame.with_columns(nw.coalesce(end, until).alias(END))
    return frame.with_columns(
        nw.when(first >= start).then(first).otherwise(start).alias(FIRST),
        nw.when(end <= until).then(end).otherwise(until).alias(END),
    )


def _numbered(frame: Frame, days: dict[str, Day]) -> Frame:
    """Days as whole numbers, each a column."""
    frame = frame.with_columns(**{name: day.rows for name, day in days.items()})
    numbers = {name: counted(Day(nw.col(name), day.low, day.high, day.fixed)).here for name, day in days.items()}
    return frame.with_columns(**numbers)


def _ended(frame: Frame, count: Count, stretch: Stretch) -> Frame:
    """The day after the last; a stretch that goes on is known as far as its file goes."""
    end = nw.col(END) + (0 if stretch.until else 1)
    complete = count.complete.get(stretch.records)
    return frame.with_columns((end if complete is None else end.fill_null(complete.toordinal() + 1)).alias(END))


def _day(at: Lowering, node: object) -> Day:
    value = at.value(node)  # type: ignore[arg-type]
    if not isinstance(value, Day):
        raise LoweringError("a stretch does not lie between days")
    return value


def _threshold(counts: v.Reached, at: Lowering) -> Number:
    value = at.value(counts.at_least)
    if not isinstance(value, Number) or value.under.rows is not None:
        raise LoweringError("what a running total reaches is not a figure with an end as a decimal")
    return value


def _most(most: Expression, at: Lowering) -> nw.Expr:
    """The whole number that each person counts for at most, and never fewer than none; missing where it is not known.

    Spark divides as doubles. That is exact up to `WHOLE`, and beyond it only numbers larger than anybody's rows and days come out
    otherwise; unless what they are divided by is large too.
    """
    value = at.value(most)
    if not isinstance(value, Number) or value.under.rows is not None:
        raise LoweringError("the most for each person is not a figure with an end as a decimal")
    if value.top.high > WHOLE and value.under.low > WHOLE // ROWS:
        raise LoweringError("the most for each person could be too large to be divided exactly")
    number = value.top.here // value.under.low
    return nw.when(number < 0).then(_none()).otherwise(number)


class Covered:
    """What each cell comes to, from rows that are marked with whether they count."""

    def __init__(self, tally: Tally, marked: Frame, counts: str) -> None:
        self.tally, self.count, self.cells = tally, tally.count, tally.cells
        # Without people, all of a cell are one.
        who = nw.col(tally.person) if self.count.base is not None else nw.lit(0, dtype=nw.Int64())
        self.rows = marked.filter(nw.col(counts)).with_columns(who.alias(WHO))

    def of_rows(self) -> dict[Cell, int]:
        """How many rows, for each person at most so many."""
        each = self.rows.group_by(*self.cells, WHO).agg(nw.len().cast(nw.Int64()).alias(COVER))
        return self._added(each)

    def of_days(self) -> dict[Cell, date]:
        """The day that each cell's rows come to."""
        match self.count.counts:
            case v.Earliest():
                found = self._by_cell(self.rows, nw.col(DAY).min())
            case v.Latest():
                found = self._by_cell(self.rows, nw.col(DAY).max())
            case v.Reached() as counts:
                found = self._reached(counts)
            case other:
                raise LoweringError(f"{type(other).__name__} comes to no day")
        return {cell: day for cell, day in found.items() if isinstance(day, date)}

    def of_stretches(self) -> Amounts:
        """What comes of the stretches of each person: a number, or a day."""
        counts, unbroken = self.count.counts, self._unbroken()
        if isinstance(counts, v.Days | v.Runs):
            days = nw.col(END) - nw.col(FIRST)
            number = days if isinstance(counts, v.Days) else days // (counts.length.days or 1)
            each = unbroken.with_columns(number.alias(COVER)).group_by(*self.cells, WHO).agg(nw.col(COVER).sum())
            return self._added(each), {}
        by_person: dict[tuple[Cell, object], list[stretches.Stretch]] = defaultdict(list)
        for *cell, who, first, end in self._asked(unbroken.select(*self.cells, WHO, FIRST, END).sort(FIRST)):
            by_person[cast(Cell, tuple(cell)), who].append((cast(int, first), cast(int, end) - 1))
        if isinstance(counts, v.Stretches):
            return self._at_most({key: stretches.number(counts, found) for key, found in by_person.items()}), {}
        wanted = self._wanted(counts)
        days_: dict[Cell, date] = {}
        for (at, person), of_person in by_person.items():
            day = stretches.day(counts, of_person, wanted(at, person))
            if day is not None:
                days_[at] = min(day, days_.get(at, day))
        return {}, days_

    def _wanted(self, counts: v.Counts) -> Callable[[Cell, object], Fraction | None]:
        """How much each person must reach."""
        if not isinstance(counts, v.Reached):
            return lambda cell, who: None
        threshold = _threshold(counts, self.tally.at_row)
        if threshold.fixed is not None:
            fixed = threshold.fixed
            return lambda cell, who: fixed
        frame = self.rows.group_by(*self.cells, WHO).agg(nw.col(AT_LEAST).min())
        listed = {
            (cast(Cell, tuple(cell)), who): None if top is None else Fraction(cast(int, top), threshold.under.low)
            for *cell, who, top in self._asked(frame.select(*self.cells, WHO, AT_LEAST))
        }
        return lambda cell, who: listed[cell, who]

    # ---- the sweep

    def _unbroken(self) -> Frame:
        """Each person's unbroken stretches, in each cell, from `first` to the day before `end`."""
        by_person = [*self.cells, WHO]
        covering = self.rows.select(*by_person, FIRST, END)
        events = [_events(covering, by_person, COVER)]
        for taken in self.count.covering.without if self.count.covering is not None else ():
            there = covering.select(*by_person).unique().join(self._taken(taken), on=WHO, how="inner")
            events.append(_events(there.select(*by_person, FIRST, END), by_person, OUT))
        frame = nw.concat(events, how="vertical").group_by(*by_person, DAY).agg(_sum(COVER), _sum(OUT))
        frame = self.tally.store.settled(frame)
        for name in (COVER, OUT):
            frame = frame.with_columns(nw.col(name).cum_sum().over(*by_person, order_by=DAY).cast(nw.Int64()))
        frame = frame.with_columns(nw.col(DAY).shift(-1).over(*by_person, order_by=DAY).alias(END))
        frame = frame.filter((nw.col(COVER) > 0) & (nw.col(OUT) == 0) & ~nw.col(END).is_null())
        frame = frame.with_columns(nw.col(END).shift(1).over(*by_person, order_by=DAY).alias("before"))
        begins = nw.col("before").is_null() | (nw.col(DAY) - nw.col("before") > self._gap())
        frame = frame.with_columns(nw.when(begins).then(_one()).otherwise(_none()).alias("begins"))
        number = nw.col("begins").cum_sum().over(*by_person, order_by=DAY).cast(nw.Int64())
        frame = frame.with_columns(number.alias("number"))
        return frame.group_by(*by_person, "number").agg(nw.col(DAY).min().alias(FIRST), nw.col(END).max())

    def _gap(self) -> int:
        counts = self.count.counts.of if isinstance(self.count.counts, v.Reached) else self.count.counts
        ignoring = getattr(counts, "ignoring", None)
        return (ignoring.days or 0) if ignoring is not None else 0

    def _taken(self, taken: Taken) -> Frame:
        """Stretches that are taken out, each with its person."""
        joined = Joined(self.tally.load, taken.stretch.records, self.tally.store)
        at = Lowering(joined, self.tally.periods)
        person = joined.row(taken.link)
        days = {FIRST: _day(at, taken.stretch.first), END: _day(at, taken.stretch.last)}
        frame = _ended(_numbered(joined.frame(), days), self.count, taken.stretch)
        frame = frame.with_columns(nw.col(END).fill_null(AFTER_ALL))
        frame = frame.filter(nw.col(WHY).is_null() & ~nw.col(person).is_null() & (nw.col(FIRST) < nw.col(END)))
        return frame.select(nw.col(person).alias(WHO), FIRST, END)

    # ---- rows

    def _reached(self, counts: v.Reached) -> dict[Cell, object]:
        """The first day on which the running total of a cell's rows is at least what is asked for."""
        threshold = _threshold(counts, self.tally.at_row)
        units, most, under = _one(), 1, 1
        if isinstance(self.count.column, Column):
            there = self.tally.joined[self.count.column.path]
            units = nw.col(self.tally.units()).fill_null(0)
            most = max(map(abs, there.ends[self.count.column.name]))
            under = 10 ** places(self.count.column.kind)
        apart = [*self.cells, AT_LEAST]
        frame = self.rows.filter(~nw.col(DAY).is_null() & ~nw.col(AT_LEAST).is_null())
        frame = frame.with_columns(units.alias(COVER)).group_by(*apart, DAY).agg(_sum(COVER))
        frame = frame.with_columns(nw.col(COVER).cum_sum().over(*apart, order_by=DAY).cast(nw.Int64()))
        end = most * max(len(self.tally.joined[()].table), 1)
        if end > LARGEST:
            raise LoweringError("a running total could be too large for 64 bits")
        total = Number(Whole(-end, end, nw.col(COVER)), Whole(under, under))
        top = threshold.top
        wanted = Number(Whole(top.low, top.high, nw.col(AT_LEAST)), threshold.under)
        return self._by_cell(frame.filter(figures.compared(Comparator.AT_LEAST, total, wanted)), nw.col(DAY).min())

    # ---- together

    def _by_cell(self, frame: Frame, what: nw.Expr) -> dict[Cell, object]:
        one = frame.with_columns(_one().alias("one")).group_by("one", *self.cells).agg(what.alias("found"))
        return {cast(Cell, tuple(cell)): found for *cell, found in self._asked(one.select(*self.cells, "found"))}

    def _added(self, each: Frame) -> dict[Cell, int]:
        """What the people of each cell come to, each at most so many."""
        if self.count.most is not None:
            each = each.join(self._most_of_each(), on=[*self.cells, WHO], how="inner")
            below = nw.col(MOST).is_null() | (nw.col(COVER) < nw.col(MOST))
            each = each.with_columns(nw.when(below).then(nw.col(COVER)).otherwise(nw.col(MOST)).alias(COVER))
        found = self._by_cell(each, nw.col(COVER).sum().cast(nw.Int64()))
        return {cell: cast(int, number) for cell, number in found.items()}

    def _at_most(self, each: dict[tuple[Cell, object], int]) -> dict[Cell, int]:
        most: dict[tuple[Cell, object], int | None] = {}
        if self.count.most is not None:
            for *cell, who, number in self._asked(self._most_of_each().select(*self.cells, WHO, MOST)):
                most[cast(Cell, tuple(cell)), who] = cast(int | None, number)
        found: dict[Cell, int] = defaultdict(int)
        for (at, person), number in each.items():
            top = most.get((at, person))
            found[at] += number if top is None else min(number, top)
        return dict(found)

    def _most_of_each(self) -> Frame:
        """How many each person counts for at most, in each cell: all rows of one say the same."""
        return self.rows.group_by(*self.cells, WHO).agg(nw.col(MOST).min())

    def _asked(self, frame: Frame) -> list[tuple[object, ...]]:
        return self.tally.ask(frame)


def _events(frame: Frame, by_person: list[str], name: str) -> Frame:
    """Two events for each stretch: on its first day one more covers (or takes out), on the day after its last one fewer."""
    other = OUT if name == COVER else COVER
    ends = []
    for day, step in ((FIRST, 1), (END, -1)):
        here = frame.with_columns(
            nw.col(day).alias(DAY),
            nw.lit(step, dtype=nw.Int64()).alias(name),
            _none().alias(other),
        )
        ends.append(here.select(*by_person, DAY, COVER, OUT))
    return nw.concat(ends, how="vertical")


def _sum(name: str) -> nw.Expr:
    return nw.col(name).sum().cast(nw.Int64()).alias(name)


def _one() -> nw.Expr:
    return nw.lit(1, dtype=nw.Int64())


def _none() -> nw.Expr:
    return nw.lit(0, dtype=nw.Int64())
