"""The statement: every line with its amount and its working, the limits, what was refused, and what it all leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from attrs import evolve, frozen

from pbr_rules import kinds
from pbr_rules.checked.model import Constraint, Contract, Define, Limit, Measure, Payment
from pbr_rules.checked.places import Declared, Place
from pbr_rules.evidence.tables import Table
from pbr_rules.settlement.inputs import Inputs
from pbr_rules.settlement.payments import split
from pbr_rules.settlement.terms import Env, Terms
from pbr_rules.settlement.values import State, Value, Working, known, put_in, shown, without
from pbr_rules.words import words


@frozen
class Line:
    """One line of a statement.

    Attributes:
        of: the payment or limit, and its kind (`payment` or `limit`).
        cell: the closed dimensions it falls in; `person`: the open dimension, where it is for people.
        people: how many it stands for; `each`: what one comes to.
        amount: what all of them come to, signed: above zero is paid, below is deducted or held back.
        state, why: whether it is payable, and if not the reason.
        shares: what each payer bears of `amount`.
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
    """What became of the rows of one records clause, and, for a measure, of the rows it counted from."""

    name: str
    read: int
    used: int
    repeated: int
    rejected: int
    excluded: tuple[tuple[str, int], ...]


@frozen
class Settlement:
    """All that follows from the contract, the records and the dates given: the same on every engine, byte for byte."""

    contract: Contract
    on: date | None
    complete: Mapping[str, date]
    given: Mapping[str, str]
    figures: tuple[FigureLine, ...]
    lines: tuple[Line, ...]
    constraints: tuple[Outcome, ...]
    rows: tuple[RowCount, ...]
    counted: tuple[tuple[str, int, tuple[tuple[str, int], ...]], ...]
    terms: Terms

    @property
    def payable(self) -> tuple[Line, ...]:
        """Lines with an amount."""
        return tuple(line for line in self.lines if line.amount is not None)

    @property
    def total(self) -> Fraction:
        """What all payable lines come to."""
        return sum((line.amount or Fraction(0) for line in self.lines), Fraction(0))

    @property
    def refused(self) -> tuple[Line, ...]:
        """Lines without an amount that are not merely not yet due."""
        return tuple(line for line in self.lines if line.amount is None and line.state is not State.NOT_YET)

    @property
    def not_yet(self) -> tuple[Line, ...]:
        """Lines whose windows are still open."""
        return tuple(line for line in self.lines if line.state is State.NOT_YET)

    def by_payer(self) -> dict[str, Fraction]:
        """What each payer bears."""
        found: dict[str, Fraction] = {}
        for line in self.lines:
            for payer, amount in line.shares:
                found[payer] = found.get(payer, Fraction(0)) + amount
        return found


def settle(
    contract: Contract, inputs: Inputs, on: date | None = None, given: Mapping[str, str] | None = None
) -> Settlement:
    """The statement of a checked contract over what was counted."""
    terms = Terms(contract, inputs)
    lines = [line for payment in contract.payments for line in _payment_lines(terms, payment)]
    for limit in contract.limits:
        lines += _limit_lines(terms, limit, lines)
    constraints = tuple(o for c in contract.constraints for o in _outcomes(terms, c))
    return Settlement(
        contract,
        on,
        dict(sorted(inputs.complete.items())),
        dict(sorted((given or {}).items())),
        _figures(terms),
        tuple(lines),
        constraints,
        _rows(inputs.tables),
        _counted(contract, inputs),
        terms,
    )


# ---- payments


def _payment_lines(terms: Terms, payment: Payment) -> list[Line]:
    lines = []
    for at, people in terms.cells(payment.axes):
        value, working = terms.figure(payment.name, at)
        lines.append(_line(terms, payment, at, people, value, working))
    return lines


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
        _clause(terms.contract, payment),
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


def _clause(contract: Contract, figure: Payment | Limit) -> str | None:
    return figure.clause or contract.source.trail(figure.span.start)


# ---- limits


