"""Cells of text to typed cells, each by the contract's own words, or the reason why not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction

from pbr_rules.checked.model import Contract, RecordColumn
from pbr_rules.diagnostics import close_to
from pbr_rules.evidence.tables import MONEY_PLACES, Cell, places
from pbr_rules.kinds import SIGNS, Kind

Reader = Callable[[str], Cell]

FIGURE_PLACES = 12
"""Decimal places that an agreed figure in a file may have."""

LONGEST = 18
"""Digits of a figure in whole units: an engine adds them up in 64 bits."""

EXCEL_ERRORS = frozenset(("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"))


class UnfitError(ValueError):
    """A cell that does not fit its column; the message is the reason, for people."""


def reader(column: RecordColumn, contract: Contract) -> Reader:
    """Reads one cell of a column, already trimmed and not blank.

    Raises (when reading):
        UnfitError: with the reason.
    """
    match column.kind.name:
        case "date":
            return _dates(column.written.date_format)
        case "flag":
            return _flags(column.written.flag_words)
        case "category":
            return _members(column.kind.detail, contract)
        case "count":
            return _count
        case "number" | "money":
            return _units(places(column.kind), column.kind.name == "money", contract.currency)
        case "id":
            return _id
        case _:
            return _text


def _text(cell: str) -> str:
    if cell in EXCEL_ERRORS:
        raise UnfitError("is an error of the spreadsheet, not a value")
    return cell


_SHORTENED = re.compile(r"\d(?:\.\d+)?[Ee]\+\d{2,}")


def _id(cell: str) -> str:
    if _SHORTENED.fullmatch(cell):
        raise UnfitError("is how a spreadsheet shortens a long number, and the id is lost: format the column as text")
    return _text(cell)


DATE_FORMATS = (
    "year-month-day",
    "day/month/year",
    "month/day/year",
    "year/month/day",
    "day-month-year",
    "day.month.year",
)
_AS = {"year": "2010", "month": "07", "day": "31"}


def _pattern(form: str) -> re.Pattern[str]:
    order = re.split(r"[/.\-]", form)
    separator = re.escape(form[len(order[0])])
    parts = {"year": r"(?P<year>\d{4})", "month": r"(?P<month>\d{1,2})", "day": r"(?P<day>\d{1,2})"}
    return re.compile(separator.join(parts[part] for part in order), re.ASCII)


def _day(pattern: re.Pattern[str], cell: str) -> date | None:
    found = pattern.fullmatch(cell)
    if found is None:
        return None
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None


def _dates(form: str | None) -> Reader:
    spelled = form or "year-month-day"
    pattern = _pattern(spelled)

    def read(cell: str) -> date:
        day = _day(pattern, cell)
        if day is None:
            raise UnfitError(_no_date(cell, spelled, pattern))
        return day

    return read


def _no_date(cell: str, spelled: str, pattern: re.Pattern[str]) -> str:
    """Why a cell is not a date as the contract writes them."""
    if re.match(r"^\S+[ T]\d{1,2}:\d{2}", cell):
        return "has a time; the contract counts days"
    if pattern.fullmatch(cell):
        swapped = _day(_pattern(spelled.replace("day", "*").replace("month", "day").replace("*", "month")), cell)
        return "is a day that does not exist" + ("; are its day and its month exchanged?" if swapped else "")
    example = re.sub(r"\w+", lambda part: _AS[part[0]], spelled)
    if re.fullmatch(r"\d{5}", cell):
        return f"is a date as Excel keeps it inside; format the column as a date, written {spelled} as {example}"
    other = next((form for form in DATE_FORMATS if form != spelled and _day(_pattern(form), cell)), None)
    hint = f"; a column written {other} says so in the contract: `written {other}`" if other else ""
    return f"is not a date written {spelled}, as {example}{hint}"


def _flags(words: tuple[str, str] | None) -> Reader:
    yes, no = words or ("yes", "no")

    def read(cell: str) -> bool:
        if cell == yes:
            return True
        if cell == no:
            return False
        raise UnfitError(f'is neither "{yes}" nor "{no}"')

    return read


def spellings(dimension: str, contract: Contract) -> dict[str, str]:
    """How the members of a category or a period are spelt in records, each with its name."""
    if dimension in contract.categories:
        return {m.written or m.name: m.name for m in contract.categories[dimension].members}
    return {m.name: m.name for m in contract.periods[dimension].members}


def _members(dimension: str, contract: Contract) -> Reader:
    spelled = spellings(dimension, contract)
    known = ", ".join(f'"{word}"' for word in list(spelled)[:8]) + (" …" if len(spelled) > 8 else "")

    def read(cell: str) -> str:
        if cell in spelled:
            return spelled[cell]
        folded = cell.casefold()
        near = [word for word in spelled if word.casefold() == folded] or close_to(cell, spelled)
        raise UnfitError(f"is not one of {known}" + (f'; is "{near[0]}" meant?' if near else ""))

    return read


_WHOLE = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)", re.ASCII)
_DECIMAL = re.compile(r"(-?)(?:(\d{1,3}(?:,\d{3})+|\d+))(?:\.(\d+))?", re.ASCII)


def _count(cell: str) -> int:
    if not _WHOLE.fullmatch(cell):
        raise UnfitError("is not a whole number")
    if len(cell) > LONGEST:
        raise UnfitError("is too large for a figure")
    value = int(cell.replace(",", ""))
    if value < 0:
        raise UnfitError("is below zero, and this column counts")
    return value


def _units(at: int, is_money: bool, currency: str) -> Callable[[str], int]:
    sign = SIGNS.get(currency, currency)
    own = re.compile(rf"^(-?)\s*(?:{re.escape(sign)}|{re.escape(currency)}\s*)") if currency else None
    foreign = re.compile(r"^-?\s*(?:[£$€¥]|[A-Z]{3}\s?)|[£$€¥]$")

    def read(cell: str) -> int:
        text = cell
        if is_money:
            text = own.sub(r"\1", text) if own else text
            if foreign.search(text):
                raise UnfitError(f"is not in {currency}")
        found = _DECIMAL.fullmatch(text)
        if found is None:
            raise UnfitError("is not a sum of money" if is_money else "is not a number")
        minus, head, tail = found.group(1), found.group(2).replace(",", ""), found.group(3) or ""
        if len(head.lstrip("0")) + min(at, 6) > LONGEST:
            raise UnfitError("is too large for a figure")
        if len(tail) > at:
            raise UnfitError(f"has more than {at} decimal place{'' if at == 1 else 's'}")
        units = int(head + tail.ljust(at, "0"))
        return -units if minus else units

    return read


def figure(kind: Kind, currency: str) -> Callable[[str], Fraction]:
    """Reads an agreed figure given in a file: exact, in the units of its kind (`8.4%` for a share)."""
    money = kind.name == "money"
    units = _units(MONEY_PLACES if money else FIGURE_PLACES, money, currency)

    def read(cell: str) -> Fraction:
        if kind.name == "flag":
            raise UnfitError("is a flag, and flags are given one by one: --set NAME=yes")
        percent = kind.name in ("rate", "points") or kind.percent
        if cell.endswith("%") and percent:
            return Fraction(units(cell[:-1].strip()), 10**FIGURE_PLACES * 100)
        if kind.name == "frequency":
            found = re.fullmatch(r"(\S+) per ([\d,]+)", cell, re.ASCII)
            if found is None or not found[2].strip("0,"):
                raise UnfitError('is not a frequency, as in "142 per 100"')
            return Fraction(units(found[1]), 10**FIGURE_PLACES) / int(found[2].replace(",", ""))
        if kind.name == "count":
            return Fraction(_count(cell))
        return Fraction(units(cell), 10 ** (MONEY_PLACES if money else FIGURE_PLACES))

    return read
