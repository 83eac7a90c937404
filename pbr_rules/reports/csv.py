"""The lines of a statement as CSV for a spreadsheet: UTF-8 with its mark, and no text that a sheet takes for a formula."""

from __future__ import annotations

import csv
import io

from pbr_rules.evidence.quarantine import safe
from pbr_rules.reports.every_line import columns, rows
from pbr_rules.reports.statement import Json


def statement(whole: Json) -> bytes:
    """One row for each line, settled or not, with the reason where not. Amounts are plain decimals."""
    of = columns(whole)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(safe(column.name) for column in of)
    for row in rows(whole):
        writer.writerow(_cell(cell, column.number) for cell, column in zip(row, of, strict=True))
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def _cell(cell: str, number: bool) -> str:
    """A figure as it is; a ratio and any text so that it stays text."""
    if not number:
        return safe(cell)
    return f"'{cell}" if "/" in cell else cell
