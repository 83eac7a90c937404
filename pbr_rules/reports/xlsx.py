"""The statement as a workbook: a cover, then one sheet for each section. Text holds the exact figures."""

from __future__ import annotations

import io
from datetime import datetime

from pbr_rules.diagnostics import UsageError
from pbr_rules.reports.layout import facts, sections, title
from pbr_rules.reports.statement import Json


def statement(whole: Json) -> bytes:
    """The workbook. Its bytes depend on the statement alone.

    Raises:
        UsageError: the package that writes workbooks is not installed.
    """
    try:
        from xlsxwriter import Workbook
    except ImportError as error:
        raise UsageError('workbooks need a package: pip install "pbr-rules[xlsx]"') from error
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title(whole), "created": datetime(2000, 1, 1)})
    cover = book.add_worksheet("Statement")
    cover.write_string(0, 0, title(whole))
    for number, (name, value) in enumerate(facts(whole), 2):
        cover.write_string(number, 0, name)
        cover.write_string(number, 1, value)
    cover.set_column(0, 1, 40)
    names: set[str] = set()
    for section in sections(whole):
        name = "".join(c for c in section.title if c not in "[]:*?/\\'")[:28]
        while name in names:
            name = f"{name[:27]}2"
        names.add(name)
        sheet = book.add_worksheet(name)
        sheet.write_string(0, 0, section.title)
        for row, cells in enumerate((section.heading, *section.rows), 2):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell)
        sheet.set_column(0, len(section.heading), 28)
        if section.note:
            sheet.write_string(len(section.rows) + 4, 0, section.note)
    book.close()
    return out.getvalue()
