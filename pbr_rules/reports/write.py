"""A statement in any of its formats."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from pbr_rules import host
from pbr_rules.api import Settled
from pbr_rules.reports.statement import Json, receipt, statement, text


def whole(settled: Settled, command: str, people: bool = False) -> Json:
    """The one JSON statement that every format is made from."""
    plugins = [(name, distribution, version) for name, distribution, version, _ in host.load().plugins]
    files = {name: raw.content for name, raw in settled.raws.items()}
    made = receipt(settled.engine.name, settled.engine.version, files, plugins, command)
    return statement(settled.settlement, made, people)


def written(made: Json, form: str) -> str | bytes:
    """The statement in a format: table, json, csv, md, html or xlsx."""
    if form == "json":
        return text(made)
    write: Callable[[Json], str | bytes] = import_module(f"pbr_rules.reports.{form}").statement
    return write(made)
