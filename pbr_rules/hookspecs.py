"""The hooks a plugin may implement. Each returns typed records; the host keeps whose they are."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pluggy

from pbr_rules.checks import Check
from pbr_rules.duties import Constraint
from pbr_rules.measures import Measure

hookspec = pluggy.HookspecMarker("pbr_rules")
hookimpl = pluggy.HookimplMarker("pbr_rules")


@hookspec
def pbr_rules_measures() -> Iterable[type[Measure]]:  # type: ignore[empty-body]
    """Measures: classes that derive from `Measure`.

    A complete plugin, here one that counts people rather than taking their share:

        from attrs import frozen
        from pbr_rules.plugin import Measure, People, Tally, hookimpl

        @frozen
        class Persons(Measure):
            word = "persons"
            summary = "People with at least one row that counts."
            source = "made up for this page"
            endings = ("for",)

            def tally(self, per):
                return Tally(People())

        @hookimpl
        def pbr_rules_measures():
            return [Persons]

    It is found by its entry point in the group `pbr_rules`.
    """


@hookspec
def pbr_rules_constraints() -> Iterable[type[Constraint]]:  # type: ignore[empty-body]
    """Constraints: classes that derive from `Constraint`."""


@hookspec
def pbr_rules_checks() -> Iterable[Check]:  # type: ignore[empty-body]
    """Checks of contracts."""


@hookspec
def pbr_rules_contracts() -> Iterable[Path]:  # type: ignore[empty-body]
    """Folders of library contracts: each holds `contract.pbr` and `about.toml`, and is named as its contract is."""
