"""What this package adds to pbr_rules."""

from __future__ import annotations

from pathlib import Path

from pbr_rules.plugin import Constraint, hookimpl
from pbr_rules_reinvestment.constraints import Reinvestment


@hookimpl
def pbr_rules_constraints() -> list[type[Constraint]]:
    """The constraint `reinvestment`."""
    return [Reinvestment]


@hookimpl
def pbr_rules_contracts() -> list[Path]:
    """The contracts that need it."""
    folder = Path(__file__).parent / "contracts"
    return sorted(path for path in folder.iterdir() if (path / "contract.pbr").is_file())
