"""The statement as a workbook: a cover, then one table on each sheet, its title in the first cell.

A workbook holds numbers in binary. So an amount stands twice: as a number to add up with, and beside it in full, as text.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from attrs import frozen

from pbr_rules.kinds import SIGNS
from pbr_rules.reports.layout import Money, Row, Section
from pbr_rules.reports.sections import facts, lines, sections, title
from pbr_rules.reports.statement import Json

CREATED = datetime(2000, 1, 1)
"""Stands in every workbook, so that the same statement makes the same bytes."""

WIDEST = 60


@frozen
class _Sheet:
    name: str
    section: Section


def statement(whole: Json) -> bytes:
    """The workbook. Its bytes follow from the statement alone."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(out, options)
    book.set_properties({"title": title(whole), "created": CREATED})
    writer = _Writer(book)
    sheets = _named([*sections(whole), _every_line(whole)])
    writer.cover(title(whole), facts(whole), sheets)
    for number, sheet in enumerate(sheets, 1):
        writer.sheet(sheet, number)
    book.close()
    return out.getvalue()


def _every_line(whole: Json) -> Section:
    """Every line by itself, settled or not: what the CSV holds."""
    heading, rows, numbers = lines(whole)
    currency = whole["settlement"]["contract"]["currency"] or ""
    money = {n for n in numbers if heading[n] != "people"}
    listed: tuple[Row, ...] = tuple(
        tuple(Money(cell, currency) if n in money and cell else cell for n, cell in enumerate(row)) for row in rows
    )
    return Section("Every line", heading, listed, numbers)


def _named(found: Sequence[Section]) -> list[_Sheet]:
    """A sheet for each section, under its title: at most 31 characters, without the marks that Excel refuses, each once."""
    names: dict[str, None] = {"cover": None}
    sheets = []
    for section in found:
        plain = re.sub(r"[\[\]:*?/\\]", " ", section.title).strip("' ")[:31].strip("' ") or "Table"
        name, number = plain, 1
        while name.casefold() in names:
            number += 1
            name = f"{plain[: 30 - len(str(number))].rstrip()} {number}"
        names[name.casefold()] = None
        sheets.append(_Sheet(name, section))
    return sheets


class _Writer:
    def __init__(self, book: Any) -> None:
        self.book = book
        plain = {"font_name": "Arial", "font_size": 11, "valign": "top"}
        self.title = book.add_format({**plain, "bold": True, "font_size": 16})
        self.text = book.add_format({**plain, "text_wrap": True})
        self.right = book.add_format({**plain, "align": "right"})
        self.count = book.add_format({**plain, "num_format": "#,##0"})
        self.head = book.add_format({**plain, "bold": True, "text_wrap": True, "bottom": 1})
        self.plain = plain
        self.moneys: dict[str, Any] = {}

    def cover(self, name: str, found: list[tuple[str, str]], sheets: list[_Sheet]) -> None:
        """The title, the head of the statement, and what is on each sheet."""
        sheet = self.book.add_worksheet("Cover")
        sheet.write_string(0, 0, name, self.title)
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, WIDEST)
        rows = [*found, *((f"Sheet: {s.name}", s.section.title) for s in sheets)]
        self.table(sheet, 2, "Cover", ("Statement", "What it says"), [tuple(row) for row in rows])

    def sheet(self, made: _Sheet, number: int) -> None:
        """A section: its title, its notes, its table."""
        section = made.section
        sheet = self.book.add_worksheet(made.name)
        sheet.write_string(0, 0, section.title, self.title)
        for line, note in enumerate(section.notes, 1):
            sheet.write_string(line, 0, note)
        heading, rows = _with_numbers(section)
        self.table(sheet, len(section.notes) + 2, f"Table{number}", heading, rows)
        for column, name in enumerate(heading):
            longest = max((len(part) for row in rows for part in str(row[column]).split("\n")), default=0)
            sheet.set_column(column, column, min(max(longest, len(name), 8) + 2, WIDEST))

    def table(self, sheet: Any, first: int, name: str, heading: Sequence[str], rows: list[tuple[object, ...]]) -> None:
        """Rows marked as a table, headings first. Excel wants a different heading for each column."""
        names: list[str] = []
        for title_ in heading:
            plain = title_ or "Item"
            names.append(plain if plain not in names else f"{plain} ({len(names) + 1})")
        last = len(heading) - 1
        columns = [{"header": n, "header_format": self.head} for n in names]
        options = {"name": name, "columns": columns, "autofilter": False, "style": "Table Style Light 1"}
        sheet.add_table(first, 0, first + len(rows), last, options)
        for down, row in enumerate(rows, first + 1):
            for across, cell in enumerate(row):
                self.cell(sheet, down, across, cell)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{first + len(rows) + 1}"})

    def cell(self, sheet: Any, row: int, column: int, cell: object) -> None:
        """Text as text, a count as a number, an amount as a number with its sign."""
        if isinstance(cell, Money):
            sheet.write_number(row, column, _decimal(cell.amount), self.money(cell.currency))
        elif isinstance(cell, int):
            sheet.write_number(row, column, cell, self.count)
        elif isinstance(cell, _InFull):
            sheet.write_string(row, column, cell.text, self.right)
        else:
            sheet.write_string(row, column, str(cell), self.text)

    def money(self, currency: str) -> Any:
        """How an amount of a currency is shown."""
        if currency not in self.moneys:
            sign = SIGNS.get(currency, f"{currency} ")
            shown = f'"{sign}"#,##0.00;-"{sign}"#,##0.00'
            self.moneys[currency] = self.book.add_format({**self.plain, "num_format": shown})
        return self.moneys[currency]


@frozen
class _InFull:
    """An amount as text."""

    text: str

    def __str__(self) -> str:
        return self.text


def _decimal(amount: str) -> Decimal:
    """An amount as near as sixteen digits come: a number of the sheet is only ever shown."""
    number = Fraction(amount)
    return Decimal(number.numerator) / Decimal(number.denominator)


def _with_numbers(section: Section) -> tuple[list[str], list[tuple[object, ...]]]:
    """The table with its counts as numbers, and beside each column of amounts the same in full."""
    money = {n for n in section.numbers if any(isinstance(row[n], Money) for row in section.rows)}
    heading: list[str] = []
    for n, name in enumerate(section.heading):
        heading += [name, f"{name} in full"] if n in money else [name]
    rows = []
    for row in section.rows:
        cells: list[object] = []
        for n, cell in enumerate(row):
            if n in money:
                cells += [cell, _InFull(cell.amount)] if isinstance(cell, Money) else [cell, ""]
            elif n in section.numbers and re.fullmatch(r"[\d,]{1,15}", str(cell)):
                cells.append(int(str(cell).replace(",", "")))
            else:
                cells.append(str(cell))
        rows.append(tuple(cells))
    return heading, rows
