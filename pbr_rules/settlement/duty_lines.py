"""Lines of duties that are short, where that moves money. They hold others down as limits do."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import evolve

from pbr_rules.checked.model import Cell, Duty
from pbr_rules.duties import Shortfall
from pbr_rules.settlement.limits import borne
from pbr_rules.settlement.line import Finder, Line, made
from pbr_rules.settlement.values import put_in

if TYPE_CHECKING:
    from pbr_rules.settlement.terms import Terms


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
        shares = borne(terms, payers[cell], payable[cell], taken, people)
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
