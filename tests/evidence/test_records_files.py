"""Files as they come: read in each encoding a council saves in, and answered in plain words where they do not fit.

The sound files settle to one `entered` and one `six_months`: £600 + £1,500 = £2,100.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TERMS = Path(__file__).with_name("terms.pbr")
CLIENTS = "Client ref,Joined,Agreed\nA1,08/01/2024,Y\nA2,15/01/2024,Y\nA3,16/01/2024,N\n"
CLAIMS = (
    "Client ref,Outcome,Achieved,Cost,Note\n"
    "A1,Entered,2024-03-01,£10.50,Café\n"
    "A2,6 months,2024-04-01,,\n"
    "A3,Entered,2024-04-02,,not counted\n"
)


@pytest.fixture
def settle(pbr: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """Settles the terms over two files, the sound ones where no others are given."""

    def run(clients: str | bytes = CLIENTS, claims: str | bytes = CLAIMS, *more: str) -> Any:
        shutil.copy(TERMS, tmp_path / "terms.pbr")
        for name, content in (("clients", clients), ("claims", claims)):
            (tmp_path / f"{name}.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
        return pbr("settle", "terms.pbr", "--records", "clients=clients.csv", "--records", "claims=claims.csv", *more)

    return run


def total(ran: Any) -> str:
    """The total of a statement written as JSON."""
    found = json.loads(ran.out)["settlement"]["totals"]["amount"]
    assert isinstance(found, str)
    return found


AS_SAVED = {
    "UTF-8": CLAIMS.encode(),
    "UTF-8 with its mark": CLAIMS.encode("utf-8-sig"),
    "Windows-1252": CLAIMS.encode("cp1252"),
    "lines of Windows": CLAIMS.replace("\n", "\r\n").encode(),
    "lines of an old Mac": CLAIMS.replace("\n", "\r").encode(),
    "no end to the last line": CLAIMS.rstrip("\n").encode(),
    "blank lines": CLAIMS.replace("\n", "\n\n,,,,\n").encode(),
    "semicolons": CLAIMS.replace(",", ";").encode(),
    "tabs": CLAIMS.replace(",", "\t").encode(),
    "bars": CLAIMS.replace(",", "|").encode(),
    "semicolons, with a comma in a heading": CLAIMS.replace(",", ";")
    .replace("Note", '"Note, if any";Note')
    .replace(";Café", ";;Café")
    .replace("04-01;;", "04-01;;;")
    .replace("04-02;;", "04-02;;;")
    .encode(),
    "UTF-16": CLAIMS.encode("utf-16"),
    "UTF-16, the other way round": b"\xfe\xff" + CLAIMS.encode("utf-16-be"),
    "UTF-16 with tabs, as Excel saves": CLAIMS.replace(",", "\t").replace("\n", "\r\n").encode("utf-16"),
    "spaces around cells": CLAIMS.replace(",", " , ").encode(),
    "headings in capitals": CLAIMS.replace("Client ref,Outcome", "CLIENT REF,OUTCOME").encode(),
    "columns in another order": b"Note,Cost,Achieved,Outcome,Client ref\n,,2024-03-01,Entered,A1\n,,2024-04-01,6 months,A2\n",
    "a column more": b"Client ref,Outcome,Achieved,Cost,Note,Site\nA1,Entered,2024-03-01,,,x\nA2,6 months,2024-04-01,,,y\n",
    "a letter made of two": CLAIMS.replace("Café", "Cafe\u0301").encode(),
    "a cell of two lines": CLAIMS.replace("Café", '"one\ntwo"').encode(),
    "a comma in a cell": CLAIMS.replace("Café", '"one, two"').encode(),
}


@pytest.mark.parametrize("saved", AS_SAVED)
def test_files_are_read_as_they_are_saved(settle: Callable[..., Any], saved: str) -> None:
    ran = settle(CLIENTS, AS_SAVED[saved], "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    assert total(ran) == "2100.00"


NO_FILE_OF_RECORDS = {
    "nothing": (b"", "claims.csv is empty: its first line should name the columns"),
    "a workbook": (
        b"PK\x03\x04rest",
        "claims.csv is an Excel workbook or another packed file, and its name says that it is text",
    ),
    "an old workbook": (
        b"\xd0\xcf\x11\xe0rest",
        "claims.csv is an old Excel workbook, and its name says that it is text; name it .xls",
    ),
    "Parquet": (b"PAR1rest", "claims.csv is a Parquet file, and its name says that it is text; name it .parquet"),
    "a PDF": (b"%PDF-1.7", "claims.csv is a PDF"),
    "UTF-16 cut short": (CLAIMS.encode("utf-16")[:-3], "claims.csv is cut short: it ends on line 4 within a letter"),
    "UTF-16 with a letter of no kind": (
        (CLAIMS + "A1").encode("utf-16") + b"\x00\xd8A\x00",
        "begins as UTF-16 text (Excel calls it Unicode Text), and line 5 has a letter that cannot be read",
    ),
    "UTF-16 without its mark": (CLAIMS.encode("utf-16-le"), "claims.csv is not a text file: line 1 has a byte"),
    "UTF-8 cut short": (
        CLAIMS.encode() + "A1,é".encode()[:-1],
        "claims.csv is cut short: it ends on line 5 within a letter",
    ),
    "a last row cut short": (
        CLAIMS.rstrip("\n").rsplit(",", 1)[0],
        "claims.csv is cut short: it ends on line 4, where its row has 4 of 5 cells",
    ),
    "a byte that no text has": (
        CLAIMS.encode() + b"A\0,",
        "claims.csv is not a text file: line 5 has a byte that no text has",
    ),
    "no known letters": (
        CLAIMS.encode() + b"\x81\xff,",
        "line 5 has a letter that cannot be read; save the sheet as CSV UTF-8",
    ),
    "a quote that never closes": (
        CLAIMS + 'A1,"Entered,2024-03-01,,\n',
        "in the row that begins on line 5, a quote is never closed",
    ),
    "a quote inside a cell": (
        CLAIMS + 'A1,"Ent"ered,2024-03-01,,\n',
        "line 5, a quote does not end where its cell ends",
    ),
    "no heading": (CLAIMS.split("\n", 1)[1], 'claims.csv has no column "Client ref", which `claims` needs'),
    "a column that is missing": (
        CLAIMS.replace("Achieved", "Reached"),
        'claims.csv has no column "Achieved", which `claims` needs',
    ),
    "a heading misspelt": (CLAIMS.replace("Achieved", "Acheived"), 'did you mean "Acheived"?'),
    "a column twice": (CLAIMS.replace("Note", "Cost"), 'claims.csv has 2 columns "Cost", and `claims` reads one'),
}


@pytest.mark.parametrize("what", NO_FILE_OF_RECORDS)
def test_a_file_that_does_not_fit_is_said_and_nothing_is_written(
    settle: Callable[..., Any], tmp_path: Path, what: str
) -> None:
    content, said = NO_FILE_OF_RECORDS[what]
    ran = settle(CLIENTS, content, "--output", "statement.json")
    assert ran.code == 3
    assert said in ran.err
    assert ran.out == ""
    assert "Traceback" not in ran.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["claims.csv", "clients.csv", "terms.pbr"]


@pytest.mark.parametrize(("name", "why"), [("nowhere.csv", "No such file or directory"), ("folder", "Is a directory")])
def test_a_file_that_is_not_there_is_a_wrong_command(
    pbr: Callable[..., Any], tmp_path: Path, name: str, why: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "clients.csv").write_text(CLIENTS, encoding="utf-8")
    ran = pbr("settle", str(TERMS), "--records", "clients=clients.csv", "--records", f"claims={name}")
    assert (ran.code, ran.out) == (2, "")
    assert f"{name} cannot be read: {why}" in ran.err


def test_records_named_twice_are_a_wrong_command(settle: Callable[..., Any]) -> None:
    ran = settle(CLIENTS, CLAIMS, "--records", "claims=claims.csv")
    assert (ran.code, ran.out) == (2, "")
    assert "--records claims=… is given twice" in ran.err


CELLS = {
    "another day of day and month": (
        "Joined",
        "01/13/2024",
        "is a day that does not exist; are its day and its month exchanged?",
    ),
    "the date of another country": ("Joined", "2024-01-08", "is not a date written day/month/year, as 31/07/2010"),
    "a day that does not exist": ("Achieved", "2023-02-29", "is a day that does not exist"),
    "a time": ("Achieved", "2024-03-01 00:00", "has a time; the contract counts days"),
    "a number for a date": ("Achieved", "45352", "is a date as Excel keeps it inside"),
    "no date": ("Achieved", "soon", "is not a date written year-month-day, as 2010-07-31"),
    "a blank": ("Achieved", "", "is blank"),
    "spaces": ("Achieved", "   ", "is blank"),
    "another outcome": ("Outcome", "Left", 'is not one of "Entered", "6 months"'),
    "capitals": ("Outcome", "ENTERED", 'is "Entered" meant?'),
    "the name in the contract": ("Outcome", "entered", 'is "Entered" meant?'),
    "another flag": ("Agreed", "yes", 'is neither "Y" nor "N"'),
    "too many places": ("Cost", "10.505", "has more than 2 decimal places"),
    "another currency": ("Cost", "€10", "is not in GBP"),
    "a currency behind": ("Cost", "10 USD", "is not a sum of money"),
    "not a number": ("Cost", "ten", "is not a sum of money"),
    "a number of science": ("Cost", "1e3", "is not a sum of money"),
    "not there": ("Cost", "nan", "is not a sum of money"),
    "more than can be added up": ("Cost", "9" * 30, "is too large for a figure"),
    "digits of another script": ("Cost", "١٢", "is not a sum of money"),
    "an error of the spreadsheet": ("Note", "#REF!", "is an error of the spreadsheet, not a value"),
    "an id cut short": ("Client ref", "1.23E+11", "is how a spreadsheet shortens a long number, and the id is lost"),
    "an id that points nowhere": ("Client ref", "A9", "names no row of `clients`"),
    "a long cell": ("Note", "x" * 100_000, "is too long to be one value"),
}


def _cell(column: str, cell: str) -> tuple[str, str]:
    """The two files with one cell changed, on line 2 of the file that has the column."""
    if column in ("Joined", "Agreed"):
        heading, rest = CLIENTS.split("\n", 1)
        first, others = rest.split("\n", 1)
        cells = dict(zip(heading.split(","), first.split(","), strict=True)) | {column: cell}
        return f"{heading}\n{','.join(cells.values())}\n{others}", CLAIMS
    heading, rest = CLAIMS.split("\n", 1)
    first, others = rest.split("\n", 1)
    cells = dict(zip(heading.split(","), first.split(","), strict=True)) | {column: cell}
    return CLIENTS, f"{heading}\n{','.join(cells.values())}\n{others}"


@pytest.mark.parametrize("what", CELLS)
def test_a_cell_that_does_not_fit_is_set_aside_with_its_reason(
    settle: Callable[..., Any], tmp_path: Path, what: str
) -> None:
    column, cell, reason = CELLS[what]
    ran = settle(*_cell(column, cell), "--output", "statement.json")
    assert ran.code == 3
    assert reason in ran.err
    assert not (tmp_path / "statement.json").exists()
    with (tmp_path / "statement-rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["line"] == "2"
    assert rows[0]["column"] == column
    assert rows[0]["reason"].find(reason) >= 0


GOOD_CELLS = {
    "a sign and commas": ("Cost", '"£1,234.50"'),
    "below zero": ("Cost", "-£5.00"),
    "one place": ("Cost", "5.5"),
    "a blank that may be": ("Cost", ""),
    "what looks like a formula": ("Note", "=1+1"),
}


@pytest.mark.parametrize("what", GOOD_CELLS)
def test_a_cell_that_fits_is_taken(settle: Callable[..., Any], what: str) -> None:
    ran = settle(*_cell(*GOOD_CELLS[what]), "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    assert total(ran) == "2100.00"


def test_rows_that_do_not_fit_stop_the_statement_until_they_are_allowed(
    settle: Callable[..., Any], tmp_path: Path
) -> None:
    """Three rows of four claims are left, and one of them is of a client who did not agree: £600 + £1,500."""
    claims = CLAIMS + "A1,Left,2024-05-01,,\n"
    stopped = settle(CLIENTS, claims)
    assert stopped.code == 3
    assert "1 of 4 rows of `claims` does not fit, and none may be rejected" in stopped.err
    for allowed in ("1", "25%"):
        ran = settle(CLIENTS, claims, "--allow-rejected", allowed, "--format", "json")
        assert ran.code == 0
        assert total(ran) == "2100.00"
        assert json.loads(ran.out)["settlement"]["records"][1]["rejected"] == 1
        assert "1 row set aside" in ran.err
    assert settle(CLIENTS, claims, "--allow-rejected", "24%").code == 3


def test_rows_set_aside_are_not_written_over_others(settle: Callable[..., Any], tmp_path: Path) -> None:
    """The same rows are there already, and nothing is lost; other rows need `--force`; why there is no statement is said."""
    once, twice = (CLAIMS + "A1,Left,2024-05-01,,\n" * n for n in (1, 2))
    first = settle(CLIENTS, once)
    place = tmp_path / "terms-rejected.csv"
    before = place.read_bytes()
    assert settle(CLIENTS, once) == first
    other = settle(CLIENTS, twice)
    assert other.code == 3
    assert "2 of 5 rows of `claims` do not fit" in other.err
    assert (
        "the rows set aside are not written: `terms-rejected.csv` is there already; `--force` writes over it"
        in other.err
    )
    assert place.read_bytes() == before
    assert settle(CLIENTS, twice, "--force").code == 3
    assert place.read_bytes() != before


@pytest.mark.parametrize("allowed", ["-1", "x", "101%", "1.5", ""])
def test_a_tolerance_that_is_none_is_a_wrong_command(settle: Callable[..., Any], allowed: str) -> None:
    ran = settle(CLIENTS, CLAIMS, "--allow-rejected", allowed)
    assert (ran.code, ran.out) == (2, "")
    assert "is neither a number of rows nor a percentage" in ran.err


def test_one_key_on_rows_that_differ_sets_them_all_aside(settle: Callable[..., Any], tmp_path: Path) -> None:
    """Both rows of A1 go, and the claim that points at them."""
    ran = settle(CLIENTS + "A1,09/01/2024,Y\n", CLAIMS)
    assert ran.code == 3
    assert "is the key of more than one row, and they differ" in ran.err
    with (tmp_path / "terms-rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        found = [(row["records"], row["line"], row["reason"]) for row in csv.DictReader(file)]
    assert found == [
        ("clients", "2", "is the key of more than one row, and they differ"),
        ("clients", "5", "is the key of more than one row, and they differ"),
        ("claims", "2", "its row of `clients` is set aside"),
    ]


def test_one_key_on_rows_that_are_the_same_is_one_row(settle: Callable[..., Any]) -> None:
    ran = settle(CLIENTS + "A1,08/01/2024,Y\n", CLAIMS, "--format", "json")
    assert ran.code == 0
    assert total(ran) == "2100.00"
    assert json.loads(ran.out)["settlement"]["records"][0]["repeated"] == 1


@pytest.mark.parametrize(
    ("cells", "said"),
    [("A1,Entered", "the row has 2 cells, and the heading 5"), ("A1,Entered,2024-03-01,,,,x", "7 cells")],
)
def test_a_row_with_cells_too_few_or_too_many_is_set_aside(settle: Callable[..., Any], cells: str, said: str) -> None:
    ran = settle(CLIENTS, f"{CLAIMS}{cells}\n")
    assert ran.code == 3
    assert "line 5: the row has" in ran.err
    assert said in ran.err


def test_a_line_of_ten_million_letters_is_one_row_set_aside(settle: Callable[..., Any], tmp_path: Path) -> None:
    ran = settle(CLIENTS, f"{CLAIMS}A1,Entered,2024-03-01,,{'x' * 10_000_000}\n")
    assert ran.code == 3
    assert "is too long to be one value" in ran.err
    assert len(ran.err) < 2_000
    assert (tmp_path / "terms-rejected.csv").stat().st_size < 100_000


def test_rows_set_aside_are_no_formulas_for_a_spreadsheet(settle: Callable[..., Any], tmp_path: Path) -> None:
    settle(CLIENTS, f"{CLAIMS}=cmd(),Entered,2024-03-01,,\n")
    with (tmp_path / "terms-rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        row = next(csv.DictReader(file))
    assert row["value"] == "'=cmd()"
    assert row["row as received"].startswith("'=")


def test_every_file_that_the_contract_reads_must_be_named(pbr: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "clients.csv").write_text(CLIENTS, encoding="utf-8")
    ran = pbr("settle", str(TERMS), "--records", "clients=clients.csv")
    assert (ran.code, ran.out) == (2, "")
    assert "claims" in ran.err
    ran = pbr("settle", str(TERMS), "--records", "clients=clients.csv", "--records", "claim=clients.csv")
    assert ran.code == 2
    assert "did you mean `claims`?" in ran.err
