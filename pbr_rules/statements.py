"""Settle a contract from Python: a statement in one call, over files or over tables in memory.

from pbr_rules.statements import settle

made = settle("contract.pbr", {"clients": "clients.parquet", "claims": frame}, on=date(2024, 7, 1))
made.total, made.refused, made.write("html")
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from os import PathLike
from pathlib import Path
from typing import Any

from attrs import field, frozen

from pbr_rules import api, host
from pbr_rules.catalogue import Catalogue
from pbr_rules.evidence.frame import ArrowStream, Cursor, from_cursor
from pbr_rules.evidence.quarantine import Tolerance, rejected_csv
from pbr_rules.evidence.read import Raw
from pbr_rules.reports import trail as trails
from pbr_rules.reports import write as reports
from pbr_rules.reports.statement import receipt, statement
from pbr_rules.source import Source
from pbr_rules.surface.files import load

__all__ = ["Cursor", "Statement", "Tolerance", "from_cursor", "settle"]

HOW = "settled from Python"
"""What the receipt says in place of a command."""


@frozen
class Statement:
    """A statement. Everything about it that is not here is in `settled`."""

    settled: api.Settled
    _catalogue: Catalogue = field(repr=False)

    @property
    def total(self) -> Fraction:
        """What all lines come to, exactly."""
        return self.settled.settlement.total

    @property
    def refused(self) -> bool:
        """Whether a line was refused: then the total leaves something out."""
        return bool(self.settled.settlement.refused)

    @property
    def notes(self) -> tuple[str, ...]:
        """What whoever sent the records should know, though it stopped nothing."""
        return self.settled.notes

    @property
    def rejected(self) -> bytes | None:
        """The rows set aside, as CSV: which and why (personal data). None where all fit."""
        return rejected_csv(self.settled.tables) if any(t.rejected for t in self.settled.tables.values()) else None

    def data(self, people: bool = False) -> dict[str, Any]:
        """The statement as `pbr settle --format json` writes it. `people`: with the person that stands for each line."""
        plugins = [(each.plugin, each.distribution, each.version) for each in self._catalogue.plugins]
        engine = self.settled.engine
        made = receipt(engine.name, engine.version, self.settled.raws, plugins, HOW)
        return statement(self.settled.settlement, made, people, self.settled.comparison)

    def write_trail(self, path: str | PathLike[str], force: bool = False) -> int:
        """Writes what became of every row and person, in each measure, to a Parquet file (personal data); how many rows it has.

        Raises:
            UsageError: the file does not end in `.parquet`, is there already and `force` is not given, or cannot be written.
        """
        return trails.write(self.settled, self.data()["receipt"], Path(path), force)

    def write(self, form: str, people: bool = False) -> str | bytes:
        """The statement in a format: table, json, csv, md, html or xlsx."""
        return reports.written(self.data(people), form)


def settle(
    contract: str | PathLike[str] | Source,
    records: Mapping[str, str | PathLike[str] | ArrowStream | Raw],
    *,
    on: date | None = None,
    complete: Mapping[str, date] | None = None,
    known_at: date | None = None,
    set: Mapping[str, str] | None = None,
    given: Mapping[str, str | PathLike[str]] | None = None,
    readings: Iterable[str] = (),
    paid: str | PathLike[str] | None = None,
    compare: str | PathLike[str] | None = None,
    engine: str = "auto",
    tolerance: Tolerance | None = None,
    memory: str | None = None,
) -> Statement:
    """Settles a contract's file over records: for each records clause a file, a table in memory (pyarrow, Polars, pandas), or what
    `from_cursor` makes of a query. What the other figures are, `pbr settle --help` says under the same names.

    Raises:
        ContractError: the contract is wrong. PluginError: it lacks a plugin.
        UsageError: records or figures are lacking, or cannot be read.
        DataError: the records do not fit. `api.Rejected`: too many rows do not.
    """
    catalogue = host.load()
    source = contract if isinstance(contract, Source) else load(Path(contract))
    request = api.Request(
        {name: Path(one) if isinstance(one, str | PathLike) else one for name, one in records.items()},
        complete or {},
        on,
        set or {},
        {name: Path(path) for name, path in (given or {}).items()},
        engine,
        tolerance,
        tuple(readings),
        None if paid is None else Path(paid),
        known_at,
        None if compare is None else Path(compare),
        memory,
    )
    return Statement(api.settle(source, request, catalogue), catalogue)
