"""What is worth saying of all that was found: each problem once, the one that explains most first, and nothing that only follows."""

from __future__ import annotations

import re

from pbr_rules.diagnostics import FORM, Diagnostic
from pbr_rules.source import Source
from pbr_rules.surface import tree as t


def merged(*found: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """Each problem once: errors first, those of how it is written before those of what it means, in the order of the text."""
    unique = dict.fromkeys(d for part in found for d in part)
    return tuple(sorted(unique, key=lambda d: (not d.is_error, d.code not in FORM, d.span.start)))


def not_following(
    source: Source, document: t.Document, spelling: tuple[Diagnostic, ...], meaning: tuple[Diagnostic, ...]
) -> tuple[Diagnostic, ...]:
    """What is wrong with the meaning, less what only follows from a clause that could not be read whole: what such a clause
    lacks, that nothing has its name, and more about a place, or the word before it, of which something is said already."""
    if not any(d.is_error for d in spelling):
        return meaning
    wrong, damaged = {d.span.start for d in spelling if d.is_error}, set(document.damaged)
    spans = [n.span for n in document.declarations if any(n.span.start <= at < n.span.end for at in wrong)]

    def follows(d: Diagnostic) -> bool:
        if d.span.start in wrong:
            return True
        if d.code in ("unknown-name", "ambiguous", "grain", "incomplete") and damaged.intersection(
            re.findall(r"`(\w+)`", d.headline)
        ):
            return True
        if d.code == "unknown-name":
            return any(at >= d.span.end and not source.text[d.span.end : at].strip() for at in wrong)
        return d.code in ("incomplete", "cells") and any(span.start <= d.span.start < span.end for span in spans)

    return tuple(d for d in meaning if not follows(d))
