"""Large files, typed where they are read: the rows are those that come of reading row by row, or the reader stands aside."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from pbr_rules import api
from pbr_rules.diagnostics import DataError
from pbr_rules.engines.exclude import exclude
from pbr_rules.evidence import quick
from pbr_rules.evidence.database import Stored
from pbr_rules.evidence.fit import fit
from pbr_rules.evidence.read import read, silent
from pbr_rules.testing.engines import ENGINES

TEXT = """
category arm { treated, matched "Matched" written "M" }
records people "People" { person: id   arm: arm   joined: date   left: date written day/month/year optional   aided: flag written "Y" or "N" }
records claims "Claims" { person: id of people column "Who"   number: count   weight: number, 2 places   paid: money optional   note: text optional }
measure claimed "Claims" by arm { count of claims for people }
measure worth "Worth" by arm { sum of claims for people   value: weight }
"""
PEOPLE = "person,arm,joined,left,aided\nA,treated,2024-01-31,29/02/2024,Y\nÉ,M,2024-02-29,,N\n"
CLAIMS = "extra,Who,number,weight,paid,note\n1,A,3,1.25,10.50,a note\n2,É,0,-2,,\n"


@pytest.fixture
def contract(bench: Any) -> Any:
    compiled = api.compile_contract(bench.source(TEXT), (), bench.catalogue)
    return api.required(compiled)


@pytest.fixture
def files(bench: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes the two files, and says that they are large."""
    monkeypatch.setattr(quick, "LARGE", 0)

    def written(people: str = PEOPLE, claims: str = CLAIMS) -> dict[str, Path]:
        paths = {"people": bench.folder / "people.csv", "claims": bench.folder / "claims.csv"}
        for path, content in zip(paths.values(), (people, claims), strict=True):
            path.write_bytes(content.encode("utf-8"))
        return paths

    return written


def slowly(contract: Any, paths: dict[str, Path]) -> Any:
    raws = {name: read(path) for name, path in paths.items()}
    return fit(contract, raws, lambda found: exclude(contract, found)), raws


def the_same(contract: Any, paths: dict[str, Path]) -> bool:
    """Whether the reader took the files. If so, it gave what reading row by row gives."""
    found = quick.read(contract, paths, silent)
    if found is None:
        return False
    tables, raws = exclude(contract, found[0]), found[1]
    expected, slow = slowly(contract, paths)
    for name, table in expected.items():
        assert (tables[name].rejected, tables[name].repeated) == (table.rejected, table.repeated)
        assert tables[name].numbered == table.numbered and tables[name].left_out == table.left_out
        assert {n: list(cells) for n, cells in tables[name].columns.items()} == dict(table.columns)
        assert list(tables[name].lines) == list(table.lines)
        assert dict(tables[name].index) == dict(table.index)
        assert list(tables[name].excluded) == list(table.excluded)
        assert (tables[name].heading, len(tables[name])) == (table.heading, len(table))
        assert raws[name].digest == slow[name].digest and raws[name].encoding == slow[name].encoding
    return True


def test_plain_files_are_taken(contract: Any, files: Any) -> None:
    paths = files()
    assert quick.can(contract, paths)
    assert the_same(contract, paths)
    (tables, _) = quick.read(contract, paths, silent)  # type: ignore[misc]
    assert list(tables["people"].columns["left"]) == [date(2024, 2, 29), None]
    assert list(tables["claims"].columns["weight"]) == [125, -200]


