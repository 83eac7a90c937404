"""The same figures by other means: `python -m benchmarks.yardsticks duckdb matched csv FOLDER` prints them as JSON.

Each is what a competent analyst would write for this one question. None checks a row, says what was left out, or can
explain a figure; DuckDB and Polars use every core. Each library is imported where it is used, so that a process holds
only its own.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks.answers import from_counts, from_weeks
from benchmarks.contracts import BANDS, CARD, MEASURES, MOST_FOR_A_CLIENT, OUTCOMES, RATES

Answer = dict[str, Any]
SAMPLE = 100_000
"""Rows that a rules engine is given, one by one; its time for all rows is worked out from that."""

WINDOWS = {"matched": ([12], 18), "twenty": (list(range(1, MEASURES + 1)), 24)}
"""Months in which an offence counts, for each measure, and months in which it must be dealt with."""

QUERIES = Path(__file__).parent / "queries"


# DuckDB


def _duckdb_rows(question: str, kind: str, folder: Path, **more: object) -> list[Any]:
    import duckdb

    def read(name: str) -> str:
        file = folder / f"{name}.{kind}"
        return f"read_csv('{file}', all_varchar = true)" if kind == "csv" else f"read_parquet('{file}')"

    tables = {name: read(name) for name in ("releases", "offences", "claims", "clients")}
    query = (QUERIES / f"{question}.sql").read_text(encoding="utf-8").format(**tables, **more)
    return duckdb.connect().execute(query).fetchall()


def duckdb_matched(kind: str, folder: Path) -> Answer:
    return from_counts("matched", _duckdb_rows("matched", kind, folder))


def duckdb_twenty(kind: str, folder: Path) -> Answer:
    windows = ", ".join(f"count(*) FILTER (months < {months})" for months in WINDOWS["twenty"][0])
    return from_counts("twenty", _duckdb_rows("twenty", kind, folder, windows=windows))


def duckdb_tariff(kind: str, folder: Path) -> Answer:
    return from_weeks({(outcome, band): weeks for outcome, band, weeks in _duckdb_rows("tariff", kind, folder)})


def duckdb_card(kind: str, folder: Path) -> Answer:
    prices = ", ".join(f"('{outcome}', {pence})" for outcome, pence in CARD.items())
    [(owed, paid)] = _duckdb_rows(
        "card", kind, folder, prices=f"(VALUES {prices}) AS card(outcome, pence)", most=MOST_FOR_A_CLIENT
    )
    return {"total": paid, "taken": owed - paid}


# Polars


def _polars_read(kind: str, file: Path, *dates: str) -> Any:
    import polars as pl

    if kind == "parquet":
        return pl.scan_parquet(file.with_suffix(".parquet"))
    rows = pl.scan_csv(file.with_suffix(".csv"), infer_schema=False)
    return rows.with_columns(pl.col(name).str.to_date("%Y-%m-%d") for name in dates)


def _polars_passed(since: str, until: str) -> Any:
    """Whole months passed: adding months would end a window a day early where the month has no such date."""
    import polars as pl

    def months(name: str) -> Any:
        return pl.col(name).dt.year().cast(pl.Int32) * 12 + pl.col(name).dt.month().cast(pl.Int32)

    return months(until) - months(since) - (pl.col(until).dt.day() < pl.col(since).dt.day()).cast(pl.Int32)


def _polars_events(question: str, kind: str, folder: Path) -> Answer:
    import polars as pl

    windows, dealt = WINDOWS[question]
    men = _polars_read(kind, folder / "releases", "released").filter(pl.col("adult") == "yes")
    offences = _polars_read(kind, folder / "offences", "committed", "dealt_with")
    events = (
        offences.filter(pl.col("disposal") == "conviction")
        .join(men, on="man")
        .filter(
            pl.col("committed") >= pl.col("released"),
            pl.col("dealt_with") >= pl.col("released"),
            _polars_passed("released", "dealt_with") < dealt,
        )
        .group_by("cohort", "arm", "man", "dealt_with")
        .agg(_polars_passed("released", "committed").min().alias("months"))
        .group_by("cohort", "arm")
        .agg((pl.col("months") < months).sum().alias(str(months)) for months in windows)
    )
    people = men.group_by("cohort", "arm").agg(pl.len().alias("men"))
    rows = people.join(events, on=["cohort", "arm"], how="left").collect(engine="streaming").rows(named=True)
    return from_counts(
        question, [(row["cohort"], row["arm"], row["men"], [row[str(m)] or 0 for m in windows]) for row in rows]
    )


def polars_matched(kind: str, folder: Path) -> Answer:
    return _polars_events("matched", kind, folder)


def polars_twenty(kind: str, folder: Path) -> Answer:
    return _polars_events("twenty", kind, folder)


def polars_tariff(kind: str, folder: Path) -> Answer:
    import polars as pl

    rows = _polars_read(kind, folder / "claims").group_by("outcome", "band").agg(pl.col("weeks").cast(pl.Int64).sum())
    return from_weeks({(outcome, band): weeks for outcome, band, weeks in rows.collect(engine="streaming").rows()})


def polars_card(kind: str, folder: Path) -> Answer:
    import polars as pl

    clients = _polars_read(kind, folder / "clients", "joined")
    owed = (
        _polars_read(kind, folder / "claims", "achieved")
        .join(clients, on="client")
        .filter(pl.col("achieved") >= pl.col("joined"), _polars_passed("joined", "achieved") < 12)
        .unique(["client", "outcome"])
        .with_columns(pl.col("outcome").replace_strict(CARD, return_dtype=pl.Int64).alias("pence"))
        .group_by("client")
        .agg(pl.col("pence").sum())
        .select(pl.col("pence").sum(), pl.col("pence").clip(upper_bound=MOST_FOR_A_CLIENT).sum().alias("paid"))
    )
    [(pence, paid)] = owed.collect(engine="streaming").rows()
    return {"total": paid, "taken": pence - paid}


# pandas


def _pandas_read(kind: str, file: Path, *dates: str) -> Any:
    import pandas as pd

    if kind == "parquet":
        rows = pd.read_parquet(file.with_suffix(".parquet"))
    else:
        rows = pd.read_csv(file.with_suffix(".csv"), dtype=str)
    for name in dates:
        rows[name] = pd.to_datetime(rows[name], format="%Y-%m-%d")
    return rows


def _pandas_passed(since: Any, until: Any) -> Any:
    """Whole months passed, as above."""
    months = (until.dt.year - since.dt.year) * 12 + until.dt.month - since.dt.month
    return months - (until.dt.day < since.dt.day).astype(int)


def _pandas_events(question: str, kind: str, folder: Path) -> Answer:
    windows, dealt = WINDOWS[question]
    men = _pandas_read(kind, folder / "releases", "released")
    men = men[men["adult"] == "yes"]
    offences = _pandas_read(kind, folder / "offences", "committed", "dealt_with")
    joined = offences[offences["disposal"] == "conviction"].merge(men, on="man")
    joined = joined[
        (joined["committed"] >= joined["released"])
        & (joined["dealt_with"] >= joined["released"])
        & (_pandas_passed(joined["released"], joined["dealt_with"]) < dealt)
    ]
    joined = joined.assign(months=_pandas_passed(joined["released"], joined["committed"]))
    # The first offence of each court day stands for that event.
    events = joined.sort_values("months").drop_duplicates(["man", "dealt_with"])
    people = men.groupby(["cohort", "arm"]).size()
    counts = {months: events[events["months"] < months].groupby(["cohort", "arm"]).size() for months in windows}
    return from_counts(
        question,
        [(*cell, int(number), [int(counts[m].get(cell, 0)) for m in windows]) for cell, number in people.items()],
    )


def pandas_matched(kind: str, folder: Path) -> Answer:
    return _pandas_events("matched", kind, folder)


def pandas_twenty(kind: str, folder: Path) -> Answer:
    return _pandas_events("twenty", kind, folder)


# Rows one by one


def _claims(folder: Path) -> Iterable[list[str]]:
    with (folder / "claims.csv").open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines)
        next(rows)
        yield from rows


def python_tariff(kind: str, folder: Path) -> Answer:
    """A plain loop."""
    pence = dict.fromkeys(RATES, 0)
    sample = 0
    for number, (_, outcome, band, weeks) in enumerate(_claims(folder)):
        due = int(weeks) * RATES[outcome, band]
        pence[outcome, band] += due
        if number < SAMPLE:
            sample += due
    return {f"fees[{outcome}, {band}]": due for (outcome, band), due in pence.items()} | {"sample": sample}


def zen_tariff(kind: str, folder: Path) -> Answer:
    """The tariff as a decision table of twelve rules, asked once for each row; of the first rows only, then scaled up."""
    import zen

    cells = {"outcome": OUTCOMES, "band": BANDS}
    rules = [
        {"_id": f"{o}{b}", "outcome": json.dumps(o), "band": json.dumps(b), "pence": f"weeks * {RATES[o, b]}"}
        for o in cells["outcome"]
        for b in cells["band"]
    ]
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": name, "name": name, "field": name} for name in cells],
        "outputs": [{"id": "pence", "name": "pence", "field": "pence"}],
        "rules": rules,
    }
    graph = {
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode", "content": {}},
            {"id": "table", "name": "table", "type": "decisionTableNode", "content": table},
            {"id": "out", "name": "out", "type": "outputNode", "content": {}},
        ],
        "edges": [
            {"id": "a", "sourceId": "in", "targetId": "table", "type": "edge"},
            {"id": "b", "sourceId": "table", "targetId": "out", "type": "edge"},
        ],
    }
    # Of the ways to hand it the rules, a static loader is the quickest.
    engine = zen.ZenEngine({"loader": {"type": "static", "content": {"tariff": graph}}})
    total = rows = 0
    began = time.perf_counter()
    for _, outcome, band, weeks in _claims(folder):
        if rows == SAMPLE:
            break
        came = engine.evaluate("tariff", {"outcome": outcome, "band": band, "weeks": int(weeks)})
        total += came["result"]["pence"]
        rows += 1
    return {"sample": int(total), "#seconds": time.perf_counter() - began, "#rows": rows}


# The text of a contract


def lark_long(kind: str, folder: Path) -> Answer:
    """Lark with the same grammar, and nothing after it."""
    from pbr_rules.surface.grammar import parser

    return {"clauses": len(parser().parse((folder / "long.pbr").read_text(encoding="utf-8")).children)}


def parse_long(kind: str, folder: Path) -> Answer:
    """The text to the tree as written."""
    from pbr_rules.source import Source
    from pbr_rules.surface.parse import parse

    document, problems = parse(Source("long.pbr", (folder / "long.pbr").read_text(encoding="utf-8")))
    return {"clauses": len(document.declarations), "problems": len(problems)}


if __name__ == "__main__":
    means, question, kind, where = sys.argv[1:]
    run: Callable[[str, Path], Answer] = globals()[f"{means}_{question}"]
    sys.stdout.write(json.dumps(run(kind, Path(where))) + "\n")
