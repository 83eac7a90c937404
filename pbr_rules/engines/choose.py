"""Which engine counts: the one named, or the one that suits the size of the records."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from pbr_rules.checked.model import Contract
from pbr_rules.diagnostics import UsageError
from pbr_rules.engines.python import Python
from pbr_rules.evidence.database import place_of
from pbr_rules.evidence.tables import Table
from pbr_rules.plan.model import Engine

NAMES = ("auto", "python", "duckdb", "polars", "spark")

SMALL = 200_000
"""Rows up to which plain Python is quick enough, and needs nothing installed."""


NONE: Mapping[str, Table] = {}


def choose(name: str, contract: Contract, tables: Mapping[str, Table] = NONE) -> Engine:
    """An engine by name; `auto` is the one that suits how many rows there are, and where they are.

    Raises:
        UsageError: no engine has that name, or what it needs is not installed.
    """
    if name == "auto":
        stored = any(place_of(table) is not None for table in tables.values())
        small = not stored and sum(len(table) for table in tables.values()) <= SMALL
        there = (each for each in ("duckdb", "polars") if find_spec(each) and find_spec("narwhals"))
        name = "python" if small else next(there, "python")
    if name == "python":
        return Python(contract.periods)
    if name in NAMES:
        from pbr_rules.engines.frames import Frames

        return Frames.over(name, contract.periods)
    raise UsageError(f"there is no engine `{name}`: choose {', '.join(NAMES)}")
