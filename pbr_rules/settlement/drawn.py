"""What a statement can draw: each scale that was read, with its bands and where it was read; each change, with both its sides.

Exact as everything else: a picture is drawn from ratios, and a place on it is the place of its figure.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from pbr_rules import expressions as x
from pbr_rules.checked.model import Contract, Define, Scale
from pbr_rules.checked.scales import Reach, reach
from pbr_rules.kinds import Kind
from pbr_rules.settlement.frame import Env, Frame
from pbr_rules.settlement.scales import on_scale
from pbr_rules.settlement.values import Reading, Value, Working, known, put_in
from pbr_rules.surface.tree import Band
from pbr_rules.words import words

if TYPE_CHECKING:
    from pbr_rules.settlement.statement import Settlement
    from pbr_rules.settlement.terms import Terms

FINE = 32
"""Steps that a curve is drawn in, where a band's answer does not run straight."""

SLICES, LINE = "each slice at its own rate", "straight line between points"

NEVER_BELOW = ("count", "rate", "frequency")
"""Kinds that are never below 0."""

Point = tuple[Fraction, Fraction]


@frozen
class Mark:
    """Where a scale was read: by which figure, for how many people where it is theirs, at what, and what it gave."""

    of: str
    title: str | None
    cell: Env
    people: int | None
    at: Value
    gave: Value


@frozen
class Piece:
    """A stretch of a scale: its ends, what it gives in words, and the line that its answer runs along. No points: not known,
    and `why`."""

    ends: str
    gives: str
    low: Fraction | None
    low_in: bool
    high: Fraction | None
    high_in: bool
    points: tuple[Point, ...]
    why: str


@frozen
class Drawn:
    """A scale as it was read with the same figures beside its own: over a stretch that holds its ends and its marks."""

    scale: Scale
    beside: tuple[tuple[str, Value], ...]
    along: Kind
    gives: Kind
    over: Point
    pieces: tuple[Piece, ...]
    marks: tuple[Mark, ...]


@frozen
class Side:
    """One side of a change: the figure and its cell where it is one figure, else its words."""

    figure: str | None
    title: str | None
    cell: Env
    words: str
    value: Value


@frozen
class Compared:
    """A figure that is a change from one to another, at a cell: `how` is `relative fall`, `point rise`."""

    figure: str
    title: str | None
    cell: Env
    how: str
    before: Side
    after: Side
    change: Value


# ---- scales


def scales(s: Settlement) -> tuple[Drawn, ...]:
    """Each scale that was read, once for each choice of the figures beside its own, in the order of the contract."""
    groups: dict[tuple[str, tuple[object, ...]], list[tuple[Reading, Mark]]] = {}
    for reading, mark in _marks(s):
        beside = tuple(value.of for value in reading.arguments[1:])
        groups.setdefault((reading.scale, beside), []).append((reading, mark))
    found = []
    for scale in s.contract.scales.values():
        for (name, _), read in groups.items():
            if name == scale.name:
                made = _drawn(s.terms, scale, read[0][0].arguments, tuple(mark for _, mark in read))
                found += [made] if made is not None else []
    return tuple(found)


def _marks(s: Settlement) -> Iterator[tuple[Reading, Mark]]:
    seen: set[int] = set()
    made = [(line.working, line.people if line.person else None) for line in s.lines]
    made += [(figure.working, None) for figure in s.figures]
    made += [(outcome.working, None) for outcome in s.constraints]
    for top, people in made:
        waiting = [top]
        while waiting:
            working = waiting.pop()
            if id(working) in seen:
                continue
            seen.add(id(working))
            waiting += reversed(working.inputs)
            cell, open_ = _cell(s.contract, working)
            for reading in working.readings:
                number = people if open_ else None
                yield reading, Mark(working.of, working.title, cell, number, reading.arguments[0], reading.gave)


_MEMBER = re.compile('"\ue000[^\ue001]*\ue001"|[^,\\[\\] ]+')


