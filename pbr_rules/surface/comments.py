"""Where the comments of a text stand between its words, so that a new layout can put each back."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from attrs import frozen
from lark import Token

from pbr_rules.source import Span
from pbr_rules.surface.grammar import parser
from pbr_rules.surface.spelling import spaced

_QUOTE_OR_COMMENT = re.compile(r'"[^"\n]*"|“[^”\n]*”|(?P<comment>#[^\n]*)')


@frozen
class Comment:
    """A comment.

    `before` is the number of the word it stands before; `alone`: nothing else is on its line; `gap`: an empty line is
    above it.
    """

    text: str
    span: Span
    before: int
    alone: bool
    gap: bool


def comment_spans(text: str) -> Iterator[Span]:
    """Where comments stand: a `#` in quotes begins none."""
    for found in _QUOTE_OR_COMMENT.finditer(text):
        if found["comment"]:
            yield Span(found.start(), found.end())


def tokens(text: str) -> list[Token]:
    """The words of a text without mistakes, phrases as one word."""
    return parser().parse_interactive(spaced(text)).exhaust_lexer()


def comments(text: str, words: list[Token], within: Span) -> list[Comment]:
    """The comments of a stretch, whose words are `words`."""
    starts = [word.start_pos or 0 for word in words]
    found: list[Comment] = []
    for span in comment_spans(text):
        if not within.start <= span.start < within.end:
            continue
        before = bisect_left(starts, span.start)
        ends = [within.start]
        if before:
            ends.append(words[before - 1].end_pos or 0)
        if found:
            ends.append(found[-1].span.end)
        above = text[max(ends) : span.start]
        alone = "\n" in above or before == 0
        text_of = text[span.start : span.end].rstrip()
        found.append(Comment(text_of, span, before, alone, above.count("\n") > 1))
    return found


def gaps(text: str, words: list[Token], notes: list[Comment], within: Span) -> set[int]:
    """The words that have an empty line above them."""
    ends = sorted([within.start, *((word.end_pos or 0) for word in words), *(note.span.end for note in notes)])
    found = set()
    for number, word in enumerate(words):
        start = word.start_pos or 0
        above = text[ends[bisect_left(ends, start + 1) - 1] : start]
        if above.count("\n") > 1:
            found.add(number)
    return found
