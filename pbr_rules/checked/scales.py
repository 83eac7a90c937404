"""Scales: every value of the first argument must fall in exactly one band.

Ends that are figures are put in order and compared. An end that is an argument or a parameter has no value yet: there the
bands must follow one another as written, each beginning where the one before ends.
"""

from __future__ import annotations

import itertools
from fractions import Fraction

from attrs import evolve, frozen

from pbr_rules import expressions as x
from pbr_rules import kinds
from pbr_rules.checked.context import Context
from pbr_rules.checked.model import Parameter, Scale
from pbr_rules.checked.places import Place
from pbr_rules.diagnostics import Diagnostic, Label
from pbr_rules.exact import plain_text
from pbr_rules.kinds import Kind
from pbr_rules.source import Span
from pbr_rules.surface import tree as t
from pbr_rules.words import words

SENTENCES = ("each band gives", "each slice at its own rate", "straight line between points")


def scale(clause: t.Scale, c: Context) -> Scale | None:
    """A scale that is whole, or None where it is too broken to be asked."""
    if len(clause.sentences) != 1:
        c.problem(
            "incomplete",
            f"`{clause.name}` must say once how its bands answer",
            clause.name_span,
            tuple(f"`{sentence}`" for sentence in SENTENCES),
        )
        return None
    if not clause.bands:
        c.problem("incomplete", f"`{clause.name}` has no bands", clause.name_span)
        return None
    found = Scale(
        clause.name,
        clause.title,
        clause.arguments,
        clause.sentences[0],
        clause.bands,
        _read(clause, c),
        clause.name_span,
    )
    if _ends_fit(found, c):
        _whole(found, c)
    return found


def _read(clause: t.Scale, c: Context) -> tuple[t.Band, ...]:
    """The bands with their names resolved: a scale sees its arguments and parameters that are one figure, nothing else."""
    place = Place(c.declared, arguments=dict.fromkeys(clause.arguments, kinds.UNKNOWN))

    def resolved(node: x.Expression) -> x.Expression:
        found, _ = c.resolver.resolve(node, place)
        for part in x.walk(found):
            if isinstance(part, x.Read) and not isinstance(c.resolver.figure(part.figure, part.span), Parameter):
                c.problem(
                    "grain",
                    f"a scale sees its own figures and agreed ones, and `{part.figure}` is neither",
                    part.span,
                    (f"hand it over: `{clause.name}({', '.join([*clause.arguments, part.figure])})`",),
                )
        return found

    return tuple(
        evolve(
            band, ends=tuple(evolve(end, value=resolved(end.value)) for end in band.ends), value=resolved(band.value)
        )
        for band in clause.bands
    )


def _ends_fit(found: Scale, c: Context) -> bool:
    points = found.sentence == "straight line between points"
    fine = True
    for band in found.bands:
        how = [end.how for end in band.ends]
        if "at" in how:
            good = how == ["at"]
            if good and found.sentence == "each slice at its own rate":
                c.problem("scale", "a slice is as wide as its ends are apart, and `at` has no width", band.span)
                fine = False
        else:
            lows = sum(h in ("at least", "above") for h in how)
            highs = sum(h in ("below", "at most") for h in how)
            good = lows <= 1 and highs <= 1
        if not good:
            c.problem(
                "scale",
                "a band has one lower end and one upper end at most",
                band.span,
                ("`at least 5% and below 10%`",),
            )
            fine = False
        if points and len(how) == 2:
            c.problem("scale", "between points the line gives the answer; bands stand only outside them", band.span)
            fine = False
    if points and sum(band.ends[0].how == "at" for band in found.bands) < 2:
        c.problem("scale", "a straight line needs two points at least: `at 0.5: 0%   at 1.4: 100%`", found.span)
        fine = False
    return fine


@frozen
class Reach:
    """Where a band begins and ends. `None`: it does not end on that side. `low_in`, `high_in`: whether the end belongs to it."""

    low: x.Expression | None
    low_in: bool
    high: x.Expression | None
    high_in: bool
    span: Span


def reach(band: t.Band) -> Reach:
    """A band's two ends."""
    low = high = None
    low_in = high_in = False
    for end in band.ends:
        if end.how == "at":
            return Reach(end.value, True, end.value, True, band.span)
        if end.how in ("at least", "above"):
            low, low_in = end.value, end.how == "at least"
        else:
            high, high_in = end.value, end.how == "at most"
    return Reach(low, low_in, high, high_in, band.span)


def constant(node: x.Expression | None) -> Fraction | None:
    """The value of an end that is a figure."""
    if isinstance(node, x.Literal) and isinstance(node.value, Fraction):
        return node.value
    if isinstance(node, x.Negative):
        inner = constant(node.of)
        return None if inner is None else -inner
    if isinstance(node, x.Bracket):
        return constant(node.inner)
    return None


