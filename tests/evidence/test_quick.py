"""Large files, typed where they are read: the rows are those that come of reading row by row, or the reader stands aside."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbr_rules import api
from pbr_rules.engines.exclude import exclude
from pbr_rules.evidence import quick
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
    tables, raws = found
    expected, slow = slowly(contract, paths)
    for name, table in expected.items():
        assert not table.rejected and not table.repeated
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
        ("treated", "Treated"),
        ("2024-01-31", "2024-1-31"),
        ("2024-01-31", "2024-02-30"),
        ("29/02/2024", "29/02/2023"),
        ("2024-01-31", "2024-01-31 10:00"),
        (",Y", ",y"),
        (",Y", ",Y,more"),
        (",Y", ""),
        ("A,treated", "\nA,treated"),
        ("1,A,3", "1,A,-3"),
        ("1,A,3", '1,A,"3,000"'),
        ("1,A,3", "1,A,3.0"),
        ("1.25", "1.255"),
        ("10.50", "£10.50"),
        ("10.50", "1e3"),
        ("a note", '"a\nnote"'),
        ("a note", '"a note'),
        ("a note", "a\0note"),
        ("1,A,3", "1,Z,3"),
        ("Who", "who is it"),
        ("extra", "Who"),
    ],
)
def test_it_stands_aside_where_a_row_needs_a_second_look(contract: Any, files: Any, was: str, now: str) -> None:
    assert was in PEOPLE + CLAIMS
    assert quick.read(contract, files(PEOPLE.replace(was, now, 1), CLAIMS.replace(was, now, 1)), silent) is None


def test_a_blank_row_is_no_row(bench: Any, files: Any) -> None:
    """Also where every cell may be blank: read as a row, it would be counted, and paid."""
    text = """
records visits "Visits" { day: date optional   note: text optional }
measure made "Visits" { count of visits }
"""
    contract = api.required(api.compile_contract(bench.source(text), (), bench.catalogue))
    path = files()["people"]
    path.write_text("day,note,other\n2024-01-31,a,\n,,\n,b,\n")
    (slow,) = slowly(contract, {"visits": path})[0].values()
    assert list(slow.columns["note"]) == ["a", "b"]
    assert quick.read(contract, {"visits": path}, silent) is None


def test_a_line_that_ends_as_no_other_does_is_left_to_reading_row_by_row(contract: Any, files: Any) -> None:
    """Lines would be numbered otherwise than row by row."""
    assert quick.read(contract, files(PEOPLE.replace("\n", "\n\r", 1)), silent) is None


def test_a_file_with_another_name_than_csv_is_left_to_who_reads_by_name(contract: Any, files: Any) -> None:
    paths = files()
    renamed = paths["people"].rename(paths["people"].with_suffix(".parquet"))
    assert not quick.can(contract, {**paths, "people": renamed})


def test_a_file_that_changes_while_it_is_read_is_left(
    contract: Any, files: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = files()
    typed = quick._typed

    def late(*given: Any) -> Any:
        found = typed(*given)
        paths["people"].write_text(PEOPLE + "B,M,2024-02-29,,N\n")
        return found

    monkeypatch.setattr(quick, "_typed", late)
    assert quick.read(contract, paths, silent) is None


def test_it_does_not_take_a_contract_that_leaves_rows_out(bench: Any, files: Any) -> None:
    text = TEXT.replace('aided: flag written "Y" or "N" }', 'aided: flag written "Y" or "N"   exclude aided "aided" }')
    contract = api.required(api.compile_contract(bench.source(text), (), bench.catalogue))
    assert not quick.can(contract, files())


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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PERSON, max_size=3), st.lists(CLAIM, max_size=3))
def test_what_it_takes_is_what_row_by_row_gives(
    contract: Any, files: Any, people: list[str], claims: list[str]
) -> None:
    text = (
        "\n".join(["person,arm,joined,left,aided", *people, ""]),
        "\n".join(["extra,Who,number,weight,paid,note", *claims, ""]),
    )
    the_same(contract, files(*text))


def test_the_statement_is_the_same_on_every_way(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {"people": PEOPLE.replace("\n", "; ").strip("; "), "claims": CLAIMS.replace("\n", "; ").strip("; ")}
    plain = [bench.settle(TEXT, rows, engine=engine).settlement.figures for engine in ENGINES]
    monkeypatch.setattr(quick, "LARGE", 0)
    settled = bench.settle(TEXT, rows, engine="duckdb")
    assert isinstance(settled.tables["claims"].columns["number"], quick.Stored)
    assert [settled.settlement.figures] * 3 == plain
