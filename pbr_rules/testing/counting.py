"""A measure under test: compiled once, and counted over rows in memory by whatever engine it is given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from itertools import product
from types import ModuleType

from attrs import frozen

from pbr_rules import api
from pbr_rules import expressions as x
from pbr_rules.checked.model import Cell, Contract, Measure
from pbr_rules.diagnostics import UsageError
from pbr_rules.engines.exclude import exclude
from pbr_rules.evidence.fit import fit
from pbr_rules.evidence.tables import Table
from pbr_rules.plan.from_checked import count
from pbr_rules.plan.model import Answer, Count, Engine
from pbr_rules.settlement.counts import counted
from pbr_rules.settlement.frame import label
from pbr_rules.settlement.inputs import Inputs
from pbr_rules.settlement.statement import settle
from pbr_rules.settlement.trail import Explained, explain
from pbr_rules.settlement.values import Value
from pbr_rules.tallies import Over
from pbr_rules.testing.under_test import contract, gathered
from pbr_rules.testing.world import COMPLETE, Rows, World


@frozen
class Found:
    """What a measure came to over some rows: the engine's answer, what was put to it, and the value of each cell.

    Attributes:
        numbers: what was added up in each cell, before it is divided; None where the figure is not known.
        people: whom it is divided by, or counted over.
    """

    answer: Answer
    count: Count
    tables: Mapping[str, Table]
    values: Mapping[Cell, Value]
    numbers: Mapping[Cell, Fraction | None]
    people: Mapping[Cell, int]

    @property
    def exact(self) -> dict[Cell, object]:
        """Each cell's value, or the state that it is in."""
        return {cell: value.of if value.known else str(value.state) for cell, value in self.values.items()}


@frozen(slots=False)
class Subject:
    """One measure of one contract."""

    contract: Contract
    measure: Measure

    @classmethod
    def compiled(cls, text: str, figure: str, plugins: tuple[ModuleType, ...]) -> Subject:
        """The measure called `figure`.

        Raises:
            ContractError: the contract has an error. UsageError: it has no such measure.
        """
        found = api.required(api.compile_contract(contract(text, plugins), (), gathered(plugins)))
        measure = found.figures.get(figure)
        if not isinstance(measure, Measure):
            raise UsageError(f"the text has no measure called `{figure}`: say which one the laws are for, as `figure`")
        return cls(found, measure)

    @cached_property
    def world(self) -> World:
        """The records, as the measure sees them."""
        return World.of(self.contract, self.measure)

    @cached_property
    def count(self) -> Count:
        """What an engine is asked, at the measure's own grain."""
        return count(self.contract, self.measure, self.measure.dimensions)

    @property
    def everybody(self) -> bool:
        """Whether each of the people is counted over in some cell: none is narrowed out, and none falls in no cell."""
        placed = {axis.dimension: axis.at for axis in self.measure.placed if axis.on_base}
        whole = (
            axis.members in (None, self.contract.members(axis.dimension)) and not isinstance(at, x.PeriodOf)
            for axis in self.measure.axes
            if (at := placed.get(axis.dimension)) is not None
        )
        return self.measure.base is not None and not self.measure.among and all(whole)

    def label(self, cell: Cell) -> str:
        """The measure at a cell, as a contract writes it."""
        return label(self.contract, self.measure.name, dict(zip(self.measure.dimensions, cell, strict=True)))

    def over(self, cell: Cell) -> Cell:
        """The part of a cell that people fall in."""
        return tuple(m for axis, m in zip(self.measure.placed, cell, strict=True) if axis.on_base)

    def at(self, rows: Rows, engine: Engine, complete: date = COMPLETE) -> Found:
        """The measure over rows, whose files go to a day."""
        tables = fit(self.contract, self.world.raws(rows), lambda found: exclude(self.contract, found))
        inputs = counted(self.contract, Inputs(tables, complete=dict.fromkeys(tables, complete)), engine)
        key = (self.measure.name, self.measure.dimensions)
        answer, made = inputs.answers[key], inputs.counts[key]
        terms = settle(self.contract, inputs).terms
        values, numbers, people = {}, {}, {}
        for cell in self._cells(tables):
            at = dict(zip(self.measure.dimensions, cell, strict=True))
            value, _ = terms.measure(self.measure, at, self.measure.dimensions)
            some = self.measure.tally.over is Over.COUNTED
            people[cell] = (answer.some or {}).get(cell, 0) if some else answer.people.get(self.over(cell), 0)
            values[cell], numbers[cell] = value, self._number(value, people[cell])
        return Found(answer, made.count, made.tables, values, numbers, people)

    def _cells(self, tables: Mapping[str, Table]) -> list[Cell]:
        return [tuple(cell) for cell in product(*(self._members(axis.dimension, tables) for axis in self.measure.axes))]

    def _members(self, dimension: str, tables: Mapping[str, Table]) -> tuple[str, ...]:
        axis = next(axis for axis in self.measure.axes if axis.dimension == dimension)
        closed = axis.members or self.contract.members(dimension)
        owner = self.contract.owner(dimension)
        if closed is not None or owner is None:
            return closed or ()
        return tuple(str(member) for member in tables[owner.name].columns[dimension])

    def _number(self, value: Value, people: int) -> Fraction | None:
        if not value.known or not isinstance(value.of, Fraction):
            return None
        if value.counts is not None:
            return Fraction(value.counts[0])
        return value.number * people if self.measure.tally.over is not None else value.number

    def explained(self, rows: Rows, engine: Engine, cell: Cell) -> Explained:
        """The measure at a cell, down to its rows."""
        tables = fit(self.contract, self.world.raws(rows), lambda found: exclude(self.contract, found))
        inputs = counted(self.contract, Inputs(tables, complete=dict.fromkeys(tables, COMPLETE)), engine)
        at = tuple((d, x.Member(d, m)) for d, m in zip(self.measure.dimensions, cell, strict=True))
        read = x.Read(self.measure.name, at, self.measure.kind, x.Name(self.measure.name))
        return explain(settle(self.contract, inputs), read, engine)
