"""Payments: a case is chosen, steps act on its size in the order written, it is rounded, then its direction is taken."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import evolve

from pbr_rules import kinds
from pbr_rules.checked.model import Branch, Earlier, Payment, Step
from pbr_rules.exact import rounded
from pbr_rules.expressions import Literal, Rounding
from pbr_rules.settlement.values import State, Value, known, put_in, without, worked
from pbr_rules.words import words

if TYPE_CHECKING:
    from pbr_rules.settlement.frame import Env, Frame, Result
    from pbr_rules.settlement.terms import Terms


def entitlement(terms: Terms, payment: Payment, at: Env) -> Result:
    """What a payment comes to at a cell: signed, rounded as the contract rounds payments."""
    frame = terms.frame()
    branch, value = _chosen(terms, payment, at, frame)
    formula = words(branch.amount) if branch else ""
    numbers = frame.text(branch.amount) if branch else ""
    if branch is not None and value.known:
        value = evolve(value, kind=payment.kind)
        for step in payment.steps:
            value = _step(terms, step, value, at, frame)
            if not value.known:
                break
    if value.known and branch is not None:
        value = _rounded(terms, payment, branch, value, frame)
    if value.known and payment.never_recovered:
        value = _kept(terms, payment, value, at, frame)
    value = value.through(payment.name)
    label = terms.label(payment.name, at)
    if branch is not None:
        word = "deduct" if branch.deducts else "pay"
        formula, numbers = f"{word} {formula}", f"{word} {numbers}"
    working = worked(
        label, payment.title, value, formula, numbers, frame.steps, frame.inputs, payment.kind, frame.readings
    )
    return value, working


def _chosen(terms: Terms, payment: Payment, at: Env, frame: Frame) -> tuple[Branch | None, Value]:
    """The first case that holds, and its amount. A condition that is not known stops: it never falls through."""
    for branch in payment.branches:
        if branch.condition is not None:
            held = terms.value(branch.condition, at, frame)
            if not held.known:
                return None, held
            frame.steps.append(
                f"when {words(branch.condition)}: {'yes' if held.of else 'no'} ({frame.text(branch.condition)})"
            )
            if not held.of:
                continue
        return branch, terms.value(branch.amount, at, frame)
    return None, without(State.REFUSED, "no case holds", payment.kind)


def _step(terms: Terms, step: Step, size: Value, at: Env, frame: Frame) -> Value:
    if isinstance(step.value, Rounding):
        place: Literal = step.value.place
        result = evolve(size, of=rounded(size.number, place.value, step.value.mode))  # type: ignore[arg-type]
        frame.steps.append(f"rounded to {place.written} {step.value.mode}: {put_in(size)} becomes {put_in(result)}")
        return result
    frame.amount = size
    value = terms.value(step.value, at, frame)
    if not value.known:
        return value
    number = value.number
    match step.word:
        case "less":
            new = size.number - number
        case "plus":
            new = size.number + number
        case "cap":
            new = min(size.number, number)
        case _:
            new = max(size.number, number)
    result = evolve(size, of=new)
    frame.steps.append(
        f"{step.word} {words(step.value)} ({frame.text(step.value)}): {put_in(size)} becomes {put_in(result)}"
    )
    return result


def _rounded(terms: Terms, payment: Payment, branch: Branch, size: Value, frame: Frame) -> Value:
    if size.number < 0:
        return without(
            State.REFUSED,
            f"`{payment.name}` comes to {put_in(size)}, below nothing: the contract must say `floor £0`, or `deduct`",
            payment.kind,
        )
    rounding = terms.contract.written.rounding
    exact_size = size.number
    if rounding is not None:
        size = evolve(size, of=rounded(exact_size, rounding.place.value, rounding.mode))  # type: ignore[arg-type]
        if size.number != exact_size:
            before = known(kinds.money(payment.kind.detail), exact_size)
            frame.steps.append(
                f"payments rounded to {rounding.place.written} {rounding.mode}: {put_in(before)} becomes {put_in(size)}"
            )
    return evolve(size, of=-size.number, counts=None) if branch.deducts else size


def _kept(terms: Terms, payment: Payment, value: Value, at: Env, frame: Frame) -> Value:
    """What was paid stays paid: a payment that is never recovered comes to no less than earlier statements paid on it."""
    paid, _ = terms.figure(f"{Earlier.AMOUNT}{payment.name}", at)
    if not paid.known or paid.number <= value.number:
        return value
    frame.steps.append(f"never recovered: {put_in(paid)} was paid, and {put_in(value)} is less")
    return evolve(value, of=paid.number, counts=None)


def split(amount: Fraction, shares: list[Fraction | None], place: Fraction, mode: object) -> list[Fraction]:
    """An amount among payers: each share is rounded, the last takes the remainder."""
    parts: list[Fraction] = []
    for share in shares[:-1]:
        parts.append(rounded(amount * (share or 0), place, mode))  # type: ignore[arg-type]
    return [*parts, amount - sum(parts, Fraction(0))]
