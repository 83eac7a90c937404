"""The statement as a workbook: a summary, every line, every working, then a sheet for each table that the statement has.

A workbook holds numbers in binary, and shows fifteen digits of them. An amount or a figure that fifteen digits write in full is a
number; any other is text, so that none is changed. Text stays text, whatever it begins with.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from attrs import frozen

from pbr_rules.exact import places
from pbr_rules.kinds import SIGNS
from pbr_rules.reports.every_line import columns
from pbr_rules.reports.every_line import rows as every_line
from pbr_rules.reports.layout import Cell, Money, Section, Several, cell_text, line_name
from pbr_rules.reports.sections import exactly, facts, sections, title
from pbr_rules.reports.statement import Json
from pbr_rules.reports.totals import headline, left_out
from pbr_rules.reports.workings import once, ways

CREATED = datetime(2000, 1, 1)
"""Stands in every workbook, so that the same statement makes the same bytes."""

WIDEST, NARROWEST = 44, 7

RULE = "#b1b4b6"

DIGITS = 15
"""Digits of a number that a workbook keeps."""

LONGEST = 32_000
"""A cell holds 32,767 characters."""

MOST_WORKINGS = 50_000
"""Rows of the sheet of workings: past that the file is too large to be read."""


LEADING, LEFT_OUT = ("title", "clause"), ("contract", "settled_on", "line", "kind", "currency")
"""Columns of every line that a reader wants first, and those that the workbook says elsewhere."""


@frozen
class _Figure:
    """A figure of a kind, exact; text where it is no number, or has no exact value."""

    exact: str | None
    kind: str
    shown: str


Entry = Cell | _Figure | int


@frozen
class _Table:
    """A table to be: its title, its headings, its rows, its notes, and the rows that add others up."""

    title: str
    heading: tuple[str, ...]
    rows: tuple[tuple[Entry, ...], ...]
    notes: tuple[str, ...] = ()
    strong: frozenset[int] = frozenset()
    blank: bool = False


def statement(whole: Json) -> bytes:
    """The workbook. Its bytes follow from the statement alone."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(out, options)
    book.set_properties({"title": title(whole), "created": CREATED})
    writer = _Writer(book)
    found = sections(whole)
    tables = [_lines(whole), _workings(whole)]
    tables += [_table(section) for section in found if section.part not in ("summary", "lines", "figures", "working")]
    tables[2:2] = [_figures(whole)]
    named = _named([table for table in tables if table.rows])
    writer.summary(whole, [_table(section) for section in found if section.part == "summary"], named)
    for number, (name, table) in enumerate(named, 1):
        writer.sheet(name, table, number)
    book.close()
    return out.getvalue()


# ---- what stands on the sheets


def _table(section: Section) -> _Table:
    """A section, its counts as numbers."""
    rows = tuple(
        tuple(_counted(cell) if n in section.numbers else cell for n, cell in enumerate(row)) for row in section.rows
    )
    return _Table(section.title, section.heading, rows, section.notes, section.strong, section.blank)


def _counted(cell: Cell) -> Entry:
    text = str(cell)
    return int(text.replace(",", "")) if isinstance(cell, str) and re.fullmatch(r"\d[\d,]{0,14}", text) else cell


def _lines(whole: Json) -> _Table:
    """Every line: where it falls, then its amounts, then the rest, without the columns that none of them fills."""
    of = columns(whole)
    found = every_line(whole)
    places_ = {column.name: n for n, column in enumerate(of)}
    before = [n for n, column in enumerate(of) if column.name.startswith("for ")]
    borne = [n for n, column in enumerate(of) if column.name.startswith("borne by ")]
    if len(borne) == 1:  # one payer bears it all
        of, borne = of[: borne[0]], []
    rest = [n for n, column in enumerate(of) if column.name not in LEADING + LEFT_OUT and n not in (*before, *borne)]
    amounts = [n for n in rest if of[n].number or of[n].name == "person"]
    others = [n for n in rest if n not in amounts]
    order = [*(places_[name] for name in LEADING), *before, *amounts, *borne, *others]
    for_people = any(line["people"] is not None for line in whole["settlement"]["lines"])
    keep = [n for n in order if any(row[n] for row in found) and (for_people or of[n].name != "each")]
    currency = whole["settlement"]["contract"]["currency"] or ""
    rows: list[tuple[Entry, ...]] = []
    for row in found:
        cells: list[Entry] = []
        for n in keep:
            text = row[n]
            cells.append(Money(text, currency) if of[n].money and text else _counted(text) if of[n].number else text)
        rows.append(tuple(cells))
    return _Table("Lines", tuple(of[n].heading for n in keep), tuple(rows))


