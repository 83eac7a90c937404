"""Figures of the terms, calculated exactly, one cell at a time, with their working.

A state is a value: an unknown price on a branch that is not taken is never asked for.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Self

from attrs import evolve

from pbr_rules import expressions as x
from pbr_rules.checked.inside import inside
from pbr_rules.checked.model import (
    Cell,
    Constraint,
    Define,
    Duty,
    Earlier,
    Figure,
    Limit,
    Measure,
    Parameter,
    Payment,
    Records,
)
from pbr_rules.dates import long_text
from pbr_rules.evidence.paid import key
from pbr_rules.plan.from_checked import calculated, undecided
from pbr_rules.plan.model import Undecided
from pbr_rules.settlement.duties import shortfall
from pbr_rules.settlement.frame import Env, Frame, Result, member_text, round_off
from pbr_rules.settlement.ids import marked
from pbr_rules.settlement.line import Line
from pbr_rules.settlement.lines import all_lines
from pbr_rules.settlement.payments import entitlement
from pbr_rules.settlement.values import State, Value, known, put_in, without
from pbr_rules.settlement.varied import Varied
from pbr_rules.words import words


class Terms(Varied):
    """Every figure of a contract, each cell once."""

    @cached_property
    def _results(self) -> dict[tuple[str, Cell], Result]:
        return {}

    def figure(self, name: str, at: Env) -> Result:
        """A figure at a cell, and its working."""
        figure = self.contract.figures[name]
        cell = []
        for dimension in figure.dimensions:
            member = at[dimension]
            if self.contract.members(dimension) is None:
                stands = self.people.representative(dimension, member)
                if stands is None:
                    return self._no_such(figure, at, dimension, member)
                member = stands
            cell.append(member)
        where = dict(zip(figure.dimensions, cell, strict=True))
        return self.here(figure, where).at_cell(name, where)

    def at_cell(self, name: str, at: Env) -> Result:
        """A figure at a cell where these terms hold."""
        key = (name, tuple(at.values()))
        if key not in self._results:
            value, working = self._settle(self.contract.figures[name], at)
            under = self.applied(name) if key not in self.inputs.figures else ()
            if under and not working.under:
                working = evolve(working, under=under)
            self._results[key] = value, working
        return self._results[key]

    def _at(self, figure: Figure, at: Env, day: date | None) -> Result:
        apart = len(at) < len(figure.axes) if isinstance(figure, Measure) else day is not None
        if not apart or not self.contract.variations:
            return super()._at(figure, at, day)
        here = self.here(figure, at)
        figure = here.contract.figures[figure.name]
        held = here.held(figure.name)
        if held is not None:
            return held, self.working(figure, at, held, Frame(), "", "")
        value, working = super(Terms, here)._at(figure, at, day)
        return value, evolve(working, under=here.applied(figure.name))

    def _no_such(self, figure: Figure, at: Env, dimension: str, member: str) -> Result:
        owner = self.contract.owner(dimension)
        value = without(
            State.OUTSIDE,
            self._why_no_such(owner, member) if owner else f"there is no `{member}`",
            figure.kind,
            (figure.name,),
        )
        return value, self.working(figure, at, value, Frame(), "", "")

    def _why_no_such(self, owner: Records, member: str) -> str:
        """Why nothing is settled for an id: it is excluded, or there is no such row."""
        table = self.inputs.tables.get(owner.name)
        row = None if table is None else table.index.get((member,))
        excluded = None if table is None or row is None else table.excluded[row]
        if excluded is not None:
            return f'"{marked(member)}" is excluded from `{owner.name}`: {excluded}'
        return f'there is no "{marked(member)}" in `{owner.name}`'

    def _settle(self, figure: Figure, at: Env) -> Result:
        cell = tuple(at.values())
        if self.contract.excepted(figure.dimensions, cell):
            where = ", ".join(member_text(self.contract, d, m) for d, m in at.items())
            value = without(State.OUTSIDE, f"[{where}] is outside the contract's scope", figure.kind, (figure.name,))
            return value, self.working(figure, at, value, Frame(), "", "")
        given = self.inputs.figures.get((figure.name, cell))
        if given is not None:
            return given, self.working(figure, at, given, Frame(steps=["given"]), "", "")
        for axis, member in zip(figure.axes, cell, strict=True):
            if axis.members is not None and member not in axis.members:
                value = without(State.OUTSIDE, f"`{figure.name}` leaves out `{member}`", figure.kind, (figure.name,))
                return value, self.working(figure, at, value, Frame(), "", "")
        held = self.held(figure.name)
        if held is not None:
            return self._either_way(figure, at) or (held, self.working(figure, at, held, Frame(), "", ""))
        still_open = self.still_open(self.waiting.get(figure.name, ()), at)
        if still_open is not None:
            return still_open.through(figure.name), self.working(figure, at, still_open, Frame(), "", "")
        match figure:
            case Parameter():
                return self.parameter(figure, at)
            case Measure():
                return self.measure(figure, at, figure.dimensions)
            case Define():
                frame = Frame()
                value = self.value(figure.value, at, frame)
                formula, numbers = words(figure.value), frame.text(figure.value)
                if figure.rounding is not None and value.known:
                    value = round_off(value, figure.rounding, frame)
                if value.known and value.kind.same(figure.kind):
                    value = evolve(value, kind=figure.kind if figure.kind.name != "rate" else value.kind)
                value = value.through(figure.name)
                return value, self.working(figure, at, value, frame, formula, numbers)
            case Payment():
                return entitlement(self, figure, at)
            case Earlier():
                return self._earlier(figure, at)
            case Limit():
                return self._limit(figure, at)
            case Duty():
                return shortfall(self, figure, at)
        raise TypeError(type(figure))

    def everyone(self, dimension: str, representative: str) -> tuple[str, ...]:
        """Everyone for whom one of them stands; that one alone where this settlement has nobody of the name."""
        if self.people.representative(dimension, representative) is None:
            return (representative,)
        return self.people.everyone(dimension, representative)

    def _either_way(self, figure: Figure, at: Env) -> Result | None:
        """Where the day that decides is not there, and the figure is the same with the variation and without it."""
        ways = self.either(figure.name)
        if ways is None:
            return None
        outside, inside_ = (terms.at_cell(figure.name, at) for terms in ways)
        return outside if (outside[0].state, outside[0].of) == (inside_[0].state, inside_[0].of) else None

    @cached_property
    def waiting(self) -> dict[str, tuple[Undecided, ...]]:
        """For each figure or constraint that is calculated, the days among its terms that may still be filled in."""
        return {part.name: tuple(undecided(self.contract, inside(part))) for part in calculated(self.contract)}

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every line of the statement."""
        root: Terms = self.root  # type: ignore[assignment]
        return all_lines(self) if root is self else root.lines

    def _limit(self, figure: Limit, at: Env) -> Result:
        """What a limit took at a cell, from its line. Only worked examples and explanations read it."""
        wanted = self.label(figure.name, at)
        line = next(line for line in self.lines if line.working.of == wanted)
        value = (
            known(figure.kind, line.each)
            if line.each is not None
            else without(line.state, line.why, figure.kind, line.because)
        )
        return value, line.working

    def condition(self, constraint: Constraint, at: Env) -> tuple[Value, Frame, Self]:
        """Whether a constraint holds at a cell, the frame of its working, and the terms that hold there."""
        frame, here = Frame(), self.here(constraint, at)
        held = here.held(constraint.name) or here.still_open(here.waiting[constraint.name], at)
        return held or here.value(here.constraint(constraint).condition, at, frame), frame, here

    def _earlier(self, figure: Earlier, at: Env) -> Result:
        """What earlier statements paid on a payment at a cell, or when they first did. Missing where they did not settle it."""
        paid = self.inputs.earlier(key(figure.payment, at))
        where = self.label(figure.payment, at)
        value = without(State.MISSING, f"no earlier statement settled `{where}`", figure.kind, (figure.name,))
        if paid is not None and figure.name.startswith(Earlier.DAY):
            why = f"no earlier statement paid anything on `{where}`"
            gone = without(State.MISSING, why, figure.kind, (figure.name,))
            value = known(figure.kind, paid.day) if paid.day is not None else gone
        elif paid is not None and (paid.settled or paid.amount):
            value = known(figure.kind, paid.amount)
        return value, self.working(figure, at, value, Frame(), "", "")

    def parameter(self, figure: Parameter, at: Env, day: date | None = None) -> Result:
        frame = Frame()
        cell = tuple(at.values())
        given = {} if self.applied(figure.name) else self.inputs.given.get(figure.name, {})
        node = given.get(cell, given.get(()))
        if node is not None:
            value = self.value(node, at, frame)
        elif figure.is_given:
            value = without(
                State.UNKNOWN,
                f"`{figure.name}` was not given{'' if self.inputs.example else f'; it is given with --set {figure.name}=…'}",
                figure.kind,
            )
        elif figure.dated:
            node, value = self._in_force(figure, day, at, frame)
        elif figure.rising is not None:
            value = self._risen(figure, at, frame)
        elif figure.cells is not None:
            node = figure.cells.get(cell)
            value = (
                self.value(node, at, frame)
                if node is not None
                else without(State.MISSING, f"`{figure.name}` has no value here", figure.kind)
            )
        else:
            node = figure.value
            value = self.value(node, at, frame) if node is not None else without(State.UNKNOWN, "no value", figure.kind)
        if value.state is State.UNKNOWN and isinstance(node, x.Unknown):
            value = evolve(value, why=f"`{figure.name}` is unknown: {node.why}")
        value = evolve(value, kind=figure.kind) if value.known else value.through(figure.name)
        formula = words(node) if node is not None else ""
        return value, self.working(figure, at, value, frame, formula, frame.text(node) if node is not None else "")

    def _in_force(
        self, figure: Parameter, day: date | None, at: Env, frame: Frame
    ) -> tuple[x.Expression | None, Value]:
        if day is None:
            return None, without(State.MISSING, f"no day says which value of `{figure.name}` is in force", figure.kind)
        runs = self.contract.written.runs
        before = [(first, node) for first, node in figure.dated if first <= day]
        if not before:
            return None, without(State.REFUSED, f"`{figure.name}` has no value yet on {long_text(day)}", figure.kind)
        if runs is not None and day > runs[1]:
            return None, without(
                State.REFUSED,
                f"{long_text(day)} is after the contract ends, and `{figure.name}` is not carried on",
                figure.kind,
            )
        first, node = before[-1]
        frame.steps.append(f"in force on {long_text(day)}: from {long_text(first)}")
        return node, self.value(node, at, frame)

    def _risen(self, figure: Parameter, at: Env, frame: Frame) -> Value:
        first, rate, period = figure.rising  # type: ignore[misc]
        value = self.value(first, at, frame)
        if not value.known:
            return value
        times = [m.name for m in self.contract.periods[period].members].index(at[period])
        frame.steps.append(
            f"{put_in(value)} rising {rate.written} each {period}, {times} time{'' if times == 1 else 's'}"
        )
        return evolve(value, of=value.number * (1 + rate.value) ** times)  # type: ignore[operator]
