"""The lines of a statement: one for each cell of a payment, of a limit, and of a duty that is short and moves money.

Finer lines are never rewritten by a limit: it adds a negative line of its own, so no rule of allocation is needed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from pbr_rules import kinds
from pbr_rules.checked.model import Cell, Constraint, Contract, Duty, Limit, Payment
from pbr_rules.checked.places import Declared, Place
from pbr_rules.diagnostics import listing
from pbr_rules.duties import Shortfall
from pbr_rules.expressions import Expression
from pbr_rules.settlement.payments import split
from pbr_rules.settlement.values import State, Value, Working, known, put_in, shown, without, worked

if TYPE_CHECKING:
    from pbr_rules.settlement.frame import Env
    from pbr_rules.settlement.terms import Terms


@frozen
class Net:
    """What earlier statements paid on a line, and what is due now.

    Attributes:
        paid: by earlier statements. due: what the line comes to less that; None where the line is not settled.
        day: when it was first paid.
        shares: for each payer, what it had paid, and what is due from it.
    """

    paid: Fraction = Fraction(0)
    due: Fraction | None = None
    day: date | None = None
    shares: tuple[tuple[str, Fraction, Fraction | None], ...] = ()


@frozen
class Line:
    """One line of a statement.

    Attributes:
        of: the payment, limit or duty, and its kind (`payment`, `limit` or `duty`).
        cell: the closed dimensions it falls in; `person`: the open dimension, where it is for people.
        people: how many it stands for; `each`: what one comes to.
        amount: what all of them come to, signed: above zero is paid, below is deducted or held back.
        state, why: whether it is payable, and if not the reason.
        shares: what each payer bears of `amount`.
        net: what earlier statements paid of it.
        no_more: the people it stands for, where this settlement has no line for them any more.
    """

    of: str
    kind: str
    title: str | None
    clause: str | None
    cell: Mapping[str, str]
    person: str | None
    representative: str | None
    people: int
    each: Fraction | None
    amount: Fraction | None
    state: State
    why: str
    because: tuple[str, ...]
    payee: str
    shares: tuple[tuple[str, Fraction], ...]
    working: Working
    leaves_out: int = 0
    net: Net = Net()
    no_more: tuple[str, ...] = ()

    @property
    def at(self) -> Env:
        """Its cell, the person who stands for it among it."""
        return {**self.cell, **({self.person: self.representative} if self.person and self.representative else {})}


# ---- payments


def _payment_lines(terms: Terms, payment: Payment) -> list[Line]:
    return [payment_line(terms, payment, at, people) for at, people in terms.cells(payment.axes)]


def payment_line(terms: Terms, payment: Payment, at: Env, people: int = 1) -> Line:
    """The line of a payment at a cell: shared among payers, and held back where a condition says so."""
    value, working = terms.figure(payment.name, at)
    line = _line(terms, payment, at, people, value, working)
    for constraint in terms.contract.conditions:
        if constraint.holds == payment.name:
            line = _held(terms, constraint, line)
    return line


def _held(terms: Terms, constraint: Constraint, line: Line) -> Line:
    """A line that a condition holds back is not yet due; what the payment comes to does not change."""
    cell = _Finder(terms, constraint.dimensions).cell(line)
    if line.amount is None or cell is None:
        return line
    value, _ = terms.condition(constraint, dict(zip(constraint.dimensions, cell, strict=True)))
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


def _line(terms: Terms, payment: Payment, at: Env, people: int, value: Value, working: Working) -> Line:
    shares: tuple[tuple[str, Fraction], ...] = ()
    if value.known:
        parts = shared(terms, payment, at, value.number)
        if isinstance(parts, Value):
            value = parts.through(payment.name)
        else:
            shares = tuple((payer, part * people) for payer, part in parts)
    return _made(
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


def _made(
    terms: Terms,
    name: str,
    kind: str,
    title: str | None,
    clause: str | None,
    at: Env,
    people: int,
    value: Value,
    working: Working,
    payee: str,
    shares: tuple[tuple[str, Fraction], ...],
    leaves_out: int = 0,
) -> Line:
    contract = terms.contract
    person = next((d for d in at if contract.members(d) is None), None)
    each = value.number if value.known else None
    return Line(
        name,
        kind,
        title,
        clause,
        {d: m for d, m in at.items() if d != person},
        person,
        at[person] if person else None,
        people,
        each,
        each * people if each is not None else None,
        value.state,
        value.why,
        value.because,
        payee,
        shares,
        working,
        leaves_out,
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


def all_lines(terms: Terms) -> tuple[Line, ...]:
    """Every line: payments in the order written, then limits in the order written, each counting the limits before it."""
    lines = [line for payment in terms.contract.payments for line in _payment_lines(terms, payment)]
    for limit in terms.contract.limits:
        lines += _limit_lines(terms, limit, lines)
    for duty in terms.contract.duties:
        if duty.follows is not Shortfall.REPORTED:
            lines += _duty_lines(terms, duty, lines)
    return tuple(lines)


# ---- limits


def _limit_lines(terms: Terms, limit: Limit, lines: list[Line]) -> list[Line]:
    """For each cell of the limit, one line: minus what the covered lines come to above it."""
    covered: dict[Cell | None, list[Line]] = defaultdict(list)
    finder = _Finder(terms, limit.dimensions)
    for line in lines:
        if _payers(terms.contract, limit, line) is not None:
            covered[finder.cell(line)].append(line)
    by_person = any(axis.members is None for axis in limit.axes)
    found = []
    for at, people in terms.cells(limit.axes):
        total, left_out, payers = Fraction(0), 0, dict[str, Fraction]()
        inside = covered.get(tuple(at.values()), [])
        for line in inside:
            if line.each is None:
                left_out += 1
                continue
            times = 1 if by_person else line.people
            whose = _payers(terms.contract, limit, line) or ()
            total += line.each * times if not whose else Fraction(0)
            for payer, part in line.shares:
                if not whose or payer in whose:
                    payers[payer] = payers.get(payer, Fraction(0)) + part * times / line.people
                    total += part * times / line.people if whose else Fraction(0)
        payees = tuple(dict.fromkeys(line.payee for line in inside if line.payee))
        found.append(_limit_line(terms, limit, at, people, total, left_out, payers, payees))
    return found


def _payers(contract: Contract, limit: Limit, line: Line) -> tuple[str, ...] | None:
    """Whose parts of a line a limit covers: none named, the whole line; None, no part of it."""
    if line.kind == "payment":
        whose = [c.payer for c in limit.covers if c.payment == line.of]
        return None if not whose else tuple(payer for payer in whose if payer is not None)
    earlier = next(other for other in contract.limits if other.name == line.of)
    if not limit.takes_in(earlier):
        return None
    payments = {c.payment for c in earlier.covers}
    return tuple(dict.fromkeys(c.payer for c in limit.covers if c.payment in payments and c.payer is not None))


class _Finder:
    """The cell of a limit, a duty or a condition that a line falls in: by its dimensions, what they fix, or the day it is dated."""

    def __init__(self, terms: Terms, dimensions: tuple[str, ...]) -> None:
        self.terms, self.dimensions = terms, dimensions
        contract = terms.contract
        self.declared = Declared(contract.categories, contract.periods, contract.records)
        self.ways: dict[tuple[str, ...], dict[str, Expression | None]] = {}

    def cell(self, line: Line) -> Cell | None:
        """The cell, or None where the line falls in none."""
        env = line.at
        found = tuple(self._member(dimension, env, line) for dimension in self.dimensions)
        return None if None in found else tuple(str(member) for member in found)

    def _member(self, dimension: str, env: Env, line: Line) -> str | None:
        if dimension in env:
            return env[dimension]
        way = self._way(dimension, tuple(env))
        if way is not None:
            value = self.terms.value(way, env, self.terms.frame())
            return str(value.of) if value.known else None
        payment = self.terms.contract.figures[line.of]
        if not isinstance(payment, Payment) or payment.dated is None:
            return None
        day = self.terms.value(payment.dated, env, self.terms.frame())
        return self.terms.contract.periods[dimension].holding(day.of) if day.known else None  # type: ignore[arg-type]

    def _way(self, dimension: str, axes: tuple[str, ...]) -> Expression | None:
        ways = self.ways.setdefault(axes, {})
        if dimension not in ways:
            found = Place(self.declared, axes).locate(dimension)
            ways[dimension] = found[0] if len(found) == 1 else None
        return ways[dimension]


def _limit_line(
    terms: Terms,
    limit: Limit,
    at: Env,
    people: int,
    total: Fraction,
    left_out: int,
    payers: dict[str, Fraction],
    payees: tuple[str, ...],
) -> Line:
    frame = terms.frame()
    most = terms.value(limit.value, at, frame)
    money = kinds.money(terms.contract.currency)
    sum_ = known(money, total)
    if most.known:
        over = max(total - most.number, Fraction(0))
        value = known(money, -over)
        step = f"covered lines come to {put_in(sum_)}; at most {shown(evolve(most, kind=money))}"
    else:
        value, over, step = most.through(limit.name), Fraction(0), f"covered lines come to {put_in(sum_)}"
    if left_out:
        step += f"; {left_out:,} line{'' if left_out == 1 else 's'} not settled left out"
    steps = [step]
    if over and len(payees) > 1:
        steps.append(f"the terms do not say how {listing([f'`{payee}`' for payee in payees])} bear it")
    working = worked(terms.label(limit.name, at), limit.title, value, steps=steps, inputs=frame.inputs, kind=money)
    shares = _limit_shares(terms, payers, total, over, people)
    return _made(
        terms,
        limit.name,
        "limit",
        limit.title,
        terms.contract.clause_of(limit),
        at,
        people,
        value,
        working,
        payees[0] if len(payees) == 1 else "",
        shares,
        left_out,
    )


# ---- duties


def _duty_lines(terms: Terms, duty: Duty, lines: list[Line]) -> list[Line]:
    """For each cell where a duty is short, one line: minus the shortfall where it is to be returned; where it is withheld, at most
    what is payable in the cell to who owes it."""
    finder = _Finder(terms, duty.dimensions)
    payable: dict[Cell | None, Fraction] = defaultdict(Fraction)
    payers: dict[Cell | None, dict[str, Fraction]] = defaultdict(dict)
    for line in lines:
        if line.amount is None or line.payee != duty.payee:
            continue
        cell = finder.cell(line)
        payable[cell] += line.amount
        for payer, part in line.shares:
            payers[cell][payer] = payers[cell].get(payer, Fraction(0)) + part
    found = []
    for at, people in terms.cells(duty.axes):
        value, working = terms.figure(duty.name, at)
        if not value.known or value.number == 0:
            continue  # the outcome says why, and a line is money that moves
        cell = tuple(at.values())
        there = max(payable[cell], Fraction(0))
        taken = value.number if duty.follows is Shortfall.RETURNED else min(value.number, there)
        if taken < value.number:
            rest = put_in(evolve(value, of=value.number - taken))
            working = evolve(
                working, steps=(*working.steps, f"{rest} is still to be withheld: no more is payable here")
            )
        shares = _limit_shares(terms, payers[cell], payable[cell], taken, people)
        found.append(
            _made(
                terms,
                duty.name,
                "duty",
                duty.title,
                terms.contract.clause_of(duty),
                at,
                people,
                evolve(value, of=-taken),
                working,
                duty.payee,
                shares,
            )
        )
    return found


def _limit_shares(
    terms: Terms, payers: dict[str, Fraction], total: Fraction, over: Fraction, people: int
) -> tuple[tuple[str, Fraction], ...]:
    """What a limit takes is borne as the covered lines were: in the same proportions, the last payer taking the remainder."""
    if not payers or total == 0:
        return tuple((payer, Fraction(0)) for payer in payers)
    rounding = terms.contract.written.rounding
    place, mode = (rounding.place.value, rounding.mode) if rounding else (Fraction(1, 100), None)
    parts = split(over, [part / total for part in payers.values()], place, mode)  # type: ignore[arg-type]
    return tuple((payer, -part * people) for payer, part in zip(payers, parts, strict=True))
