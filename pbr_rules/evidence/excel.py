"""One sheet of a workbook to rows: Excel's `.xlsx` and `.xls`, and `.ods`. A row's line is its number in the sheet."""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pbr_rules.diagnostics import DataError, UsageError, did_you_mean, listing
from pbr_rules.evidence import excel_old
from pbr_rules.evidence.excel_errors import Errors, errors
from pbr_rules.evidence.excel_old import OLD
from pbr_rules.evidence.read import EVERY, Raw, Tell, silent
from pbr_rules.evidence.stored import raw

LOCKED = ("EncryptedPackage", "EncryptionInfo")
"""Parts of a workbook under a password, which is wrapped in a file of the old kind."""

DIGITS = 15
"""Digits that a spreadsheet keeps of a number, and shows."""


def read(content: bytes, name: str, sheet: str | None, tell: Tell = silent) -> Raw:
    """The rows of a sheet: the one named, else the first that is not hidden. Its first row that is not blank names the columns.

    Raises:
        UsageError: the package that reads workbooks is not installed, the file is no whole workbook, or it has no such sheet.
        DataError: the sheet is empty.
    """
    if any(find_spec(package) is None for package in ("python_calamine", "xlrd")):
        raise UsageError(f'{name} is read with a package that is not installed: pip install "pbr-rules[excel]"')
    if any(mark.encode("utf-16-le") in content for mark in LOCKED) and content.startswith(OLD):
        raise UsageError(f"{name} cannot be read: it is locked with a password; save it without one")
    try:
        sheet, cells, found = (_old if content.startswith(OLD) else _new)(content, name, sheet)
    except UsageError:
        raise
    except BaseException as error:
        # A damaged part fails in as many ways as there are bytes, and in a panic of the reader's, which is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise UsageError(f"{name} cannot be read: it is no workbook, or is cut short or damaged ({error})") from error
    rows = _numbered(cells, found, f"{Path(name).name}", tell)
    try:
        _, heading = next(rows)
    except StopIteration:
        raise DataError(f"{name}#{sheet} is empty: its first row should name the columns") from None
    return raw(f"{name}#{sheet}", heading, rows, "a workbook", content)


def _old(content: bytes, name: str, sheet: str | None) -> tuple[str, list[list[Any]], Errors]:
    book = excel_old.opened(content)
    sheet = _chosen(excel_old.sheets(book), name, sheet)
    return sheet, excel_old.rows(book, sheet), {}


def _new(content: bytes, name: str, sheet: str | None) -> tuple[str, list[list[Any]], Errors]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        tables = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
        sheet = _chosen([(each.name, each.visible == SheetVisibleEnum.Visible) for each in tables], name, sheet)
        return sheet, book.get_sheet_by_name(sheet).to_python(skip_empty_area=False), errors(content, sheet)


def _chosen(sheets: list[tuple[str, bool]], name: str, sheet: str | None) -> str:
    """The sheet that is named, else the first that is shown."""
    if sheet is None:
        shown = next((each for each, is_shown in sheets if is_shown), None)
        if shown is None:
            raise UsageError(f"{name} has no sheet that is not hidden: name one, {name}#SHEET")
        return shown
    names = [each for each, _ in sheets]
    if sheet not in names:
        near = did_you_mean(sheet, names)
        raise UsageError(
            f'{name} has no sheet "{sheet}"'
            + (f" ({near[0]})" if near else "")
            + f"; it has {listing([f'{chr(34)}{each}{chr(34)}' for each in names])}"
        )
    return sheet


def _numbered(rows: list[list[Any]], found: Errors, name: str, tell: Tell) -> Iterator[tuple[int, tuple[object, ...]]]:
    """Rows that are not blank, with their numbers in the sheet. The reader leaves an error blank; here it stands again."""
    width = max((column + 1 for _, column in found), default=0)
    for number, row in enumerate(rows):
        if number % EVERY == 0:
            tell(f"Reading {name}", number, len(rows))
        cells = [None if cell == "" else _number(cell) for cell in row]
        cells += [None] * (width - len(cells))
        for column in range(width):
            cells[column] = found.get((number, column), cells[column])
        if any(cell is not None for cell in cells):
            yield number + 1, tuple(cells)
    for number in sorted({line for line, _ in found if line >= len(rows)}):
        yield number + 1, tuple(found.get((number, column)) for column in range(width))


def _number(cell: object) -> object:
    """A spreadsheet has binary numbers alone, and shows 15 digits: those are the number that was meant. A longer whole number has
    lost its last digits, and stays binary, to be refused where they matter."""
    if not isinstance(cell, float):
        return cell
    if cell.is_integer():
        return int(cell) if abs(cell) < 10**DIGITS else cell
    return Decimal(f"{cell:.{DIGITS}g}")
