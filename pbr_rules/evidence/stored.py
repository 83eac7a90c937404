"""Cells that a file or a table stores with a type of their own: their text, and how a column of a contract takes them.

A stored cell passes the same door as text: it is written as text and read by the contract's own words, so what is set aside reads
the same whatever was sent. Three things are taken as they are stored, because text would ask for a spelling that nobody chose: a
date (whatever `written` says of dates in text), a true or false for a flag, and a number without its currency.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from pbr_rules.checked.model import Contract, RecordColumn
from pbr_rules.diagnostics import DataError
from pbr_rules.evidence.read import Raw
from pbr_rules.evidence.tables import Cell
from pbr_rules.evidence.typed import Reader, UnfitError, reader

Taker = Callable[[object], Cell]

BINARY = "is kept as a binary number, which holds most decimals only nearly; store it as a decimal or as text"


def raw(
    name: str,
    heading: Sequence[object],
    rows: Iterable[tuple[int, Sequence[object]]],
    encoding: str,
    content: bytes | None,
) -> Raw:
    """Stored rows as received: each cell's text, and beside it what was stored where that is not text. Blank rows are left out.

    `content`: the file, for its hash. None where there is no file: then it is what was read, written as CSV, so that the hash is
    the same whichever library held the rows.
    """
    texts: list[tuple[int, tuple[str, ...]]] = []
    values: list[tuple[object, ...]] = []
    for line, cells in rows:
        text = tuple(map(text_of, cells))
        if any(cell.strip() for cell in text):
            texts.append((line, text))
            values.append(tuple(None if cell is None or isinstance(cell, str | UUID) else cell for cell in cells))
    names = tuple(text_of(cell).strip() for cell in heading)
    if content is None:
        content = _csv([names, *(cells for _, cells in texts)])
    return Raw(name, names, tuple(texts), encoding, content, tuple(values))


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode("utf-8", "surrogatepass")


def text_of(value: object) -> str:
    """A stored cell as text: days as `2010-07-31`, decimals in full without ending zeros."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.date().isoformat() if _is_day(value) else value.isoformat(" ")
        case Decimal() if value.is_finite():
            text = format(value, "f")
            return text.rstrip("0").rstrip(".") if "." in text else text
        case bytes():
            return value.hex()
    return str(value)


def _is_day(value: datetime) -> bool:
    """A day without a time: some libraries have no other date."""
    return value.tzinfo is None and value.time() == time()


_HOLDS = {"date": "dates", "count": "counts", "number": "numbers", "money": "money", "flag": "flags"}


def taker(column: RecordColumn, contract: Contract, read: Reader | None = None) -> Taker:
    """Takes one stored cell of a column that is not text.

    Raises (when taking):
        UnfitError: with the reason.
    """
    kind = column.kind.name
    read = read or reader(column, contract)
    holds = _HOLDS.get(kind, "text")

    def take(value: object) -> Cell:
        match value:
            case bool():
                if kind == "flag":
                    return value
                raise UnfitError(f"is stored as true or false, and this column holds {holds}")
            case date():
                return _date(value, kind == "date", holds)
            case float():
                return read(_whole(value, kind))
            case int() | Decimal():
                text = text_of(value)
                if kind in ("id", "text") and not text.removeprefix("-").isdecimal():
                    raise UnfitError("is stored as a number with decimals, and this column holds text")
                return read(text)
            case time() | timedelta():
                raise UnfitError(f"is a time, and this column holds {holds}")
        raise UnfitError(f"is stored as {type(value).__name__}, which no column reads")

    return take


def _date(value: date, wanted: bool, holds: str) -> date:
    if not wanted:
        raise UnfitError(f"is stored as a date, and this column holds {holds}; what was typed may be lost")
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is not None:
        raise UnfitError("is a moment in a time zone; the contract counts days: store the day that is meant as a date")
    if not _is_day(value):
        raise UnfitError("has a time; the contract counts days")
    return value.date()


def _whole(value: float, kind: str) -> str:
    """A binary number where it is exact for sure: a whole one in a column that counts. Tables with blanks often have no other
    whole numbers; money and shares are refused even where whole, as the next one will not be."""
    if kind == "count":
        if math.isfinite(value) and value.is_integer():
            return str(int(value))
        raise UnfitError("is not a whole number")
    if kind == "date":
        raise UnfitError("is stored as a number, and this column holds dates")
    if kind in ("number", "money"):
        raise UnfitError(BINARY)
    raise UnfitError("is stored as a number with decimals, and this column does not hold numbers")


def exact(raw_: Raw) -> Raw:
    """The same rows, for what is read from their text alone (figures given, what was paid).

    Raises:
        DataError: a cell is a binary number.
    """
    for (line, cells), values in zip(raw_.rows, raw_.values or (), strict=False):
        for text, value in zip(cells, values, strict=True):
            if isinstance(value, float):
                raise DataError(f"{raw_.known_as}, line {line:,}: {text} {BINARY}")
    return raw_
