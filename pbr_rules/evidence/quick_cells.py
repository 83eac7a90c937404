"""Cells of a column as a database types them: as text in its plainest spelling, or as a file stores them.

For each there is a value and whether it fits as it stands. What does not is no mistake yet: it is looked at again, one row at a
time, by `fit`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pbr_rules import bounds
from pbr_rules.checked.model import Contract, RecordColumn
from pbr_rules.evidence.database import text
from pbr_rules.evidence.tables import places
from pbr_rules.evidence.typed import EXCEL_ERRORS, spellings

SPACES = "".join(chr(n) for n in range(0x3001) if chr(n).isspace())
"""What is trimmed from a cell."""

TEXT = "VARCHAR"
"""The type of a column of text."""

_WHOLE = frozenset(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"))

Sql = Callable[[str], tuple[str, str]]
"""From a cell that is not blank: its value, and whether it fits as it stands."""


def sql_of(column: RecordColumn, contract: Contract, stored: str) -> Sql:
    """How a column is typed, of which the file has cells of a type of the database (`VARCHAR` is text)."""
    return _text_of(column, contract) if stored == TEXT else _stored(column, stored)


def led(cell: str) -> tuple[str, str]:
    """A cell that is to be an id of another file: what is found there fits, so no more is asked of it here."""
    return f"{cell}::varchar", "true"


def is_whole(column: RecordColumn, stored: str) -> bool:
    """Whether a column of text is stored as whole numbers, which are taken as their digits."""
    return column.kind.name in ("id", "text") and stored in _WHOLE


def is_numbered(column: RecordColumn, stored: str) -> bool:
    """Whether a column of text is stored as numbers: zeros in front, if there were any, are lost."""
    return column.kind.name in ("id", "text") and stored.startswith((*_WHOLE, "DECIMAL", "HUGEINT", "UHUGEINT"))


def _stored(column: RecordColumn, stored: str) -> Sql:
    """A cell with a type of its own, where `evidence/stored` takes it whatever it is; the others are left to it."""
    kind, at = column.kind.name, places(column.kind)
    if kind == "date" and stored == "DATE":
        return lambda c: (c, f"{c} between date '0001-01-01' and date '9999-12-31'")
    if kind == "date" and stored in ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"):
        return lambda c: (
            f"{c}::date",
            f"{c}::date::timestamp = {c} and {c}::date between date '0001-01-01' and date '9999-12-31'",
        )
    if kind == "flag" and stored == "BOOLEAN":
        return lambda c: (c, "true")
    if kind == "count" and stored in _WHOLE:
        return lambda c: (f"{c}::bigint", f"{c} between 0 and {_MOST}")
    if kind == "count" and stored in ("DOUBLE", "FLOAT"):
        return lambda c: (f"try_cast({c} as bigint)", f"{c} between 0 and {2**53} and {c} = trunc({c})")
    if kind in ("number", "money") and stored in _WHOLE:
        return lambda c: (f"try_cast({c} as bigint) * {10**at}", f"{c} between -{_HEAD} and {_HEAD}")
    if kind in ("number", "money") and stored.startswith("DECIMAL("):
        exact = f"decimal(18, {at})"
        return lambda c: (
            f"(try_cast({c} as {exact}) * {10**at})::bigint",
            f"{c} between -{_HEAD} and {_HEAD} and try_cast({c} as {exact}) = {c}",
        )
    if is_whole(column, stored):
        return lambda c: (f"{c}::varchar", "true")
    return lambda c: ("null", "false")


_MOST = 10**17 - 1
_HEAD = 10**12 - 1
"""Whole figures up to which nothing is too large, whatever its places."""


def _text_of(column: RecordColumn, contract: Contract) -> Sql:
    """A trimmed cell of text."""
    kind = column.kind
    match kind.name:
        case "date":
            return _date(column.written.date_format or "year-month-day")
        case "flag":
            yes, no = column.written.flag_words or ("yes", "no")
            return lambda c: (f"({c} = {text(yes)})", f"{c} in ({text(yes)}, {text(no)})")
        case "category":
            spelt = spellings(kind.detail, contract)
            whens = " ".join(f"when {text(word)} then {text(member)}" for word, member in spelt.items())
            listed = ", ".join(map(text, spelt))
            return lambda c: (f"(case {c} {whens} end)", f"{c} in ({listed})")
        case "count":
            return lambda c: (
                f"try_cast({c} as bigint)",
                f"try_cast({c} as bigint)::varchar = {c} and {c} not like '-%' and length({c}) < 18",
            )
        case "number" | "money":
            return _units(places(kind))
    return _words(kind.name == "id")


def _words(is_id: bool) -> Sql:
    """Text as it is, in one normal form, that begins and ends with a letter that is not trimmed; no error of a spreadsheet, and as an id
    no number that one shortened."""
    wrong = ", ".join(map(text, sorted(EXCEL_ERRORS)))
    short = text(r"[0-9](?:\.[0-9]+)?[Ee]\+[0-9]{2,}")
    spaces = text(SPACES)

    def sql(c: str) -> tuple[str, str]:
        first, last = f"left({c}, 1)", f"right({c}, 1)"
        # Nearly all cells are plain, which takes little to see: an error begins with what is before `$`, and what is shortened has a plus.
        plain = f"{c} >= '$' and {c} < '\x7f' and {last} between '!' and '~' and not contains({c}, '+')"
        apart = f"strpos({spaces}, {first}) = 0 and strpos({spaces}, {last}) = 0 and {c} not in ({wrong})"
        whole = f" and not regexp_full_match({c}, {short})" if is_id else ""
        fits = f"strlen({c}) <= {bounds.CELL_CHARACTERS} and case when {plain} then true else {apart}{whole} end"
        return f"(case when strlen({c}) = length({c}) then {c} else nfc_normalize({c}) end)", fits

    return sql


def _date(form: str) -> Sql:
    """A day with two digits for its day and its month, as most files have it."""
    order = re.split(r"[/.\-]", form)
    separator = form[len(order[0])]
    spelled = separator.join({"year": "%Y", "month": "%m", "day": "%d"}[part] for part in order)

    def sql(c: str) -> tuple[str, str]:
        if form == "year-month-day":
            return f"try_cast({c} as date)", f"length({c}) = 10 and try_cast({c} as date)::varchar = {c}"
        day = f"try_strptime({c}, {text(spelled)})::date"
        return day, f"length({c}) = 10 and strftime({day}, {text(spelled)}) = {c}"

    return sql


def _units(at: int) -> Sql:
    """A plain decimal as whole units, without a sign of money or commas."""
    tail = rf"(?:\.[0-9]{{1,{at}}})?" if at else ""

    def sql(c: str) -> tuple[str, str]:
        value = f"(try_cast({c} as decimal(18, {at})) * {10**at})::bigint" if at else f"try_cast({c} as bigint)"
        return value, f"regexp_full_match({c}, '-?[0-9]{{1,12}}{tail}')"

    return sql