def _whole(found: Scale, c: Context) -> None:
    reaches = [reach(band) for band in found.bands]
    ends = [end for r in reaches for end in (r.low, r.high) if end is not None]
    if all(constant(end) is not None for end in ends):
        reaches.sort(key=_lowest)
    starts_at_zero = found.sentence == "each slice at its own rate"
    line = found.sentence == "straight line between points"
    if reaches[0].low is not None and not starts_at_zero:
        _gap(found, c, f"below {words(reaches[0].low)}", reaches[0].span)
    for before, after in itertools.pairwise(reaches):
        _meet(found, before, after, line, c)
    last = reaches[-1]
    if last.high is not None:
        _gap(found, c, f"above {words(last.high)}", last.span)


def _lowest(r: Reach) -> tuple[int, Fraction, int]:
    low = constant(r.low)
    return (0, Fraction(0), 0) if low is None else (1, low, 0 if r.low_in else 1)


def _meet(found: Scale, before: Reach, after: Reach, line: bool, c: Context) -> None:
    """Two neighbours must meet: neither apart nor one over the other."""
    if before.high is None or after.low is None:
        _overlap(found, before, after, before.high or after.low, c)
        return
    a, b = constant(before.high), constant(after.low)
    points = line and before.low == before.high and after.low == after.high
    if points and (a is None or b is None or a < b):
        return
    if a is not None and b is not None and a != b:
        if a < b:
            # Whole numbers side by side are no gap for a count; `answer_kind` looks again for what is not one.
            if not (b - a == 1 and a.denominator == 1 and before.high_in and after.low_in):
                _gap(found, c, _spelled((a + b) / 2, before.high), after.span, before.span)
        else:
            _overlap(found, before, after, before.high, c, _spelled((a + b) / 2, before.high))
        return
    if a is None and before.high != after.low:
        c.problem(
            "scale",
            f"`{words(after.low)}` does not follow `{words(before.high)}`: where ends have no value yet, each band "
            "begins where the one before ends",
            after.span,
        )
        return
    if line and (before.high_in and after.low_in):
        return
    if before.high_in and after.low_in:
        _overlap(found, before, after, before.high, c)
    elif not before.high_in and not after.low_in:
        _gap(found, c, words(before.high), after.span, before.span)


def _spelled(value: Fraction, like: x.Expression) -> str:
    if isinstance(like, x.Literal) and like.kind.percent:
        return f"{plain_text(value * 100)}%"
    if isinstance(like, x.Literal) and like.kind.name == "points":
        return f"{plain_text(value * 100)} percentage points"
    if isinstance(like, x.Literal) and like.kind.name == "money":
        return f"{like.written[0]}{plain_text(value, 2)}"
    return plain_text(value)


def _gap(found: Scale, c: Context, value: str, span: Span, other: Span | None = None) -> None:
    c.report(
        Diagnostic(
            "scale",
            f"`{found.name}` has a gap: no band covers {value}",
            span,
            labels=(Label(other, "the band before"),) if other else (),
            help=(f'cover it; if the terms do not say what {value} gives, write `unknown "why"`',),
        )
    )


def _overlap(
    found: Scale, before: Reach, after: Reach, at: x.Expression | None, c: Context, value: str | None = None
) -> None:
    where = value or (words(at) if at is not None else "every value")
    c.report(
        Diagnostic(
            "scale",
            f"two bands of `{found.name}` overlap: both cover {where}",
            after.span,
            labels=(Label(before.span, "the other band"),),
            help=("say which band an end belongs to: `below` and `at least`, or `at most` and `above`",),
        )
    )


def answer_kind(found: Scale, arguments: tuple[Kind, ...], span: Span, c: Context) -> Kind:
    """The kind of a scale's answer for arguments of some kinds; what does not fit is reported where it stands."""
    place = Place(c.declared, arguments=dict(zip(found.arguments, arguments, strict=True)))
    first = arguments[0]
    if not (first.is_number or first.name == "unknown"):
        c.problem("kinds", f"a scale runs along numbers, and its first figure is {first.words}", span)
        return kinds.UNKNOWN
    if first.name != "count" and first.name != "unknown":
        _steps_are_whole(found, first, c)
    kind = kinds.UNKNOWN
    for band in found.bands:
        for end in band.ends:
            c.resolver.number(end.value, place, first, f"an end of `{found.name}`")
        _, other = c.resolver.resolve(band.value, place)
        if kind.name != "unknown" and other.name != "unknown" and not kind.same(other):
            c.problem("kinds", f"the bands of `{found.name}` give {kind.words} and {other.words}", band.value.span)
        kind = kinds.widest(kind, other)
    if found.sentence != "each slice at its own rate":
        return kind
    result = kinds.product(first, kind)
    if result is None:
        c.problem(
            "kinds",
            f"`{found.name}` charges each slice of {first.words} at {kind.words}, and they do not multiply",
            span,
        )
    return result or kinds.UNKNOWN


def _steps_are_whole(found: Scale, first: Kind, c: Context) -> None:
    """Bands that meet only at whole numbers (`at most 370`, `at least 371`) leave a gap for anything but a count."""
    reaches = sorted((reach(band) for band in found.bands), key=_lowest)
    for before, after in itertools.pairwise(reaches):
        a, b = constant(before.high), constant(after.low)
        if a is None or b is None or before.high is None or found.sentence == "straight line between points":
            continue
        if b - a == 1:
            _gap(found, c, _spelled((a + b) / 2, before.high), after.span, before.span)
