"""Where engines are likeliest to part: the ends of months, blanks, figures between two units, divisors, and ties."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from pbr_rules import expressions as x
from pbr_rules import kinds
from pbr_rules.calendars import calendar
from pbr_rules.dates import Duration, TimeUnit
from pbr_rules.diagnostics import UsageError
from pbr_rules.engines import choose, spark
from pbr_rules.engines.frames import Frames
from pbr_rules.engines.windows import bounds_of
from pbr_rules.kinds import Kind
from pbr_rules.plan.model import What
from pbr_rules.testing.engines import ENGINES, OTHERS

PENCE, TENTHS = kinds.money("GBP"), Kind("number", places=1)


def column(name: str, kind: Kind = kinds.DATE) -> x.Column:
    return x.Column("rows", (), name, kind)


def literal(value: Any, kind: Kind = kinds.NUMBER) -> x.Literal:
    return x.Literal(value, kind, str(value))


MARK = column("mark", kinds.TEXT)


def each_row(agree: Any, rows: Any, tables: Any, asked: list[x.Expression]) -> None:
    """What each row says to each question: as many questions at a time as a library takes gladly."""
    for start in range(0, len(asked), 30):
        answer = agree.on(rows("rows", keys=(MARK, *asked[start : start + 30])), tables)
        assert set(answer.counted[()].values()) == {1}


def marked(columns: dict[str, tuple[Kind, list[Any]]]) -> dict[str, tuple[Kind, list[Any]]]:
    size = len(next(iter(columns.values()))[1])
    return {"mark": (kinds.TEXT, [f"row {n}" for n in range(size)]), **columns}


# ---- days

ANCHORS = [date(2011, 1, 31), date(2011, 2, 28), date(2012, 2, 28), date(2012, 2, 29), date(2012, 3, 1), date(2012, 3, 30),
           date(2012, 3, 31), date(2012, 8, 31), date(2012, 12, 31), date(2013, 3, 31), date(2016, 2, 29)]  # fmt: skip
COUNTS = (0, 1, 2, 6, 11, 12, 13, 48)


def windows() -> Iterator[x.Within]:
    for how, unit, count in product(x.Window, TimeUnit, COUNTS):
        if unit is not TimeUnit.WORKING_DAY:
            yield x.Within(column("day"), Duration(count, unit), how, column("anchor"))
        elif count in (1, 12):
            length = Duration(count, unit, calendar=calendar("england_and_wales"))
            yield x.Within(column("day"), length, how, column("anchor"))


def test_windows_begin_and_end_on_the_same_days(agree: Any, rows: Any, table: Any) -> None:
    pairs: set[tuple[date | None, date | None]] = {(None, None), (None, ANCHORS[0]), (ANCHORS[0], None)}
    for window, anchor in product(windows(), ANCHORS):
        for end in (anchor, *bounds_of(window, anchor)):
            assert end is not None
            pairs |= {(end + timedelta(days=n), anchor) for n in (-1, 0, 1)}
    listed = sorted(pairs, key=str)
    columns = marked({"day": (kinds.DATE, [d for d, _ in listed]), "anchor": (kinds.DATE, [a for _, a in listed])})
    each_row(agree, rows, table(columns), [*windows(), *(x.Not(window) for window in list(windows())[:8])])


def test_windows_close_on_the_same_days(agree: Any, table: Any, rows: Any) -> None:
    people = table({"anchor": (kinds.DATE, [*ANCHORS, None])})
    for window in windows():
        answer = agree.on(rows("rows", base="rows", closing=(window,)), people)
        assert answer.people == {(): len(ANCHORS) + 1}
        assert answer.closes == {(): max(bounds_of(window, anchor)[1] for anchor in ANCHORS)}


def test_days_between_are_counted_over_leap_years(agree: Any, rows: Any, table: Any) -> None:
    days = [
        date(1, 1, 1),
        date(1899, 12, 31),
        date(1900, 2, 28),
        date(1900, 3, 1),
        date(2000, 2, 29),
        *ANCHORS,
        date(9999, 12, 31),
    ]
    listed = list(product([*days, None], repeat=2))
    columns = marked({"day": (kinds.DATE, [d for d, _ in listed]), "anchor": (kinds.DATE, [a for _, a in listed])})
    between = x.Arithmetic("-", column("day"), column("anchor"))
    tables = table(columns)
    answer = agree.on(rows("rows", keys=(MARK, between)), tables)
    assert ("row 1", Fraction((days[0] - days[1]).days)) in answer.counted[()]
    since = x.Arithmetic("-", column("day"), literal(date(2012, 2, 29), kinds.DATE))
    each_row(agree, rows, tables, [since, x.Compare(x.Comparator.AT_LEAST, between, literal(Fraction(366)))])


# ---- figures

FIGURES = [Fraction(n) for n in ("0", "-0.01", "0.005", "0.01", "0.1", "0.15", "1", "-1", "1e9", "-1e30")] + [
    Fraction(1, 3)
]


def test_figures_compare_exactly(agree: Any, rows: Any, table: Any) -> None:
    units = [None, -100, -10, -1, 0, 1, 9, 10, 11, 15, 33, 34, 100]
    listed = list(product(units, units))
    columns = marked({"a": (PENCE, [a for a, _ in listed]), "b": (TENTHS, [b for _, b in listed])})
    a, b = column("a", PENCE), column("b", TENTHS)

    def of(sign: str, left: x.Expression, right: x.Expression) -> x.Arithmetic:
        return x.Arithmetic(sign, left, right)

    sums = [a, x.Negative(a), of("/", a, b), of("/", literal(Fraction(-2)), b), of("/", a, literal(Fraction(-3))),
            of("/", a, literal(Fraction(0))), of("*", a, b), of("-", a, b), of("+", of("/", a, b), of("/", b, a)),
            x.Extreme(True, a, b), x.Extreme(False, of("/", a, b), b)]  # fmt: skip
    asked: list[x.Expression] = [x.Compare(how, one, b) for how, one in product(x.Comparator, sums)]
    asked += [x.Compare(how, a, literal(figure)) for how, figure in product(x.Comparator, FIGURES)]
    asked += [x.Compare(how, literal(figure), b) for how, figure in product(x.Comparator, FIGURES[:4])]
    asked += [x.Compare(x.Comparator.ABOVE, of("/", a, b), literal(figure)) for figure in FIGURES[:-2]]
    asked += [x.Known(one, known) for one, known in product(sums, (True, False))]
    asked += [x.OneOf(a, (literal(Fraction(1, 10)), literal(Fraction(1, 3)), b), negated) for negated in (True, False)]
    each_row(agree, rows, table(columns), asked)


def test_a_sum_of_blanks_is_nought(agree: Any, rows: Any, table: Any) -> None:
    tables = table({"who": (kinds.TEXT, ["a", "a", "b", "b", None]), "paid": (PENCE, [None, None, 5, None, -7])})
    count = rows("rows", keys=(column("who", kinds.TEXT),), what=What.UNITS, column=column("paid", PENCE))
    assert agree.on(count, tables).counted == {(): {("a",): 0, ("b",): 5, (None,): -7}}


# ---- one of several rows


@pytest.mark.parametrize("first", range(4))
def test_one_row_stands_for_several(agree: Any, rows: Any, table: Any, first: int) -> None:
    values: dict[str, tuple[Kind, list[Any]]] = {
        "day": (kinds.DATE, [None, date(2012, 2, 29), date(2013, 1, 1)]),
        "paid": (PENCE, [None, -1, 0]),
        "note": (kinds.TEXT, [None, "B", "a", "\uffff", "\U0001f600"]),
        "sure": (kinds.FLAG, [None, False, True]),
    }
    names = list(values)[first:] + list(values)[:first]
    listed = [*product(*(values[name][1] for name in names))] * 2
    Random(first).shuffle(listed)
    lines = list(range(len(listed)))
    Random(5).shuffle(lines)
    tables = table({name: (values[name][0], [row[n] for row in listed]) for n, name in enumerate(names)}, lines)
    columns = {name: column(name, kind) for name, (kind, _) in values.items()}
    orders = [None, *((columns[name], earliest) for name in ("day", "paid", "sure") for earliest in (True, False))]
    for number, (survivor, (name, key)) in enumerate(product(orders, columns.items())):
        once = (key, columns["sure" if name != "sure" else "note"]) if number % 2 else (key,)
        agree.on(rows("rows", once=once, survivor=survivor), tables)


# ---- what a frame refuses

LARGEST = 2**63 - 1


def refused(agree: Any, count: Any, tables: Any) -> set[str]:
    """Python counts it; the others say that they cannot."""
    agree.python.answer(count, tables)
    said = set()
    for engine in agree.others:
        with pytest.raises(UsageError, match="settle with --engine python") as error:
            engine.answer(count, tables)
        said.add(str(error.value))
    return said


def test_64_bits_are_enough_or_the_figure_is_refused(agree: Any, rows: Any, table: Any) -> None:
    paid = column("paid", PENCE)
    largest = table({"mark": (kinds.TEXT, ["a", "b"]), "paid": (PENCE, [LARGEST, -LARGEST])})
    for figure in (Fraction(LARGEST, 100), Fraction(LARGEST + 1, 100), Fraction(-LARGEST, 100), Fraction(1, 3)):
        agree.on(rows("rows", keys=tuple(x.Compare(how, paid, literal(figure)) for how in x.Comparator)), largest)
    twice = x.Compare(x.Comparator.ABOVE, x.Arithmetic("*", paid, paid), literal(Fraction(1)))
    assert "too large for 64 bits" in refused(agree, rows("rows", where=(twice,)), largest).pop()
    total = rows("rows", what=What.UNITS, column=paid)
    assert "a sum could be too large" in refused(agree, total, largest).pop()
    beyond = table({"paid": (PENCE, [LARGEST + 1])})
    assert "`rows`: a figure in `paid` is too large for" in refused(agree, total, beyond).pop()


def test_a_window_past_the_year_9999_is_refused_and_python_ends_it_there(agree: Any, rows: Any, table: Any) -> None:
    tables = table(
        {"day": (kinds.DATE, [date(2013, 1, 1), date(9999, 12, 31)]), "anchor": (kinds.DATE, [date(9999, 12, 31)] * 2)}
    )
    for how, inside in ((x.Window.STARTING_ON, 1), (x.Window.AFTER, 0)):
        count = rows("rows", where=(x.Within(column("day"), Duration(12, TimeUnit.MONTH), how, column("anchor")),))
        assert agree.python.answer(count, tables).counted.get((), {}).get((), 0) == inside
        assert "outside the years 1 to 9999" in refused(agree, count, tables).pop()
    agree.on(rows("rows", where=(x.Compare(x.Comparator.BEFORE, column("day"), column("anchor")),)), tables)


def test_a_length_of_time_from_a_column_is_refused(agree: Any, rows: Any, table: Any) -> None:
    tables = table({"day": (kinds.DATE, [date(2013, 1, 31)]), "terms": (kinds.COUNT, [13])})
    length = x.Arithmetic("*", column("terms", kinds.COUNT), literal(Duration(1, TimeUnit.MONTH), kinds.DURATION))
    later = x.Arithmetic("+", column("day"), length)
    count = rows("rows", where=(x.Compare(x.Comparator.IS, later, literal(date(2014, 2, 28), kinds.DATE)),))
    assert agree.python.answer(count, tables).counted == {(): {(): 1}}
    assert "differs from row to row" in refused(agree, count, tables).pop()


def test_the_latest_text_is_refused_and_python_takes_it_by_code_point(agree: Any, rows: Any, table: Any) -> None:
    notes = ["a", "B", "ab", "a\uffff", "a\U0001f600", None]
    tables = table({"who": (kinds.TEXT, ["x"] * 6), "note": (kinds.TEXT, notes)})
    note = column("note", kinds.TEXT)
    for earliest, taken in ((True, "B"), (False, "a\U0001f600")):
        count = rows("rows", once=(column("who", kinds.TEXT),), survivor=(note, earliest), keys=(note,))
        assert agree.python.answer(count, tables).counted == {(): {(taken,): 1}}
    assert "the greatest text is not taken" in refused(agree, count, tables).pop()


def test_nothing_is_nought(agree: Any, rows: Any, table: Any) -> None:
    tables = table({"paid": (PENCE, [None, 0, 1, -1])})
    count = rows("rows", where=(x.Compare(x.Comparator.IS, column("paid", PENCE), x.Nothing()),))
    assert agree.on(count, tables).counted == {(): {(): 1}}


# ---- libraries


@pytest.mark.parametrize(
    ("name", "library"),
    [("duckdb", "duckdb"), ("duckdb", "pyarrow"), ("polars", "polars"), ("spark", "pyspark"), ("spark", "pyarrow")],
)
def test_a_missing_library_is_named_with_what_to_install(monkeypatch: Any, name: str, library: str) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(UsageError, match=rf'needs {library}, .*pip install "pbr-rules\[{name}\]"'):
        Frames.over(name, {})


@pytest.mark.parametrize("name", OTHERS)
def test_an_engine_says_what_it_is(name: str) -> None:
    engine = Frames.over(name, {})
    assert engine.name == name
    assert "narwhals" in engine.version


def test_no_library_is_loaded_before_an_engine_is_asked_for() -> None:
    asked = (
        "import sys, pbr_rules.engines.frames; "
        "print({'narwhals', 'duckdb', 'polars', 'pyarrow', 'pyspark'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_spark_is_never_picked_for_anybody(monkeypatch: Any) -> None:
    monkeypatch.setattr(choose, "find_spec", lambda name: name in ("pyspark", "narwhals", "pyarrow"))
    monkeypatch.setattr(choose, "SMALL", -1)
    assert choose.choose("auto", SimpleNamespace(periods={})).name == "python"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("JAVA_HOME is not set\n", "no Java was found (JAVA_HOME is not set)"),
        (
            "spark-class: line 71: /old/bin/java: No such file or directory\n",
            "JAVA_HOME names no Java: /old/bin/java is not there",
        ),
        ("Error: LinkageError\njava.lang.UnsupportedClassVersionError: 61.0\n", "the Java that was found is older"),
        ("\nno space left on device\nat somewhere\n", "no space left on device"),
        ("", "gateway exited"),
    ],
)
def test_why_spark_did_not_start_is_said_as_its_java_says_it(said: str, why: str) -> None:
    assert spark._why(said.encode(), RuntimeError("gateway exited\nand more")) == why


def test_a_server_is_knocked_at_before_it_is_asked_for(monkeypatch: Any) -> None:
    for name in spark.PROXIES:
        monkeypatch.delenv(name, raising=False)
    with socket.create_server(("127.0.0.1", 0)) as there:
        port = there.getsockname()[1]
        spark._knock(f"sc://127.0.0.1:{port}/;use_ssl=false")
    spark._knock("local[2]")
    with pytest.raises(OSError):
        spark._knock(f"sc://127.0.0.1:{port}/;use_ssl=false")
    monkeypatch.setenv("https_proxy", "proxy.example.org:80")
    spark._knock(f"sc://127.0.0.1:{port}")


# ---- the most for each


def test_the_most_for_each_is_rounded_down_and_nobody_counts_for_fewer_than_none(
    agree: Any, rows: Any, table: Any
) -> None:
    tables = table({"wanted": (TENTHS, [None, -25, -1, 0, 5, 10, 19, 25]), "who": (kinds.TEXT, ["a"] * 8)})
    most = column("wanted", TENTHS)
    count = rows("rows", base="rows", most=most)
    assert agree.on(count, tables).counted == {(): {(): 4}}  # the first, whose most is not known, and the last three
    assert agree.on(rows("rows", base="rows", most=x.Negative(most)), tables).counted == {(): {(): 2}}


def test_the_most_for_each_is_divided_exactly_or_refused(agree: Any, rows: Any, table: Any) -> None:
    """Spark divides as doubles do: where that could say one more, every engine over frames leaves it to plain Python."""
    for top, under in ((2**53, 2**21), (2**52, 2**53 + 1)):
        most = x.Arithmetic("/", column("paid", kinds.COUNT), literal(Fraction(under)))
        tables = table({"paid": (kinds.COUNT, [top, 0])})
        assert agree.on(rows("rows", base="rows", most=most), tables).counted == {(): {(): 1 if top > under else 0}}
    large = table({"paid": (kinds.COUNT, [2**53])})
    most = x.Arithmetic("/", column("paid", kinds.COUNT), literal(Fraction(2**21 + 1)))
    assert "to be divided exactly" in refused(agree, rows("rows", base="rows", most=most), large).pop()


# ---- records told apart


def test_other_records_of_the_same_name_are_counted_afresh(agree: Any, rows: Any, table: Any) -> None:
    for size in (1, 3, 0, 2):
        tables = table({"who": (kinds.TEXT, ["a"] * size)})
        assert agree.on(rows("rows"), tables).counted == ({(): {(): size}} if size else {})


HOMES = """
records families "Families" { family: id   began: date   over: date   number: count }
records people "People" { person: id   family: id of families }
records stays "Stays" { person: id of people   moved_in: date   moved_out: date   housed: moved_in to moved_out }
measure nights "Days housed in the family's time" by person { days of stays.housed for people from began until over }
measure third "Day on which so many stays were reached" by person { count of stays for people  dated: moved_in  reaches number }
define housed_in_all "Days housed" = total of nights across person
define reached "Who reached as many" = number where third is known across person
"""


WORTH = """
records families "Families" { family: id   worth: money }
records people "People" { person: id   family: id of families }
records stays "Stays" { person: id of people   moved_in: date }
measure second "Day on which so much was reached" by person {
  sum of stays for people
  value: worth
  dated: moved_in
  reaches £20
}
define reached "Who reached it" = number where second is known across person
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_added_up_until_a_day_may_stand_two_records_away(bench: Any, engine: str) -> None:
    """Where nothing else of the count reads those records."""
    rows = {
        "families": "family,worth; F,£10; G,£9.99",
        "people": "person,family; A,F; B,G",
        "stays": "person,moved_in; A,2020-01-01; A,2020-01-31; B,2020-01-01; B,2020-01-02",
    }
    complete = {"families": "2020-12-31", "people": "2020-12-31", "stays": "2020-12-31"}
    assert bench.figures(WORTH, rows, engine=engine, complete=complete)["reached"] == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_a_window_and_a_number_may_stand_two_records_away(bench: Any, engine: str) -> None:
    rows = {
        "families": "family,began,over,number; F,2020-01-03,2020-01-10,2",
        "people": "person,family; A,F; B,F",
        "stays": "person,moved_in,moved_out; A,2020-01-01,2020-01-05; A,2020-01-08,2020-01-31; B,2020-01-09,2020-01-09",
    }
    complete = {"families": "2020-12-31", "people": "2020-12-31", "stays": "2020-12-31"}
    found = bench.figures(HOMES, rows, engine=engine, complete=complete)
    assert found["housed_in_all"] == 6  # A on 3, 4, 5, 8 and 9 January; B on 9 January
    assert found["reached"] == 1
