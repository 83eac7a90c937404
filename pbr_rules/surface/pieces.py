"""A stretch of text with mistakes, read clause by clause."""

from __future__ import annotations

from attrs import evolve

from pbr_rules import bounds
from pbr_rules.diagnostics import Diagnostic, close_to
from pbr_rules.source import Span
from pbr_rules.surface import mend
from pbr_rules.surface.braces import Braces, Piece, edited
from pbr_rules.surface.vocabulary import DECLARATIONS, HEADING_WORDS


def read(text: str, block: Span, found: list[Diagnostic]) -> mend.Reading:
    """The declarations of each clause that can be read, and the names of those that are damaged; what is wrong goes to `found`."""
    braces = Braces(text, block).read()
    found += braces.problems
    done = mend.Reading(damaged=set(braces.damaged))
    closed = edited(text, braces.edits)
    for piece in braces.pieces:
        if len(found) > 4 * bounds.REPORTS:
            break
        reading = _piece(closed, piece, found)
        done.declarations += reading.declarations
        done.damaged |= reading.damaged
    return done


def _piece(whole: str, piece: Piece, found: list[Diagnostic]) -> mend.Reading:
    head = piece.head
    if head is None or head.word in DECLARATIONS:
        reading = mend.read(whole, piece)
        found += reading.problems
        return reading
    report, say = _unknown_heading(piece)
    found.append(report)
    reading = mend.Reading(damaged={head.name} if head.name else set())
    if say and (mended := mend.fitted(whole, (head.span.start, head.span.start + len(head.word), say))):
        again = mend.read(
            mended, Piece(Span(head.span.start - (len(say) - len(head.word)), piece.span.end), evolve(head, word=say))
        )
        found += again.problems
        reading.declarations = again.declarations
        reading.damaged |= again.damaged
    return reading


def _unknown_heading(piece: Piece) -> tuple[Diagnostic, str]:
    """A line outside all blocks that begins with no word for a clause."""
    head = piece.head
    word = head.word if head is not None else ""
    span = Span(piece.span.start, piece.span.start + len(word))
    near = close_to(word, DECLARATIONS)
    say = HEADING_WORDS.get(word) or (near[0] if near else "")
    if say:
        headline = f"no clause begins with `{word}`; did you mean `{say}`?"
        return Diagnostic("not-expected", headline, span, help=(f"write `{say}`",)), say
    words = ", ".join(f"`{known}`" for known in DECLARATIONS[2:])
    return Diagnostic(
        "not-expected", f"no clause begins with `{word}`", span, help=(f"clauses begin with {words}",)
    ), ""