@pytest.mark.parametrize(
    "change",
    [
        lambda people, claims: (people.replace("\n", "\r\n"), claims.replace("\n", "\r\n")),
        lambda people, claims: ("\ufeff" + people, claims),
        lambda people, claims: (people.rstrip("\n"), claims),
        lambda people, claims: (people.replace(",", ";"), claims),
        lambda people, claims: (people, claims.replace("a note", '"a, ""note"""')),
        lambda people, claims: (people, claims.replace("É", "E\u0301")),
        lambda people, claims: (people, claims.split("\n")[0] + "\n"),
    ],
)
def test_other_plain_files(contract: Any, files: Any, change: Any) -> None:
    the_same(contract, files(*change(PEOPLE, CLAIMS)))


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("A,treated", ",treated"),
        ("A,treated", " A,treated"),
        ("A,treated", "\u00a0A,treated"),
        ("A,treated", "É,treated"),
        ("A,treated", "#N/A,treated"),
        ("A,treated", "1E+12,treated"),
        ("A,treated", "B,treated"),
        ("A,treated,2024-01-31,29/02/2024,Y", "É,M,2024-02-29,,N"),
        ("É,M", "É,M,2024-02-29,,N\nÉ,M,2024-02-29,,N\nA,M,2024-02-29,,N\nB,M"),
        ("treated", "Treated"),
        ("2024-01-31", "2024-1-31"),
        ("2024-01-31", "2024-02-30"),
        ("29/02/2024", "29/02/2023"),
        ("2024-01-31", "2024-01-31 10:00"),
        (",Y", ",y"),
        (",Y", ""),
        ("1,A,3", "1,A,-3"),
        ("1,A,3", '1,A,"3,000"'),
        ("1,A,3", "1,A,3.0"),
        ("1,A,3", "1,,3"),
        ("1.25", "1.255"),
        ("10.50", "£10.50"),
        ("10.50", "1e3"),
        ("1,A,3", "1,Z,3"),
        ("1,A,3", ",,,,,\n1,A,3"),
    ],
)
def test_rows_that_do_not_fit_as_they_stand_are_looked_at_again(contract: Any, files: Any, was: str, now: str) -> None:
    assert was in PEOPLE + CLAIMS
    taken = the_same(contract, files(PEOPLE.replace(was, now, 1), CLAIMS.replace(was, now, 1)))
    assert taken == (now != "")  # a row with fewer cells than the heading cannot be told apart from one cut short


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (",Y", ",Y,more"),
        ("A,treated", "\nA,treated"),
        ("a note", '"a\nnote"'),
        ("a note", '"a note'),
        ("a note", "a\0note"),
    ],
)
def test_it_stands_aside_where_rows_or_columns_cannot_be_told_apart(
    contract: Any, files: Any, was: str, now: str
) -> None:
    assert was in PEOPLE + CLAIMS
    assert quick.read(contract, files(PEOPLE.replace(was, now, 1), CLAIMS.replace(was, now, 1)), silent) is None


@pytest.mark.parametrize(("was", "now"), [("Who", "who is it"), ("extra", "Who")])
def test_a_file_without_its_columns_is_said_before_a_row_is_read(
    contract: Any, files: Any, monkeypatch: pytest.MonkeyPatch, was: str, now: str
) -> None:
    paths = files(PEOPLE, CLAIMS.replace(was, now, 1))
    with pytest.raises(DataError) as slow:
        slowly(contract, paths)
    monkeypatch.setattr(quick, "opened", lambda *_: pytest.fail("a row was read"))
    with pytest.raises(DataError) as quickly:
        quick.read(contract, paths, silent)
    assert str(quickly.value) == str(slow.value)


def test_it_stands_aside_where_many_rows_need_a_second_look(
    contract: Any, files: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick, "LOOKED_AT", 1)
    wrong = PEOPLE.replace("2024-01-31", "31 January")
    assert the_same(contract, files(wrong, CLAIMS.replace("1,A,", "1,É,")))
    assert quick.read(contract, files(wrong.replace("2024-02-29", "29 February"), CLAIMS), silent) is None
    assert quick.read(contract, files(wrong, CLAIMS.replace("1,A,", "1,Z,").replace("2,É", "2,Y")), silent) is None


def test_a_blank_row_is_no_row(bench: Any, files: Any) -> None:
    """Also where every cell may be blank: read as a row, it would be counted, and paid."""
    text = """
records visits "Visits" { day: date optional   note: text optional }
measure made "Visits" { count of visits }
"""
    contract = api.required(api.compile_contract(bench.source(text), (), bench.catalogue))
    path = files()["people"]
    path.write_text("day,note,other\n2024-01-31,a,\n,,\n,b,\n,,x\n")
    assert the_same(contract, {"visits": path})
    (table,) = quick.read(contract, {"visits": path}, silent)[0].values()  # type: ignore[index]
    assert list(table.columns["note"]) == ["a", "b", None] and list(table.lines) == [2, 4, 5]


def test_a_line_that_ends_as_no_other_does_is_left_to_reading_row_by_row(contract: Any, files: Any) -> None:
    """Lines would be numbered otherwise than row by row."""
    assert quick.read(contract, files(PEOPLE.replace("\n", "\n\r", 1)), silent) is None


def test_a_file_with_another_name_is_left_to_who_reads_by_name(contract: Any, files: Any) -> None:
    paths = files()
    renamed = paths["people"].rename(paths["people"].with_suffix(".txt"))
    assert not quick.can(contract, {**paths, "people": renamed})
    renamed = renamed.rename(renamed.with_suffix(".parquet"))
    assert quick.read(contract, {**paths, "people": renamed}, silent) is None


