"""A statement in any of its formats."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec

from pbr_rules.api import Settled
from pbr_rules.catalogue import Catalogue
from pbr_rules.diagnostics import UsageError
from pbr_rules.reports.statement import Json, receipt, statement, text, unnamed

Format = Callable[[Json], str | bytes]


def whole(settled: Settled, arguments: Sequence[str], catalogue: Catalogue, people: bool = False) -> Json:
    """The one JSON statement that every format is made from. `arguments`: what was typed after `pbr`."""
    plugins = [(each.plugin, each.distribution, each.version) for each in catalogue.plugins]
    typed = shlex.join(["pbr", *(argument if people else unnamed(argument) for argument in arguments)])
    made = receipt(settled.engine.name, settled.engine.version, settled.raws, plugins, typed)
    return statement(settled.settlement, made, people, settled.comparison)


def needs(form: str) -> None:
    """Says what a format lacks, before anything is settled.

    Raises:
        UsageError: the package that writes workbooks is not installed.
    """
    if form == "xlsx" and find_spec("xlsxwriter") is None:
        raise UsageError('a workbook is written with a package that is not installed: pip install "pbr-rules[xlsx]"')


def written(made: Json, form: str) -> str | bytes:
    """The statement in a format: table, json, csv, md, html or xlsx."""
    if form == "json":
        return text(made)
    needs(form)
    write: Format = import_module(f"pbr_rules.reports.{form}").statement
    return write(made)
