"""Which `{` belongs to which heading: finds blocks that are not closed, closes them, and cuts a text into pieces."""

from __future__ import annotations

import re

from attrs import define, field, frozen

from pbr_rules.diagnostics import Diagnostic, Label, close_to
from pbr_rules.source import Span
from pbr_rules.surface.vocabulary import DECLARATIONS, HEADING_WORDS

_NAME = r"[^\W\d_A-Z]\w*"
_TEXT = r'(?:"[^"\n]*"|“[^”\n]*”)'
_BY = rf"by\s+{_NAME}(?:\s+of\s+{_NAME})?(?:\s*,\s*{_NAME}(?:\s+of\s+{_NAME})?)*"
_MEMBERS = rf"(?:except|only)\s+{_NAME}(?:\s*,\s*{_NAME})*"
_BLOCKS = "contract|category|period|records|parameter|scale|measure|payment|limit|constraint|variation"
_FOLLOWS = r'(?=\s*(?:["“{:=(]|by\b|across\b|each\b|when\b|unknown\b|from\b|$|\n))'

HEAD = re.compile(
    rf"(?P<word>{'|'.join(DECLARATIONS)})\b\s+(?:(?P<name>{_NAME}){_FOLLOWS}|(?=\d)|(?={_TEXT})|(?P<plugin>{_NAME})[ \t]+\d)"
)
"""A declaration word that begins a line, and its name: the shape that is a heading wherever it stands."""

_PLAIN_HEAD = re.compile(rf"(?P<word>{'|'.join(DECLARATIONS)})\b\s*(?:(?P<name>{_NAME})|(?=\d|\{{|{_TEXT}))")
_HEADING = re.compile(
    rf"(?:{_BLOCKS})\s+{_NAME}(?:\s*\([^()\n]*\))?(?:\s*{_TEXT})?(?:\s+from\s+\S+(?:\s+to\s+\S+)?)?"
    rf"(?:\s+{_BY})?(?:\s+{_MEMBERS})?(?:\s*:\s*{_NAME})?|example\s+{_TEXT}(?:\s+under\s+{_NAME}(?:\s*,\s*{_NAME})*)?"
)
_LOOSE_HEAD = re.compile(
    rf"(?P<word>[^\W\d_]\w*)[ \t]+(?:(?P<name>{_NAME})[ \t]*(?:{_TEXT}|\(|by\b|across\b|:|=|\{{|\d*[ \t]*(?:\n|\Z))|(?={_TEXT}))"
)
_MARK = re.compile(rf"{_TEXT}|#[^\n]*|(?P<brace>[{{}}])|^[ \t]*(?P<line>[^\W\d_]\w*)", re.MULTILINE)
_IN_A_FIGURE = re.compile(r"payment\s+date\s+of\b")
_WORKED = re.compile(rf"(?P<word>given|expect)\s+(?P<name>{_NAME})?(?P<rows>[^\n=|{{]*\{{)?")
_CONTINUES = frozenset(["by", "across", "when", "otherwise", "and", "or", "from", "use", "rounded"])
_ROWS = re.compile(rf"given\s+{_NAME}(?:\s+complete\s+to\s+[^\s{{|]+(?:\s+[A-Z]\w+\s+\d+)?)?(?=\s*\|)")


@frozen
class Head:
    """A declaration's word and name, and where its line begins."""

    word: str
    name: str
    span: Span
    indent: int

    @property
    def said(self) -> str:
        """`measure events`."""
        return f"`{self.word} {self.name}`" if self.name else f"this `{self.word}`"


@frozen
class Piece:
    """A stretch of text that holds one declaration, or a few whose words could not be told apart."""

    span: Span
    head: Head | None


@define
class _Open:
    at: int
    head: Head | None


