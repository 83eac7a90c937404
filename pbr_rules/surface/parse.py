"""Text to the tree as written, declaration by declaration, so that one broken clause does not spoil the next."""

from __future__ import annotations

import re

from attrs import evolve

from pbr_rules import bounds
from pbr_rules.diagnostics import Diagnostic, close_to
from pbr_rules.source import Source, Span
from pbr_rules.surface import forms, literate, mend
from pbr_rules.surface.braces import Braces, Piece, edited
from pbr_rules.surface.spelling import scan
from pbr_rules.surface.tree import Document, Node
from pbr_rules.surface.vocabulary import DECLARATIONS, HEADING_WORDS

_BEGINS = re.compile(rf"^[^\S\n]*(?:{'|'.join(DECLARATIONS)})\b", re.MULTILINE)

_SAYS = re.compile(r"^[^\S\n]*[^\s#]", re.MULTILINE)


def _first(text: str) -> Span:
    """The first character that is not a space."""
    at = len(text) - len(text.lstrip())
    return Span(at, at + 1)


def parse(source: Source) -> tuple[Document, tuple[Diagnostic, ...]]:
    """The contract as written, with every mistake of spelling and form.

    Clauses that could not be read are left out; the names they declare are the document's `damaged`.
    """
    if len(source.text) > bounds.CONTRACT_CHARACTERS:
        most = f"a contract has at most {bounds.CONTRACT_CHARACTERS:,} characters"
        return Document(()), (Diagnostic("too-long", most, Span(0, 0)),)
    if _SAYS.search(source.text) and not _BEGINS.search(source.text):
        begin = 'a contract begins `contract name "Title" { … }`; `pbr new NAME` writes one to begin from'
        return Document(()), (
            Diagnostic("incomplete", "nothing here reads as a contract", _first(source.text), help=(begin,)),
        )
    text, problems = scan(source.text)
    if deep := _too_deep(text):
        return Document(()), (*problems, deep)[: bounds.REPORTS]
    found = list(problems)
    declarations: list[Node] = []
    damaged: set[str] = set()
    for block in _blocks(source, found):
        if (read := mend.read_whole(text, block)) is not None:
            declarations += read
            continue
        braces = Braces(text, block).read()
        found += braces.problems
        damaged |= braces.damaged
        closed = edited(text, braces.edits)
        for piece in braces.pieces:
            if len(found) > 4 * bounds.REPORTS:
                break
            reading = _piece(closed, piece, found)
            declarations += reading.declarations
            damaged |= reading.damaged
    whole = [node for node in declarations if getattr(node, "name", "") not in damaged]
    found += [report for node in whole for report in forms.mistakes(node)]
    kept = _one_a_line(source, found)
    damaged |= _spoiled(declarations, kept)
    return Document(tuple(declarations), tuple(sorted(damaged))), kept


def _blocks(source: Source, found: list[Diagnostic]) -> list[Span]:
    """The stretches of the text that hold rules: all of it, or the blocks of a literate contract."""
    if source.original is None:
        return [Span(0, len(source.text))]
    blocks = literate.blocks(source.original)
    if not blocks:
        help_ = ("rules stand between a line ```pbr and a line ```",)
        found.append(Diagnostic("incomplete", "this file has no rules", Span(0, 1), help=help_))
    found += [
        Diagnostic(
            "not-closed",
            "this block of rules is not closed",
            Span(block.span.start - 4, block.span.start - 1),
            help=("end it with a line ```",),
        )
        for block in blocks
        if not block.closed
    ]
    return [block.span for block in blocks]


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


_BRACKETS = re.compile(r'"[^"\n]*"|“[^”\n]*”|#[^\n]*|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<not>(?:\bnot\s+|-\s*)+)')


def _too_deep(text: str) -> Diagnostic | None:
    """More brackets inside one another than anybody could follow."""
    depth = 0
    for mark in _BRACKETS.finditer(text):
        if mark["open"]:
            depth += 1
        elif mark["close"]:
            depth = max(0, depth - 1)
        repeated = len(mark["not"].split()) if mark["not"] else 0
        if depth > bounds.BRACKETS or repeated > bounds.BRACKETS:
            return Diagnostic(
                "too-deep",
                f"there are more than {bounds.BRACKETS} brackets inside one another here",
                Span(mark.start(), mark.start() + 1),
                help=("give the inner parts names with `define`",),
            )
    return None


def _one_a_line(source: Source, found: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """One report for a line, the first made; in the order of the text; not too many."""
    lines: dict[int, Diagnostic] = {}
    for report in found:
        lines.setdefault(source.place(min(report.span.start, len(source.text))).line, report)
    return tuple(sorted(lines.values(), key=lambda report: report.span.start))[: bounds.REPORTS]


def _spoiled(declarations: list[Node], problems: tuple[Diagnostic, ...]) -> set[str]:
    """Names of declarations that have a mistake somewhere inside."""
    spans = [(node.span, getattr(node, "name", "")) for node in declarations]
    return {
        name
        for span, name in spans
        if name and any(span.start <= problem.span.start < span.end for problem in problems)
    }
