"""Stretches of days, read one person at a time: plain, obvious, the definition.

A stretch is its first and its last day, both covered, each counted from 1 January of year 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction

from pbr_rules import tallies as v
from pbr_rules.dates import Duration, add, last_day_starting_on

Stretch = tuple[int, int]


def covered(stretches: Iterable[Stretch], without: Iterable[Stretch], ignoring: Duration | None) -> list[Stretch]:
    """Unbroken stretches in order: those that touch or overlap are one, the days of others are taken out, and then gaps of at
    most so many days are bridged."""
    gap = ignoring.days or 0 if ignoring is not None else 0
    return joined(less(joined(stretches, 0), joined(without, 0)), gap)


def joined(stretches: Iterable[Stretch], gap: int) -> list[Stretch]:
    """Stretches with at most `gap` days between them made one, in order."""
    found: list[Stretch] = []
    for first, last in sorted(stretches):
        if found and first - found[-1][1] - 1 <= gap:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def less(stretches: Sequence[Stretch], without: Sequence[Stretch]) -> list[Stretch]:
    """Stretches without the days of others; both in order and apart."""
    found: list[Stretch] = []
    for first, last in stretches:
        begins = first
        for out_first, out_last in without:
            if out_last < begins or out_first > last:
                continue
            if out_first > begins:
                found.append((begins, out_first - 1))
            begins = out_last + 1
        if begins <= last:
            found.append((begins, last))
    return found


def number(counts: v.Counts, stretches: Sequence[Stretch]) -> int:
    """How many days, runs or stretches one person's come to."""
    match counts:
        case v.Days():
            return sum(last - first + 1 for first, last in stretches)
        case v.Runs(length=length):
            return sum((last - first + 1) // (length.days or 1) for first, last in stretches)
        case v.Stretches(lasting=lasting):
            return sum(1 for each in stretches if lasting is None or _has_lasted(each, lasting))
    raise TypeError(f"{type(counts).__name__} comes to no number")


def day(counts: v.Counts, stretches: Sequence[Stretch], at_least: Fraction | None) -> date | None:
    """The day that one person's come to, or None where it never comes, or where it is not known how much is asked for."""
    match counts:
        case v.Lasted(length=length, elapsed=elapsed):
            return _lasted(stretches, length, elapsed)
        case v.Reached():
            return None if at_least is None else _reached(stretches, at_least)
    raise TypeError(f"{type(counts).__name__} comes to no day")


def _has_lasted(stretch: Stretch, length: Duration) -> bool:
    first, last = stretch
    try:
        return last_day_starting_on(date.fromordinal(first), length).toordinal() <= last
    except OverflowError:
        return False


def _lasted(stretches: Sequence[Stretch], length: Duration, elapsed: bool) -> date | None:
    for first, last in stretches:
        begins = date.fromordinal(first)
        try:
            reached = add(begins, length) if elapsed else last_day_starting_on(begins, length)
        except OverflowError:
            continue
        if reached.toordinal() <= last:
            return reached
    return None


def _reached(stretches: Sequence[Stretch], at_least: Fraction) -> date | None:
    total = 0
    for first, last in stretches:
        days = last - first + 1
        if total + days >= at_least:
            lacking = max(1, -int(-(at_least - total) // 1))
            return date.fromordinal(first + lacking - 1)
        total += days
    return None
