"""The statement: every line with its amount and its working, the limits, what was refused, and what it all leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from attrs import frozen

from pbr_rules.checked.model import Constraint, Contract, Define, Duty, Measure
from pbr_rules.checked.versions import affecting, counted_as, together
from pbr_rules.evidence.paid import Paid
from pbr_rules.evidence.tables import Table
from pbr_rules.settlement.duties import result as duty_result
from pbr_rules.settlement.frame import Env
from pbr_rules.settlement.inputs import Inputs
from pbr_rules.settlement.line import Line
from pbr_rules.settlement.netting import netted
from pbr_rules.settlement.terms import Terms
from pbr_rules.settlement.values import State, Value, Working
from pbr_rules.words import words


@frozen
class Outcome:
    """A constraint at a cell: met, or its event, or why that is not known."""

    name: str
    title: str | None
    clause: str | None
    cell: Mapping[str, str]
    people: int
    result: str
    why: str
    working: Working


@frozen
class FigureLine:
    """A measure or a define at a cell, for reading."""

    name: str
    title: str | None
    cell: Mapping[str, str]
    value: Value
    working: Working


@frozen
class RowCount:
    """What became of the rows of one records clause.

    `later`: not known yet on the day settled by. `corrected`: another row of the same key, known later, stands in for it.
    """

    name: str
    read: int
    used: int
    repeated: int
    rejected: int
    later: int
    corrected: int
    excluded: tuple[tuple[str, int], ...]


@frozen
class Settlement:
    """All that follows from the contract, the records and the dates given: the same on every engine, byte for byte."""

    contract: Contract
    on: date | None
    known_at: date | None
    complete: Mapping[str, date]
    given: Mapping[str, str]
    figures: tuple[FigureLine, ...]
    lines: tuple[Line, ...]
    constraints: tuple[Outcome, ...]
    rows: tuple[RowCount, ...]
    counted: tuple[tuple[str, int, tuple[tuple[str, int], ...]], ...]
    terms: Terms
    earlier: Paid | None = None

    @property
    def payable(self) -> tuple[Line, ...]:
        """Lines with an amount."""
        return tuple(line for line in self.lines if line.amount is not None)

    @property
    def total(self) -> Fraction:
        """What all payable lines come to."""
        return sum((line.amount or Fraction(0) for line in self.lines), Fraction(0))

    @property
    def paid(self) -> Fraction:
        """What earlier statements paid, on every line."""
        return sum((line.net.paid for line in self.lines), Fraction(0))

    @property
    def due(self) -> Fraction:
        """What is due now: what all payable lines come to, less what earlier statements paid on them."""
        return sum((line.net.due or Fraction(0) for line in self.lines), Fraction(0))

    @property
    def refused(self) -> tuple[Line, ...]:
        """Lines without an amount that are not merely not yet due."""
        return tuple(line for line in self.lines if line.amount is None and line.state is not State.NOT_YET)

    @property
    def not_yet(self) -> tuple[Line, ...]:
        """Lines whose windows are still open."""
        return tuple(line for line in self.lines if line.state is State.NOT_YET)

    def by_payer(self) -> dict[str, tuple[Fraction, Fraction, Fraction]]:
        """What each payer bears, what it had paid, and what is due from it."""
        found: dict[str, tuple[Fraction, Fraction, Fraction]] = {}
        nothing = (Fraction(0), Fraction(0), Fraction(0))
        for line in self.lines:
            for payer, amount in line.shares:
                bears, paid, due = found.get(payer, nothing)
                found[payer] = bears + amount, paid, due
            for payer, before, now in line.net.shares:
                bears, paid, due = found.get(payer, nothing)
                found[payer] = bears, paid + before, due + (now or 0)
        return found


def settle(
    contract: Contract, inputs: Inputs, on: date | None = None, given: Mapping[str, str] | None = None
) -> Settlement:
    """The statement of a checked contract over what was counted."""
    terms = Terms(contract, inputs)
    constraints = tuple(o for c in contract.constraints for o in _outcomes(terms, c))
    return Settlement(
        contract,
        on,
        inputs.known_at,
        dict(sorted(inputs.complete.items())),
        dict(sorted((given or {}).items())),
        _figures(terms),
        netted(terms, terms.lines, on),
        constraints,
        _rows(inputs.tables),
        _counted(contract, terms),
        terms,
        inputs.paid,
    )


# ---- the rest


def _outcomes(terms: Terms, constraint: Constraint | Duty) -> list[Outcome]:
    found = []
    for at, people in terms.cells(constraint.axes):
        if isinstance(constraint, Duty):
            value, working = terms.figure(constraint.name, at)
            found.append(_outcome(terms, constraint, at, people, duty_result(constraint, value), value.why, working))
            continue
        held, frame, here = terms.condition(constraint, at)
        constraint = here.constraint(constraint)
        result = str(held.state) if not held.known else "met" if held.of else constraint.event
        formula = words(constraint.condition)
        working = Working(
            terms.label(constraint.name, at),
            constraint.title,
            "a condition",
            formula,
            frame.text(constraint.condition),
            None,
            result,
            str(held.state),
            held.why,
            tuple(frame.steps),
            tuple(frame.inputs),
            readings=tuple(frame.readings),
            under=here.applied(constraint.name),
        )
        found.append(_outcome(terms, constraint, at, people, result, held.why, working))
    return found


def _outcome(
    terms: Terms, constraint: Constraint | Duty, at: Env, people: int, result: str, why: str, working: Working
) -> Outcome:
    closed = {d: m for d, m in at.items() if terms.contract.members(d) is not None}
    clause = terms.contract.clause_of(constraint)
    return Outcome(constraint.name, constraint.title, clause, closed, people, result, why, working)


def _figures(terms: Terms) -> tuple[FigureLine, ...]:
    """Measures and defines that run over no people, cell by cell: what a reader looks for first."""
    found = []
    for figure in terms.contract.figures.values():
        if not isinstance(figure, Measure | Define) or any(axis.members is None for axis in figure.axes):
            continue
        for at, _ in terms.cells(figure.axes):
            value, working = terms.figure(figure.name, at)
            found.append(FigureLine(figure.name, figure.title, at, value, working))
    return tuple(found)


def _rows(tables: Mapping[str, Table]) -> tuple[RowCount, ...]:
    found = []
    for name, table in tables.items():
        reasons = table.left_out
        used = len(table) - sum(reasons.values())
        excluded = tuple(sorted(reasons.items()))
        counts = (table.read, used, table.repeated, len(table.rejected), len(table.later), table.corrected)
        found.append(RowCount(name, *counts, excluded))
    return tuple(found)


def _counted(contract: Contract, terms: Terms) -> tuple[tuple[str, int, tuple[tuple[str, int], ...]], ...]:
    found = []
    for measure in contract.measures:
        for under in together(contract, affecting(contract, measure.name)):
            key = (counted_as(measure.name, under), measure.dimensions)
            records = contract.standing(under).figures[measure.name].records  # type: ignore[attr-defined]
            answer, table = terms.inputs.answers.get(key), terms.inputs.tables.get(records)
            if answer is None or table is None or key[0] not in terms.kept_by(measure.name):
                continue
            reasons = tuple(sorted(answer.reasons.items()))
            found.append((key[0], len(table) - sum(n for _, n in reasons), reasons))
    return tuple(found)
