"""Days that stretches cover, and days that are reached: plain Python against days counted one by one, and every engine against it.

One table holds many people, so one question is many cases: 220 people for every node of the vocabulary.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

import pytest
from attrs import evolve

from pbr_rules import expressions as x
from pbr_rules import kinds
from pbr_rules import tallies as v
from pbr_rules.checked.model import Covering, MeasureAxis, RecordColumn, Records, Stretch, Taken
from pbr_rules.dates import Duration, TimeUnit, add, last_day_starting_on
from pbr_rules.evidence.tables import Table, indexed
from pbr_rules.kinds import Kind
from pbr_rules.plan.model import Answer, Count, What
from pbr_rules.surface import tree as t

PEOPLE = 220
SEEDS = range(1)
COMPLETE = date(2020, 4, 30)
FIRST = date(2020, 1, 20)


def described(name: str, key: tuple[str, ...] | None, columns: Mapping[str, tuple[Kind, bool]]) -> Records:
    made = {
        n: RecordColumn(n, kind, optional, t.RecordColumn(n, t.ColumnKind(kind.name, kind.detail), optional))
        for n, (kind, optional) in columns.items()
    }
    return Records(name, None, made, key, (), None)


PERSON = kinds.identity("people")
DESCRIBED = {
    "people": described(
        "people",
        ("person",),
        {
            "person": (PERSON, False),
            "region": (kinds.category("region"), False),
            "joined": (kinds.DATE, False),
            "left": (kinds.DATE, True),
            "wanted": (Kind("number", places=1), True),
        },
    ),
    "stays": described(
        "stays",
        None,
        {
            "person": (PERSON, True),
            "sort": (kinds.category("sort"), False),
            "began": (kinds.DATE, False),
            "ended": (kinds.DATE, True),
            "amount": (kinds.money("GBP"), True),
        },
    ),
    "gone": described(
        "gone", None, {"person": (PERSON, True), "went": (kinds.DATE, False), "back": (kinds.DATE, True)}
    ),
}


@cache
def tables(seed: int) -> dict[str, Table]:
    """People with a few stays and absences each: overlaps, gaps of a day, month ends, a leap day, blanks, stays that go on."""
    choose = Random(seed)
    days = [FIRST + timedelta(days=n) for n in range(90)]
    people = [f"p{n}" for n in range(PEOPLE)]
    rows: dict[str, list[list[Any]]] = {"people": [], "stays": [], "gone": []}
    for person in people:
        left = None if choose.random() < 0.2 else choose.choice(days)
        wanted = None if choose.random() < 0.1 else choose.choice([0, 5, 10, 35, 200, 999])
        rows["people"].append([person, choose.choice(["north", "south"]), choose.choice(days), left, wanted])
        for _ in range(choose.choice([0, 1, 2, 3, 5])):
            began = choose.choice(days)
            length = choose.choice([-2, -1, 0, 0, 1, 2, 6, 7, 13, 28, 29, 30, 31, 45])
            ended = None if choose.random() < 0.15 else began + timedelta(days=length)
            amount = None if choose.random() < 0.1 else choose.choice([-500, 0, 1, 100, 999, 3000])
            rows["stays"].append(
                [person if choose.random() < 0.97 else None, choose.choice("ab"), began, ended, amount]
            )
        for _ in range(choose.choice([0, 0, 1, 2])):
            went = choose.choice(days)
            back = None if choose.random() < 0.1 else went + timedelta(days=choose.choice([-1, 0, 1, 2, 5, 20]))
            rows["gone"].append([person if choose.random() < 0.95 else None, went, back])
    choose.shuffle(rows["stays"])
    found = {}
    for name, listed in rows.items():
        columns = {c: [row[n] for row in listed] for n, c in enumerate(DESCRIBED[name].columns)}
        excluded = ["left out" if choose.random() < 0.03 else None for _ in listed]
        lines = range(2, len(listed) + 2)
        found[name] = Table(DESCRIBED[name], columns, lines, excluded, indexed(DESCRIBED[name], columns, len(listed)))
    return found


def column(records: str, name: str, *path: str) -> x.Column:
    there = DESCRIBED["people" if path else records]
    return x.Column(records, path, name, there.columns[name].kind)


def days(number: int) -> Duration:
    return Duration(number, TimeUnit.DAY)


def number(value: str) -> x.Literal:
    return x.Literal(Fraction(value), kinds.NUMBER, value)


HOUSED = Stretch("stays", "housed", column("stays", "began"), column("stays", "ended"), until=False)
AWAY = Taken(Stretch("gone", "away", column("gone", "went"), column("gone", "back"), until=True), ("person",))
OWN = MeasureAxis("person", x.Column("people", (), "person", PERSON), on_base=True)
REGION = MeasureAxis("region", column("people", "region"), on_base=True)
SORT = MeasureAxis("sort", column("stays", "sort"), on_base=False)
WINDOW = (column("stays", "joined", "person"), column("stays", "left", "person"))

COVERINGS = {
    "plain": Covering(HOUSED),
    "until": Covering(evolve(HOUSED, until=True)),
    "clipped": Covering(HOUSED, WINDOW),
    "taken out": Covering(HOUSED, None, (AWAY,)),
    "clipped and taken out": Covering(evolve(HOUSED, until=True), WINDOW, (AWAY,)),
}

MONTH, WEEK = Duration(1, TimeUnit.MONTH), Duration(1, TimeUnit.WEEK)

NUMBERS: dict[str, v.Counts] = {
    "days": v.Days(),
    "days, gaps bridged": v.Days(days(2)),
    "runs": v.Runs(days(7)),
    "runs, gaps bridged": v.Runs(WEEK, days(1)),
    "stretches": v.Stretches(),
    "stretches that lasted a month": v.Stretches(MONTH, days(1)),
    "stretches that lasted ten days": v.Stretches(days(10)),
}
DAYS: dict[str, v.Counts] = {
    "lasted a month": v.Lasted(MONTH),
    "lasted a month, elapsed": v.Lasted(MONTH, days(1), elapsed=True),
    "lasted ten days": v.Lasted(days(10)),
    "lasted two weeks, elapsed": v.Lasted(Duration(2, TimeUnit.WEEK), elapsed=True),
    "reached 20 days": v.Reached(v.Days(), number("20")),
    "reached 7.5 days": v.Reached(v.Days(days(1)), number("7.5")),
    "reached as many as wanted": v.Reached(v.Days(), column("stays", "wanted", "person")),
}


def count(counts: v.Counts, covering: Covering | None, *axes: MeasureAxis, **more: Any) -> Count:
    what = What.STRETCHES if covering is not None else What.DAY
    plain: dict[str, Any] = {
        "measure": "tested", "axes": axes, "records": "stays", "base": "people", "link": ("person",), "among": (),
        "where": (), "once": (), "survivor": None, "what": what, "column": None, "keys": (), "closing": (),
        "members": tuple(None for _ in axes), "counts": counts, "covering": covering,
        "complete": {"stays": COMPLETE, "gone": COMPLETE},
    }  # fmt: skip
    return Count(**(plain | more))


# ---- days counted one by one


class ByHand:
    """The days of each person, as sets: nothing here knows how the engines go about it."""

    def __init__(self, seed: int, covering: Covering, ignoring: int) -> None:
        found = tables(seed)
        people = found["people"]
        self.row = {person: n for n, person in enumerate(people.columns["person"])}
        self.region = dict(zip(people.columns["person"], people.columns["region"], strict=True))
        self.wanted = dict(zip(people.columns["person"], people.columns["wanted"], strict=True))
        covered: dict[str, set[date]] = defaultdict(set)
        for person, began, ended in self._rows(found["stays"], "began", "ended", covering.stretch.until):
            if people.excluded[self.row[person]] is not None:
                continue  # excluded with their person, as the records are read; here the row stays, and counts
            for day in _from(began, ended):
                if covering.clip is not None:
                    joined, left = (people.columns[name][self.row[person]] for name in ("joined", "left"))
                    if left is None or not joined <= day < left:
                        continue
                covered[person].add(day)
        for person, went, back in self._rows(found["gone"], "went", "back", True) if covering.without else ():
            covered[person] -= set(_from(went, back))
        self.covered = {person: sorted(_bridged(here, ignoring)) for person, here in covered.items() if here}

    def _rows(self, table: Table, first: str, last: str, until: bool) -> Iterable[tuple[str, date, date]]:
        for row in range(len(table)):
            person, begins, ends = (table.columns[name][row] for name in ("person", first, last))
            if person is None or table.excluded[row] is not None:
                continue
            yield person, begins, (ends - timedelta(days=1) if until else ends) if ends is not None else COMPLETE

    def runs(self, person: str) -> list[list[date]]:
        found: list[list[date]] = []
        for day in self.covered.get(person, []):
            if found and day - found[-1][-1] == timedelta(days=1):
                found[-1].append(day)
            else:
                found.append([day])
        return found


def _from(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _bridged(covered: set[date], ignoring: int) -> set[date]:
    found = set(covered)
    listed = sorted(covered)
    for before, after in itertools.pairwise(listed):
        if 1 < (after - before).days <= ignoring + 1:
            found |= set(_from(before, after))
    return found


def ignored(counts: Any) -> int:
    found = getattr(counts.of if isinstance(counts, v.Reached) else counts, "ignoring", None)
    return found.days if found is not None else 0


def expected_number(counts: v.Counts, runs: list[list[date]]) -> int:
    match counts:
        case v.Days():
            return sum(map(len, runs))
        case v.Runs(length=length):
            return sum(len(run) // (length.days or 0) for run in runs)
        case v.Stretches(lasting=lasting):
            return sum(1 for run in runs if lasting is None or last_day_starting_on(run[0], lasting) in run)
    raise TypeError(counts)


def expected_day(counts: v.Counts, runs: list[list[date]], wanted: int | None) -> date | None:
    match counts:
        case v.Lasted(length=length, elapsed=True):
            return next((add(run[0], length) for run in runs if add(run[0], length) in run), None)
        case v.Lasted(length=length):
            last = (last_day_starting_on(run[0], length) for run in runs)
            return next((day for day, run in zip(last, runs, strict=True) if day in run), None)
        case v.Reached(at_least=x.Literal(value=value)):
            every = [day for run in runs for day in run]
            return next((day for n, day in enumerate(every, 1) if n >= value), None)  # type: ignore[operator]
        case v.Reached():
            every = [day for run in runs for day in run]
            return next(
                (day for n, day in enumerate(every, 1) if wanted is not None and n >= Fraction(wanted, 10)), None
            )
    raise TypeError(counts)


def without_people_left_out(seed: int) -> dict[str, Table]:
    """Rows of people who are left out are left out with them, as when records are read."""
    found = dict(tables(seed))
    people = found["people"]
    out = {person for person, why in zip(people.columns["person"], people.excluded, strict=True) if why is not None}
    for name in ("stays", "gone"):
        whose = found[name].columns["person"]
        excluded = [
            why or ("left out" if p in out else None) for p, why in zip(whose, found[name].excluded, strict=True)
        ]
        found[name] = evolve(found[name], excluded=excluded)
    return found


@pytest.fixture(scope="module")
def agreed(agreement: Any) -> Any:
    return agreement({}).on


def chosen(every: Mapping[str, v.Counts], *often: str) -> list[tuple[str, str]]:
    """Every node over the fullest covering, and some over each."""
    whole = "clipped and taken out"
    return [(name, whole) for name in every] + [
        (name, other) for name in often for other in COVERINGS if other != whole
    ]


@pytest.mark.parametrize(("name", "covering"), chosen(NUMBERS, "days", "runs, gaps bridged"))
def test_what_stretches_come_to(agreed: Any, name: str, covering: str) -> None:
    counts = NUMBERS[name]
    for seed in SEEDS:
        answer: Answer = agreed(count(counts, COVERINGS[covering], OWN), without_people_left_out(seed))
        by_hand = ByHand(seed, COVERINGS[covering], ignored(counts))
        found = {person: sum(n.values()) for (person,), n in answer.counted.items()}
        for person in by_hand.row:
            assert found.get(person, 0) == expected_number(counts, by_hand.runs(person)), (seed, person)


@pytest.mark.parametrize(("name", "covering"), chosen(DAYS, "lasted a month, elapsed"))
def test_the_day_that_stretches_reach(agreed: Any, name: str, covering: str) -> None:
    counts = DAYS[name]
    for seed in SEEDS:
        answer: Answer = agreed(count(counts, COVERINGS[covering], OWN), without_people_left_out(seed))
        by_hand = ByHand(seed, COVERINGS[covering], ignored(counts))
        for person in by_hand.row:
            wanted = expected_day(counts, by_hand.runs(person), by_hand.wanted[person])
            if by_hand.covered.get(person):
                assert answer.days.get((person,)) == wanted, (seed, person)
            else:
                assert (person,) not in answer.days


@pytest.mark.parametrize("axes", [(REGION,), (SORT,), (REGION, SORT), (), (OWN, SORT)], ids=str)
@pytest.mark.parametrize("name", ["days", "runs, gaps bridged", "stretches that lasted a month"])
def test_engines_agree_by_any_axes(agreed: Any, name: str, axes: tuple[MeasureAxis, ...]) -> None:
    for seed in SEEDS:
        most = number("2") if name.startswith("runs") else None
        agreed(count(NUMBERS[name], COVERINGS["taken out"], *axes, most=most), tables(seed))


@pytest.mark.parametrize("name", ["days", "stretches that lasted ten days"])
def test_without_people_all_rows_of_a_cell_are_one(agreed: Any, name: str) -> None:
    alone = {"base": None, "link": ()}
    for seed in SEEDS:
        for axes in ((), (SORT,)):
            agreed(count(NUMBERS[name], COVERINGS["until"], *axes, **alone), tables(seed))


AMOUNT = column("stays", "amount")
HELD = column("stays", "began")
BY_ROWS: dict[str, dict[str, Any]] = {
    "earliest": {"counts": v.Earliest(HELD)},
    "latest": {"counts": v.Latest(column("stays", "ended"))},
    "third row": {"counts": v.Reached(v.Rows(), number("3"), HELD)},
    "£10": {"counts": v.Reached(v.Sum(AMOUNT), number("10"), HELD), "column": AMOUNT},
    "a third of a penny": {"counts": v.Reached(v.Sum(AMOUNT), number("1/300"), HELD), "column": AMOUNT},
    "a blank day": {"counts": v.Reached(v.Sum(AMOUNT), number("5"), column("stays", "ended")), "column": AMOUNT},
    "as much as wanted": {
        "counts": v.Reached(v.Sum(AMOUNT), column("stays", "wanted", "person"), HELD),
        "column": AMOUNT,
    },
}


@pytest.mark.parametrize("axes", [(OWN,), (), (REGION, SORT)], ids=str)
@pytest.mark.parametrize("name", BY_ROWS)
def test_the_day_that_rows_reach(agreed: Any, name: str, axes: tuple[MeasureAxis, ...]) -> None:
    said = BY_ROWS[name]
    for seed in SEEDS:
        answer: Answer = agreed(count(said["counts"], None, *axes, column=said.get("column")), tables(seed))
        if axes == (OWN,):
            assert answer.days == by_hand_rows(said["counts"], without_people_left_out(seed) and tables(seed))


def by_hand_rows(counts: Any, found: dict[str, Table]) -> dict[tuple[str], date]:
    """The day, adding each person's rows up one day after another."""
    stays, people = found["stays"], found["people"]
    listed: dict[str, list[tuple[date, int, Any]]] = defaultdict(list)
    day_of = counts.day.name
    for row in range(len(stays)):
        person, day = stays.columns["person"][row], stays.columns[day_of][row]
        if person is None or stays.excluded[row] is not None or day is None:
            continue
        amount = (stays.columns["amount"][row] or 0) if getattr(counts, "of", None) != v.Rows() else 100
        wanted = people.columns["wanted"][people.index[(person,)]]
        listed[person].append((day, amount, wanted))
    days_: dict[tuple[str], date] = {}
    for person, rows in listed.items():
        if isinstance(counts, v.Earliest | v.Latest):
            days_[(person,)] = (min if isinstance(counts, v.Earliest) else max)(day for day, _, _ in rows)
            continue
        at_least = counts.at_least
        wanted = (
            at_least.value
            if isinstance(at_least, x.Literal)
            else None
            if rows[0][2] is None
            else Fraction(rows[0][2], 10)
        )
        if wanted is None:
            continue
        for day in sorted({day for day, _, _ in rows}):
            if Fraction(sum(amount for on, amount, _ in rows if on <= day), 100) >= wanted:
                days_[(person,)] = day
                break
    return days_


@pytest.mark.parametrize(
    "most", [number("0"), number("1"), number("2.5"), column("stays", "wanted", "person")], ids=["0", "1", "2.5", "own"]
)
def test_at_most_so_many_for_each_person(agreed: Any, most: x.Expression) -> None:
    for seed in SEEDS:
        for axes in ((OWN,), (REGION,), (SORT,)):
            agreed(count(v.Rows(), None, *axes, what=What.ROWS, most=most), tables(seed))
        for counts in (v.Days(), v.Stretches(days(3))):
            agreed(count(counts, COVERINGS["plain"], REGION, most=most), tables(seed))
