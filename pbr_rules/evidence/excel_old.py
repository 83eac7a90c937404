"""One sheet of an old Excel workbook (`.xls`). It has a reader of its own: the one for the others ends the whole program where a
damaged workbook asks it for more memory than there is."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from typing import Any

OLD = b"\xd0\xcf\x11\xe0"
"""How an old workbook begins."""

FIRST_SURE = 61
"""The first number that is a day for sure. Excel counts a 29 February 1900 that never was, and writes hours past 24 as a day or two."""


def sheets(book: Any) -> list[tuple[str, bool]]:
    """The sheets of a workbook, each with whether it is shown."""
    return [(sheet.name, sheet.visibility == 0) for sheet in book.sheets()]


def opened(content: bytes) -> Any:
    """The workbook."""
    import xlrd

    return xlrd.open_workbook(file_contents=content, logfile=io.StringIO())


def rows(book: Any, sheet: str) -> list[list[Any]]:
    """The cells of a sheet, an error as its text."""
    return [[_cell(cell, book.datemode) for cell in row] for row in book.sheet_by_name(sheet).get_rows()]


def _cell(cell: Any, mode: int) -> object:
    import xlrd

    match cell.ctype:
        case xlrd.XL_CELL_BOOLEAN:
            return bool(cell.value)
        case xlrd.XL_CELL_ERROR:
            return xlrd.error_text_from_code.get(cell.value, "#N/A")
        case xlrd.XL_CELL_DATE:
            return _moment(cell.value, mode)
    return cell.value


def _moment(number: float, mode: int) -> date | time | float:
    """A day, a moment or a time; the number itself where it is none for sure."""
    import xlrd

    if 0 <= number < 1:
        moment: datetime = xlrd.xldate_as_datetime(FIRST_SURE + number, mode)
        return moment.time()
    if number < FIRST_SURE:
        return number
    try:
        moment = xlrd.xldate_as_datetime(number, mode)
    except (OverflowError, ValueError):
        return number
    return moment.date() if moment.time() == time() else moment