def _cell(contract: Contract, working: Working) -> tuple[Env, bool]:
    """The closed dimensions of a working's cell, and whether it has others."""
    name, _, rest = working.of.partition("[")
    figure = contract.figures.get(name)
    members = _MEMBER.findall(rest)
    if figure is None or len(members) != len(figure.dimensions):
        return {}, False
    cell = dict(zip(figure.dimensions, members, strict=True))
    closed = {d: m for d, m in cell.items() if contract.members(d) is not None}
    return closed, len(closed) < len(cell)


def _drawn(terms: Terms, scale: Scale, arguments: tuple[Value, ...], marks: tuple[Mark, ...]) -> Drawn | None:
    """None where an end of the scale is not known: there is nothing to draw."""
    curve = _Curve(terms, scale, arguments)
    reaches = [_Ends(curve, band) for band in scale.read]
    if not all(ends.known for ends in reaches):
        return None
    over = _over(scale, arguments[0].kind, reaches, [mark.at.number for mark in marks])
    pieces = _between(curve, reaches) if scale.sentence == LINE else []
    pieces += [_piece(curve, scale, ends, over) for ends in reaches if not ends.is_point]
    pieces.sort(key=lambda piece: (piece.low is not None, piece.low or Fraction(0)))
    gave = next((mark.gave.kind for mark in marks if mark.gave.known), curve.kind)
    beside = tuple(zip(scale.arguments[1:], arguments[1:], strict=True))
    return Drawn(scale, beside, arguments[0].kind, gave, over, tuple(pieces), marks)


class _Curve:
    """What a scale, or one of its bands, gives at any value."""

    def __init__(self, terms: Terms, scale: Scale, arguments: tuple[Value, ...]) -> None:
        self.terms, self.scale, self.arguments = terms, scale, arguments
        self.kind = arguments[0].kind

    def inside(self, at: Fraction | None = None) -> Frame:
        first = self.arguments[0] if at is None else known(self.arguments[0].kind, at)
        values = (first, *self.arguments[1:])
        return Frame(arguments=dict(zip(self.scale.arguments, values, strict=True)))

    def band(self, node: x.Expression, at: Fraction | None = None) -> Value:
        return self.terms.value(node, {}, self.inside(at))

    def whole(self, at: Fraction) -> Value:
        """The scale's answer, as it is read."""
        value = on_scale(
            self.terms, self.scale, [known(self.arguments[0].kind, at), *self.arguments[1:]], self.inside(at)
        )
        if value.known:
            self.kind = value.kind
        return value


class _Ends:
    """A band's ends, with their values."""

    def __init__(self, curve: _Curve, band: Band) -> None:
        self.reach: Reach = reach(band)
        self.band = band
        values = [None if end is None else curve.band(end) for end in (self.reach.low, self.reach.high)]
        self.known = all(value is None or (value.known and isinstance(value.of, Fraction)) for value in values)
        self.low, self.high = ((v.number if v is not None and v.known else None) for v in values)
        said = [(end.how, curve.band(end.value)) for end in band.ends]
        self.words = " and ".join(f"{how} {put_in(evolve(value, counts=None))}" for how, value in said)

    @property
    def is_point(self) -> bool:
        return self.band.ends[0].how == "at"


def _over(scale: Scale, kind: Kind, reaches: list[_Ends], marks: list[Fraction]) -> Point:
    """A stretch that holds every end and every mark, with room where the scale goes on; from 0 where 0 is near."""
    ends = [end for r in reaches for end in (r.low, r.high) if end is not None]
    low, high = min([*ends, *marks]), max([*ends, *marks])
    room = (high - low) / 5 or abs(high) / 2 or Fraction(1)
    if scale.sentence == SLICES or 0 < low <= high - low:
        low = min(low, Fraction(0))
    elif any(r.low is None for r in reaches):
        low = max(low - room, Fraction(0)) if low >= 0 and kind.name in NEVER_BELOW else low - room
    return low, high + room if any(r.high is None for r in reaches) else high


