"""Files and tables whose cells have types of their own settle as the same rows do in CSV, and are set aside for the same reasons.

The sound rows are those of `test_records_files`: £2,100.
"""

from __future__ import annotations

import csv
import hashlib
import importlib
import io
import json
import shutil
import sqlite3
import sys
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
import xlwt

from pbr_rules.diagnostics import DataError, UsageError
from pbr_rules.evidence import excel, frame
from pbr_rules.evidence.read import Raw, read
from pbr_rules.statements import from_cursor, settle

TERMS = Path(__file__).with_name("terms.pbr")
Rows = list[dict[str, Any]]

CLIENTS: Rows = [
    {"Client ref": "A1", "Joined": date(2024, 1, 8), "Agreed": True},
    {"Client ref": "A2", "Joined": date(2024, 1, 15), "Agreed": True},
    {"Client ref": "A3", "Joined": date(2024, 1, 16), "Agreed": False},
]
CLAIMS: Rows = [
    {"Client ref": "A1", "Outcome": "Entered", "Achieved": date(2024, 3, 1), "Cost": Decimal("10.50"), "Note": "Café"},
    {"Client ref": "A2", "Outcome": "6 months", "Achieved": date(2024, 4, 1), "Cost": None, "Note": None},
    {"Client ref": "A3", "Outcome": "Entered", "Achieved": date(2024, 4, 2), "Cost": None, "Note": "not counted"},
]


def changed(column: str, cell: Any) -> tuple[Rows, Rows]:
    """The sound rows with the first cell of a column changed."""
    clients, claims = [dict(row) for row in CLIENTS], [dict(row) for row in CLAIMS]
    (clients if column in ("Joined", "Agreed") else claims)[0][column] = cell
    return clients, claims


# ---- each way to send the rows


def parquet(path: Path, rows: Rows) -> Path:
    pq.write_table(pa.Table.from_pylist(rows), path.with_suffix(".parquet"))
    return path.with_suffix(".parquet")


def xlsx(path: Path, rows: Rows, before: int = 0, sheet: str = "Sheet1") -> Path:
    path = path.with_suffix(".xlsx")
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet(sheet)
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        page.write_row(before, 0, list(rows[0]))
        for line, row in enumerate(rows, before + 1):
            for column, cell in enumerate(row.values()):
                match cell:
                    case datetime():
                        page.write_datetime(line, column, cell, moment)
                    case date():
                        page.write_datetime(line, column, cell, day)
                    case str() if cell.startswith("#"):
                        page.write_formula(line, column, "=1/0", None, cell)
                    case None:
                        pass
                    case _:
                        page.write(line, column, float(cell) if isinstance(cell, Decimal) else cell)
    return path


def xls(path: Path, rows: Rows) -> Path:
    path = path.with_suffix(".xls")
    book = xlwt.Workbook()
    page = book.add_sheet("Sheet1")
    day = xlwt.easyxf(num_format_str="dd/mm/yyyy")
    for column, heading in enumerate(rows[0]):
        page.write(0, column, heading)
    for line, row in enumerate(rows, 1):
        for column, cell in enumerate(row.values()):
            if isinstance(cell, str) and cell.startswith("#"):
                page.row(line).set_cell_error(column, cell)
            elif cell is not None:
                page.write(line, column, cell, day if isinstance(cell, date) else xlwt.Style.default_style)
    book.save(str(path))
    return path


NAMES = " ".join(
    f'xmlns:{short}="urn:{name}"'
    for short, name in (
        ("office", "oasis:names:tc:opendocument:xmlns:office:1.0"),
        ("table", "oasis:names:tc:opendocument:xmlns:table:1.0"),
        ("text", "oasis:names:tc:opendocument:xmlns:text:1.0"),
        ("calcext", "org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"),
    )
)


