"""Small worlds of records, and counts that may be asked of them: what the engines are held to one another over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

from attrs import evolve
from hypothesis import strategies as st

from pbr_rules import expressions as x
from pbr_rules import kinds
from pbr_rules import tallies as v
from pbr_rules.calendars import Calendar, calendar
from pbr_rules.checked.model import Covering, MeasureAxis, Period, PeriodDays, RecordColumn, Records, Stretch, Taken
from pbr_rules.dates import Duration, TimeUnit
from pbr_rules.evidence.tables import Table, indexed
from pbr_rules.kinds import Kind
from pbr_rules.plan.from_checked import windows
from pbr_rules.plan.model import Count, Ending, Undecided, What
from pbr_rules.surface import tree as t

# ---- a small world: events of people, who belong to regions


def records(name: str, key: tuple[str, ...] | None, columns: dict[str, tuple[Kind, bool]]) -> Records:
    made = {
        n: RecordColumn(n, kind, optional, t.RecordColumn(n, t.ColumnKind(kind.name, kind.detail), optional))
        for n, (kind, optional) in columns.items()
    }
    return Records(name, None, made, key, (), None)


NUMBER = Kind("number", places=2)
HOURS = Kind("number", places=1)

WORLD = {
    "regions": records(
        "regions",
        ("region",),
        {
            "region": (kinds.identity("regions"), False),
            "area": (kinds.category("area"), False),
            "opened": (kinds.DATE, True),
            "budget": (kinds.money("GBP"), True),
            "urban": (kinds.FLAG, True),
        },
    ),
    "people": records(
        "people",
        ("person",),
        {
            "person": (kinds.identity("people"), False),
            "home": (kinds.identity("regions"), True),
            "arm": (kinds.category("arm"), False),
            "joined": (kinds.DATE, False),
            "ended": (kinds.DATE, True),
            "starter": (kinds.FLAG, False),
            "agrees": (kinds.FLAG, True),
            "age": (kinds.COUNT, False),
            "score": (NUMBER, True),
        },
    ),
    "events": records(
        "events",
        None,
        {
            "person": (kinds.identity("people"), True),
            "sort": (kinds.category("sort"), True),
            "held": (kinds.DATE, False),
            "closed": (kinds.DATE, True),
            "amount": (kinds.money("GBP"), True),
            "hours": (HOURS, False),
            "sure": (kinds.FLAG, True),
            "note": (kinds.TEXT, True),
        },
    ),
    "breaks": records(
        "breaks",
        None,
        {
            "person": (kinds.identity("people"), True),
            "went": (kinds.DATE, False),
            "back": (kinds.DATE, True),
        },
    ),
}

PATHS = {
    "events": {(): "events", ("person",): "people", ("person", "home"): "regions"},
    "people": {(): "people", ("home",): "regions"},
    "regions": {(): "regions"},
}

MEMBERS = {"arm": ("one", "two", "three"), "area": ("north", "south"), "sort": ("a", "b", "Z", "é")}

PERIODS = {
    "year": Period(
        "year",
        None,
        (
            PeriodDays("y2012", None, date(2012, 1, 1), date(2012, 12, 31)),
            PeriodDays("y2013", None, date(2013, 1, 1), date(2013, 12, 31)),
        ),
    ),
    "term": Period(
        "term",
        None,
        (
            PeriodDays("late", None, date(2012, 2, 29), date(2012, 8, 31)),
            PeriodDays("early", None, date(2011, 12, 31), date(2012, 3, 31)),
            PeriodDays("last", None, date(2013, 2, 28), date(9999, 12, 31)),
        ),
    ),
    "never": Period("never", None, ()),
}

ENDS = [date(2011, 12, 31), date(2012, 1, 31), date(2012, 2, 28), date(2012, 2, 29), date(2012, 3, 1), date(2012, 3, 31),
        date(2012, 8, 31), date(2013, 1, 31), date(2013, 2, 28), date(2013, 3, 1), date(2016, 2, 29)]  # fmt: skip
TEXTS = ["a", "b", "B", "aa", "é", "\u2019", "\uffff", "\U0001f600", "a\x00"]


# ---- tables


def cells_of(kind: Kind, name: str, ids: dict[str, int]) -> list[Any]:
    match kind.name:
        case "id":
            return [f"{kind.detail}{n}" for n in range(ids[kind.detail])]
        case "category":
            return list(MEMBERS[kind.detail])
        case "date":
            return [*ENDS, *(date(2012, 1, 1) + timedelta(days=17 * n) for n in range(40))]
        case "flag":
            return [True, False]
        case "text":
            return TEXTS
        case "count":
            return list(range(6))
    return [-1000, -101, -1, 0, 1, 2, 3, 33, 34, 50, 99, 100, 101, 150, 200, 10_000]


def table(name: str, sizes: dict[str, int], choose: Any) -> Table:
    """A table of random rows. `choose` takes a list and gives one of it."""
    size = sizes[name]
    columns: dict[str, list[Any]] = {}
    for column in WORLD[name].columns.values():
        key = WORLD[name].key == (column.name,)
        blank = column.optional and choose([True, False, False, False])
        cells = cells_of(column.kind, column.name, sizes)
        if column.kind.name == "id" and not key and not cells:
            blank = True
        columns[column.name] = [
            f"{name}{row}" if key else None if blank or (column.optional and choose([1, 0, 0, 0])) else choose(cells)
            for row in range(size)
        ]
    lines = sorted(range(2, size + 2), key=lambda line: (line % 3, line))
    excluded = [choose([None, None, None, None, "too young", "not here"]) for _ in range(size)]
    return Table(WORLD[name], columns, lines, excluded, indexed(WORLD[name], columns, size))


@cache
def large() -> dict[str, Table]:
    choose = Random(20120229).choice
    sizes = {"regions": 6, "people": 40, "events": 250, "breaks": 30}
    return {name: table(name, sizes, choose) for name in WORLD}


SIZES = {"regions": [0, 1, 3], "people": [0, 1, 3, 6], "events": [0, 1, 7, 15], "breaks": [0, 2, 5]}
"""How many rows a small world may have: now and then none."""


@st.composite
def small(draw: Any) -> dict[str, Table]:
    choose = Random(draw(st.integers(0, 2**32))).choice
    sizes = {name: draw(st.sampled_from(listed)) for name, listed in SIZES.items()}
    return {name: table(name, sizes, choose) for name in WORLD}


# ---- expressions


def columns_at(root: str, wanted: Sequence[str]) -> list[x.Column]:
    return [
        x.Column(root, path, column.name, column.kind)
        for path, name in PATHS[root].items()
        for column in WORLD[name].columns.values()
        if column.kind.name in wanted
    ]


DAYWISE = [x.Comparator.BEFORE, x.Comparator.ON_OR_BEFORE, x.Comparator.AFTER, x.Comparator.ON_OR_AFTER]
NUMERIC = ("count", "number", "money")
FIGURES = [Fraction(n) for n in ("0", "1", "-1", "2", "0.5", "0.33", "1.005", "-0.015", "100", "1e12", "-1e30")]
FIGURES += [Fraction(1, 3), Fraction(-2, 7)]
UNITS = [unit for unit in TimeUnit if unit is not TimeUnit.WORKING_DAY]
CLOSED = Calendar("tried", frozenset(ENDS) | calendar("england_and_wales").closed)
OTHERS = st.builds(Duration, st.sampled_from([0, 1, 2, 6, 11, 12, 13, 18]), st.sampled_from(UNITS))
WORKING = Duration(13, TimeUnit.WORKING_DAY, calendar=CLOSED)
# Working days now and then: a frame looks each day up, in a table of all of them.
LENGTHS = st.integers(0, 19).flatmap(lambda n: st.just(WORKING) if n == 7 else OTHERS)


def literal(value: Any, kind: Kind) -> x.Literal:
    return x.Literal(value, kind, str(value))


def lengths(draw: Any) -> x.Expression:
    length = literal(draw(LENGTHS), kinds.DURATION)
    if draw(st.sampled_from([True, False, False])):
        least = 1 if length.value.is_working else 0  # type: ignore[union-attr]
        return x.Bracket(x.Arithmetic("*", literal(Fraction(draw(st.integers(least, 3))), kinds.COUNT), length))
    return length


@st.composite
def numbers(draw: Any, root: str, depth: int) -> x.Expression:
    form = draw(
        st.sampled_from(["column", "column", "literal", "sum", "days", "negative", "extreme", "percent", "nothing"])
    )
    if form == "literal":
        return literal(draw(st.sampled_from(FIGURES)), kinds.NUMBER)
    if form == "nothing":
        return x.Nothing()
    if depth == 0 or form == "column":
        return draw(st.sampled_from(columns_at(root, NUMERIC)))
    a = draw(numbers(root, depth - 1))
    match form:
        case "days":
            return x.Arithmetic("-", draw(days(root, depth - 1)), draw(days(root, depth - 1)))
        case "negative":
            return x.Negative(a)
        case "percent":
            return x.PercentOf(literal(draw(st.sampled_from(FIGURES)), kinds.PERCENT), a)
        case "extreme":
            return x.Extreme(draw(st.booleans()), a, draw(numbers(root, depth - 1)))
    return x.Bracket(x.Arithmetic(draw(st.sampled_from("+-*/")), a, draw(numbers(root, depth - 1))))


@st.composite
def days(draw: Any, root: str, depth: int) -> x.Expression:
    form = draw(st.sampled_from(["column", "column", "column", "literal", "moved", "timing", "extreme"]))
    if form == "literal":
        return literal(draw(st.sampled_from(ENDS)), kinds.DATE)
    if depth == 0 or form == "column":
        return draw(st.sampled_from(columns_at(root, ["date"])))
    a = draw(days(root, depth - 1))
    if form == "moved":
        return x.Arithmetic(draw(st.sampled_from("+-")), a, lengths(draw))
    if form == "timing":
        return x.Timing(literal(draw(LENGTHS), kinds.DURATION), a)
    return x.Extreme(draw(st.booleans()), a, draw(days(root, depth - 1)))


@st.composite
def texts(draw: Any, root: str) -> tuple[x.Expression, Sequence[x.Expression]]:
    """A text, and others that it may be compared with."""
    if draw(st.booleans()):
        period = draw(st.sampled_from(list(PERIODS)))
        names = [m.name for m in PERIODS[period].members] or ["nobody"]
        return x.PeriodOf(period, draw(days(root, 1))), [x.Member(period, n) for n in names]
    column = draw(st.sampled_from(columns_at(root, ["id", "category", "text"])))
    cells = cells_of(column.kind, column.name, {"regions": 6, "people": 6, "events": 0})
    others = [x.Member(column.kind.detail, c) for c in cells]
    return column, [*others, *columns_at(root, [column.kind.name])]


@st.composite
def conditions(draw: Any, root: str, depth: int = 2) -> x.Expression:
    form = draw(st.sampled_from(
        ["number", "number", "day", "text", "one of", "known", "within", "within", "within", "between", "flag",
         "both", "either", "not", "flags"]
    ))  # fmt: skip
    how = draw(st.sampled_from(list(x.Comparator)))
    if depth == 0 and form in ("both", "either", "not", "flags"):
        form = "flag"
    match form:
        case "number":
            return x.Compare(how, draw(numbers(root, 2)), draw(numbers(root, 1)))
        case "day":
            return x.Compare(how, draw(days(root, 2)), draw(days(root, 1)))
        case "text":
            one, others = draw(texts(root))
            return x.Compare(how, one, draw(st.sampled_from(others)))
        case "one of":
            negated = draw(st.booleans())
            if draw(st.booleans()):
                values = draw(st.lists(numbers(root, 0), min_size=1, max_size=3))
                return x.OneOf(draw(numbers(root, 1)), tuple(values), negated)
            one, others = draw(texts(root))
            return x.OneOf(one, tuple(draw(st.lists(st.sampled_from(others), min_size=1, max_size=3))), negated)
        case "known":
            of = draw(st.one_of(numbers(root, 2), days(root, 1), texts(root).map(lambda pair: pair[0])))
            return x.Known(of, draw(st.booleans()))
        case "within":
            return window(draw, root)
        case "between":
            return x.Between(draw(days(root, 1)), draw(days(root, 1)), draw(days(root, 1)))
        case "flag":
            return draw(st.sampled_from(columns_at(root, ["flag"])))
        case "not":
            return x.Not(draw(conditions(root, depth - 1)))
        case "flags":
            flags = columns_at(root, ["flag"])
            return x.Compare(draw(st.sampled_from([x.Comparator.IS, x.Comparator.IS_NOT])),
                             x.Bracket(draw(conditions(root, 0))), draw(st.sampled_from(flags)))  # fmt: skip
    parts = tuple(draw(st.lists(conditions(root, depth - 1), min_size=2, max_size=3)))
    return x.Bracket((x.Both if form == "both" else x.Either)(parts))


def window(draw: Any, root: str) -> x.Within:
    return x.Within(draw(days(root, 1)), draw(LENGTHS), draw(st.sampled_from(list(x.Window))), draw(days(root, 1)))


# ---- counts


def axis(draw: Any, root: str, name: str, on_base: bool) -> MeasureAxis:
    if name in PERIODS:
        return MeasureAxis(name, x.PeriodOf(name, draw(st.sampled_from(columns_at(root, ["date"])))), on_base)
    form = draw(st.sampled_from(columns_at(root, ["category", "id"])))
    return MeasureAxis(name, form, on_base)


def closing(draw: Any, root: str) -> Ending:
    """A window that must be over."""
    form = draw(st.sampled_from(["length", "length", "days", "day"]))
    if form == "length":
        return window(draw, root)
    if form == "days":
        return x.Between(draw(days(root, 1)), draw(days(root, 1)), draw(days(root, 1)))
    return x.Compare(draw(st.sampled_from(DAYWISE)), draw(days(root, 0)), draw(days(root, 1)))


@st.composite
def counts(draw: Any) -> Count:
    root, base, link = draw(st.sampled_from([
        ("events", None, ()), ("events", "people", ("person",)), ("events", "regions", ("person", "home")),
        ("people", "people", ()), ("people", None, ()), ("people", "regions", ("home",)),
    ]))  # fmt: skip
    names = draw(st.lists(st.sampled_from(["d1", "d2", "year", "term", "never"]), max_size=2, unique=True))
    axes, members = [], []
    for name in names:
        on_base = base is not None and draw(st.sampled_from([True, True, False]))
        made = axis(draw, base if on_base and base else root, name, on_base)
        axes.append(made)
        every = [m.name for m in PERIODS[name].members] if name in PERIODS else [*sum(MEMBERS.values(), ()), "people1"]
        members.append(draw(st.none() | st.lists(st.sampled_from(every or ["nobody"]), unique=True).map(tuple)))
    scope = tuple(n for n in names if draw(st.booleans()))
    excepted = (
        draw(st.lists(st.tuples(*(st.sampled_from(["one", "a", "north", "y2012", "late"]) for _ in scope))))
        if scope
        else []
    )
    what = draw(st.sampled_from([What.PEOPLE, What.ROWS, What.UNITS]))
    every_column = columns_at(root, [*NUMERIC, "date", "flag", "id", "category", "text"])
    taken = draw(st.none() | st.tuples(st.sampled_from(columns_at(root, [*NUMERIC, "date"])), st.booleans()))
    few = {"max_size": 2}
    where = tuple(draw(st.lists(conditions(root), max_size=3)))
    return Count(
        measure="tested",
        axes=tuple(axes),
        records=root,
        base=base,
        link=link,
        among=tuple(draw(st.lists(conditions(base, 1), **few))) if base else (),
        where=where,
        once=tuple(draw(st.lists(st.sampled_from(every_column), **few))),
        survivor=taken,
        what=what,
        column=draw(st.sampled_from(columns_at(root, NUMERIC))) if what is What.UNITS else None,
        keys=tuple(draw(st.lists(st.sampled_from(every_column), **few))),
        closing=tuple(closing(draw, base) for _ in range(draw(st.integers(0, 2)))) if base else (),
        members=tuple(members),
        scope=scope if excepted else (),
        excepted=tuple(excepted),
        undecided=tuple(
            Undecided(draw(st.sampled_from(["one", "another"])), *found)
            for condition in where
            for found in windows(condition)
        ),
    )


# ---- stretches of days, days that are reached, and at most so many

COMPLETE = {"people": date(2013, 3, 1), "events": date(2013, 3, 1), "breaks": date(2012, 8, 31)}
GAPS = st.none() | st.builds(Duration, st.integers(0, 40), st.just(TimeUnit.DAY)) | st.just(Duration(2, TimeUnit.WEEK))
RUNS = st.sampled_from([Duration(1, TimeUnit.DAY), Duration(30, TimeUnit.DAY), Duration(2, TimeUnit.WEEK)])
LASTING = st.builds(Duration, st.sampled_from([1, 2, 6, 13]), st.sampled_from(UNITS))
OFTEN = [Fraction(n) for n in ("0", "1", "2", "2.5", "7.5", "30", "100")] + [Fraction(1, 3)]
BY_ROWS = ["earliest", "latest", "reached rows", "reached sum", "at most"]


def own(draw: Any, count: Count, numbers: list[Fraction]) -> x.Expression:
    """A figure that is the same in all rows of a person: one for all, or the person's own."""
    if count.base is None or draw(st.booleans()):
        return literal(draw(st.sampled_from(numbers)), kinds.NUMBER)
    there = [c for c in WORLD[count.base].columns.values() if c.kind.name in NUMERIC]
    column = draw(st.sampled_from(there))
    return x.Column(count.records, count.link, column.name, column.kind)


