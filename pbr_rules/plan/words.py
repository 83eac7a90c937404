"""Why a row does not count: the reasons, in the order in which they are looked for, as people read them.

Source of the rule: a row carries the first condition, as written, that it fails. Engines agree on reasons as they agree on
pennies, so the sentences are made here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator

from pbr_rules import tallies as v
from pbr_rules.expressions import Column, Expression, PeriodOf
from pbr_rules.plan.model import Count
from pbr_rules.words import words


def excluded(why: str) -> str:
    """The contract leaves the row, or its person, out."""
    return f"excluded: {why}"


def nobody(count: Count) -> str:
    """A row whose way to its person is blank."""
    return f"names nobody in `{count.base}`"


def not_among(condition: Expression) -> str:
    """Its person is not among those counted over."""
    return f"person not among: {words(condition)}"


def fails(condition: Expression) -> str:
    """A condition that the row does not meet."""
    return f"not: {words(condition)}"


def no_day(count: Count) -> str:
    """A stretch with no day in the window that the measure counts, or with no day at all."""
    clip = count.covering.clip if count.covering is not None else None
    return "covers no day" + (f" from {words(clip[0])} until {words(clip[1])}" if clip is not None else "")


def stretches(count: Count) -> Iterator[str]:
    """The lines of a measure that say which days of stretches count, and what of them."""
    covering = count.covering
    if covering is not None and covering.clip is not None:
        yield f"from {words(covering.clip[0])} until {words(covering.clip[1])}"
    for taken in covering.without if covering is not None else ():
        yield f"except days of {taken.stretch.records}.{taken.stretch.name}"
    counts = count.counts.of if isinstance(count.counts, v.Reached) else count.counts
    if isinstance(counts, v.COVERING) and counts.ignoring is not None:
        yield f"ignoring gaps of {counts.ignoring}"
    match count.counts:
        case v.Runs(length=length):
            yield f"in runs of {length}"
        case v.Stretches(lasting=length) if length is not None:
            yield f"stretches that have lasted {length}"
        case v.Lasted(length=length, elapsed=elapsed):
            yield f"the first day on which a stretch has lasted {length}" + (
                ", that time having gone by" if elapsed else ""
            )
        case v.Reached(at_least=at_least, day=day):
            yield f"reaches {words(at_least)}" + (f", by {words(day)}" if day is not None else "")
        case v.Earliest(day=day) | v.Latest(day=day):
            yield f"{type(count.counts).__name__.lower()} {words(day)}"
    if count.most is not None:
        yield f"at most {words(count.most)} for each"


def unplaced(dimension: str, at: Expression) -> str:
    """A row that falls in no member of a dimension."""
    if isinstance(at, PeriodOf):
        return f"in no `{dimension}`: {words(at.day)} lies in none"
    name = at.name if isinstance(at, Column) else words(at)
    return f"in no `{dimension}`: `{name}` is blank"


def left_out(dimension: str) -> str:
    """A row in a member that the measure leaves out."""
    return f"in a `{dimension}` that the measure leaves out"


def outside() -> str:
    """A row in a cell outside the scope."""
    return "outside the contract's scope"


def already(count: Count) -> str:
    """Another row stands for the same key."""
    once = f"already counted: once for each {', '.join(words(column) for column in count.once)}"
    if count.survivor is None or isinstance(count.survivor[0], Column):
        return once
    value, smallest = count.survivor
    return f"{once}, taking the {'smallest' if smallest else 'largest'} {words(value)}"
