"""Text to the tree as written, declaration by declaration, so that one broken clause does not spoil the next."""

from __future__ import annotations

import re

from lark import TextSlice, UnexpectedInput
from lark.exceptions import VisitError

from pbr_rules import bounds
from pbr_rules.diagnostics import Diagnostic
from pbr_rules.source import Source, Span
from pbr_rules.surface import forms, literate
from pbr_rules.surface.build import Builder
from pbr_rules.surface.figures import Problem
from pbr_rules.surface.grammar import parser
from pbr_rules.surface.spelling import scan
from pbr_rules.surface.tree import Document, Node
from pbr_rules.surface.vocabulary import DECLARATIONS

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
        read = _whole(text, block)
        if read is None:
            from pbr_rules.surface import pieces  # most contracts have no mistake, and need none of what finds one

            reading = pieces.read(text, block, found)
            read = reading.declarations
            damaged |= reading.damaged
        declarations += read
    whole = [node for node in declarations if getattr(node, "name", "") not in damaged]
    found += [report for node in whole for report in forms.mistakes(node)]
    kept = _one_a_line(source, found)
    damaged |= _spoiled(declarations, kept)
    return Document(tuple(declarations), tuple(sorted(damaged))), kept


def _whole(text: str, within: Span) -> tuple[Node, ...] | None:
    """The declarations of a stretch without mistakes, or None."""
    try:
        tree = parser().parse(TextSlice(text, within.start, within.end))
        return Builder().transform(tree).declarations
    except UnexpectedInput:
        return None
    except VisitError as error:
        if isinstance(error.orig_exc, Problem):
            return None
        raise


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
