"""Clauses that dated variations replace: which clauses read which, in every version, and what is counted under which of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations, product

from pbr_rules import expressions as x
from pbr_rules.checked.inside import inside
from pbr_rules.checked.model import Constraint, Contract, Dated, Figure, Scale

Clause = Figure | Scale | Constraint
"""What a dated variation may replace."""


def counted_as(measure: str, under: tuple[str, ...]) -> str:
    """What the counts of a measure are kept by: its name, with the variations that its rows are counted under."""
    return f"{measure} under {', '.join(under)}" if under else measure


def measure_of(counted: str) -> str:
    """The measure that counts are of, from what they are kept by."""
    return counted.partition(" under ")[0]


def under_of(counted: str) -> tuple[str, ...]:
    """The variations that rows are counted under, from what the counts are kept by."""
    return tuple(name for name in counted.partition(" under ")[2].split(", ") if name)


def plain(contract: Contract, name: str) -> Clause | None:
    """A clause that a dated variation may replace, as it stands without any. Limits and duties are among the figures."""
    found = contract.figures.get(name) or contract.scales.get(name)
    return found or next((c for c in contract.constraints if c.name == name), None)


def versions(contract: Contract, name: str) -> Iterator[Clause]:
    """A clause in each of its versions."""
    found = (plain(contract, name), *(variation.of(name) for variation in contract.variations))
    yield from (clause for clause in found if clause is not None)


def read_by(clause: Clause) -> set[str]:
    """The names of the figures and scales that a clause reads."""
    nodes = [node for part in inside(clause) for node in x.walk(part)]
    return {n.figure if isinstance(n, x.Read) else n.name for n in nodes if isinstance(n, x.Read | x.Call)}


def readers(contract: Contract) -> dict[str, set[str]]:
    """For each clause, the clauses that read it in any version."""
    found: dict[str, set[str]] = {}
    for reader in (*contract.figures, *contract.scales, *(constraint.name for constraint in contract.constraints)):
        for version in versions(contract, reader):
            for name in read_by(version):
                found.setdefault(name, set()).add(reader)
    return found


def affecting(contract: Contract, name: str) -> tuple[str, ...]:
    """The variations that bear on a clause: they replace it, or something that it reads, however far down."""
    reached: set[str] = set()
    waiting = [name] if contract.variations else []
    while waiting:
        here = waiting.pop()
        if here not in reached:
            reached.add(here)
            for version in versions(contract, here):
                waiting += read_by(version)
    return tuple(v.name for v in contract.variations if not reached.isdisjoint(v.replaces))


def together(contract: Contract, names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every set of some variations that may be in force at one cell, none of them first.

    Those of which the same day decides are in force as the days go by: not in every set that could be made of them.
    """
    alike: dict[object, list[Dated]] = {}
    for variation in contract.variations:
        if variation.name in names:
            alike.setdefault((variation.day, variation.only), []).append(variation)
    by_name = {variation.name: variation for variation in contract.variations}
    for sets in product(*(dict.fromkeys(((), *_as_days_go_by(group))) for group in alike.values())):
        chosen = {name for group in sets for name in group}
        force = [variation for name, variation in by_name.items() if name in chosen]
        if all(may_meet(a, b) and not _both_replace(a, b) for a, b in combinations(force, 2)):
            yield tuple(variation.name for variation in force)


def _as_days_go_by(variations: list[Dated]) -> Iterator[tuple[str, ...]]:
    edges = {v.first for v in variations} | {v.last + timedelta(days=1) for v in variations if v.last is not None}
    yield from (tuple(v.name for v in variations if v.holds(day)) for day in sorted(edges))


def may_meet(a: Dated, b: Dated) -> bool:
    """Whether two variations may be in force at one cell. The days of cells are told apart by what says which day decides."""
    if a.only is not None and b.only is not None and a.only[0] == b.only[0] and set(a.only[1]).isdisjoint(b.only[1]):
        return False
    return a.day != b.day or meet(a, b)


def meet(a: Dated, b: Dated) -> bool:
    """Whether two variations have a day in common."""
    return (a.last is None or b.first <= a.last) and (b.last is None or a.first <= b.last)


def _both_replace(a: Dated, b: Dated) -> bool:
    return not set(a.replaces).isdisjoint(b.replaces)
