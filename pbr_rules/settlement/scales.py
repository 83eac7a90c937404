"""Scales read at a value."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import evolve

from pbr_rules import kinds
from pbr_rules.checked.model import Scale
from pbr_rules.checked.scales import reach
from pbr_rules.expressions import Expression
from pbr_rules.settlement.values import State, Value, known, put_in, without
from pbr_rules.surface.tree import Band
from pbr_rules.words import words

if TYPE_CHECKING:
    from pbr_rules.settlement.calculation import Calculation
    from pbr_rules.settlement.frame import Frame


def on_scale(terms: Calculation, scale: Scale, arguments: list[Value], frame: Frame) -> Value:
    """What a scale gives for its arguments."""
    inside = _inside(frame, scale, arguments)
    at = arguments[0]
    match scale.sentence:
        case "each band gives":
            band = _band(terms, scale, at.number, inside)
            if isinstance(band, Value):
                return band
            value = terms.value(band.value, {}, inside)
            frame.steps.append(f"{scale.name}({put_in(at)}): {_ends(band)} gives {inside.text(band.value)}")
            return value
        case "each slice at its own rate":
            return _slices(terms, scale, at, inside, frame)
        case _:
            return _line(terms, scale, at, inside, frame)


def _inside(frame: Frame, scale: Scale, arguments: list[Value]) -> Frame:
    """A scale sees its arguments and nothing else of the place it is read at."""
    return type(frame)(arguments=dict(zip(scale.arguments, arguments, strict=True)), inputs=frame.inputs)


def _ends(band: Band) -> str:
    return " and ".join(f"{end.how} {words(end.value)}" for end in band.ends)


def _edge(terms: Calculation, node: Expression | None, inside: Frame) -> Value | None:
    return None if node is None else terms.value(node, {}, inside)


def _band(terms: Calculation, scale: Scale, at: Fraction, inside: Frame) -> Band | Value:
    """The band that a value falls in, or why there is none."""
    found: list[Band] = []
    for band in scale.read:
        r = reach(band)
        low, high = _edge(terms, r.low, inside), _edge(terms, r.high, inside)
        for edge in (low, high):
            if edge is not None and not edge.known:
                return edge
        above = low is None or at > low.number or (r.low_in and at == low.number)
        under = high is None or at < high.number or (r.high_in and at == high.number)
        if above and under:
            found.append(band)
    if len(found) == 1:
        return found[0]
    many = "no band" if not found else "more than one band"
    return without(State.REFUSED, f"{many} of `{scale.name}` covers {put_in(inside.arguments[scale.arguments[0]])}")


def _slices(terms: Calculation, scale: Scale, at: Value, inside: Frame, frame: Frame) -> Value:
    """The sum over bands of the width of the slice inside, from 0 up, at the band's own rate."""
    total: Value | None = None
    for band in scale.read:
        r = reach(band)
        low, high = _edge(terms, r.low, inside), _edge(terms, r.high, inside)
        for edge in (low, high):
            if edge is not None and not edge.known:
                return edge
        start = max(low.number, Fraction(0)) if low is not None else Fraction(0)
        if low is not None and high is not None and high.number < low.number:
            return without(State.REFUSED, f"a band of `{scale.name}` ends before it begins: {_ends(band)}")
        end = at.number if high is None else min(high.number, at.number)
        width = max(end - start, Fraction(0))
        if width == 0 and total is not None:
            continue
        rate = terms.value(band.value, {}, inside)
        if width and not rate.known:
            return rate
        if not rate.known:
            continue
        piece = known(kinds.product(at.kind, rate.kind) or kinds.NUMBER, width * rate.number)
        if width:
            frame.steps.append(
                f"{scale.name}: {_ends(band)}: {put_in(evolve(at, of=width, counts=None))} at {put_in(rate)}"
            )
        total = piece if total is None else evolve(total, of=total.number + piece.number)
    return total or known(kinds.NUMBER, Fraction(0))


def _line(terms: Calculation, scale: Scale, at: Value, inside: Frame, frame: Frame) -> Value:
    """Straight between points; outside them only what a band says."""
    points: list[tuple[Fraction, Value]] = []
    for band in scale.read:
        if band.ends[0].how != "at":
            continue
        edge, value = terms.value(band.ends[0].value, {}, inside), terms.value(band.value, {}, inside)
        for each in (edge, value):
            if not each.known:
                return each
        points.append((edge.number, value))
    points.sort(key=lambda point: point[0])
    for (a, low), (b, high) in itertools.pairwise(points):
        if a == b:
            return without(State.REFUSED, f"two points of `{scale.name}` lie at {put_in(evolve(at, of=a))}")
        if a <= at.number <= b:
            way = (at.number - a) / (b - a)
            frame.steps.append(f"{scale.name}({put_in(at)}): {way} of the way from {put_in(low)} to {put_in(high)}")
            return evolve(low, of=low.number + (high.number - low.number) * way, counts=None)
    found = _band(terms, scale, at.number, inside)
    return found if isinstance(found, Value) else terms.value(found.value, {}, inside)
