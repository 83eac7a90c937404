"""Why a row does not count: the reasons, in the order in which they are looked for, as people read them.

Source of the rule: a row carries the first condition, as written, that it fails. Engines agree on reasons as they agree on
pennies, so the sentences are made here and nowhere else.
"""

from __future__ import annotations

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
