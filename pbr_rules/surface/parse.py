"""Text to the tree as written, declaration by declaration, so that one broken clause does not spoil the next."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lark import TextSlice, UnexpectedInput
from lark.exceptions import VisitError

from pbr_rules import bounds
from pbr_rules.diagnostics import Diagnostic
from pbr_rules.source import Source, Span
from pbr_rules.surface.build import Builder
from pbr_rules.surface.figures import Problem
from pbr_rules.surface.grammar import parser
from pbr_rules.surface.tree import Document, Node

DECLARATIONS = (
    *("language", "uses", "contract", "category", "period", "records", "parameter", "scale", "measure"),
    *("define", "payment", "limit", "constraint", "variation", "example"),
)


def parse(source: Source) -> tuple[Document, tuple[Diagnostic, ...]]:
    """The contract as written, with every mistake of spelling and form. Clauses that could not be read are left out."""
    if len(source.text) > bounds.CONTRACT_CHARACTERS:
        return Document(()), (
            Diagnostic("too-long", f"a contract has at most {bounds.CONTRACT_CHARACTERS:,} characters", Span(0, 0)),
        )
    declarations: list[Node] = []
    problems: list[Diagnostic] = []
    for piece in pieces(source.text):
        read, found = _parse_piece(source.text, piece)
        declarations += read
        problems += found
    return Document(tuple(declarations)), tuple(problems)


_BEGINS = re.compile(rf"^[ \t]*(?:{'|'.join(DECLARATIONS)})(?=[ \t]+[^\W\d_]|[ \t]+[\"“\d])", re.MULTILINE)
_SKIPPED = re.compile(r'"[^"\n]*"|“[^”\n]*”|#[^\n]*|[{}]')


def pieces(text: str) -> Iterator[Span]:
    """Stretches that each hold whole declarations: cut where a declaration word begins a line outside braces."""
    starts = [match.start() for match in _BEGINS.finditer(text)]
    depth, at, cuts = 0, 0, [0]
    marks = [(m.start(), m.group()) for m in _SKIPPED.finditer(text)]
    for start in starts:
        while at < len(marks) and marks[at][0] < start:
            depth += {"{": 1, "}": -1}.get(marks[at][1], 0)
            at += 1
        if depth <= 0:
            cuts.append(start)
            depth = 0
    for first, last in zip(cuts, [*cuts[1:], len(text)], strict=True):
        if first != last:
            yield Span(first, last)


def _parse_piece(text: str, piece: Span) -> tuple[tuple[Node, ...], list[Diagnostic]]:
    try:
        tree = parser().parse(TextSlice(text, piece.start, piece.end))
        return Builder().transform(tree).declarations, []
    except UnexpectedInput as error:
        position = error.pos_in_stream if error.pos_in_stream is not None else piece.start
        return (), [Diagnostic("not-expected", "this cannot stand here", Span(position, position + 1))]
    except VisitError as error:
        if isinstance(error.orig_exc, Problem):
            return (), [error.orig_exc.diagnostic]
        raise
