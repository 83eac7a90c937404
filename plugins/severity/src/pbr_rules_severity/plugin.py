"""What this package adds."""

from __future__ import annotations

from pathlib import Path

from pbr_rules.plugin import Measure, hookimpl
from pbr_rules_severity.measures import Harm, MostSerious


@hookimpl
def pbr_rules_measures() -> list[type[Measure]]:
    """The measures."""
    return [Harm, MostSerious]


@hookimpl
def pbr_rules_contracts() -> list[Path]:
    """The library contracts: a folder for each."""
    return sorted(folder for folder in (Path(__file__).parent / "contracts").iterdir() if folder.is_dir())
