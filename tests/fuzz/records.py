"""Bytes as two files of records: read, fitted to a contract, counted. Every row is somewhere, and every row set aside says why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pbr_rules import api
from pbr_rules.engines.exclude import exclude
from pbr_rules.evidence.fit import fit
from pbr_rules.evidence.read import read
from pbr_rules.surface.files import load
from tests.fuzz.harness import ROOT, file

CONTRACT = api.required(api.compile_contract(load(ROOT / "tests/fuzz/terms.pbr")))
BETWEEN = b"\n====\n"
"""Stands between the two files."""

CLIENTS = (
    "Client ref,Joined,Agreed,rate,told\n"
    "A1,08/01/2024,Y,1.125,2024-02-01\n"
    "A2,15/01/2024,N,,2024-02-01\n"
    'A2,15/01/2024,Y,"1,000.5",2024-02-09\n'
    "\n"
    "É3,01/01/2019,Y,-0.5,2024-12-01\n"
)
CLAIMS = (
    "Client ref,Outcome,Achieved,Cost,hours,Note\n"
    'A1,Entered,2024-03-01,£10.50,7,"a note, in\ntwo lines"\n'
    "A1,Entered,2024-03-01,£10.50,7,\n"
    "A2,6 months,2024-04-01,GBP 3,,#N/A\n"
    "É3,Entered,2024-02-30,-1,-1,late\n"
)


def seeds() -> Iterator[bytes]:
    """The two files in the encodings and with the separators that people send, and the records of the library."""
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        yield CLIENTS.encode(encoding) + BETWEEN + CLAIMS.encode(encoding)
    for mark in ";\t|":
        clients, claims = (text.replace(",", mark).replace("\n", "\r\n") for text in (CLIENTS, CLAIMS))
        yield clients.encode() + BETWEEN + claims.encode()
    for path in sorted(ROOT.glob("pbr_rules/contracts/*/*.csv")):
        yield path.read_bytes()[:2_000] + BETWEEN + CLAIMS.encode()


def words() -> Iterator[str]:
    """Headings, cells, and what stands between."""
    yield from (
        "Client ref",
        "Outcome",
        "Achieved",
        "Joined",
        "Entered",
        "6 months",
        "2024-02-29",
        "31/12/9999",
        "£1,500.50",
    )
    yield from ("\r\n", '""', '"', "====", "\ufeff", "\u00a0", "1.5E+10", "#REF!", "e\u0301", "999999999999999999")


def one(content: bytes) -> None:
    """Reads and fits two files, with and without a day that rows must be known by."""
    clients, _, claims = content.partition(BETWEEN)
    raws = {"clients": read(file("clients.csv", clients)), "claims": read(file("claims.csv", claims))}
    for known_at in (None, date(2024, 2, 5)):
        tables = fit(CONTRACT, raws, lambda found: exclude(CONTRACT, found), known_at=known_at)
        for name, table in tables.items():
            assert table.read == len(raws[name].rows), "a row is lost, or there twice"
            assert all(row.reason for row in table.rejected)
            assert len({*table.lines, *(row.line for row in table.rejected)}) == len(table) + len(table.rejected)
            assert all(len(cells) == len(table) for cells in table.columns.values())
            assert sorted(table.lines) == list(table.lines)
