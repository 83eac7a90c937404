"""The lines of a statement: one for each cell of a payment, of a limit, and of a duty that is short and moves money."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import evolve

from pbr_rules.checked.model import Constraint, Payment
from pbr_rules.duties import Shortfall
from pbr_rules.settlement.duty_lines import duty_lines
from pbr_rules.settlement.limits import limit_lines
from pbr_rules.settlement.line import Finder, Line, made
from pbr_rules.settlement.netting import no_more
from pbr_rules.settlement.payments import split
from pbr_rules.settlement.values import State, Value, Working, without

if TYPE_CHECKING:
    from pbr_rules.settlement.frame import Env
    from pbr_rules.settlement.terms import Terms


def all_lines(terms: Terms) -> tuple[Line, ...]:
    """Every line: payments in the order written, then limits in the order written, each counting the limits before it."""
    lines = [line for payment in terms.contract.payments for line in _payment_lines(terms, payment)]
    lines += list(no_more(terms, lines, ("payment",)))  # before the limits: what is never recovered counts towards them
    for limit in terms.contract.limits:
        lines += limit_lines(terms, limit, lines)
    for duty in terms.contract.duties:
        if duty.follows is not Shortfall.REPORTED:
            lines += duty_lines(terms, duty, lines)
    return tuple(lines)


def _payment_lines(terms: Terms, payment: Payment) -> list[Line]:
    return [payment_line(terms, payment, at, people) for at, people in terms.cells(payment.axes)]


def payment_line(terms: Terms, payment: Payment, at: Env, people: int = 1) -> Line:
    """The line of a payment at a cell: shared among payers, and held back where a condition says so."""
    value, working = terms.figure(payment.name, at)
    line = _line(terms.here(payment, at), payment.name, at, people, value, working)
    for constraint in terms.contract.conditions:
        if constraint.holds == payment.name:
            line = _held(terms, constraint, line)
    return line


def _held(terms: Terms, constraint: Constraint, line: Line) -> Line:
    """A line that a condition holds back is not yet due; what the payment comes to does not change."""
    cell = Finder(terms, constraint.dimensions).cell(line)
    if line.amount is None or cell is None:
        return line
    value, _, _ = terms.condition(constraint, dict(zip(constraint.dimensions, cell, strict=True)))
    if value.known and value.of:
        return line
    if value.known:
        why, state = f"held back: `{constraint.name}` is not met", State.NOT_YET
    else:
        why, state = f"whether `{constraint.name}` holds it back is not known: {value.why}", value.state
    steps = (*line.working.steps, why)
    return evolve(
        line,
        each=None,
        amount=None,
        state=state,
        why=why,
        because=value.because,
        shares=(),
        working=evolve(line.working, steps=steps),
    )


def _line(terms: Terms, name: str, at: Env, people: int, value: Value, working: Working) -> Line:
    payment: Payment = terms.contract.figures[name]  # type: ignore[assignment]
    shares: tuple[tuple[str, Fraction], ...] = ()
    if value.known:
        parts = shared(terms, payment, at, value.number)
        if isinstance(parts, Value):
            value = parts.through(payment.name)
        else:
            shares = tuple((payer, part * people) for payer, part in parts)
    return made(
        terms,
        payment.name,
        "payment",
        payment.title,
        terms.contract.clause_of(payment),
        at,
        people,
        value,
        working,
        payment.payee,
        shares,
    )


def shared(terms: Terms, payment: Payment, at: Env, amount: Fraction) -> list[tuple[str, Fraction]] | Value:
    """What each payer bears. Shares are read only when there is something to share."""
    if not payment.shares:
        return []
    names = [share.payer for share in payment.shares]
    if amount == 0:
        return [(name, Fraction(0)) for name in names]
    parts: list[Fraction | None] = []
    for share in payment.shares:
        if share.value is None:
            parts.append(None)
            continue
        value = terms.value(share.value, at, terms.frame())
        if not value.known:
            return value
        parts.append(value.number)
    stated = sum((p for p in parts if p is not None), Fraction(0))
    if stated > 1 or (None not in parts and stated != 1) or any(p is not None and p < 0 for p in parts):
        return without(State.REFUSED, f"the shares of `{payment.name}` do not add up to 100%", payment.kind)
    rounding = terms.contract.written.rounding
    place, mode = (rounding.place.value, rounding.mode) if rounding else (Fraction(1, 100), None)
    return list(zip(names, split(amount, parts, place, mode), strict=True))  # type: ignore[arg-type]
