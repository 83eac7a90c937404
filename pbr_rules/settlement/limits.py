"""Lines of limits, which hold others down.

Finer lines are never rewritten: each adds a negative line of its own, so no rule of allocation is needed.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from pbr_rules import kinds
from pbr_rules.checked.model import Cell, Contract, Limit
from pbr_rules.diagnostics import listing
from pbr_rules.evidence.paid import key
from pbr_rules.expressions import Rounding
from pbr_rules.settlement.line import Finder, Line, made
from pbr_rules.settlement.payments import split
from pbr_rules.settlement.values import State, known, put_in, shown, without, worked

if TYPE_CHECKING:
    from pbr_rules.settlement.frame import Env
    from pbr_rules.settlement.terms import Terms


@frozen
class _Covered:
    """What a limit covers in one cell.

    Attributes:
        lines: with what each comes to there. total, payers: in all, and borne by whom.
        left_out: lines that are not settled, and that nothing was paid on. stays: what was paid on lines not settled now.
        across: an earlier limit that took from this cell and others together.
    """

    lines: tuple[Line, ...]
    total: Fraction
    payers: dict[str, Fraction]
    left_out: int
    stays: Fraction
    across: str | None


def limit_lines(terms: Terms, limit: Limit, lines: list[Line]) -> list[Line]:
    """For each cell of the limit, one line: minus what the covered lines come to above it."""
    inside: dict[Cell, list[Line]] = defaultdict(list)
    across: dict[Cell, str] = {}
    finder = Finder(terms, limit.dimensions)
    for line in lines:
        if _payers(terms.contract, limit, line) is None or (line.kind == "limit" and line.amount == 0):
            continue
        cells = finder.cells(line)
        if len(cells) > 1:
            across |= dict.fromkeys(cells, line.of)
        elif cells:
            inside[cells[0]].append(line)
    found = []
    for at, people in terms.cells(limit.axes):
        cell = tuple(at.values())
        here = terms.here(limit, at)
        stands: Limit = here.contract.figures[limit.name]  # type: ignore[assignment]
        covered = _covered(here, limit, inside.get(cell, []), across.get(cell))
        found.append(_limit_line(here, stands, at, people, covered))
    return found


def _covered(terms: Terms, limit: Limit, lines: list[Line], across: str | None) -> _Covered:
    by_person = any(axis.members is None for axis in limit.axes)
    total, stays, left_out, payers = Fraction(0), Fraction(0), 0, dict[str, Fraction]()
    counted = []
    for line in lines:
        each, shares = _stands_at(terms, line)
        if each is None:
            left_out += 1
            continue
        counted.append(line)
        times = 1 if by_person else line.people
        whose = _payers(terms.contract, limit, line) or ()
        parts = {payer: part * times for payer, part in shares if not whose or payer in whose}
        comes_to = sum(parts.values(), Fraction(0))
        total += comes_to
        stays += comes_to if line.each is None else Fraction(0)
        for payer, part in parts.items():
            payers[payer] = payers.get(payer, Fraction(0)) + part
    return _Covered(tuple(counted), total, payers, left_out, stays, across)


def _stands_at(terms: Terms, line: Line) -> tuple[Fraction | None, tuple[tuple[str, Fraction], ...]]:
    """What a line comes to for one, and what each payer bears of that; of a line that is not settled, what was paid on it and stays.
    None where nothing was."""
    if line.each is not None:
        return line.each, tuple((payer, part / line.people) for payer, part in line.shares)
    paid = terms.inputs.earlier(key(line.of, line.at))
    return (paid.amount, paid.shares) if paid is not None and paid.amount else (None, ())


def _payers(contract: Contract, limit: Limit, line: Line) -> tuple[str, ...] | None:
    """Whose parts of a line a limit covers: none named, the whole line; None, no part of it."""
    if line.kind == "payment":
        whose = [c.payer for c in limit.covers if c.payment == line.of]
        return None if not whose else tuple(payer for payer in whose if payer is not None)
    earlier = next(other for other in contract.limits if other.name == line.of)
    return limit.part_of(earlier) if limit.meets(earlier) else None


def _limit_line(terms: Terms, limit: Limit, at: Env, people: int, covered: _Covered) -> Line:
    frame = terms.frame()
    most = terms.held(limit.name) or terms.value(limit.value, at, frame)
    money = kinds.money(terms.contract.currency)
    if covered.across is not None:
        why = f"`{covered.across}` took from several cells of `{limit.name}` together, and nothing says how much from each"
        most = without(State.REFUSED, why)
    over = max(covered.total - most.number, Fraction(0)) if most.known else Fraction(0)
    value = known(money, -over) if most.known else most.through(limit.name)
    step = f"covered lines come to {put_in(known(money, covered.total))}"
    step += f"; at most {shown(evolve(most, kind=money))}" if most.known else ""
    if covered.left_out:
        step += f"; {covered.left_out:,} line{'' if covered.left_out == 1 else 's'} not settled left out"
    if covered.stays:
        step += f"; {put_in(known(money, covered.stays))} of it was paid on lines that are not settled now, and stays"
    steps = [step]
    payees = tuple(dict.fromkeys(line.payee for line in covered.lines if line.payee))
    if over and len(payees) > 1:
        steps.append(f"the terms do not say how {listing([f'`{payee}`' for payee in payees])} bear it")
    working = worked(terms.label(limit.name, at), limit.title, value, steps=steps, inputs=frame.inputs, kind=money)
    line = made(
        terms,
        limit.name,
        "limit",
        limit.title,
        terms.contract.clause_of(limit),
        at,
        people,
        value,
        evolve(working, under=terms.applied(limit.name)),
        payees[0] if len(payees) == 1 else "",
        borne(terms, covered.payers, covered.total, over, people),
        covered.left_out,
    )
    return evolve(line, under=covered.lines)


def borne(
    terms: Terms, payers: dict[str, Fraction], total: Fraction, over: Fraction, people: int
) -> tuple[tuple[str, Fraction], ...]:
    """What a limit takes is borne as the covered lines were: in the same proportions, the last payer taking the remainder."""
    if not payers or total == 0:
        return tuple((payer, Fraction(0)) for payer in payers)
    rounding: Rounding = terms.contract.written.rounding  # type: ignore[assignment]  # a contract that pays says how it rounds
    parts = split(over, [part / total for part in payers.values()], rounding.place.value, rounding.mode)  # type: ignore[arg-type]
    return tuple((payer, -part * people) for payer, part in zip(payers, parts, strict=True))