def _workings(whole: Json) -> _Table:
    """How each line came about, figure by figure: of people, each way once."""
    rows: list[tuple[Entry, ...]] = []
    groups: dict[tuple[str, tuple[str, ...]], list[Json]] = {}
    for line in whole["settlement"]["lines"]:
        groups.setdefault((line["line"], tuple(line["cell"].values())), []).append(line)
    for lines in groups.values():
        cell = cell_text(lines[0]["cell"], whole)
        name = f"{line_name(lines[0])}: {cell}" if cell else line_name(lines[0])
        for people, working in ways(lines):
            rows += [(name, people, *row) for row in _worked(once(working), 0)]
    heading = ("Line", "For", "Level", "Figure", "What it is", "Value", "As shown", "Exactly", "How it came about")
    notes: tuple[str, ...] = ("Level 0 is the line itself, level 1 what it reads, and so on down.",)
    if len(rows) > MOST_WORKINGS:
        notes += (f"The first {MOST_WORKINGS:,} of {len(rows):,} rows: the statement as JSON has all.",)
    return _kept("Working", heading, tuple(rows[:MOST_WORKINGS]), notes)


def _worked(w: Json, level: int) -> Iterator[tuple[Entry, ...]]:
    numbers = w["with_numbers"] if w["with_numbers"] != w["formula"] else ""
    said = [w["formula"], numbers and f"which is: {numbers}", *w["steps"], w["why"]]
    figure: Entry = _Figure(w["exact"], w["kind"], w["shown"]) if w["exact"] is not None else ""
    how = "\n".join(part for part in said if part)
    yield level, "    " * level + w["of"], w["title"] or "", figure, _besides(w), exactly(w), how
    for inner in w["inputs"]:
        yield from _worked(inner, level + 1)


def _figures(whole: Json) -> _Table:
    """Measures and defines, with a value or without."""
    rows: tuple[tuple[Entry, ...], ...] = tuple(
        (
            f["title"] or f["figure"],
            cell_text(f["cell"], whole),
            f["working"]["of"],
            _Figure(f["exact"], f["working"]["kind"], f["shown"]) if f["exact"] is not None else "",
            _besides(f),
            exactly(f),
            f["why"] or "",
        )
        for f in whole["settlement"]["figures"]
    )
    heading = ("Figure", "For", "Name", "Value", "As shown", "Exactly", "Why there is no value")
    return _kept("Figures", heading, rows)


def _besides(found: Json) -> str:
    """What is shown of a figure besides its number: what a rate is of, a word, why there is none."""
    shown = str(found["shown"])
    return "" if re.fullmatch(r"[^A-Za-z]*|[\d,.-]+ (percentage points?|per [\d,]+)", shown) else shown


def _kept(
    name: str, heading: tuple[str, ...], rows: tuple[tuple[Entry, ...], ...], notes: tuple[str, ...] = ()
) -> _Table:
    """A table without the columns that are empty."""
    keep = [n for n in range(len(heading)) if any(row[n] != "" for row in rows)]
    return _Table(name, tuple(heading[n] for n in keep), tuple(tuple(row[n] for n in keep) for row in rows), notes)


def _named(found: Sequence[_Table]) -> list[tuple[str, _Table]]:
    """A sheet for each table, under its title: at most 31 characters, without the marks that Excel refuses, each once."""
    names: dict[str, None] = {"summary": None, "history": None}
    sheets = []
    for table in found:
        plain = {"Made with": "Receipt"}.get(table.title, table.title)
        plain = re.sub(r"[\[\]:*?/\\]", " ", plain).strip("' ")[:31].strip("' ") or "Table"
        name, number = plain, 1
        while name.casefold() in names:
            number += 1
            name = f"{plain[: 30 - len(str(number))].rstrip()} {number}"
        names[name.casefold()] = None
        sheets.append((name, table))
    return sheets


# ---- how they are written