def _piece(curve: _Curve, scale: Scale, ends: _Ends, over: Point) -> Piece:
    first = over[0] if ends.low is None else max(ends.low, over[0])
    last = over[1] if ends.high is None else min(ends.high, over[1])
    value, r = curve.band(ends.band.value), ends.reach
    if scale.sentence != SLICES:
        gives = curve.inside().text(ends.band.value)
        points, why = _straight(lambda at: curve.band(ends.band.value, at), first, last)
    else:
        gives = put_in(value) if value.known else curve.inside().text(ends.band.value)
        zero = min(max(first, Fraction(0)), last)  # slices begin at 0: below it nothing is charged
        below, _ = _straight(curve.whole, first, zero) if first < zero else ((), "")
        points, why = _straight(curve.whole, zero, last)
        points = (*below[:-1], *points) if points else ()
    return Piece(ends.words, gives, ends.low, r.low_in, ends.high, r.high_in, points, why)


def _between(curve: _Curve, reaches: list[_Ends]) -> list[Piece]:
    """The straight lines between the points of a scale."""
    points = sorted(((ends.low or Fraction(0), ends) for ends in reaches if ends.is_point), key=lambda point: point[0])
    found = []
    for (low, first), (high, last) in itertools.pairwise(points):
        a, b = curve.band(first.band.value), curve.band(last.band.value)
        drawn: tuple[Point, ...] = ((low, a.number), (high, b.number)) if a.known and b.known else ()
        why = "" if drawn else a.why or b.why
        said = f"{first.words} to {last.words.removeprefix('at ')}"
        gives = f"{put_in(a)} to {put_in(b)}"
        found.append(Piece(said, gives, low, True, high, True, drawn, why))
    return found


def _straight(answer: Callable[[Fraction], Value], first: Fraction, last: Fraction) -> tuple[tuple[Point, ...], str]:
    """The answer from one value to another: two points where it runs straight, else as many as a curve is drawn in."""
    if first > last:
        return (), ""
    found: list[Point] = []
    for step in range(FINE + 1):
        at = first + (last - first) * step / FINE
        value = answer(at)
        if not value.known or not isinstance(value.of, Fraction):
            return (), value.why or "it is no number"
        found.append((at, value.number))
    way = found[-1][1] - found[0][1]
    if all(y == found[0][1] + way * step / FINE for step, (_, y) in enumerate(found)):
        return (found[0], found[-1]), ""
    return tuple(found), ""


# ---- changes


def compared(s: Settlement) -> tuple[Compared, ...]:
    """Figures that are a change from one figure to another, where both are known."""
    found = []
    for figure in s.figures:
        of = s.contract.figures[figure.name]
        change = of.value if isinstance(of, Define) else None
        while isinstance(change, x.Bracket):
            change = change.inner
        if not isinstance(change, x.Change) or not figure.value.known:
            continue
        before, after = (_side(s.terms, node, dict(figure.cell)) for node in (change.before, change.after))
        if before.value.known and after.value.known:
            how = f"{'relative' if change.relative else 'point'} {'fall' if change.fall else 'rise'}"
            found.append(Compared(figure.name, figure.title, dict(figure.cell), how, before, after, figure.value))
    return tuple(found)


def _side(terms: Terms, node: x.Expression, at: Env) -> Side:
    value = terms.value(node, at, terms.frame())
    if not isinstance(node, x.Read):
        return Side(None, None, {}, words(node), value)
    figure = terms.contract.figures[node.figure]
    members = [(dimension, terms.value(way, at, terms.frame())) for dimension, way in node.at]
    cell = {d: str(member.of) for d, member in members if member.known and terms.contract.members(d) is not None}
    return Side(node.figure, figure.title, cell, words(node), value)
