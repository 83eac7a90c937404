"""What is drawn, as data: scales with where they were read, and changes with both their sides. Every place is an exact ratio."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pbr_rules.exact import ratio_text
from pbr_rules.settlement.drawn import Compared, Drawn, Mark, Side
from pbr_rules.settlement.values import exact_text, put_in, shown

Json = dict[str, Any]
Say = Callable[[str], str]


def scale_json(d: Drawn, say: Say) -> Json:
    """A scale as it was read."""
    return {
        "scale": d.scale.name,
        "title": d.scale.title,
        "how": d.scale.sentence,
        "along": {"argument": d.scale.arguments[0], "kind": d.along.words},
        "gives": d.gives.words,
        "beside": [{"argument": name, "exact": exact_text(value), "shown": put_in(value)} for name, value in d.beside],
        "over": [ratio_text(end) for end in d.over],
        "bands": [
            {
                "ends": piece.ends,
                "gives": piece.gives,
                "from": None if piece.low is None else ratio_text(piece.low),
                "from_in": piece.low_in,
                "to": None if piece.high is None else ratio_text(piece.high),
                "to_in": piece.high_in,
                "points": [[ratio_text(x), ratio_text(y)] for x, y in piece.points],
                "why": piece.why or None,
            }
            for piece in d.pieces
        ],
        "marks": _marks(d.marks, say),
    }


def _marks(marks: tuple[Mark, ...], say: Say) -> list[Json]:
    """Where it was read. People of whom it gave the same are one mark."""
    found: dict[tuple[str, Any, str], Json] = {}
    for mark in marks:
        made: Json = {
            "of": say(mark.of),
            "title": mark.title,
            "cell": dict(mark.cell),
            "people": mark.people,
            "at": exact_text(mark.at),
            "at_shown": shown(mark.at),
            "gave": exact_text(mark.gave),
            "gave_shown": shown(mark.gave),
            "state": str(mark.gave.state),
            "why": say(mark.gave.why) or None,
        }
        if mark.people is None:
            found[mark.of, made["at"], ""] = made
            continue
        same = found.setdefault((made["of"], made["at"], str(made["gave"])), made)
        if same is not made:
            same["people"] += mark.people
    return list(found.values())


def change_json(c: Compared, say: Say) -> Json:
    """A change and its two sides."""
    return {
        "figure": c.figure,
        "title": c.title,
        "cell": dict(c.cell),
        "how": c.how,
        "before": _side(c.before, say),
        "after": _side(c.after, say),
        "exact": exact_text(c.change),
        "shown": shown(c.change),
    }


def _side(side: Side, say: Say) -> Json:
    return {
        "figure": side.figure,
        "title": side.title,
        "cell": dict(side.cell),
        "words": say(side.words),
        "kind": side.value.kind.words,
        "exact": exact_text(side.value),
        "shown": shown(side.value),
    }