def ods(path: Path, rows: Rows) -> Path:
    path = path.with_suffix(".ods")
    lines = ["".join(_ods_cell(cell) for cell in row) for row in (list(rows[0]), *(list(r.values()) for r in rows))]
    body = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        parts.writestr(
            "content.xml",
            f'<office:document-content {NAMES}><office:body><office:spreadsheet><table:table table:name="Sheet1">{body}'
            "</table:table></office:spreadsheet></office:body></office:document-content>",
        )
    return path


def _ods_cell(cell: Any) -> str:
    match cell:
        case None:
            return "<table:table-cell/>"
        case bool():
            return f'<table:table-cell office:value-type="boolean" office:boolean-value="{str(cell).lower()}"/>'
        case date():
            return f'<table:table-cell office:value-type="date" office:date-value="{cell.isoformat()}"/>'
        case int() | float() | Decimal():
            return f'<table:table-cell office:value-type="float" office:value="{cell}"/>'
        case str() if cell.startswith("#"):
            return (
                '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" '
                f'calcext:value-type="error"><text:p>{cell}</text:p></table:table-cell>'
            )
    return f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'


def arrow(path: Path, rows: Rows) -> Any:
    return pa.Table.from_pylist(rows)


def dictionaries(path: Path, rows: Rows) -> Any:
    table = pa.Table.from_pylist(rows)
    for number, column in enumerate(table.schema.names):
        if column in ("Outcome", "Client ref"):
            table = table.set_column(number, column, table[column].dictionary_encode())
    return table


def large(path: Path, rows: Rows) -> Any:
    table = pa.Table.from_pylist(rows)
    wide = {"string": pa.large_string(), "date32[day]": pa.date64(), "decimal128(4, 2)": pa.decimal256(40, 6)}
    return table.cast(pa.schema([(f.name, wide.get(str(f.type), f.type)) for f in table.schema]))


def polars(path: Path, rows: Rows) -> Any:
    return pl.DataFrame(rows)


def polars_categories(path: Path, rows: Rows) -> Any:
    found = pl.DataFrame(rows)
    return found.with_columns(pl.col("Outcome").cast(pl.Categorical)) if "Outcome" in found.columns else found


def pandas(path: Path, rows: Rows) -> Any:
    found = pd.DataFrame(rows)
    for column in ("Joined", "Achieved"):
        if column in found:
            found[column] = pd.to_datetime(found[column])
    return found


def cursor(path: Path, rows: Rows) -> Raw:
    with closing(sqlite3.connect(":memory:")) as database:
        return from_cursor(_asked(database.cursor(), rows, "?"), path.name)


def _asked(made: Any, rows: Rows, mark: str, kinds: Sequence[str] = ()) -> Any:
    """A cursor on which a query for the rows has run. SQLite has neither dates nor decimals nor flags: they are text."""
    columns = ", ".join(f'"{name}" {kind}' for name, kind in zip(rows[0], kinds or [""] * len(rows[0]), strict=True))
    made.execute(f"create temporary table sent ({columns})")
    for row in rows:
        cells = list(row.values()) if kinds else [_sqlite(cell, name) for name, cell in row.items()]
        made.execute(f"insert into sent values ({', '.join([mark] * len(row))})", cells)
    made.execute("select * from sent")
    return made


def _sqlite(cell: Any, column: str) -> Any:
    if isinstance(cell, bool):
        return "Y" if cell else "N"
    if isinstance(cell, date):
        return cell.strftime("%d/%m/%Y") if column == "Joined" else cell.isoformat()
    return str(cell) if isinstance(cell, Decimal) else cell


WAYS: dict[str, Callable[[Path, Rows], Any]] = {
    "Parquet": parquet,
    "xlsx": xlsx,
    "xls": xls,
    "ods": ods,
    "Arrow": arrow,
    "Arrow dictionaries": dictionaries,
    "Arrow, large types": large,
    "Polars": polars,
    "Polars categories": polars_categories,
    "pandas": pandas,
    "a cursor": cursor,
}
FILES = ("Parquet", "xlsx", "xls", "ods")


