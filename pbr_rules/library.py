"""The library of real schemes: contracts that come with the package, with their records where these are public."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path

from attrs import field, frozen

FOLDER = Path(str(files("pbr_rules"))) / "contracts"


@frozen
class LibraryContract:
    """A contract of the library, and what it is settled with when only its name is given.

    `records`: its published records. `complete`: how far they go. `example`: where no records are public, the worked example
    that holds the published figures.
    """

    name: str
    path: Path
    summary: str
    records: Mapping[str, Path] = field(factory=dict)
    complete: Mapping[str, date] = field(factory=dict)
    example: str | None = None


def contracts() -> tuple[LibraryContract, ...]:
    """Every contract of the library, by name."""
    return tuple(_read(folder) for folder in sorted(FOLDER.iterdir()) if (folder / "contract.pbr").is_file())


def find(name: str) -> LibraryContract | None:
    """The contract of that name, or None."""
    folder = FOLDER / name
    return _read(folder) if name.isidentifier() and (folder / "contract.pbr").is_file() else None


def _read(folder: Path) -> LibraryContract:
    about = tomllib.loads((folder / "about.toml").read_text(encoding="utf-8"))
    return LibraryContract(
        folder.name,
        folder / "contract.pbr",
        about["summary"],
        {name: folder / file for name, file in about.get("records", {}).items()},
        about.get("complete", {}),
        about.get("example"),
    )
