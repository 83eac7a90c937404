"""One line of a statement, and the cell of something else that it falls in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import field, frozen

from pbr_rules.checked.model import Cell, Payment
from pbr_rules.checked.places import Declared, Place
from pbr_rules.expressions import Expression
from pbr_rules.settlement.values import State, Value, Working

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
        settled: whether this was found with the line itself, as for a line that is no more.
    """

    paid: Fraction = Fraction(0)
    due: Fraction | None = None
    day: date | None = None
    shares: tuple[tuple[str, Fraction, Fraction | None], ...] = ()
    settled: bool = False


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
        under: of a limit, the lines that it was taken from.
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
    under: tuple[Line, ...] = field(default=(), eq=False, repr=False)

    @property
    def at(self) -> Env:
        """Its cell, the person who stands for it among it."""
        return {**self.cell, **({self.person: self.representative} if self.person and self.representative else {})}


def made(
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


class Finder:
    """The cell of a limit, a duty or a condition that a line falls in: by its dimensions, what they fix, or the day it is dated."""

    def __init__(self, terms: Terms, dimensions: tuple[str, ...]) -> None:
        self.terms, self.dimensions = terms, dimensions
        contract = terms.contract
        self.declared = Declared(contract.categories, contract.periods, contract.records)
        self.ways: dict[tuple[str, ...], dict[str, Expression | None]] = {}

    def cell(self, line: Line) -> Cell | None:
        """The cell, or None where the line falls in none, or in several."""
        (cell, *more) = (*self.cells(line), None)[:2]
        return None if more and more[0] is not None else cell

    def cells(self, line: Line) -> tuple[Cell, ...]:
        """The cell that a line falls in; of a limit that says no more itself, those of the lines that it was taken from."""
        env = line.at
        found = tuple(self._member(dimension, env, line) for dimension in self.dimensions)
        if None not in found:
            return (tuple(str(member) for member in found),)
        return tuple(dict.fromkeys(cell for inner in line.under for cell in self.cells(inner)))

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
