"""What this package adds to pbr_rules."""

from __future__ import annotations

from pathlib import Path

from pbr_rules.plugin import Check, Measure, hookimpl
from pbr_rules_milestones.checks import INTERIM_SHARE
from pbr_rules_milestones.measures import Accumulated, Attained, Evidenced, Spells, Sustained, WholePeriods


@hookimpl
def pbr_rules_measures() -> list[type[Measure]]:
    """What a milestone can be: an event, a stretch that has lasted, days that add up, and what proves it."""
    return [Attained, Sustained, Accumulated, WholePeriods, Spells, Evidenced]


@hookimpl
def pbr_rules_checks() -> list[Check]:
    """The check of how much of the money is paid for interim milestones."""
    return [INTERIM_SHARE]


@hookimpl
def pbr_rules_contracts() -> list[Path]:
    """The contracts that need these measures."""
    folder = Path(__file__).parent / "contracts"
    return sorted(path for path in folder.iterdir() if (path / "contract.pbr").is_file())
