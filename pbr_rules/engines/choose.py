"""Which engine counts: the one named, or the one that suits the size of the records."""

from __future__ import annotations

from importlib.util import find_spec

from pbr_rules.checked.model import Contract
from pbr_rules.diagnostics import UsageError
from pbr_rules.engines.python import Python
from pbr_rules.plan.model import Engine

NAMES = ("auto", "python", "duckdb", "polars", "spark")

SMALL = 200_000
"""Rows up to which plain Python is quick enough, and needs nothing installed."""


def choose(name: str, contract: Contract, rows: int) -> Engine:
    """An engine by name.

    Raises:
        UsageError: no engine has that name, or what it needs is not installed.
    """
    if name == "auto":
        name = (
            "python"
            if rows <= SMALL
            else next((n for n in ("duckdb", "polars") if find_spec(n) and find_spec("narwhals")), "python")
        )
    if name == "python":
        return Python(contract.periods)
    if name in NAMES:
        from pbr_rules.engines.frames import Frames

        return Frames.over(name, contract.periods)
    raise UsageError(f"there is no engine `{name}`: choose {', '.join(NAMES)}")
