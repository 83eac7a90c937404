"""Bytes as a Parquet file or a workbook of any kind: read, and fitted to a contract."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
import xlwt

from pbr_rules.engines.exclude import exclude
from pbr_rules.evidence.fit import fit
from pbr_rules.evidence.read import read
from tests.fuzz.harness import file
from tests.fuzz.records import CONTRACT

KINDS = ("parquet", "xlsx", "xls", "ods")
"""How a file is named: its first byte chooses."""

ROWS: list[list[Any]] = [
    ["Client ref", "Joined", "Agreed", "rate", "told"],
    ["A1", date(2024, 1, 8), True, Decimal("1.125"), date(2024, 2, 1)],
    ["A2", date(2024, 1, 15), False, None, date(2024, 2, 1)],
    ["#N/A", date(2019, 1, 1), True, Decimal("-0.5"), date(2024, 2, 1)],
]


def seeds() -> Iterator[bytes]:
    """The same rows as each kind of file."""
    heading, *rows = ROWS
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([dict(zip(heading, row, strict=True)) for row in rows]), out)
    yield b"\0" + out.getvalue()
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as new:
        page = new.add_worksheet()
        for line, row in enumerate(ROWS):
            for column, cell in enumerate(row):
                if cell == "#N/A":
                    page.write_formula(line, column, "=NA()", None, cell)
                elif isinstance(cell, date):
                    page.write_datetime(line, column, cell, new.add_format({"num_format": "dd/mm/yyyy"}))
                elif cell is not None:
                    page.write(line, column, float(cell) if isinstance(cell, Decimal) else cell)
    yield b"\1" + out.getvalue()
    out = io.BytesIO()
    old = xlwt.Workbook()
    sheet = old.add_sheet("Sheet1")
    for line, row in enumerate(ROWS):
        for column, cell in enumerate(row):
            if cell is not None:
                sheet.write(line, column, cell)
    old.save(out)
    yield b"\2" + out.getvalue()


def words() -> Iterator[str]:
    """Parts of such files."""
    yield from ("PAR1", "PK\x03\x04", "xl/workbook.xml", "content.xml", "Client ref", "#N/A")


def one(content: bytes) -> None:
    """Reads a file, and fits it."""
    kind = KINDS[content[0] % len(KINDS)] if content else KINDS[0]
    raw = read(file(f"clients.{kind}", content[1:]))
    table = fit(CONTRACT, {"clients": raw}, lambda found: exclude(CONTRACT, found))["clients"]
    assert table.read == len(raw.rows)
    assert all(row.reason for row in table.rejected)
