"""The workbook: numbers as numbers with their formats, text as text whatever it begins with, and a set-up to be printed."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree

import pytest

from pbr_rules.reports import xlsx

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


class Book:
    """A workbook read by its own XML: each sheet's cells by place, as what was written and how it is shown."""

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            self.files = {
                name: file.read(name).decode() for name in file.namelist() if name.endswith((".xml", ".rels"))
            }
        strings = ElementTree.fromstring(self.files["xl/sharedStrings.xml"])
        self.strings = ["".join(t.text or "" for t in si.iter(f"{{{NS['m']}}}t")) for si in strings]
        styles = ElementTree.fromstring(self.files["xl/styles.xml"])
        own = {f.get("numFmtId"): f.get("formatCode") for f in styles.iterfind("m:numFmts/m:numFmt", NS)}
        self.formats = [
            (own.get(xf.get("numFmtId"), xf.get("numFmtId")), xf.get("quotePrefix") == "1")
            for xf in styles.iterfind("m:cellXfs/m:xf", NS)
        ]
        book = ElementTree.fromstring(self.files["xl/workbook.xml"])
        self.names = [str(s.get("name")) for s in book.iterfind("m:sheets/m:sheet", NS)]

    def xml(self, name: str) -> str:
        return self.files[f"xl/worksheets/sheet{self.names.index(name) + 1}.xml"]

    def cells(self, name: str) -> dict[str, tuple[Any, str | None, bool]]:
        """Each cell: text, or a number; its format; and whether it is marked as text when it is edited."""
        found = {}
        for c in ElementTree.fromstring(self.xml(name)).iter(f"{{{NS['m']}}}c"):
            value = c.find("m:v", NS)
            assert c.find("m:f", NS) is None, "a formula"
            if value is not None and value.text is not None:
                said: Any = self.strings[int(value.text)] if c.get("t") == "s" else Fraction(value.text)
                form, quoted = self.formats[int(c.get("s", "0"))]
                found[str(c.get("r"))] = (said, form, quoted)
        return found

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The table of a sheet, by its headings."""
        cells = self.cells(name)
        first = int(re.findall(r"A(\d+):", self.files[f"xl/tables/table{self.tables(name)}.xml"])[0])
        heading = {re.sub(r"\d", "", at): v for at, (v, _, _) in cells.items() if re.sub(r"\D", "", at) == str(first)}
        last = max(int(re.sub(r"\D", "", at)) for at in cells)
        return [
            {name: cells.get(f"{column}{row}", ("",))[0] for column, name in heading.items()}
            for row in range(first + 1, last + 1)
        ]

    def tables(self, name: str) -> str:
        rels = self.files[f"xl/worksheets/_rels/sheet{self.names.index(name) + 1}.xml.rels"]
        return re.findall(r"tables/table(\d+)\.xml", rels)[0]


@pytest.fixture
def book(settle: Callable[..., dict[str, Any]]) -> Book:
    """The workbook of the falls."""
    return Book(xlsx.statement(settle()))


def test_the_sheets(book: Book) -> None:
    assert book.names == [
        "Summary",
        "Lines",
        "Working",
        "Figures",
        "Not settled",
        "Limits",
        "Records",
        "Signatures",
        "Receipt",
    ]


def test_the_total_is_the_first_number(book: Book) -> None:
    cells = book.cells("Summary")
    assert cells["A4"][0] == "Total to pay"
    assert cells["B4"][:2] == (Fraction("6284.5"), '"£"#,##0.00;-"£"#,##0.00')
    assert cells["A5"][0] == "Left out of this total"
    assert cells["B5"][0] == "1 refused"


def test_every_line_is_a_row_with_its_amount_as_a_number(book: Book, settle: Callable[..., dict[str, Any]]) -> None:
    whole = settle()
    rows = book.rows("Lines")
    assert len(rows) == len(whole["settlement"]["lines"])
    for row, line in zip(rows, whole["settlement"]["lines"], strict=True):
        assert row["Amount"] == ("" if line["amount"] is None else Fraction(line["amount"]))
        assert row["Line"] == line["title"]
        assert row["State"] == line["state"]
        assert row["Why"] == (line["why"] or "")
        assert row["Clause"] == (line["clause"] or "")
    assert sum(row["Amount"] or 0 for row in rows) == Fraction("6284.5")
    assert sum(row["Borne by The council"] or 0 for row in rows) == Fraction("2094.84")


def test_every_figure_of_a_working_has_its_value(book: Book) -> None:
    rows = [row for row in book.rows("Working") if row["Line"] == "Payment for results: North & west, Second year"]
    assert [(row["Level"], row["Figure"].strip(), row["Value"]) for row in rows] == [
        (0, "results[north, second]", Fraction("3300.5")),
        (1, "fall[north, second]", Fraction("0.13")),
        (2, "crimes[north, second, matched]", 300),
        (2, "crimes[north, second, treated]", 261),
    ]
    assert "which is: pay £2,500.50 + £800.00" in rows[0]["How it came about"]


def test_a_figure_is_shown_in_its_kind(book: Book) -> None:
    shown = {value: form for value, form, _ in book.cells("Figures").values() if isinstance(value, Fraction)}
    assert shown[Fraction("0.1")] == "0%"
    assert shown[Fraction("0.015")] == "0.0%"


@pytest.mark.parametrize(
    ("exact", "kind", "written"),
    [
        ("123456789012.34", "money (GBP)", Fraction("123456789012.34")),
        ("1234567890123456.78", "money (GBP)", "1234567890123456.78"),
        ("100000000000000000000", "money (GBP)", Fraction(10**20)),
        ("13/155", "a percentage", "13/155"),
        ("0.084", "a percentage", Fraction("0.084")),
        ("0.057", "percentage points", Fraction("5.7")),
        ("1.42", "a frequency (per 100)", Fraction(142)),
        ("12", "an id of `people`", "12"),
        ("-0.005", "a number", Fraction("-0.005")),
    ],
)
def test_what_fifteen_digits_write_is_a_number_and_what_they_do_not_is_text(
    exact: str, kind: str, written: object, settle: Callable[..., dict[str, Any]]
) -> None:
    whole = settle()
    figure = whole["settlement"]["figures"][0]
    figure["exact"], figure["working"]["kind"], figure["shown"] = exact, kind, "shown"
    assert Book(xlsx.statement(whole)).rows("Figures")[0]["Value"] == written


HOSTILE = "=cmd|'/C calc'!A0"


@pytest.mark.parametrize("title", [HOSTILE, "+1", "-1", "@SUM(1)", "http://example.org", "<b>&", "x" * 40_000, "12"])
def test_text_is_text(title: str, settle: Callable[..., dict[str, Any]]) -> None:
    whole = settle()
    for line in whole["settlement"]["lines"]:
        line["title"] = title
    whole["settlement"]["contract"]["title"] = title
    whole["settlement"]["contract"]["dimensions"] = dict.fromkeys(whole["settlement"]["contract"]["dimensions"], title)
    book = Book(xlsx.statement(whole))
    for name in book.names:
        for said, _, quoted in book.cells(name).values():
            if isinstance(said, str) and said.startswith(("=", "+", "-", "@")):
                assert quoted, (name, said)
    said = book.cells("Summary")["A1"][0]
    assert said == title if len(title) < 32_000 else said.startswith("x" * 32_000)
    assert book.rows("Lines")[0]["Line"][:40] == title[:40] if not title.startswith("x") else True


def test_a_sheet_stays_readable_and_prints_on_a4(book: Book) -> None:
    for name in book.names:
        xml = book.xml(name)
        turned = "portrait" if name == "Summary" else "landscape"
        assert re.search(rf'<pageSetup paperSize="9"[^>]* orientation="{turned}"', xml), name
        assert 'fitToPage="1"' in xml
        assert "<oddFooter>&amp;L&amp;A&amp;RPage &amp;P of &amp;N</oddFooter>" in xml
        assert name == "Summary" or 'state="frozen"' in xml
        assert "<mergeCell" not in xml
    assert book.files["xl/workbook.xml"].count("_xlnm.Print_Titles") == len(book.names) - 1
    assert all(len(name) <= 31 for name in book.names)


def test_the_bytes_follow_from_the_statement(settle: Callable[..., dict[str, Any]]) -> None:
    one, other = xlsx.statement(settle()), xlsx.statement(settle())
    assert one == other
    assert "2000-01-01T00:00:00Z" in Book(one).files["docProps/core.xml"]


@pytest.mark.parametrize("name", ["apollo", "care_leavers", "doncaster", "peterborough", "tarp"])
def test_the_lines_of_the_library_come_to_their_total(name: str, library: Callable[[str], dict[str, Any]]) -> None:
    whole = library(name)
    amounts = [row["Amount"] for row in Book(xlsx.statement(whole)).rows("Lines") if row.get("Amount", "") != ""]
    assert sum(amounts, Fraction(0)) == Fraction(whole["settlement"]["totals"]["amount"])