class _Writer:
    def __init__(self, book: Any) -> None:
        self.book = book
        self.formats: dict[tuple[tuple[str, object], ...], Any] = {}

    def format(self, **more: object) -> Any:
        """A format, made once."""
        made = {"font_name": "Arial", "font_size": 11, "valign": "top", **more}
        key = tuple(sorted(made.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(made)
        return self.formats[key]

    def new(self, name: str) -> Any:
        """A sheet that prints on A4, as wide as the paper."""
        sheet = self.book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.set_footer("&L&A&RPage &P of &N")
        sheet.hide_gridlines(2)
        return sheet

    def summary(self, whole: Json, tables: list[_Table], sheets: list[tuple[str, _Table]]) -> None:
        """The total, the head of the statement, what each line comes to, and what is on each sheet."""
        sheet = self.new("Summary")
        sheet.set_portrait()
        sheet.fit_to_pages(1, 1)
        sheet.set_column(0, 0, 40)
        sheet.set_column(1, 5, 22)
        sheet.set_row(0, 28)
        self.text(sheet, 0, 0, title(whole), bold=True, font_size=18, text_wrap=False)
        purpose = whole["settlement"]["contract"]["purpose"]
        self.text(sheet, 1, 0, f"Statement: {purpose}" if purpose else "Statement", text_wrap=False)
        row = 3
        for label, amount in headline(whole):
            size = 16 if row == 3 else 12
            self.text(sheet, row, 0, label, bold=True, font_size=size)
            self.cell(sheet, row, 1, amount, bold=True, font_size=size)
            sheet.set_row(row, size + 8)
            row += 1
        without = left_out([line for line in whole["settlement"]["lines"] if line["amount"] is None])
        pairs = [("Left out of this total", without)] if without else []
        for name, value in [*pairs, *facts(whole)]:
            self.text(sheet, row, 0, name.replace("`", ""))
            self.text(sheet, row, 1, value, text_wrap=False)
            row += 1
        for number, table in enumerate(tables, 1):
            self.text(sheet, row + 1, 0, table.title, bold=True, font_size=13)
            sheet.set_row(row + 1, 22)
            self.rows(sheet, row + 2, f"Summary{number}", table, [40, *[22] * 5])
            row += 3 + len(table.rows)
            for note in table.notes:
                self.text(sheet, row, 0, note, text_wrap=False)
                row += 1
        self.text(sheet, row + 1, 0, "Sheets of this workbook", bold=True, font_size=13)
        link = self.format(font_color="#1d5f9c", underline=1)
        for at, (name, _) in enumerate(sheets, row + 2):
            sheet.write_url(at, 0, f"internal:'{name.replace(chr(39), chr(39) * 2)}'!A1", link, name)

    def sheet(self, name: str, table: _Table, number: int) -> None:
        """A table: its title, its notes, its rows under a heading that stays in sight and is printed on every page."""
        sheet = self.new(name)
        self.text(sheet, 0, 0, table.title, bold=True, font_size=16, text_wrap=False)
        for line, note in enumerate(table.notes, 1):
            self.text(sheet, line, 0, note, text_wrap=False)
        sheet.set_row(0, 24)
        first = len(table.notes) + 2
        widths = [_width(table, column) for column in range(len(table.heading))]
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        self.rows(sheet, first, f"Table{number}", table, widths)
        sheet.freeze_panes(first + 1, 0)
        sheet.repeat_rows(first)

    def rows(self, sheet: Any, first: int, name: str, table: _Table, widths: list[int]) -> None:
        """Rows marked as a table, headings first. Excel wants a different heading for each column."""
        names: list[str] = []
        for heading in table.heading:
            plain = heading.replace("`", "")[:250] or "Item"
            names.append(plain if plain not in names else f"{plain} ({len(names) + 1})")
        figures = {n for n in range(len(names)) if any(isinstance(row[n], Money | _Figure | int) for row in table.rows)}
        aligned = ("left", "right")
        columns_ = [
            {
                "header": n,
                "header_format": self.format(
                    bold=True,
                    text_wrap=True,
                    bottom=2,
                    align=aligned[at in figures],
                    indent=int(at not in figures),
                    **_quoted(n),
                ),
            }
            for at, n in enumerate(names)
        ]
        last = first + len(table.rows)
        options = {"name": name, "columns": columns_, "autofilter": False, "style": "Table Style Light 1"}
        sheet.add_table(first, 0, last, len(names) - 1, {**options, "banded_rows": False})
        sheet.set_row(first, 15 * max(_lines_of(n, width) for n, width in zip(names, widths, strict=False)) + 3)
        for down, row in enumerate(table.rows):
            tall = max(_lines_of(cell, width) for cell, width in zip(row, widths, strict=False))
            if tall > 1 or table.blank:
                sheet.set_row(first + 1 + down, 42 if table.blank else min(15 * tall, 400))
            more: dict[str, object] = {"bold": True, "top": 1} if down in table.strong else {}
            for across, cell in enumerate(row):
                beside = (
                    {"align": "right"} if across in figures else {"indent": 1}
                )  # words among figures stand as they do
                self.cell(sheet, first + 1 + down, across, cell, **beside, bottom=1, bottom_color=RULE, **more)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})

    def cell(self, sheet: Any, row: int, column: int, cell: Entry, **more: object) -> None:
        """Text as text; a count, an amount, a figure as a number with its sign, where fifteen digits hold it."""
        if not isinstance(cell, str | Several):
            more = {name: said for name, said in more.items() if name not in ("indent", "align")}
        if isinstance(cell, int):
            sheet.write_number(row, column, cell, self.format(num_format="#,##0", **more))
        elif isinstance(cell, Money):
            self.number(sheet, row, column, Fraction(cell.amount), f"money ({cell.currency})", cell.amount, more)
        elif isinstance(cell, _Figure):
            self.figure(sheet, row, column, cell, more)
        elif isinstance(cell, Several):
            self.text(sheet, row, column, "; ".join(cell.each), **more)
        else:
            self.text(sheet, row, column, cell, **more)

    def figure(self, sheet: Any, row: int, column: int, cell: _Figure, more: dict[str, object]) -> None:
        exact = cell.exact or ""
        if re.fullmatch(r"-?\d+(\.\d+|/\d+)?", exact) and not cell.kind.startswith(("an id", "text", "a `")):
            self.number(sheet, row, column, Fraction(exact), cell.kind, exact, more)
        elif cell.kind == "a date" and re.fullmatch(r"\d{4}-\d\d-\d\d", exact) and exact >= "1901":
            day = self.format(num_format="d mmmm yyyy", align="right", **more)
            sheet.write_datetime(row, column, date.fromisoformat(exact), day)
        else:
            self.text(sheet, row, column, exact or cell.shown, align="right", **more)

    def number(
        self, sheet: Any, row: int, column: int, number: Fraction, kind: str, exact: str, more: dict[str, object]
    ) -> None:
        times, shown = _number_format(number, kind)
        if _fits(number * times):
            value = Decimal((number * times).numerator) / Decimal((number * times).denominator)
            sheet.write_number(row, column, value, self.format(num_format=shown, align="right", **more))
        else:
            self.text(sheet, row, column, exact, align="right", **more)

    def text(self, sheet: Any, row: int, column: int, text: str, **more: object) -> None:
        """Text that stays text, also when the cell is edited."""
        fitted = text if len(text) <= LONGEST else text[:LONGEST] + " …"
        form = self.format(**{"text_wrap": True, "align": "left", **_quoted(fitted), **more})
        sheet.write_string(row, column, fitted, form)


