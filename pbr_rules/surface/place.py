"""Where reading stopped, and what is found to be the reason."""

from __future__ import annotations

from attrs import frozen
from lark import Token

from pbr_rules.diagnostics import Diagnostic
from pbr_rules.source import Span
from pbr_rules.surface.repair import Stop


@frozen
class Reason:
    """A report, and what to read instead: a stretch of the piece and its new text, or None where nothing would do."""

    report: Diagnostic
    change: tuple[int, int, str] | None = None


@frozen
class Place:
    """A piece's text, where reading stopped in it, and in which block (`measure`; empty: in the heading)."""

    text: str
    stop: Stop
    block: str
    clause: Span

    @property
    def at(self) -> int:
        """Offset of the word that could not be read."""
        return (self.stop.at.start_pos or 0) if self.stop.at is not None else len(self.text.rstrip())

    @property
    def words(self) -> tuple[Token, ...]:
        """The words up to and with the one that could not be read."""
        return (*self.stop.words, *([self.stop.at] if self.stop.at is not None else []))

    def span(self, word: Token) -> Span:
        """Where a word stands."""
        return Span(word.start_pos or 0, word.end_pos or 0)
