"""The library of real schemes: contracts that come with a plugin, with their records where these are public.

The schemes of the package itself come with its own plugin, as any other's do.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from attrs import field, frozen

from pbr_rules import host
from pbr_rules.catalogue import Catalogue, Provided


@frozen
class LibraryContract:
    """A contract of the library, and what it is settled with when only its name is given.

    `distribution`: what it comes from. `records`: its published records. `complete`: how far they go. `example`: where no
    records are public, the worked example that holds the published figures. `paid`: what was published to have been paid, to be
    set beside the statement.
    """

    name: str
    path: Path
    summary: str
    distribution: str
    records: Mapping[str, Path] = field(factory=dict)
    complete: Mapping[str, date] = field(factory=dict)
    example: str | None = None
    paid: Path | None = None


def contracts(catalogue: Catalogue | None = None) -> tuple[LibraryContract, ...]:
    """Every contract of the library, by name."""
    catalogue = catalogue or host.load()
    return tuple(_read(name, provided) for name, provided in sorted(catalogue.contracts.items()))


def find(name: str, catalogue: Catalogue | None = None) -> LibraryContract | None:
    """The contract of that name, or None."""
    catalogue = catalogue or host.load()
    provided = catalogue.contracts.get(name)
    return _read(name, provided) if provided is not None else None


def _read(name: str, provided: Provided[Path]) -> LibraryContract:
    folder = provided.what
    about = tomllib.loads((folder / "about.toml").read_text(encoding="utf-8"))
    return LibraryContract(
        name,
        folder / "contract.pbr",
        about["summary"],
        provided.distribution,
        {records: folder / file for records, file in about.get("records", {}).items()},
        about.get("complete", {}),
        about.get("example"),
        folder / about["paid"] if "paid" in about else None,
    )
