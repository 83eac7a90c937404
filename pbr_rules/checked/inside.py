"""Every expression in a part of the checked contract."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import fields

from pbr_rules import expressions as x
from pbr_rules.checked.model import Contract, Scale

_OURS = ("pbr_rules.checked.model", "pbr_rules.tallies")


def inside(value: object) -> Iterator[x.Expression]:
    """Every expression in a part of the checked contract."""
    if isinstance(value, x.Expression):
        yield value
    elif isinstance(value, Scale):  # its bands as written name nothing yet
        for band in value.read:
            yield from (*(end.value for end in band.ends), band.value)
    elif isinstance(value, tuple):
        for item in value:
            yield from inside(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from inside(item)
    elif hasattr(type(value), "__attrs_attrs__") and type(value).__module__ in _OURS:
        for attribute in fields(type(value)):  # type: ignore[arg-type]
            yield from inside(getattr(value, attribute.name))


def expressions(contract: Contract) -> Iterator[x.Expression]:
    """Every expression of the terms."""
    clauses = (*contract.figures.values(), *contract.limits, *contract.constraints)
    for part in (*clauses, *contract.examples, *contract.variations):
        yield from inside(part)
