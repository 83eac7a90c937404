"""The lines of a statement as CSV for a spreadsheet: UTF-8 with its mark, and no cell that a sheet takes for a formula."""

from __future__ import annotations

import csv
import io

from pbr_rules.reports.layout import cell_text
from pbr_rules.reports.statement import Json

HEADING = ("line", "kind", "title", "clause", "for", "people", "each", "amount", "currency", "state", "why")


def statement(whole: Json) -> bytes:
    """One row for each line, settled or not, with the reason where not."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADING)
    for line in whole["settlement"]["lines"]:
        cells = [
            line["line"],
            line["kind"],
            line["title"],
            line["clause"],
            cell_text(line["cell"], whole),
            line["people"],
            line["each"],
            line["amount"],
            line["currency"],
            line["state"],
            line["why"],
        ]
        writer.writerow([_safe("" if cell is None else str(cell)) for cell in cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def _safe(text: str) -> str:
    """A text that a sheet will not take for a formula; a plain negative amount stays a number."""
    formula = text[:1] in ("=", "+", "@", "\t") or (text[:1] == "-" and not text[1:].replace(".", "").isdigit())
    return f"'{text}" if formula else text