def _quoted(text: str) -> dict[str, object]:
    """The mark of a cell that stays text when it is edited."""
    return {"quote_prefix": True} if text[:1] in ("=", "+", "-", "@") else {}


def _fits(number: Fraction) -> bool:
    """Whether a workbook keeps a number in full."""
    after = places(number)
    return after is not None and len(str(abs(number.numerator * 10**after // number.denominator)).strip("0")) <= DIGITS


def _number_format(number: Fraction, kind: str) -> tuple[int, str]:
    """By how much a figure of a kind is multiplied to be shown, and how."""
    if kind.startswith("money"):
        currency = kind[len("money (") : -1]
        sign = SIGNS.get(currency, f"{currency} " if currency else "")
        form = f'"{sign}"#,##0.00{_more(number, 2)}'
        return 1, f"{form};-{form}"
    if kind in ("a percentage", "a rate", "a share"):
        after = min(max(places(number * 100) or 0, 0), 6)
        return 1, f"0{'.' + '0' * after if after else ''}%"
    if kind == "percentage points":
        return 100, f'{_decimals(number * 100)} "percentage points"'
    if kind.startswith("a frequency"):
        per = int(kind.rsplit(" ", 1)[1].rstrip(")").replace(",", ""))
        return per, f'{_decimals(number * per)} "per {per:,}"'
    return 1, _decimals(number)


def _more(number: Fraction, shown: int) -> str:
    return "0" * min(max((places(number) or 0) - shown, 0), 10)


def _decimals(number: Fraction) -> str:
    after = min(places(number) or 0, 10)
    return f"#,##0{'.' + '0' * after if after else ''}"


def _said(cell: Entry) -> str:
    """A cell as it is shown."""
    if isinstance(cell, Several):
        return "; ".join(cell.each)
    return f"{cell:,}" if isinstance(cell, int) else cell.shown if isinstance(cell, _Figure) else str(cell)


def _width(table: _Table, column: int) -> int:
    """Characters that a column is wide."""
    widest = max((len(part) for row in table.rows for part in _said(row[column]).split("\n")), default=0)
    least = 24 if table.blank and column else min(max(map(len, table.heading[column].split()), default=0), 18)
    return min(max(widest, least, NARROWEST) + 3, WIDEST if len(table.heading) > 4 else 2 * WIDEST)


def _lines_of(cell: Entry, width: int) -> int:
    """Lines that a cell takes."""
    return sum(max(1, len(textwrap.wrap(part, max(width - 2, 1)))) for part in _said(cell).split("\n"))
