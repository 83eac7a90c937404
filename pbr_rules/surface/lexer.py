"""Text to words: Lark's contextual lexer, with a pattern for each word of the grammar, compiled once.

Lark compiles one pattern for each set of words that may come next, and the figures, which take longest, into nearly every one
of them. Here a word's pattern is compiled when it is first tried, whatever comes before it, and only those are tried that may
begin with the letter that is there. Which of several is taken does not change: the first in Lark's own order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from lark import TextSlice
from lark.lexer import BasicLexer, ContextualLexer, PatternStr, Scanner, TerminalDef

Match = Callable[[str, int, int], "re.Match[str] | None"]


class Words(Scanner):
    """The words that may come at one place, in the order in which they are tried."""

    def __init__(self, terminals: Iterable[TerminalDef]) -> None:
        self.terminals = list(terminals)
        self.allowed_types = {terminal.name for terminal in self.terminals}
        self._beginning: dict[str, list[tuple[Match, str]]] = {}

    def match(self, text: TextSlice[Any], pos: int) -> tuple[str, str] | None:
        """The word at a position and what it is, or None."""
        whole, end = text.text, text.end
        letter = whole[pos]
        tried = self._beginning.get(letter)
        if tried is None:
            may = (terminal for terminal in self.terminals if beginning(terminal) in (None, letter))
            tried = self._beginning[letter] = [(_match(t.pattern.to_regexp()), t.name) for t in may]
        for match, name in tried:
            found = match(whole, pos, end)
            if found:
                return found.group(), name
        return None


def beginning(terminal: TerminalDef) -> str | None:
    """The letter that a word of the grammar begins with, or None where it is not one and the same."""
    written = terminal.pattern.value
    # Of two plain letters the first is there for certain: what follows may make only the second optional.
    sure = isinstance(terminal.pattern, PatternStr) or (re.match("[a-z]{2}", written) and "|" not in written)
    return written[0] if sure and not terminal.pattern.flags else None


@cache
def _match(pattern: str) -> Match:
    return re.compile(pattern).match


class _OfOnePlace(BasicLexer):
    def _build_scanner(self) -> Scanner:
        # No punctuation of the grammar is also a name or a figure, so nothing is to be called back.
        self.callback = {}
        return Words(self.terminals)


class Lexer(ContextualLexer):
    """The lexer that the parser is built with."""

    BasicLexer = _OfOnePlace
