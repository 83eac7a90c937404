"""Duties that payments bring: met, not yet due or breached, the shortfall exact, and what follows it.

The figure of a duty at a cell is its shortfall: £0 where it is met. What is done is only compared once the day is over by which
it must be done.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import evolve

from pbr_rules.checked.model import Duty
from pbr_rules.dates import long_text
from pbr_rules.duties import Shortfall
from pbr_rules.exact import rounded
from pbr_rules.settlement.values import State, Value, known, put_in, without, worked
from pbr_rules.words import words

if TYPE_CHECKING:
    from pbr_rules.settlement.frame import Env, Frame, Result
    from pbr_rules.settlement.terms import Terms

FOLLOWS = {
    Shortfall.REPORTED: "reported",
    Shortfall.WITHHELD: "to be withheld",
    Shortfall.RETURNED: "to be returned",
}


def shortfall(terms: Terms, duty: Duty, at: Env) -> Result:
    """By how much a duty is short at a cell, rounded as payments are, and its working."""
    frame = terms.frame()
    value = _waits(terms, duty, at, frame) or _short(terms, duty, at, frame)
    value = value.through(duty.name)
    label = terms.label(duty.name, at)
    formula = f"{words(duty.needed)} less {words(duty.done)}"
    numbers = f"{frame.text(duty.needed)} less {frame.text(duty.done)}"
    return value, worked(label, duty.title, value, formula, numbers, frame.steps, frame.inputs, duty.kind)


def result(duty: Duty, value: Value) -> str:
    """What the statement says of a duty."""
    if value.state is State.NOT_YET:
        return "not yet due"
    if not value.known:
        return str(value.state)
    return "met" if value.number == 0 else f"breached: {put_in(value)} short, {FOLLOWS[duty.follows]}"


def _waits(terms: Terms, duty: Duty, at: Env, frame: Frame) -> Value | None:
    """Why nothing can be said yet: the day is not known, or the records do not go so far."""
    if duty.due is None:
        return None
    due = terms.value(duty.due, at, frame)
    if not due.known:
        return due
    day: date = due.of  # type: ignore[assignment]
    frame.steps.append(f"due by {long_text(day)}")
    if not terms.inputs.is_open(duty.records, day):
        return None
    complete = long_text(terms.inputs.complete[duty.records])
    return without(State.NOT_YET, f"it is due by {long_text(day)}, and `{duty.records}` goes to {complete}", duty.kind)


def _short(terms: Terms, duty: Duty, at: Env, frame: Frame) -> Value:
    needed, done = terms.value(duty.needed, at, frame), terms.value(duty.done, at, frame)
    for value in (needed, done):
        if not value.known:
            return value
    brought = _brought(terms, duty, at)
    if isinstance(brought, Value):
        return brought
    if brought:
        frame.steps.append(f"{put_in(known(duty.kind, brought))} done before, beyond what was needed then, counts here")
    short = max(needed.number - done.number - brought, Fraction(0))
    rounding = terms.contract.written.rounding
    if rounding is not None and isinstance(rounding.place.value, Fraction):
        to_place = rounded(short, rounding.place.value, rounding.mode)
        if to_place != short:
            frame.steps.append(f"rounded to {rounding.place.written} {rounding.mode}")
        short = to_place
    return known(duty.kind, short)


def _brought(terms: Terms, duty: Duty, at: Env) -> Fraction | Value:
    """What was done beyond the need in the periods before, as far as it was carried forward."""
    if duty.carried is None:
        return Fraction(0)
    axis = next(axis for axis in duty.axes if axis.dimension == duty.carried)
    beyond = Fraction(0)
    for member in axis.members or ():
        if member == at[duty.carried]:
            break
        before = {**at, duty.carried: member}
        here = terms.here(duty, before)
        then: Duty = here.contract.figures[duty.name]  # type: ignore[assignment]
        frame = terms.frame()
        needed, done = here.value(then.needed, before, frame), here.value(then.done, before, frame)
        for value in (needed, done):
            if not value.known:
                return evolve(value, why=f"{member}: {value.why}")
        beyond = max(beyond + done.number - needed.number, Fraction(0))
    return beyond
