"""Cells of text to typed cells, each by the contract's own words, or the reason why not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction

from pbr_rules.checked.model import Contract, RecordColumn
from pbr_rules.evidence.tables import MONEY_PLACES, Cell, places
from pbr_rules.kinds import Kind

Reader = Callable[[str], Cell]

FIGURE_PLACES = 12
"""Decimal places that an agreed figure in a file may have."""


class Unfit(ValueError):
    """A cell that does not fit its column; the message is the reason, for people."""


def reader(column: RecordColumn, contract: Contract) -> Reader:
    """Reads one cell of a column, already trimmed and not blank.

    Raises (when reading):
        Unfit: with the reason.
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
        case _:
            return _text


def _text(cell: str) -> Cell:
    return cell


def _dates(form: str | None) -> Reader:
    order = re.split(r"[/.\-]", form) if form else ["year", "month", "day"]
    separator = re.escape(form[len(order[0])]) if form else "-"
    parts = {"year": r"(?P<year>\d{4})", "month": r"(?P<month>\d{1,2})", "day": r"(?P<day>\d{1,2})"}
    pattern = re.compile(separator.join(parts[part] for part in order))
    spelled = form or "year-month-day, as 2010-07-01"

    def read(cell: str) -> Cell:
        found = pattern.fullmatch(cell)
        if found is None:
            if re.match(r"^\S+[ T]\d{1,2}:\d{2}", cell):
                raise Unfit("has a time; the contract counts days")
            raise Unfit(f"is not a date written {spelled}")
        try:
            return date(int(found["year"]), int(found["month"]), int(found["day"]))
        except ValueError:
            raise Unfit("is a day that does not exist") from None

    return read


def _flags(words: tuple[str, str] | None) -> Reader:
    yes, no = words or ("yes", "no")

    def read(cell: str) -> Cell:
        if cell == yes:
            return True
        if cell == no:
            return False
        raise Unfit(f'is neither "{yes}" nor "{no}"')

    return read


def _members(dimension: str, contract: Contract) -> Reader:
    if dimension in contract.categories:
        spelled = {m.written or m.name: m.name for m in contract.categories[dimension].members}
    else:
        spelled = {m.name: m.name for m in contract.periods[dimension].members}
    known = ", ".join(f'"{word}"' for word in list(spelled)[:8]) + (" …" if len(spelled) > 8 else "")

    def read(cell: str) -> Cell:
        if cell not in spelled:
            raise Unfit(f"is not one of {known}")
        return spelled[cell]

    return read


_WHOLE = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)")
_DECIMAL = re.compile(r"(-?)(?:(\d{1,3}(?:,\d{3})+|\d+))(?:\.(\d+))?")


def _count(cell: str) -> Cell:
    if not _WHOLE.fullmatch(cell):
        raise Unfit("is not a whole number")
    value = int(cell.replace(",", ""))
    if value < 0:
        raise Unfit("is below zero, and this column counts")
    return value


def _units(at: int, is_money: bool, currency: str) -> Reader:
    sign = {"GBP": "£", "EUR": "€", "USD": "$"}.get(currency, currency)

    def read(cell: str) -> Cell:
        text = cell
        if is_money:
            text = re.sub(rf"^(-?)\s*(?:{re.escape(sign)}|{re.escape(currency)}\s*)", r"\1", text) if currency else text
            if re.match(r"^-?\s*(?:[£$€]|[A-Z]{3}\s?)", text):
                raise Unfit(f"is not in {currency}")
        found = _DECIMAL.fullmatch(text)
        if found is None:
            raise Unfit("is not a sum of money" if is_money else "is not a number")
        minus, head, tail = found.group(1), found.group(2).replace(",", ""), found.group(3) or ""
        if len(tail) > at:
            raise Unfit(f"has more than {at} decimal place{'' if at == 1 else 's'}")
        units = int(head + tail.ljust(at, "0"))
        return -units if minus else units

    return read


def figure(kind: Kind, currency: str) -> Callable[[str], Fraction]:
    """Reads an agreed figure given in a file: exact, in the units of its kind (`8.4%` for a share)."""
    money = kind.name == "money"
    units = _units(MONEY_PLACES if money else FIGURE_PLACES, money, currency)

    def read(cell: str) -> Fraction:
        percent = kind.name in ("rate", "points") or kind.percent
        if cell.endswith("%") and percent:
            return Fraction(int(units(cell[:-1].strip()) or 0), 10**FIGURE_PLACES * 100)
        if kind.name == "frequency":
            found = re.fullmatch(r"(\S+) per ([\d,]+)", cell)
            if found is None:
                raise Unfit('is not a frequency, as in "142 per 100"')
            return Fraction(int(units(found[1]) or 0), 10**FIGURE_PLACES) / int(found[2].replace(",", ""))
        if kind.name == "count":
            return Fraction(int(_count(cell) or 0))
        return Fraction(int(units(cell) or 0), 10 ** (MONEY_PLACES if money else FIGURE_PLACES))

    return read
