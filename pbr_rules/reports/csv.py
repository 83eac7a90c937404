"""The lines of a statement as CSV for a spreadsheet: UTF-8 with its mark, and no text that a sheet takes for a formula."""

from __future__ import annotations

import csv
import io

from pbr_rules.evidence.quarantine import safe
from pbr_rules.reports.sections import lines
from pbr_rules.reports.statement import Json


def statement(whole: Json) -> bytes:
    """One row for each line, settled or not, with the reason where not. Amounts are plain decimals."""
    heading, rows, numbers = lines(whole)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(map(safe, heading))
    for row in rows:
        writer.writerow(cell if n in numbers and "/" not in cell else safe(cell) for n, cell in enumerate(row))
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")
