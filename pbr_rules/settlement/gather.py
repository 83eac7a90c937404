"""Figures of several cells made into one: total, average, median, largest, smallest, number where."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import evolve

from pbr_rules import expressions as x
from pbr_rules import kinds
from pbr_rules.plan.from_checked import undecided
from pbr_rules.settlement.values import State, Value, known, put_in, without
from pbr_rules.words import words

if TYPE_CHECKING:
    from pbr_rules.settlement.calculation import Calculation
    from pbr_rules.settlement.frame import Env, Frame


def gathered(terms: Calculation, node: x.Aggregate, env: Env, frame: Frame) -> Value:
    """One figure from many cells. A cell whose condition or figure has no value stops it; nothing kept makes a total or a
    number 0 and any other figure missing. Values may tie; rows may not matter."""
    kept: list[tuple[Value, Value, int]] = []
    number = there = 0
    reading = x.Both(tuple(part for part in (node.of, node.where, node.weight) if part is not None))
    waiting = tuple(undecided(terms.contract, (node,)))
    for inside, people in terms.inner(node.across, env, reading):
        there += people
        still_open = terms.still_open(waiting, inside)
        if still_open is not None:
            return still_open
        if node.where is not None:
            held = terms.value(node.where, inside, frame)
            if not held.known:
                return held
            if not held.of:
                continue
        number += people
        if node.of is None:
            continue
        value = terms.value(node.of, inside, frame)
        if not value.known:
            return value
        weight = known(kinds.COUNT, Fraction(1))
        if node.weight is not None:
            weight = terms.value(node.weight, inside, frame)
            if not weight.known:
                return weight
        kept.append((value, weight, people))
    result = _made(node, kept, number)
    frame.numbers[node] = put_in(result)
    over = f"over {number:,} cell{'' if number == 1 else 's'}"
    if number < there and node.of is not None and result.known:
        over = f"over {number:,} of {there:,} cells"
        frame.numbers[node] += f" ({over})"
    frame.steps.append(f"{words(node)}: {over}")
    return result


def _made(node: x.Aggregate, kept: list[tuple[Value, Value, int]], number: int) -> Value:
    if node.of is None:
        return known(kinds.COUNT, Fraction(number))
    if not kept:
        if node.how is x.Gather.TOTAL:
            return known(kinds.NOTHING, Fraction(0))
        return without(State.MISSING, f"nothing is left to take `{words(node)}` of")
    first = evolve(kept[0][0], counts=None)
    match node.how:
        case x.Gather.TOTAL:
            return evolve(first, of=sum((v.number * n for v, _, n in kept), Fraction(0)))
        case x.Gather.AVERAGE:
            weights = sum((w.number * n for _, w, n in kept), Fraction(0))
            if weights == 0:
                return without(State.MISSING, f"the weights of `{words(node)}` come to zero")
            kind = kinds.NUMBER if first.kind.name == "count" else first.kind
            return evolve(
                first, kind=kind, of=sum((v.number * w.number * n for v, w, n in kept), Fraction(0)) / weights
            )
        case x.Gather.MEDIAN:
            return evolve(first, of=_median([(v.number, n) for v, _, n in kept]))
        case x.Gather.LARGEST:
            return evolve(first, of=max(v.of for v, _, _ in kept))  # type: ignore[type-var]
        case _:
            return evolve(first, of=min(v.of for v, _, _ in kept))  # type: ignore[type-var]


def _median(values: list[tuple[Fraction, int]]) -> Fraction:
    """The middle value; of an even number, the mean of the middle two."""
    values.sort()
    size = sum(n for _, n in values)

    def at(place: int) -> Fraction:
        for value, n in values:
            if place < n:
                return value
            place -= n
        raise IndexError(place)

    return (at((size - 1) // 2) + at(size // 2)) / 2
