"""Records for the contracts, the same on every run and every machine: whole numbers mixed by arithmetic, never at random.

DuckDB writes them, in a process of its own: `python -m benchmarks.data people 10000 100000 FOLDER`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from benchmarks.contracts import BANDS, CARD, OUTCOMES

MIX = "((({x}) * 2654435761 + {salt}) % 4294967296 * 1103515245 + 12345) % 4294967296 // 65536"
"""A number from 0 to 65535 that looks as if it were drawn."""


def _mixed(x: str, salt: int) -> str:
    return f"({MIX.format(x=x, salt=salt * 97_654_321)})"


def _one_of(words: tuple[str, ...], number: str) -> str:
    return f"([{', '.join(repr(word) for word in words)}])[1 + ({number}) % {len(words)}]"


def _write(query: str, folder: Path, name: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("SET threads = 2")
        connection.execute("SET preserve_insertion_order = true")
        for kind, options in (("csv", "FORMAT csv, HEADER"), ("parquet", "FORMAT parquet")):
            connection.execute(f"COPY ({query}) TO '{folder / name}.{kind}' ({options})")


def people(folder: Path, men: int, offences: int) -> None:
    """Men released, in two cohorts and two arms, and the offences that they were dealt with for."""
    _write(
        f"""SELECT 'P' || lpad(i::VARCHAR, 8, '0') AS man,
                   {_one_of(("c1", "c2"), _mixed("i", 1))} AS cohort,
                   {_one_of(("treated", "matched"), _mixed("i", 2))} AS arm,
                   DATE '2010-01-01' + ({_mixed("i", 3)} % 730)::INTEGER AS released,
                   CASE WHEN {_mixed("i", 4)} % 50 = 0 THEN 'no' ELSE 'yes' END AS adult
            FROM range({men}) t(i)""",
        folder,
        "releases",
    )
    # Men of the matched arm offend a little more: of the treated, one offence in eight is a caution, of the matched one in twenty.
    who = f"(({_mixed('j', 5)} * 65536 + {_mixed('j', 6)}) % {men})"
    _write(
        f"""WITH drawn AS (SELECT j, {who} AS i FROM range({offences}) t(j)),
                 dated AS (SELECT j, i, DATE '2010-01-01' + ({_mixed("i", 3)} % 730)::INTEGER
                                        + (({_mixed("j", 7)} % 900) - 60)::INTEGER AS committed FROM drawn)
            SELECT 'P' || lpad(i::VARCHAR, 8, '0') AS man, committed,
                   committed + ({_mixed("j", 8)} % 5 * 45)::INTEGER AS dealt_with,
                   CASE WHEN {_mixed("j", 9)} % CASE WHEN {_mixed("i", 2)} % 2 = 0 THEN 8 ELSE 20 END = 0
                        THEN 'caution' ELSE 'conviction' END AS disposal
            FROM dated""",
        folder,
        "offences",
    )


def claims(folder: Path, number: int, _: int) -> None:
    """Claims of some weeks, each of one of twelve prices."""
    _write(
        f"""SELECT 'K' || lpad(i::VARCHAR, 8, '0') AS claim, {_one_of(OUTCOMES, _mixed("i", 11))} AS outcome,
                   {_one_of(BANDS, _mixed("i", 12))} AS band, {_mixed("i", 13)} % 53 AS weeks
            FROM range({number}) t(i)""",
        folder,
        "claims",
    )


def clients(folder: Path, number: int, claimed: int) -> None:
    """Clients who joined in a year, and outcomes claimed for them, some twice and some too late."""
    joined = f"DATE '2018-01-01' + ({_mixed('i', 21)} % 365)::INTEGER"
    _write(
        f"SELECT 'C' || lpad(i::VARCHAR, 8, '0') AS client, {joined} AS joined FROM range({number}) t(i)",
        folder,
        "clients",
    )
    _write(
        f"""WITH drawn AS (SELECT j, ({_mixed("j", 22)} * 65536 + {_mixed("j", 23)}) % {number} AS i
                           FROM range({claimed}) t(j))
            SELECT 'C' || lpad(i::VARCHAR, 8, '0') AS client, {_one_of(tuple(CARD), _mixed("j", 24))} AS outcome,
                   {joined} + ({_mixed("j", 25)} % 450)::INTEGER AS achieved
            FROM drawn""",
        folder,
        "claims",
    )


SORTS = {"people": people, "claims": claims, "clients": clients}

if __name__ == "__main__":
    sort, first, second, where = sys.argv[1:]
    SORTS[sort](Path(where), int(first), int(second))
