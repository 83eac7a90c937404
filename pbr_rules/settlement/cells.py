"""The cells that a figure has, and the cells that an aggregate gathers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import product

from pbr_rules import expressions as x
from pbr_rules import kinds
from pbr_rules.calendars import Calendar
from pbr_rules.checked.model import Axis, Contract
from pbr_rules.engines.working import calendar_of
from pbr_rules.kinds import Kind
from pbr_rules.settlement.frame import Env, Frame, label
from pbr_rules.settlement.inputs import Inputs
from pbr_rules.settlement.people import People
from pbr_rules.settlement.values import Value, put_in


class Cells:
    """A contract, what it is settled from, and the cells of both."""

    def __init__(self, contract: Contract, inputs: Inputs) -> None:
        self.contract, self.inputs = contract, inputs
        self.people = People(contract, inputs)

    @cached_property
    def calendar(self) -> Calendar | None:
        """Which days are working days, where that is known."""
        return calendar_of(self.contract, self.inputs.tables)

    @staticmethod
    def frame() -> Frame:
        """A fresh frame for one figure."""
        return Frame()

    def label(self, name: str, at: Env) -> str:
        """A figure and its cell, as written."""
        return label(self.contract, name, at)

    def cells(self, axes: tuple[Axis, ...]) -> Iterator[tuple[Env, int]]:
        """The cells that a figure has, in the contract's order, and how many people each stands for.

        Closed dimensions give their members within the scope; an open one gives the pictures of its people.
        """
        dimensions = tuple(axis.dimension for axis in axes)
        choices: list[list[tuple[str, int]]] = []
        for axis in axes:
            if axis.members is not None:
                choices.append([(member, 1) for member in axis.members])
            else:
                choices.append([(p.representative, p.people) for p in self.people.pictures(axis.dimension)])
        for combination in product(*choices):
            cell = tuple(member for member, _ in combination)
            if self.contract.excepted(dimensions, cell):
                continue
            people = 1
            for _, number in combination:
                people *= number
            yield dict(zip(dimensions, cell, strict=True)), people

    def inner(self, across: tuple[str, ...], env: Env, reading: x.Expression) -> Iterator[tuple[Env, int]]:
        """The cells that an aggregate gathers: the members consistent with the place it stands in."""
        axes = tuple(Axis(name, self._allowed(name, reading)) for name in across)
        for cell, people in self.cells(axes):
            inside = {**env, **cell}
            names = tuple(inside)
            if self._consistent(cell, env) and not self.contract.excepted(names, tuple(inside.values())):
                yield inside, people

    def _allowed(self, dimension: str, reading: x.Expression) -> tuple[str, ...] | None:
        members = self.contract.members(dimension)
        if members is None:
            return None
        for node in x.walk(reading):
            if isinstance(node, x.Read) and dict(node.at).get(dimension) == x.Here(dimension):
                axis = next(a for a in self.contract.figures[node.figure].axes if a.dimension == dimension)
                if axis.members is not None:
                    members = tuple(m for m in members if m in axis.members)
        return members

    def _consistent(self, cell: Env, env: Env) -> bool:
        for dimension, member in cell.items():
            period = self.contract.periods.get(dimension)
            if period and period.parent in env and period.parents[member] != env[period.parent]:
                return False
            owner = self.contract.owner(dimension)
            table = self.inputs.tables.get(owner.name) if owner else None
            if owner is None or table is None or (member,) not in table.index:
                continue
            row = table.index[(member,)]
            for column in owner.columns.values():
                if (
                    column.kind.name == "category"
                    and column.kind.detail in env
                    and table.columns[column.name][row] != env[column.kind.detail]
                ):
                    return False
                if column.kind.name == "id" and column.kind.detail != owner.name:
                    target = self.contract.records[column.kind.detail].identity
                    value = table.columns[column.name][row]
                    if (
                        target in env
                        and value is not None
                        and self.people.representative(target, str(value)) != env[target]
                    ):
                        return False
        return True

    def _dimension_kind(self, dimension: str) -> Kind:
        owner = self.contract.owner(dimension)
        return kinds.identity(owner.name) if owner else kinds.category(dimension)

    def _noted(self, node: x.Expression, value: Value, frame: Frame) -> Value:
        """The value, with its text kept for the formula with numbers."""
        frame.numbers[node] = put_in(value)
        return value