def _limit_lines(terms: Terms, limit: Limit, lines: list[Line]) -> list[Line]:
    """For each cell of the limit, one line: minus what the covered lines come to above it. Earlier limits count."""
    covered = [line for line in lines if _covers(terms.contract, limit, line)]
    found = []
    for at, people in terms.cells(limit.axes):
        total, left_out, payers = Fraction(0), 0, dict[str, Fraction]()
        for line in covered:
            if not _falls(terms, limit, line, at):
                continue
            if line.each is None:
                left_out += 1
                continue
            per_cell = line.people if not _by_person(terms, limit) else 1
            total += line.each * per_cell
            for payer, part in line.shares:
                payers[payer] = payers.get(payer, Fraction(0)) + part * per_cell / line.people
        found.append(_limit_line(terms, limit, at, people, total, left_out, payers, covered))
    return found


def _by_person(terms: Terms, limit: Limit) -> bool:
    return any(axis.members is None for axis in limit.axes)


def _covers(contract: Contract, limit: Limit, line: Line) -> bool:
    if line.kind == "payment":
        return line.of in limit.payments
    earlier = next(other for other in contract.limits if other.name == line.of)
    return set(earlier.payments) <= set(limit.payments)


def _falls(terms: Terms, limit: Limit, line: Line, at: Env) -> bool:
    """Whether a line falls in a cell: by its dimensions, what they fix, or the day it is dated."""
    contract = terms.contract
    env: Env = dict(line.cell)
    if line.person and line.representative:
        env[line.person] = line.representative
    payment = contract.figures.get(line.of)
    for dimension, member in at.items():
        if dimension in env:
            if env[dimension] != member:
                return False
            continue
        place = Place(Declared(contract.categories, contract.periods, contract.records), tuple(env))
        ways = place.locate(dimension)
        if ways:
            value = terms.value(ways[0], env, terms.frame())
        elif isinstance(payment, Payment) and payment.dated is not None:
            day = terms.value(payment.dated, env, terms.frame())
            name = contract.periods[dimension].holding(day.of) if day.known else None  # type: ignore[arg-type]
            value = known(kinds.category(dimension), name)
        else:
            return False
        if value.of != member:
            return False
    return True


def _limit_line(
    terms: Terms,
    limit: Limit,
    at: Env,
    people: int,
    total: Fraction,
    left_out: int,
    payers: dict[str, Fraction],
    covered: list[Line],
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
    working = Working(
        terms.label(limit.name, at),
        limit.title,
        money.words,
        "",
        "",
        str(value.of) if value.known else None,
        shown(value),
        str(value.state),
        value.why,
        (step,),
        tuple(frame.inputs),
    )
    shares = _limit_shares(terms, payers, total, over, people)
    payee = covered[0].payee if covered else ""
    return _made(
        terms,
        limit.name,
        "limit",
        limit.title,
        _clause(terms.contract, limit),
        at,
        people,
        value,
        working,
        payee,
        shares,
        left_out,
    )


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


# ---- the rest


def _outcomes(terms: Terms, constraint: Constraint) -> list[Outcome]:
    found = []
    for at, people in terms.cells(constraint.axes):
        frame = terms.frame()
        held = terms.value(constraint.condition, at, frame)
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
        )
        closed = {d: m for d, m in at.items() if terms.contract.members(d) is not None}
        found.append(
            Outcome(constraint.name, constraint.title, constraint.clause, closed, people, result, held.why, working)
        )
    return found


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
        reasons: dict[str, int] = {}
        for why in table.excluded:
            if why is not None:
                reasons[why] = reasons.get(why, 0) + 1
        used = len(table) - sum(reasons.values())
        read = len(table) + len(table.rejected) + table.repeated
        found.append(RowCount(name, read, used, table.repeated, len(table.rejected), tuple(sorted(reasons.items()))))
    return tuple(found)


def _counted(contract: Contract, inputs: Inputs) -> tuple[tuple[str, int, tuple[tuple[str, int], ...]], ...]:
    found = []
    for measure in contract.measures:
        answer = inputs.answers.get((measure.name, measure.dimensions))
        table = inputs.tables.get(measure.records)
        if answer is None or table is None:
            continue
        reasons = tuple(sorted(answer.reasons.items()))
        found.append((measure.name, len(table) - sum(n for _, n in reasons), reasons))
    return tuple(found)