def test_a_file_that_changes_while_it_is_read_is_left(
    contract: Any, files: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = files()
    opened = quick.opened

    def late(*given: Any) -> Any:
        found = opened(*given)
        paths["people"].write_text(PEOPLE + "B,M,2024-02-29,,N\n")
        return found

    monkeypatch.setattr(quick, "opened", late)
    assert quick.read(contract, paths, silent) is None


LEAVING_OUT = TEXT.replace(
    'aided: flag written "Y" or "N" }',
    'aided: flag written "Y" or "N"   exclude aided "aided"   exclude arm is matched "of no arm" }',
).replace("note: text optional }", 'note: text optional   exclude number is at least 5 and note is known "too many" }')


@pytest.fixture
def leaving_out(bench: Any) -> Any:
    return api.required(api.compile_contract(bench.source(LEAVING_OUT), (), bench.catalogue))


def test_rows_are_left_out_with_the_first_reason_and_those_that_point_at_them(leaving_out: Any, files: Any) -> None:
    people = "person,arm,joined,left,aided\nA,treated,2024-01-31,,Y\nB,M,2024-01-31,,N\nC,M,2024-01-31,,Y\nD,treated,2024-01-31,,N\n"
    claims = "Who,number,weight,paid,note\nA,9,1,,x\nA,9,1,,\nB,1,1,,\nD,9,1,,x\nD,1,1,,\n"
    paths = files(people, claims)
    assert the_same(leaving_out, paths)
    tables = exclude(leaving_out, quick.read(leaving_out, paths, silent)[0])  # type: ignore[index]
    assert list(tables["people"].excluded) == ["aided", "of no arm", "aided", None]
    assert list(tables["claims"].excluded) == ["too many", "aided", "of no arm", "too many", None]


CELLS = st.one_of(
    st.sampled_from(
        [
            "A",
            "B",
            "É",
            "treated",
            "M",
            "Y",
            "N",
            "2024-01-31",
            "31/01/2024",
            "1",
            "0",
            "12.5",
            "-3.25",
            "",
            " ",
            "+5",
            "01",
        ]
    ),
    st.text(st.sampled_from('AÉe\u0301019.,-+/ #"\t'), max_size=6),
)


def row(*cells: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if set(cell) & set(',"') else cell

    return st.tuples(*cells).map(lambda found: ",".join(map(quoted, found)))


PERSON = row(
    st.sampled_from("ABCÉ") | CELLS,
    st.sampled_from(["treated", "M"]) | CELLS,
    st.dates().map(str) | CELLS,
    st.dates(min_value=date(1000, 1, 1)).map(lambda d: d.strftime("%d/%m/%Y")) | CELLS,
    st.sampled_from("YN") | CELLS,
)
CLAIM = row(
    st.just("x"),
    st.sampled_from("ABCÉ"),
    st.integers(0, 10**18).map(str) | CELLS,
    st.decimals(-(10**8), 10**8, places=2).map(str) | CELLS,
    st.decimals(0, 10**8, places=2).map(str) | st.just("") | CELLS,
    CELLS,
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PERSON, max_size=4), st.lists(CLAIM, max_size=4), st.booleans())
def test_what_it_takes_is_what_row_by_row_gives(
    contract: Any, leaving_out: Any, files: Any, people: list[str], claims: list[str], leaves_out: bool
) -> None:
    text = (
        "\n".join(["person,arm,joined,left,aided", *people, ""]),
        "\n".join(["extra,Who,number,weight,paid,note", *claims, ""]),
    )
    the_same(leaving_out if leaves_out else contract, files(*text))


# ---- Parquet


DAYS = st.dates(date(1, 1, 1)) | st.none()
MOMENTS = st.one_of(
    st.dates(date(1700, 1, 1), date(2200, 1, 1)).map(lambda day: datetime(day.year, day.month, day.day)),
    st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1)),
    st.none(),
)
WHOLE = st.integers(-(2**31), 2**31 - 1) | st.integers(0, 3) | st.none()
HUGE = st.integers(-(2**63), 2**63 - 1) | st.integers(0, 3) | st.none()
FLOATS = st.floats(allow_nan=True) | st.integers(0, 3).map(float) | st.none()
TEXTS = CELLS | st.none()


def decimals(places: int) -> st.SearchStrategy[Decimal | None]:
    return st.decimals(-(10**15), 10**15, places=places) | st.decimals(0, 9, places=places) | st.none()


