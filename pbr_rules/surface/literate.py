"""Literate contracts: the signed text in Markdown, its rules in fenced `pbr` blocks."""

from __future__ import annotations

import re

from attrs import frozen

from pbr_rules.source import Source, Span

_FENCE = re.compile(r"(?P<indent> {0,3})(?P<mark>`{3,}|~{3,})(?P<word>[^\r\n]*)")
_HEADING = re.compile(r" {0,3}(?P<level>#{1,6})[ \t]+(?P<text>[^\r\n]*?)[ \t]*#*[ \t]*\r?\n?")


@frozen
class Block:
    """The inside of a fenced block, without its fences."""

    span: Span
    indent: str
    closed: bool

    def indented(self, text: str) -> str:
        """Text set in as far as the fence is."""
        if not self.indent:
            return text
        return "".join(f"{self.indent}{line}" if line.strip() else line for line in text.splitlines(keepends=True))


def read(name: str, text: str) -> Source:
    """A source for a contract's text. Of Markdown (a name in `.md`) only the `pbr` blocks are rules.

    Everything else becomes spaces, so that every offset, line and column is that of the file.
    """
    if not name.lower().endswith(".md"):
        return Source(name, text)
    parts: list[str] = []
    at = 0
    for block in blocks(text):
        parts += [_blank(text[at : block.span.start]), text[block.span.start : block.span.end]]
        at = block.span.end
    parts.append(_blank(text[at:]))
    return Source(name, "".join(parts), _headings(text), literate=True, original=text)


def blocks(text: str) -> tuple[Block, ...]:
    """The `pbr` blocks of a Markdown text, in order."""
    return tuple(block for word, block in _fenced(text) if word == "pbr")


def _fenced(text: str) -> list[tuple[str, Block]]:
    found: list[tuple[str, Block]] = []
    start, mark, word, indent = -1, "", "", ""
    at = 0
    for line in text.splitlines(keepends=True):
        fence = _FENCE.match(line)
        if start < 0 and fence and not ("`" in fence["mark"] and "`" in fence["word"]):
            start, mark, indent = at + len(line), fence["mark"], fence["indent"]
            word = (fence["word"].split() or [""])[0].lower()
        elif start >= 0 and fence and fence["mark"].startswith(mark) and not fence["word"].strip():
            found.append((word, Block(Span(start, at), indent, True)))
            start = -1
        at += len(line)
    if start >= 0:
        found.append((word, Block(Span(start, at), indent, False)))
    return found


def _blank(text: str) -> str:
    return re.sub(r"[^\r\n]", " ", text)


def _headings(text: str) -> tuple[tuple[int, str], ...]:
    """Each heading outside the blocks, with the headings above it: `Schedule 4 › 2 Early payment`."""
    inside = [block.span for _, block in _fenced(text)]
    trail: list[tuple[int, str]] = []
    found: list[tuple[int, str]] = []
    at = 0
    for line in text.splitlines(keepends=True):
        heading = _HEADING.fullmatch(line)
        if heading and heading["text"] and not any(span.start <= at < span.end for span in inside):
            level = len(heading["level"])
            trail = [item for item in trail if item[0] < level] + [(level, heading["text"])]
            found.append((at, " › ".join(text for _, text in trail)))
        at += len(line)
    return tuple(found)
