"""Lines that hold others down: of a limit, and of a duty that is short and moves money.

Finer lines are never rewritten: each adds a negative line of its own, so no rule of allocation is needed.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import evolve

from pbr_rules import kinds
from pbr_rules.checked.model import Cell, Contract, Duty, Limit
from pbr_rules.diagnostics import listing
from pbr_rules.duties import Shortfall
from pbr_rules.settlement.line import Finder, Line, made
from pbr_rules.settlement.payments import split
from pbr_rules.settlement.values import known, put_in, shown, worked

if TYPE_CHECKING:
    from pbr_rules.settlement.frame import Env
    from pbr_rules.settlement.terms import Terms


def limit_lines(terms: Terms, limit: Limit, lines: list[Line]) -> list[Line]:
    """For each cell of the limit, one line: minus what the covered lines come to above it."""
    covered: dict[Cell | None, list[Line]] = defaultdict(list)
    finder = Finder(terms, limit.dimensions)
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
        here = terms.here(limit, at)
        stands: Limit = here.contract.figures[limit.name]  # type: ignore[assignment]
        found.append(_limit_line(here, stands, at, people, total, left_out, payers, payees))
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
    most = terms.held(limit.name) or terms.value(limit.value, at, frame)
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
    working = evolve(working, under=terms.applied(limit.name))
    shares = _limit_shares(terms, payers, total, over, people)
    return made(
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


def duty_lines(terms: Terms, duty: Duty, lines: list[Line]) -> list[Line]:
    """For each cell where a duty is short, one line: minus the shortfall where it is to be returned; where it is withheld, at most
    what is payable in the cell to who owes it."""
    finder = Finder(terms, duty.dimensions)
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
        here = terms.here(duty, at)
        stands: Duty = here.contract.figures[duty.name]  # type: ignore[assignment]
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
            made(
                here,
                duty.name,
                "duty",
                stands.title,
                terms.contract.clause_of(stands),
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