STORED = [
    (pa.string(), TEXTS),
    (pa.date32(), DAYS),
    (pa.timestamp("us"), MOMENTS),
    (pa.timestamp("ms"), MOMENTS.map(lambda when: when and when.replace(microsecond=0))),
    (pa.timestamp("ns"), MOMENTS),
    (pa.timestamp("us", "UTC"), MOMENTS),
    (pa.int32(), WHOLE),
    (pa.int64(), HUGE),
    (pa.uint8(), st.integers(0, 255)),
    (pa.float64(), FLOATS),
    (pa.bool_(), st.booleans() | st.none()),
    (pa.decimal128(20, 0), decimals(0)),
    (pa.decimal128(20, 3), decimals(3)),
    (pa.decimal128(20, 2), decimals(2)),
    (pa.dictionary(pa.int32(), pa.string()), st.sampled_from(["A", "treated", "M", "2024-01-31"])),
]


@st.composite
def stored(draw: Any, heading: str, *good: int) -> pa.Table:
    """A table: most columns of a type that suits them, or of any."""
    names = heading.split(",")
    rows = draw(st.integers(0, 3))
    columns = {}
    for name, at in zip(names, good, strict=True):
        form, cells = STORED[at] if draw(st.integers(0, 5)) else draw(st.sampled_from(STORED))
        if name in ("person", "Who") and draw(st.integers(0, 3)):
            form, cells = pa.string(), st.sampled_from("ABCÉ")
        if name == "arm" and draw(st.integers(0, 3)):
            form, cells = pa.string(), st.sampled_from(["treated", "M"])
        columns[name] = pa.array(draw(st.lists(cells, min_size=rows, max_size=rows)), form)
    return pa.table(columns)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    stored("person,arm,joined,left,aided", 0, 0, 1, 2, 10),
    stored("extra,Who,number,weight,paid,note", 0, 0, 7, 13, 12, 6),
    st.booleans(),
)
def test_what_it_takes_of_parquet_is_what_row_by_row_gives(
    contract: Any, leaving_out: Any, files: Any, people: Any, claims: Any, leaves_out: bool
) -> None:
    written = {name: path.with_suffix(".parquet") for name, path in files().items()}
    for path, table in zip(written.values(), (people, claims), strict=True):
        parquet.write_table(table, path, row_group_size=2)
    the_same(leaving_out if leaves_out else contract, written)


def test_plain_parquet_is_taken(leaving_out: Any, files: Any) -> None:
    written = {name: path.with_suffix(".parquet") for name, path in files().items()}
    people = pa.table(
        {
            "person": [7, 8, 8, 9],
            "arm": ["treated", "M", "M", "M "],
            "joined": [date(2024, 1, 31), datetime(2024, 2, 29), datetime(2024, 2, 29), datetime(2024, 2, 29)],
            "left": [None, "29/02/2024", "29/02/2024", ""],
            "aided": [True, False, False, False],
        }
    )
    claims = pa.table(
        {
            "Who": [7, 8, 9, 10, 7],
            "number": [3.0, 5.0, 0.0, 0.0, 0.5],
            "weight": [Decimal("1.250"), Decimal("-2.000"), Decimal("0.010"), Decimal(1), Decimal(2)],
            "paid": [None, 3, 4, 5, 6],
            "note": [None, "x", None, None, None],
        }
    )
    parquet.write_table(people, written["people"], row_group_size=2)
    parquet.write_table(claims, written["claims"], row_group_size=2)
    assert the_same(leaving_out, written)
    tables = exclude(leaving_out, quick.read(leaving_out, written, silent)[0])  # type: ignore[index]
    assert list(tables["people"].columns["person"]) == ["7", "8", "9"] and tables["people"].repeated == 1
    assert list(tables["claims"].excluded) == ["aided", "too many", "of no arm"]
    assert [(row.line, row.column) for row in tables["claims"].rejected] == [(4, "Who"), (5, "number")]
    assert tables["people"].numbered == ("person",)


def test_the_statement_is_the_same_on_every_way(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {"people": PEOPLE.replace("\n", "; ").strip("; "), "claims": CLAIMS.replace("\n", "; ").strip("; ")}
    plain = [bench.settle(TEXT, rows, engine=engine).settlement.figures for engine in ENGINES]
    monkeypatch.setattr(quick, "LARGE", 0)
    settled = bench.settle(TEXT, rows, engine="duckdb")
    assert isinstance(settled.tables["claims"].columns["number"], Stored)
    assert [settled.settlement.figures] * 3 == plain