def stretch(records: str, first: str, last: str, until: bool) -> Stretch:
    there = WORLD[records].columns
    ends = [x.Column(records, (), name, there[name].kind) for name in (first, last)]
    return Stretch(records, "lasts", ends[0], ends[1], until)


@st.composite
def amounts(draw: Any) -> Count:
    """A count of what comes of stretches, of the day that rows come to, or of so many rows for each person at most."""
    count = draw(counts())
    root, gap = count.records, draw(GAPS)
    sort = draw(st.sampled_from(["days", "runs", "stretches", "lasted", "lasted", "reached days", *BY_ROWS]))
    at_least = own(draw, count, OFTEN)
    day = draw(days(root, 1))
    summed = draw(st.sampled_from(columns_at(root, NUMERIC))) if sort == "reached sum" else None
    node: v.Counts = {
        "days": lambda: v.Days(gap),
        "runs": lambda: v.Runs(draw(RUNS), gap),
        "stretches": lambda: v.Stretches(draw(st.none() | LASTING), gap),
        "lasted": lambda: v.Lasted(draw(LASTING), gap, draw(st.booleans())),
        "reached days": lambda: v.Reached(v.Days(gap), at_least),
        "earliest": lambda: v.Earliest(day),
        "latest": lambda: v.Latest(day),
        "reached rows": lambda: v.Reached(v.Rows(), at_least, day),
        "reached sum": lambda: v.Reached(v.Sum(summed or day), at_least, day),
        "at most": v.Rows,
    }[sort]()  # fmt: skip
    covers = sort not in BY_ROWS
    numbers = sort in ("days", "runs", "stretches", "at most")
    return evolve(
        count,
        what=What.STRETCHES if covers else What.ROWS if sort == "at most" else What.DAY,
        counts=node,
        column=summed,
        keys=(),
        most=own(draw, count, OFTEN)
        if count.base and (sort == "at most" or (numbers and draw(st.booleans())))
        else None,
        covering=covering(draw, count) if covers else None,
        complete=COMPLETE,
    )


def covering(draw: Any, count: Count) -> Covering:
    ends = {"events": ("held", "closed"), "people": ("joined", "ended")}[count.records]
    lasts = stretch(count.records, *ends, until=draw(st.booleans()))
    clip = draw(st.none() | st.tuples(days(count.records, 1), days(count.records, 1)))
    if count.base is None or draw(st.booleans()):
        return Covering(lasts, clip)
    link = {"people": ("person",), "regions": ("person", "home")}[count.base]
    return Covering(lasts, clip, (Taken(stretch("breaks", "went", "back", draw(st.booleans())), link),))
