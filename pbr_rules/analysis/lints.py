"""Warnings: what a contract says that it probably does not mean."""

from __future__ import annotations

from pbr_rules.checked.model import Contract
from pbr_rules.diagnostics import Diagnostic
from pbr_rules.surface import tree as t


def lints(contract: Contract, document: t.Document) -> tuple[Diagnostic, ...]:
    """Every warning, in the order of the text."""
    return ()
