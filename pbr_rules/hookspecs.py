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
    """Constraints: classes that derive from `Constraint`.

    A complete plugin, here a duty to spend a part of what was paid:

        from attrs import frozen
        from pbr_rules.plugin import At, Constraint, Duty, Expression, Shortfall, Sum, Tally, hookimpl, setting

        @frozen
        class Spending(Constraint):
            word = "spending"
            summary = "A part of what was paid must be spent by a day."
            source = "made up for this page"

            amount: Expression = setting("what one row spent", kind="money")
            share: Expression = setting("the part that must be spent", at=At.TERMS)
            deadline: Expression = setting("the day it must be spent by", kind="date", at=At.TERMS, optional=True)

            def duty(self):
                spent = Tally(Sum(self.amount))
                return Duty(self.share, spent, due=self.deadline, follows=Shortfall.REPORTED)

        @hookimpl
        def pbr_rules_constraints():
            return [Spending]

    A contract writes it `spending of PAYMENT with RECORDS`.
    """


@hookspec
def pbr_rules_checks() -> Iterable[Check]:  # type: ignore[empty-body]
    """Checks of contracts: each a `Check`. It reads the terms and never the records, and it warns.

    A complete plugin, here one that warns of a payment which turns on no result:

        from pbr_rules.plugin import Check, Finding, hookimpl

        def paid_in_any_case(terms):
            for payment in terms.payments:
                if not payment.measures:
                    yield Finding(payment.name, f"`{payment.name}` is paid whatever the results are")

        @hookimpl
        def pbr_rules_checks():
            return [Check("flat-fee", "A payment that turns on no result.", "made up for this page", paid_in_any_case)]
    """


@hookspec
def pbr_rules_contracts() -> Iterable[Path]:  # type: ignore[empty-body]
    """Folders of library contracts: each holds `contract.pbr` and `about.toml`, and is named as its contract is.

    `about.toml` has a `summary`, and may have `[records]`, a file for each records clause; `[complete]`, the day that each goes
    to; and, where no records are public, the `example` that the contract is settled over.

    A complete plugin, with its contracts in the folder `contracts` beside it:

        from pathlib import Path
        from pbr_rules.plugin import hookimpl

        @hookimpl
        def pbr_rules_contracts():
            return sorted((Path(__file__).parent / "contracts").iterdir())

    Each then works by its name, as in `pbr settle NAME`, and `pbr contracts` says which package it comes from.
    """
