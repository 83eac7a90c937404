"""Terms that change from day to day: for each way in which the dated variations may stand, the contract as it stands then.

Every cell is settled among the terms that hold for it. Where the variations stand in another way than for the clause that reads
it, it is read among other terms, which share all that was counted and the pictures of people. Each keeps its own figures.
"""

from __future__ import annotations

from copy import copy
from functools import cached_property
from typing import Self

from attrs import evolve

from pbr_rules import kinds
from pbr_rules.checked.model import Constraint, Contract, Dated, Figure
from pbr_rules.checked.versions import affecting, counted_as
from pbr_rules.diagnostics import listing
from pbr_rules.settlement.frame import Env
from pbr_rules.settlement.inputs import Inputs
from pbr_rules.settlement.measured import Measured
from pbr_rules.settlement.standing import Stand, Standing, Stands
from pbr_rules.settlement.values import State, Under, Value, without


class Varied(Measured):
    """A contract as it stands somewhere, and from there as it stands anywhere else."""

    def __init__(self, contract: Contract, inputs: Inputs) -> None:
        super().__init__(contract, inputs)
        self.root: Varied = self
        self.standing: Standing = tuple(Stand() for _ in contract.variations)
        self._all: dict[Standing, Varied] = {self.standing: self}
        self._bear: dict[str, tuple[str, ...]] = {}
        self._stands = Stands(self)

    def here(self, clause: Figure | Constraint, at: Env) -> Self:
        """The terms that hold at a cell of a clause."""
        if not self.contract.variations:
            return self
        key = (clause.name, tuple(at.items()))
        if key not in self._read_from_here:
            self._read_from_here[key] = self._as(self._stands.at(clause, at, self.standing))
        return self._read_from_here[key]  # type: ignore[return-value]

    @cached_property
    def _read_from_here(self) -> dict[tuple[str, tuple[tuple[str, str], ...]], Varied]:
        return {}

    def under(self, names: tuple[str, ...]) -> Self:
        """The terms while some variations are in force, wherever no cell says otherwise."""
        if not names:
            return self
        return self._as(tuple(Stand(v.name in names, v.name in names) for v in self.contract.variations))

    def either(self, name: str) -> tuple[Self, Self] | None:
        """Where the day that decides is not there: the terms outside the variation and inside it."""
        for index, (variation, stand) in enumerate(self._each):
            if variation.name in self._bearing(name) and stand.state is State.MISSING:
                ways = (evolve(stand, inside=inside, state=State.KNOWN, why="") for inside in (False, True))
                outside, within = (self._as((*self.standing[:index], w, *self.standing[index + 1 :])) for w in ways)
                return outside, within
        return None

    def _as(self, standing: Standing) -> Self:
        if standing not in self._all:
            other = copy(self)
            for name in [n for n in vars(other) if isinstance(getattr(type(self), n, None), cached_property)]:
                delattr(other, name)  # figures are settled afresh; all else is shared
            other.standing = standing
            force = [v.name for v, stand in zip(self.contract.variations, standing, strict=True) if stand.holds(v)]
            other.contract = self.root.contract.standing(force)
            self._all[standing] = other
        return self._all[standing]  # type: ignore[return-value]

    @property
    def _each(self) -> list[tuple[Dated, Stand]]:
        return list(zip(self.contract.variations, self.standing, strict=True))

    @cached_property
    def _now(self) -> tuple[Dated, ...]:
        return tuple(variation for variation, stand in self._each if stand.holds(variation))

    def _bearing(self, name: str) -> tuple[str, ...]:
        """The variations that bear on a clause itself: those that replace it; of a measure, those that bear on how rows are
        counted."""
        if name not in self._bear:
            contract = self.root.contract
            counted = any(measure.name == name for measure in contract.measures)
            replaced = (v.name for v in contract.variations if name in v.replaces)
            self._bear[name] = affecting(contract, name) if counted else tuple(replaced)
        return self._bear[name]

    def held(self, name: str) -> Value | None:
        """Why a clause cannot be read here: two variations replace it, or nothing says whether one holds."""
        if not self.contract.variations:
            return None
        if name not in self._refusals:
            self._refusals[name] = self._why(name)
        return self._refusals[name]

    @cached_property
    def _refusals(self) -> dict[str, Value | None]:
        return {}

    def _why(self, name: str) -> Value | None:
        bearing = self._bearing(name)
        figure = self.contract.figures.get(name)
        kind = figure.kind if figure is not None else kinds.UNKNOWN
        for variation, stand in self._each:
            if variation.name in bearing and stand.holds(variation) is None:
                return without(stand.state, stand.why, kind, (name,))
        force = [variation for variation in self._now if variation.name in bearing]
        for clause in dict.fromkeys(clause for variation in force for clause in variation.replaces):
            both = [f"`{variation.name}`" for variation in force if clause in variation.replaces]
            if len(both) > 1:
                why = f"{listing(both)} are in force together here, and each replaces `{clause}`"
                return without(State.REFUSED, why, kind, (name,))
        return None

    def decided(self, clause: Figure, at: Env, under: tuple[Under, ...]) -> tuple[str, ...]:
        """Each of some variations, with what decides about it at a cell: for people."""
        found = []
        for variation in self.contract.variations:
            for each in (u for u in under if u.name == variation.name):
                said = self._stands.said(variation, clause, at)
                found.append(f"{each.text}: {said}" if said else each.text)
        return tuple(found)

    def constraint(self, of: Constraint) -> Constraint:
        """A constraint as it is here."""
        return next((c for c in self.contract.constraints if isinstance(c, Constraint) and c.name == of.name), of)

    def counted_as(self, measure: str) -> str:
        """What the counts of a measure are kept by, here."""
        return counted_as(measure, tuple(u.name for u in self.applied(measure)))

    def kept_by(self, measure: str) -> set[str]:
        """What the counts of a measure were kept by, wherever anything was settled."""
        return {terms.counted_as(measure) for terms in self._all.values()}

    def applied(self, name: str) -> tuple[Under, ...]:
        """The variations by which a clause is what it is here."""
        if not self._now:
            return ()
        bearing = self._bearing(name)
        return tuple(Under(v.name, v.first, v.last) for v in self._now if v.name in bearing)
