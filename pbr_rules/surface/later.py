"""Words of the language that wait for a later version, each with a sentence for who writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pbr_rules.diagnostics import Diagnostic
from pbr_rules.source import Span
from pbr_rules.surface import tree as t

_NAME = r"[^\W\d_]\w*"

_PHRASES: tuple[tuple[str, re.Pattern[str], str, str], ...] = tuple(
    (block, re.compile(pattern), what, instead)
    for block, pattern, what, instead in (
        ("contract", rf"calendar\s+{_NAME}", "calendars of working days", "write days or weeks"),
        ("", r"working\s+days?\b", "working days", "write days or weeks"),
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
