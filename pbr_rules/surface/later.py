"""Words of the language that wait for a later version, each with a sentence for who writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pbr_rules.diagnostics import Diagnostic
from pbr_rules.source import Span
from pbr_rules.surface import tree as t

_PHRASES: tuple[tuple[str, re.Pattern[str], str, str], ...] = tuple(
    (block, re.compile(pattern), what, instead)
    for block, pattern, what, instead in (
        ("", r"already\s+paid\s+on\b", "reading what earlier statements paid", ""),
        ("", r"payment\s+date\b", "reading the day of a payment", "count the time from a date column"),
    )
)


def phrase(text: str, within: Span, at: int, block: str) -> Diagnostic | None:
    """A phrase of a later version that stands where reading stopped."""
    line = text.rfind("\n", 0, at) + 1
    for place, pattern, what, instead in _PHRASES:
        if place and place != block:
            continue
        for match in pattern.finditer(text, max(within.start, text.rfind("\n", 0, max(0, line - 1)) + 1), within.end):
            if match.start() <= at and match.end() >= line:
                return waiting(what, Span(match.start(), match.end()), instead)
    return None


def waiting(what: str, span: Span, instead: str = "") -> Diagnostic:
    """The report of words that this version does not settle."""
    help_ = (instead,) if instead else ()
    return Diagnostic("not-in-this-version", f"{what}: this version does not settle it yet", span, help=help_)


def clauses(declaration: t.Node) -> Iterator[Diagnostic]:
    """What a declaration says that can be read and waits for a later version."""
    match declaration:
        case t.Variation(dates=dates, by=by, declarations=inner):
            if dates is not None or by is not None:
                yield waiting(
                    "a variation from one day to another",
                    declaration.name_span,
                    "without dates it is a reading: settle under it, or beside the contract",
                )
            for node in inner:
                yield from clauses(node)
        case t.Limit(lines=lines):
            for line in lines:
                if isinstance(line, t.Covers):
                    yield from (
                        waiting("a limit on one payer's share", covered.span, "cover the whole payment")
                        for covered in line.payments
                        if covered.payer is not None
                    )
        case t.Payment(lines=lines):
            yield from (
                waiting(
                    "`never recovered`", line.span, "leave it out: what is due is the entitlement less what was paid"
                )
                for line in lines
                if isinstance(line, t.NeverRecovered)
            )
        case t.Constraint(lines=lines):
            yield from (
                waiting("holding a payment back", line.span, "name an event, such as `otherwise breach`")
                for line in lines
                if isinstance(line, t.Consequence) and line.held is not None
            )