@define
class Braces:
    """Reads a text once, brace by brace."""

    text: str
    within: Span
    edits: list[tuple[int, int, str]] = field(factory=list)
    problems: list[Diagnostic] = field(factory=list)
    cuts: list[tuple[int, Head | None]] = field(factory=list)
    damaged: set[str] = field(factory=set)
    _open: list[_Open] = field(factory=list)
    _head: Head | None = None  # the latest heading, while its `{` has not come
    _ended: tuple[int, Head] | None = None  # the latest `}`, and the heading of the block that it closed
    _even: bool | None = None

    def read(self) -> Braces:
        """Finds the pieces, and mends what is not closed."""
        for mark in _MARK.finditer(self.text, self.within.start, self.within.end):
            if mark["brace"]:
                (self._opened if mark["brace"] == "{" else self._closed)(mark.start())
            elif mark["line"]:
                self._line(mark.start("line"), mark.start("line") - mark.start())
        if self._open:
            end = len(self.text[: self.within.end].rstrip())
            self._left_open(end, self._open[0], "the end of the text")
            room = min(len(self._open), len(self.text) - self.within.end)
            self.edits.append((self.within.end, self.within.end + room, "}" * len(self._open)))
        return self

    @property
    def pieces(self) -> list[Piece]:
        """Stretches that each begin with a heading, and what stands before the first."""
        cuts = [(self.within.start, None), *self.cuts]
        ends = [at for at, _ in cuts[1:]] + [self.within.end + len(self._open)]
        return [Piece(Span(at, end), head) for (at, head), end in zip(cuts, ends, strict=True) if at < end]

    def _line(self, at: int, indent: int) -> None:
        """A line that begins with a word."""
        if _IN_A_FIGURE.match(self.text, at):
            return
        self._inside_example(at, indent)
        if not self._open:
            match = _PLAIN_HEAD.match(self.text, at) or self._loose(at, indent)
        else:
            match = HEAD.match(self.text, at)
        if match is None:
            return
        groups = match.groupdict()
        name = groups.get("name") or groups.get("plugin") or ""
        head = Head(match["word"], name, Span(at, match.end()), indent)
        if self._open and not self._fits(head):
            self._close_before(head)
        if not self._open and self._head is not None and self._head.word == "variation":
            self._without_brace(self._head)
            return
        if not self._open:
            self.cuts.append((at, head))
        self._head = head

    def _inside_example(self, at: int, indent: int) -> None:
        """`given` and `expect`: given rows are a block inside the example's."""
        if not (line := _WORKED.match(self.text, at)):
            return
        if not self._open:
            self._outside_example()
        inner = self._open[-1].head if self._open else None
        if inner is not None and inner.word == "given":
            self._close_before(Head(line["word"], line["name"] or "", Span(at, line.end()), indent), one=True)
        if rows := _ROWS.match(self.text, at):
            head = Head("given", line["name"], Span(at, rows.end()), indent)
            self._missing(head, rows.end())
            self._open.append(_Open(rows.end(), head))
        elif line["rows"]:
            self._head = Head("given", line["name"], Span(at, line.end("name")), indent)

    def _outside_example(self) -> None:
        """`given` or `expect` outside all blocks: the example's `{` is missing, or one `}` was too many."""
        if self._head is not None and self._head.word == "example":
            self._without_brace(self._head)
        elif self._ended is not None and self._ended[1].word == "example":
            at, head = self._ended
            self.problems.append(_too_many(at))
            self.edits.append((at, at + 1, " "))
            self._open.append(_Open(at, head))

    def _loose(self, at: int, indent: int) -> re.Match[str] | None:
        """A line outside all braces that looks like a heading whose word is not known."""
        match = _LOOSE_HEAD.match(self.text, at)
        if match is None or match["word"] in _CONTINUES:
            return None
        if self._head is not None and indent > self._head.indent:
            return None
        known = bool(close_to(match["word"], DECLARATIONS)) or match["word"] in HEADING_WORDS
        above = self.text[:at].rstrip(" \t")
        after_block = indent == 0 and above.rstrip().endswith("}")
        return match if known or after_block or not above.strip() else None

    def _fits(self, head: Head) -> bool:
        """Whether a declaration may begin here: only inside a variation, further in than its heading."""
        inner = self._open[-1].head
        if inner is None or (inner.word != "variation" and not close_to(inner.word, ["variation"])):
            return False
        return head.indent > inner.indent or self._balanced

    @property
    def _balanced(self) -> bool:
        """Whether there are as many `}` as `{`, so that a block at the margin can be inside another."""
        if self._even is None:
            marks = [mark["brace"] for mark in _MARK.finditer(self.text, self.within.start, self.within.end)]
            self._even = marks.count("{") <= marks.count("}")
        return self._even

    def _opened(self, at: int) -> None:
        if self._open and self._open[-1].head is not None and not self.text[self._open[-1].at + 1 : at].strip():
            self.problems.append(Diagnostic("not-expected", "`{` is written twice", Span(at, at + 1)))
            self.edits.append((at, at + 1, " "))
            return
        self._open.append(_Open(at, self._head))
        self._head = None

    def _closed(self, at: int) -> None:
        if self._open:
            block = self._open.pop()
            self._ended = (at, block.head) if block.head is not None else None
            return
        head = self._head
        if head is not None and head.word in ("language", "uses", "define"):
            head = None
        heading = _HEADING.match(self.text, head.span.start) if head is not None else None
        if head is not None and heading and self.text[heading.end() : at].strip():
            self._missing(head, heading.end())
            self._head = None
            return
        self.problems.append(_too_many(at))
        self.edits.append((at, at + 1, " "))

    def _missing(self, head: Head, at: int) -> None:
        self.problems.append(
            Diagnostic(
                "not-closed",
                f"`{{` is missing after the heading of {head.said}",
                Span(at - 1, at),
                "`{` belongs here",
                help=("a block begins with `{` and ends with `}`",),
            )
        )
        self._damage(head)
        if self.text[at : at + 1].isspace():
            self.edits.append((at, at + 1, "{"))

    def _without_brace(self, head: Head) -> None:
        """The first line of a variation or an example begins before its `{` came."""
        heading = _HEADING.match(self.text, head.span.start)
        end = heading.end() if heading else head.span.end
        self._missing(head, end)
        self._open.append(_Open(end, head))
        self._head = None

    def _close_before(self, head: Head, one: bool = False) -> None:
        """A declaration begins inside a block: that block was not closed."""
        inner = next((item for item in reversed(self._open) if item.head is not None), self._open[-1])
        end = len(self.text[: head.span.start].rstrip())
        self._left_open(self._code_end(end), inner, f"{head.said} begins")
        closing = 0
        while self._open:
            outer = self._open[-1].head
            if outer is not None and outer.word == "variation" and head.indent > outer.indent:
                break
            self._open.pop()
            closing += 1
            if one:
                break
        for offset in range(closing):
            at = head.span.start - head.indent - 1 - offset
            if at >= end and self.text[at : at + 1].isspace():
                self.edits.append((at, at + 1, "}"))

    def _code_end(self, end: int) -> int:
        """The end of the last line of a block, before the comments that follow it."""
        lines = self.text[:end].splitlines()
        while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
            end -= len(lines.pop()) + 1
        return max(end, 1)

    def _left_open(self, end: int, block: _Open, before: str) -> None:
        head = block.head
        said = head.said if head is not None else "this block"
        start = head.span if head is not None else Span(block.at, block.at + 1)
        self.problems.append(
            Diagnostic(
                "not-closed",
                f"{said} is not closed before {before}",
                Span(end - 1, end),
                "`}` belongs after this",
                labels=(Label(start, "the block begins here"),),
                help=("end the block with `}`",),
            )
        )
        if head is not None:
            self._damage(head)

    def _damage(self, head: Head) -> None:
        if head.name:
            self.damaged.add(head.name)


def _too_many(at: int) -> Diagnostic:
    return Diagnostic("not-expected", "this `}` is one too many", Span(at, at + 1), help=("leave it out",))


def edited(text: str, edits: list[tuple[int, int, str]]) -> str:
    """The text with stretches written over."""
    parts: list[str] = []
    at = 0
    for start, end, new in sorted(edits):
        if start >= at:
            parts += [text[at:start], new]
            at = end
    return "".join([*parts, text[at:]])
