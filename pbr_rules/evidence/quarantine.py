"""Rows set aside: how many may be, and the file that says which and why."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from fractions import Fraction

from attrs import frozen

from pbr_rules.evidence.tables import Rejected, Table
from pbr_rules.exact import plain_text

HEADING = ("records", "line", "column", "value", "reason", "row as received")

SHOWN = 3
"""Rows that a message names; the file names all."""

LONGEST_CELL = 32_000
"""A spreadsheet holds 32,767 characters in a cell."""


@frozen
class Tolerance:
    """How many rows of a file may be rejected: a share of its rows, or a number of them. None: what the contract says."""

    share: Fraction | None = None
    number: int | None = None


def too_many(table: Table, tolerance: Tolerance | None) -> str | None:
    """Why too many rows of a table were rejected for a statement, with the first of them, or None."""
    rejected = len(table.rejected)
    if not rejected:
        return None
    rows = table.read
    share, number = (tolerance.share, tolerance.number) if tolerance else (None, None)
    written = table.records.tolerance
    if tolerance is None and written is not None and isinstance(written.value, Fraction):
        share, number = (written.value, None) if written.kind.percent else (None, int(written.value))
    allowed = number if number is not None else int(share * rows) if share is not None else 0
    if rejected <= allowed:
        return None
    said = f"at most {plain_text(share * 100)}%" if share is not None else f"at most {allowed:,}" if allowed else "none"
    fit = "does not fit" if rejected == 1 else "do not fit"
    lines = [f"{rejected:,} of {rows:,} rows of `{table.records.name}` {fit}, and {said} may be rejected:"]
    lines += [f"  {sentence(row)}" for row in table.rejected[:SHOWN]]
    if rejected > SHOWN:
        lines.append(f"  and {rejected - SHOWN:,} more")
    return "\n".join(lines)


def sentence(row: Rejected) -> str:
    """One row set aside, for people: `line 5, "Date of release": "31/12/2010" is not a date …`."""
    place = f"line {row.line:,}"
    if not row.column:
        return f"{place}: {row.reason}"
    value = f'"{row.value}" ' if row.value else ""
    return f'{place}, "{row.column}": {value}{row.reason}'


def rejected_csv(tables: Mapping[str, Table]) -> bytes:
    """Every row set aside: records, line, column, value, reason, and the row as received. Holds personal data."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADING)
    for name, table in tables.items():
        for row in table.rejected:
            writer.writerow([name, row.line, safe(row.column), safe(row.value), row.reason, safe(_as_received(row))])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def _as_received(row: Rejected) -> str:
    """The row in one cell, as a line of CSV, cut where a spreadsheet could not hold it."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(row.cells)
    text = out.getvalue()
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]} … (cut here)"


def safe(text: str) -> str:
    """A cell that a spreadsheet will not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