def sent(way: str, folder: Path, clients: Rows = CLIENTS, claims: Rows = CLAIMS) -> dict[str, Any]:
    make = WAYS[way]
    return {"clients": make(folder / "clients", clients), "claims": make(folder / "claims", claims)}


@pytest.mark.parametrize("way", WAYS)
def test_rows_settle_alike_however_they_are_sent(way: str, tmp_path: Path) -> None:
    made = settle(TERMS, sent(way, tmp_path))
    assert (made.total, made.refused, made.notes, made.rejected) == (2100, False, (), None)
    (costs,) = [t.columns["cost"] for name, t in made.settled.tables.items() if name == "claims"]
    assert list(costs) == [1050, None, None]
    assert made.settled.tables["claims"].columns["note"][0] == "Café"


@pytest.mark.parametrize("way", FILES)
def test_files_settle_from_the_command_line_and_the_receipt_has_their_hash(
    pbr: Callable[..., Any], tmp_path: Path, way: str
) -> None:
    shutil.copy(TERMS, tmp_path / "terms.pbr")
    files = sent(way, tmp_path)
    records = [f"--records={name}={path}" for name, path in files.items()]
    ran = pbr("settle", "terms.pbr", *records, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    made = json.loads(ran.out)
    assert made["settlement"]["totals"]["amount"] == "2100.00"
    for listed in made["receipt"]["files"]:
        path = files[listed["records"]]
        assert listed["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert listed["file"] == (path.name if way == "Parquet" else f"{path.name}#Sheet1")


def test_rows_in_memory_have_one_hash_whatever_holds_them(tmp_path: Path) -> None:
    ways = ("Arrow", "Arrow dictionaries", "Arrow, large types", "Polars", "pandas")
    hashes = {
        tuple((f["records"], f["sha256"]) for f in settle(TERMS, sent(w, tmp_path)).data()["receipt"]["files"])
        for w in ways
    }
    assert len(hashes) == 1
    other = settle(TERMS, sent("Arrow", tmp_path, *changed("Note", "Cafe"))).data()["receipt"]["files"]
    assert other[1]["sha256"] not in {sha for each in hashes for _, sha in each}


# ---- cells that do not fit

EVERYWHERE = ("Parquet", "Arrow", "xlsx")
CELLS: dict[str, tuple[str, Any, str, tuple[str, ...]]] = {
    "a date for an id": (
        "Client ref",
        date(2024, 1, 1),
        "is stored as a date, and this column holds text",
        ("xlsx", "xls", "ods"),
    ),
    "a date for money": (
        "Cost",
        date(2024, 1, 1),
        "is stored as a date, and this column holds money",
        ("xlsx", "xls", "ods"),
    ),
    "a moment": ("Achieved", datetime(2024, 3, 1, 9, 30), "has a time; the contract counts days", ("xlsx", "xls")),
    "a number for a date": ("Achieved", 45352, "is a date as Excel keeps it inside", ("xlsx", "xls", "ods")),
    "a number for an outcome": ("Outcome", 6, 'is not one of "Entered", "6 months"', ("xlsx", "xls", "ods")),
    "a number for a flag": ("Agreed", 1, 'is neither "Y" nor "N"', ("xlsx", "xls", "ods")),
    "true for money": ("Cost", True, "is stored as true or false, and this column holds money", ("xlsx", "xls")),
    "true for text": ("Note", True, "is stored as true or false, and this column holds text", ("xlsx", "xls")),
    "a share for text": (
        "Note",
        0.5,
        "is stored as a number with decimals, and this column holds text",
        ("xlsx", "ods"),
    ),
    "an id that was rounded": (
        "Client ref",
        12345678901234567890,
        "is stored as a number with decimals",
        ("xlsx", "ods"),
    ),
    "too many places": ("Cost", 10.505, "has more than 2 decimal places", ("xlsx", "xls", "ods")),
    "an error for money": ("Cost", "#N/A", "is an error of the spreadsheet, not a value", ("xlsx", "ods")),
    "an error that may be blank": (
        "Note",
        "#DIV/0!",
        "is an error of the spreadsheet, not a value",
        ("xlsx", "xls", "ods"),
    ),
    "an error for a date": ("Achieved", "#REF!", "is an error of the spreadsheet, not a value", ("xlsx", "xls", "ods")),
    "text for a date": ("Joined", "2024-01-08", "is not a date written day/month/year", ("xlsx", "xls", "ods")),
    "a blank": ("Achieved", None, "is blank", ("Parquet", "Arrow", "xlsx", "xls", "ods", "Polars", "pandas")),
    "another outcome": ("Outcome", "Left", 'is not one of "Entered", "6 months"', tuple(WAYS)),
    "an id that points nowhere": ("Client ref", "A9", "names no row of `clients`", tuple(WAYS)),
    "too many places, exactly": (
        "Cost",
        Decimal("10.505"),
        "has more than 2 decimal places",
        ("Parquet", "Polars", "pandas"),
    ),
}


@pytest.mark.parametrize(("what", "way"), [(what, way) for what, (*_, ways) in CELLS.items() for way in ways])
def test_a_cell_that_does_not_fit_is_set_aside_with_its_reason(what: str, way: str, tmp_path: Path) -> None:
    column, cell, reason, _ = CELLS[what]
    with pytest.raises(DataError, match=r"do(es)? not fit") as caught:
        settle(TERMS, sent(way, tmp_path, *changed(column, cell)))
    (found, *_) = [row for table in caught.value.tables.values() for row in table.rejected]  # type: ignore[attr-defined]
    assert found.column == column
    assert reason in found.reason
    assert found.line == (2 if way in FILES and way != "Parquet" else 1)


COLUMNS: dict[str, tuple[str, Any, str]] = {
    "binary money": ("Cost", pa.array([10.5, None, None]), "is kept as a binary number"),
    "whole binary money": ("Cost", pa.array([10.0, None, None]), "is kept as a binary number"),
    "a moment": ("Achieved", pa.array([datetime(2024, 3, 1, 9, 30)] * 3), "has a time; the contract counts days"),
    "a moment in a zone": ("Achieved", pa.array([datetime(2024, 3, 1, tzinfo=UTC)] * 3), "is a moment in a time zone"),
    "a moment too fine": ("Achieved", pa.array([1] * 3, pa.timestamp("ns")), "has a time; the contract counts days"),
    "a time": ("Achieved", pa.array([time(9)] * 3), "is a time, and this column holds dates"),
    "a number for a date": ("Achieved", pa.array([1.5] * 3), "is stored as a number, and this column holds dates"),
    "bytes": ("Note", pa.array([b"x"] * 3), "is stored as bytes, which no column reads"),
    "a list": ("Note", pa.array([["x"]] * 3), "is stored as list, which no column reads"),
    "a binary number for text": ("Note", pa.array([1.0] * 3), "is stored as a number with decimals"),
    "a binary number for an outcome": ("Outcome", pa.array([1.0] * 3), "this column does not hold numbers"),
}


@pytest.mark.parametrize("what", COLUMNS)
def test_a_column_of_another_type_is_set_aside_with_its_reason(what: str, tmp_path: Path) -> None:
    name, column, reason = COLUMNS[what]
    claims = pa.Table.from_pylist(CLAIMS)
    claims = claims.set_column(claims.schema.get_field_index(name), name, column)
    with pytest.raises(DataError, match=reason):
        settle(TERMS, {"clients": pa.Table.from_pylist(CLIENTS), "claims": claims})


COUNTS = """
language 1
contract c "Counts" {
  payer a: "A"  provider b: "B"  currency: GBP  payments: rounded to £0.01 half up
}
records sites "Sites" { site: id  beds: count column "places" }
measure places "Places" { sum of sites  value: beds }
payment whole "All" { pay places * £1 }
"""


@pytest.fixture
def counts(tmp_path: Path) -> Path:
    path = tmp_path / "counts.pbr"
    path.write_text(COUNTS, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ([3.0, 4.0], None),
        ([3, 4], None),
        ([Decimal("3.00"), Decimal("4.0")], None),
        ([3.5, 4.0], "3.5.* is not a whole number"),
        ([Decimal("3.5"), Decimal(4)], "is not a whole number"),
        ([float("nan"), 4.0], "is not a whole number"),
        ([float("inf"), 4.0], "is not a whole number"),
        ([-3, 4], "is below zero"),
        ([2**63 - 1, 4], "is too large for a figure"),
        ([True, False], "is stored as true or false, and this column holds counts"),
    ],
)
def test_a_count_takes_whole_numbers_of_any_type(counts: Path, cells: list[Any], reason: str | None) -> None:
    table = pa.table({"site": ["s1", "s2"], "places": pa.array(cells)})
    if reason is None:
        assert settle(counts, {"sites": table}).total == 7
        return
    with pytest.raises(DataError, match=reason):
        settle(counts, {"sites": table})


@pytest.mark.parametrize("kind", ["table", "Parquet", "xlsx", "ods"])
def test_ids_stored_as_numbers_are_taken_as_digits_with_one_warning(
    pbr: Callable[..., Any], counts: Path, tmp_path: Path, kind: str
) -> None:
    rows: Rows = [{"site": 12, "places": 3}, {"site": 13, "places": 4}]
    note = '"site" holds text, and cells are stored as numbers: they are taken as their digits, and zeros in front'
    if kind == "table":
        made = settle(counts, {"sites": pa.Table.from_pylist(rows)})
        assert made.settled.tables["sites"].columns["site"] == ["12", "13"]
        (said,) = made.notes
        assert note in said
        return
    ran = pbr("settle", "counts.pbr", f"--records=sites={WAYS[kind](tmp_path / 'sites', rows)}")
    assert ran.code == 0
    assert ran.err.count("\n") == 1
    assert note in ran.err


def test_ids_made_for_databases_are_text() -> None:
    found = frame.from_cursor(_Rows(["id"], [(UUID(int=1),)]), "x")
    assert found.rows == ((1, (str(UUID(int=1)),)),)
    assert found.values == ((None,),)


KNOWN = """
language 1
contract c "Known" {
  payer a: "A"  provider b: "B"  currency: GBP  payments: rounded to £0.01 half up
}
category size { small "Small", big "Big" }
records sites "Sites" {
  site: id
  beds: count
  learned: date written day/month/year
  known from learned
}
parameter price "Price" by size: money
measure places "Places" { sum of sites  value: beds }
payment whole "All" by size { pay places * price }
"""


@pytest.mark.parametrize("way", ["Parquet", "xlsx", "ods", "xls"])
def test_a_stored_date_says_when_a_row_came_to_be_known_and_a_price_is_read_from_any_file(
    tmp_path: Path, way: str
) -> None:
    (tmp_path / "known.pbr").write_text(KNOWN, encoding="utf-8")
    rows: Rows = [
        {"site": "s1", "beds": 3, "learned": date(2024, 1, 1)},
        {"site": "s1", "beds": 5, "learned": date(2024, 3, 1)},
    ]
    prices: Rows = [{"size": "small", "value": Decimal("1.50")}, {"size": "big", "value": Decimal(2)}]
    sites, given = WAYS[way](tmp_path / "sites", rows), WAYS[way](tmp_path / "prices", prices)
    totals = [
        settle(tmp_path / "known.pbr", {"sites": sites}, known_at=day, given={"price": given}).total
        for day in (date(2024, 2, 1), date(2024, 4, 1))
    ]
    assert totals == [Decimal("10.50"), Decimal("17.50")]


def test_a_price_that_is_a_binary_number_is_refused(tmp_path: Path) -> None:
    (tmp_path / "known.pbr").write_text(KNOWN, encoding="utf-8")
    sites = pa.table({"site": ["s1"], "beds": [3], "learned": [date(2024, 1, 1)]})
    prices = parquet(tmp_path / "prices", [{"size": "small", "value": 1.5}, {"size": "big", "value": 2.0}])
    with pytest.raises(DataError, match=r"prices\.parquet, line 1: 1\.5 is kept as a binary number"):
        settle(tmp_path / "known.pbr", {"sites": sites}, given={"price": prices})


# ---- workbooks


def test_a_sheet_is_chosen_by_name_and_a_line_is_its_row(tmp_path: Path) -> None:
    path = xlsx(
        tmp_path / "clients", [*CLIENTS, {"Client ref": None, "Joined": None, "Agreed": None}], 4, "All clients"
    )
    found = read(Path(f"{path}#All clients"))
    assert [line for line, _ in found.rows] == [6, 7, 8]
    assert found.known_as == "clients.xlsx#All clients"
    assert found.heading == ("Client ref", "Joined", "Agreed")
    with pytest.raises(
        UsageError, match=r'has no sheet "All client" \(did you mean `All clients`\?\); it has "All clients"'
    ):
        read(Path(f"{path}#All client"))


def test_the_first_sheet_that_is_shown_is_read(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        hidden, shown = book.add_worksheet("Old"), book.add_worksheet("New")
        hidden.hide()
        shown.activate()
        shown.set_first_sheet()
        hidden.write(0, 0, "old")
        shown.write(0, 0, "new")
    assert read(path).heading == ("new",)
    assert read(Path(f"{path}#Old")).heading == ("old",)


def test_an_error_below_all_other_rows_is_seen(tmp_path: Path) -> None:
    rows: Rows = [{"a": "x", "b": None}, {"a": None, "b": None}, {"a": None, "b": "#N/A"}]
    for make in (xlsx, xls, ods):
        found = read(
            make(tmp_path / make.__name__, rows if make is not xls else [{**r, "b": r["b"] and "#REF!"} for r in rows])
        )
        assert found.rows == ((2, ("x", "")), (4, ("", "#REF!" if make is xls else "#N/A"))), make.__name__


def test_a_number_is_the_one_that_the_sheet_shows(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_column(0, 0, ["n", 0.1 + 0.2, 1.1, 100.0, 999999999999999.0, 1e15])
    found = read(path)
    assert [cells[0] for _, cells in found.rows] == ["0.3", "1.1", "100", "999999999999999", "1000000000000000.0"]
    assert found.values is not None
    assert [type(cells[0]) for cells in found.values] == [Decimal, Decimal, int, int, float]


def test_an_empty_sheet_is_said(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Nothing")
    with pytest.raises(DataError, match=r"book\.xlsx#Nothing is empty: its first row should name the columns"):
        read(path)


# ---- files that cannot be read


@pytest.mark.parametrize("way", FILES)
@pytest.mark.parametrize("left", [0, 3, 40, 0.5, 0.99])
def test_a_file_cut_short_is_a_wrong_command(pbr: Callable[..., Any], tmp_path: Path, way: str, left: float) -> None:
    shutil.copy(TERMS, tmp_path / "terms.pbr")
    files = sent(way, tmp_path)
    whole = files["claims"].read_bytes()
    files["claims"].write_bytes(whole[: int(left if left > 1 else len(whole) * left)])
    ran = pbr("settle", "terms.pbr", *[f"--records={name}={path}" for name, path in files.items()])
    assert (ran.code, ran.out) == (2, ""), ran.err
    assert f"{files['claims'].name} cannot be read: it is " in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("name", ["claims.parquet", "claims.xlsx", "claims.xls", "claims.ods"])
def test_text_with_the_name_of_another_file_is_a_wrong_command(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("Client ref,Outcome\nA1,Entered\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"cannot be read: it is no (Parquet file|workbook)"):
        read(path)


def test_a_workbook_under_a_password_is_said(tmp_path: Path) -> None:
    (tmp_path / "locked.xlsx").write_bytes(excel.OLD + b"rest" + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(UsageError, match="locked with a password; save it without one"):
        read(tmp_path / "locked.xlsx")


@pytest.mark.parametrize(
    ("name", "module", "package", "extra"),
    [
        ("claims.parquet", frame, "pyarrow", "duckdb"),
        ("claims.xlsx", excel, "python_calamine", "excel"),
        ("claims.xls", excel, "xlrd", "excel"),
    ],
)
def test_a_package_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, module: Any, package: str, extra: str
) -> None:
    monkeypatch.setattr(module, "find_spec", lambda asked: None if asked == package else object())
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(UsageError, match=rf'{name} is read with a package.* pip install "pbr-rules\[{extra}\]"'):
        read(tmp_path / name)


# ---- tables in memory


def test_what_is_no_table_is_said() -> None:
    with pytest.raises(UsageError, match=r"the records of `clients` are a list, and are to be a path, or a table"):
        settle(TERMS, {"clients": CLIENTS, "claims": CLAIMS})  # type: ignore[dict-item]
    with pytest.raises(UsageError, match=r"are a LazyFrame.*collect it first"):
        settle(TERMS, {"clients": pl.LazyFrame(CLIENTS), "claims": pl.LazyFrame(CLAIMS)})  # type: ignore[dict-item]
    with pytest.raises(UsageError, match="the table of `clients` cannot be read"):
        settle(TERMS, {"clients": pa.chunked_array([[1]]), "claims": pa.chunked_array([[1]])})


def test_a_column_that_is_missing_or_twice_is_said() -> None:
    clients = pa.Table.from_pylist(CLIENTS)
    with pytest.raises(DataError, match='clients has no column "Joined", which `clients` needs'):
        settle(TERMS, {"clients": clients.drop_columns(["Joined"]), "claims": pa.Table.from_pylist(CLAIMS)})
    with pytest.raises(DataError, match='clients has 2 columns "Joined"'):
        settle(
            TERMS,
            {"clients": clients.append_column("joined", clients["Joined"]), "claims": pa.Table.from_pylist(CLAIMS)},
        )


def test_a_table_with_no_rows_settles_to_nothing() -> None:
    clients, claims = pa.Table.from_pylist(CLIENTS), pa.Table.from_pylist(CLAIMS)
    assert settle(TERMS, {"clients": clients, "claims": claims.slice(0, 0)}).total == 0


def test_rows_set_aside_are_written_as_they_would_read_in_a_file() -> None:
    clients = pa.Table.from_pylist(CLIENTS)
    claims = pa.Table.from_pylist([{**row, "Outcome": "Left"} for row in CLAIMS])
    from pbr_rules.statements import Tolerance

    made = settle(TERMS, {"clients": clients, "claims": claims}, tolerance=Tolerance(number=3))
    assert made.rejected is not None
    first = next(csv.DictReader(io.StringIO(made.rejected.decode("utf-8-sig"))))
    assert first["row as received"] == "A1,Left,2024-03-01,10.5,Café"
    assert first["line"] == "1"


def test_a_statement_is_written_in_any_format() -> None:
    made = settle(TERMS, {"clients": pl.DataFrame(CLIENTS), "claims": pl.DataFrame(CLAIMS)}, on=date(2024, 7, 1))
    assert made.data()["receipt"]["command"] == "settled from Python"
    assert made.data()["receipt"]["files"][0]["encoding"] == "a table in memory"
    for form in ("table", "json", "csv", "md", "html"):
        assert (
            "2,100.00" in str(made.write(form))
            or "2100.00" in str(made.write(form))
            or "1500.00" in str(made.write(form))
        )


# ---- queries


class _Rows:
    """A cursor over rows."""

    def __init__(self, names: list[str] | None, rows: list[Any]) -> None:
        self.description = None if names is None else [(name, None) for name in names]
        self._rows = rows

    def fetchmany(self, size: int, /) -> list[Any]:
        now, self._rows = self._rows[:size], self._rows[size:]
        return now


def test_a_cursor_that_gives_no_rows_is_said() -> None:
    with pytest.raises(UsageError, match="the cursor of `x` has no columns: run a query that gives rows first"):
        from_cursor(_Rows(None, []), "x")
    with pytest.raises(UsageError, match="gives rows that are no sequences"):
        from_cursor(_Rows(["a"], [{"a": 1}]), "x")


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL of the test's own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where there is no folder of the user for running programs
        pgserver = importlib.import_module("pgserver")
    server = pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="pgserver has no wheel for this Python")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_query_of_postgresql_settles(postgres: str) -> None:
    psycopg = importlib.import_module("psycopg")
    with psycopg.connect(postgres) as database, database.cursor() as made:
        kinds = {
            "clients": ("text", "date", "boolean"),
            "claims": ("varchar(9)", "text", "date", "numeric(12,4)", "text"),
        }
        rows = {"clients": CLIENTS, "claims": CLAIMS}
        records = {}
        for name in rows:
            records[name] = from_cursor(_asked(made, rows[name], "%s", kinds[name]), name)
            made.execute("drop table sent")
        assert settle(TERMS, records).total == 2100
        made.execute('select "a" as "Client ref", now() as "Joined", 1.5::float8 as "Agreed" from (values (1)) as t(a)')
        with pytest.raises(DataError, match="is a moment in a time zone"):
            settle(TERMS, {**records, "clients": from_cursor(made, "clients")})


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="pgserver has no wheel for this Python")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_server_that_drops_the_connection_leaves_no_rows(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of the rows are no records: they would be settled as if they were all."""
    psycopg = importlib.import_module("psycopg")
    monkeypatch.setattr(frame, "EVERY", 10)
    with psycopg.connect(postgres) as database, psycopg.connect(postgres, autocommit=True) as other:
        cursor = database.cursor("some")  # the server keeps the rows until they are fetched
        cursor.execute("select n::text as a from generate_series(1, 100000) as t(n)")

        class Dropped:
            description = cursor.description

            def fetchmany(self, size: int, /) -> Any:
                rows = cursor.fetchmany(size)
                other.execute("select pg_terminate_backend(%s)", [database.info.backend_pid])
                return rows

        with pytest.raises(DataError, match=r"^people: after row 10, the database gave no more: .*terminat"):
            from_cursor(Dropped(), "people")
        with suppress(psycopg.Error):
            cursor.close()


def test_an_old_workbook_with_any_number_changed_is_read_or_refused(tmp_path: Path) -> None:
    """Some numbers say how much follows: a reader that believes them asks for all the memory there is."""
    path = xls(tmp_path / "clients", CLIENTS)
    content = path.read_bytes()
    refused = 0
    for at in range(1_536, 2_000, 3):
        path.write_bytes(content[:at] + b"\xff\xff\xff\x7f" + content[at + 4 :])
        try:
            assert read(path).heading
        except (UsageError, DataError):
            refused += 1
    assert refused


def test_hours_in_an_old_workbook_are_no_days(tmp_path: Path) -> None:
    path = tmp_path / "hours.xls"
    book = xlwt.Workbook()
    page = book.add_sheet("Sheet1")
    page.write(0, 0, "when")
    for line, (number, form) in enumerate(
        [(0.5, "[h]:mm"), (2, "[h]:mm"), (45299, "dd/mm/yyyy"), (1e9, "dd/mm/yyyy")], 1
    ):
        page.write(line, 0, number, xlwt.easyxf(num_format_str=form))
    book.save(str(path))
    found = read(path)
    assert found.values == ((time(12),), (2,), (date(2024, 1, 8),), (10**9,))
