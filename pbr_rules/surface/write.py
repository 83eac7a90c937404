"""The one layout of a contract: same tree, same comments, whatever the author's own spacing."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate

from attrs import define, field
from lark import Token

from pbr_rules.diagnostics import ContractError, InternalError
from pbr_rules.source import Source, Span
from pbr_rules.surface import literate
from pbr_rules.surface.align import aligned
from pbr_rules.surface.comments import Comment, comment_spans, comments, gaps, tokens
from pbr_rules.surface.layout import Layout, Line, Written
from pbr_rules.surface.parse import parse
from pbr_rules.surface.tree import Document


class LayoutError(InternalError):
    """A promise of the layout is broken; the old text must stay."""


class TreeChangedError(LayoutError):
    """The new layout says something else than the old text."""


class NotStableError(LayoutError):
    """Laying out the new layout changes it again."""


class CommentLostError(LayoutError):
    """A comment of the old text is not in the new layout."""


def write(source: Source) -> str:
    """The contract in its one layout. Of a literate contract only the rules change.

    Raises:
        ContractError: the contract has mistakes; it is not laid out.
        LayoutError: a promise of the layout is broken, and the text must not be replaced.
    """
    document = _read(source)
    done = _written(source, document)
    again = literate.read(source.name, done) if source.literate else Source(source.name, done)
    changed = _read(again)
    if changed != document:
        raise TreeChangedError(f"laying out {source.name} would change what it says")
    if _comment_texts(again) != _comment_texts(source):
        raise CommentLostError(f"laying out {source.name} would lose a comment")
    if _written(again, changed) != done:
        raise NotStableError(f"laying out {source.name} twice gives two layouts")
    return done


def write_document(document: Document) -> str:
    """The text of a tree that has no text of its own."""
    lines = Layout().document(document.declarations)
    return _assembled(lines, _Notes(lines)) if lines else ""


def _read(source: Source) -> Document:
    document, problems = parse(source)
    if any(problem.is_error for problem in problems):
        raise ContractError(source, problems)
    return document


def _comment_texts(source: Source) -> list[str]:
    return [source.text[span.start : span.end].rstrip() for span in comment_spans(source.text)]


def _written(source: Source, document: Document) -> str:
    text = source.text
    words = tokens(text)
    if not source.literate:
        return _with_line_ends(_block(text, document, words, Span(0, len(text))), text)
    done: list[str] = []
    original = source.original or text
    at = 0
    for block in literate.blocks(original):
        body = _block(text, document, words, block.span)
        done += [original[at : block.span.start], _with_line_ends(block.indented(body), original)]
        at = block.span.end
    return "".join([*done, original[at:]])


def _with_line_ends(text: str, like: str) -> str:
    return text.replace("\n", "\r\n") if "\r\n" in like else text


def _block(text: str, document: Document, all_words: list[Token], within: Span) -> str:
    """The new text of one stretch that holds whole declarations."""
    words = [word for word in all_words if within.start <= (word.start_pos or 0) < within.end]
    notes = comments(text, words, within)
    days = [word for word in words if word.type == "DATE"]
    written = Written(
        tuple(day.start_pos or 0 for day in days),
        tuple(_spelled(day) for day in days),
        tuple(note.span.start for note in notes),
    )
    inside = [node for node in document.declarations if within.start <= node.span.start < within.end]
    lines = Layout(written).document(inside)
    placed = _Notes(lines)
    placed.place(words, notes, gaps(text, words, notes, within))
    return _assembled(lines, placed)


def _spelled(day: str) -> str:
    first, *rest = day.split()
    return " ".join([first.lstrip("0"), *rest]) if rest else first


@define
class _Notes:
    """The comments and empty lines of a layout, by line.

    `above`: whole-line comments, each with an empty line above it or not; `after`: a comment at the end of the line;
    `inside`: comments that break the line, with the column each stands before; `empty`: an empty line above the line.
    """

    lines: list[Line]
    above: dict[int, list[tuple[bool, str]]] = field(factory=dict)
    after: dict[int, str] = field(factory=dict)
    inside: dict[int, list[tuple[int, Comment]]] = field(factory=dict)
    empty: set[int] = field(factory=set)

    def place(self, words: list[Token], notes: list[Comment], empty: set[int]) -> None:
        """Finds the line for each comment: the new layout has the old text's words, in the same order."""
        plain = [line.plain for line in self.lines]
        said = tokens("\n".join(plain))
        number = _matched(words, said)
        starts = [0, *accumulate(len(line) + 1 for line in plain)]
        line_of = [bisect_left(starts, (word.start_pos or 0) + 1) - 1 for word in said]
        first = {line: index for index, line in reversed(list(enumerate(line_of)))}
        for note in notes:
            index = bisect_left(number, note.before)
            line = line_of[index] if index < len(said) else len(self.lines)
            begins = index == len(said) or first[line] == index
            if not begins:
                self.inside.setdefault(line, []).append(((said[index].start_pos or 0) - starts[line], note))
            elif note.alone or line == 0 or line - 1 in self.after:
                self.above.setdefault(line, []).append((note.gap, note.text))
            else:
                self.after[line - 1] = note.text
        self.empty = {line for line, index in first.items() if number[index] in empty and self.lines[line].begins}


def _matched(words: list[Token], said: list[Token]) -> list[int]:
    """For each word of the layout, the number of the author's word that it is."""
    number = []
    at = 0
    for word in said:
        while at < len(words) and _unsaid(words[at].type, word.type):
            at += 1
        number.append(at)
        at += 1
    if any(word.type != "RPAR" for word in words[at:]):
        raise TreeChangedError("the layout has not the words of the contract")
    return number


def _unsaid(theirs: str, ours: str) -> bool:
    """Whether a word of the author's is not in the layout: the sign in `= unknown "why"`, the brackets in `across (arm)`."""
    return (theirs == "EQUALS" and ours == "_UNKNOWN") or (theirs in ("LPAR", "RPAR") and ours != theirs)


def _assembled(lines: list[Line], notes: _Notes) -> str:
    empty = _empty_lines(lines, notes)
    breaks = empty | set(notes.above) | set(notes.inside) | {line + 1 for line in notes.inside}
    texts = aligned(lines, breaks)
    done: list[str] = []
    for index, line in enumerate(lines):
        indent = line.indent + (2 if line.text == "}" else 0)
        done += _comment_lines(notes.above.get(index, []), indent)
        if index in empty:
            done.append("")
        texts_of_line = _broken(line, notes.inside[index]) if index in notes.inside else [texts[index]]
        if index in notes.after:
            texts_of_line[-1] += f"  {notes.after[index]}"
        done += texts_of_line
    done += _comment_lines(notes.above.get(len(lines), []), 0)
    return "".join(f"{text}\n" for text in done)


def _comment_lines(notes: list[tuple[bool, str]], indent: int) -> list[str]:
    done = []
    for gap, text in notes:
        done += ([""] if gap else []) + [" " * indent + text]
    return done


def _broken(line: Line, inside: list[tuple[int, Comment]]) -> list[str]:
    """A line with comments in its middle: it goes on below each."""
    plain = line.plain
    done: list[str] = []
    at = 0
    for column, note in inside:
        part = plain[at:column].strip()
        if part:
            done.append(" " * (line.indent + (4 if at else 0)) + part)
        if note.alone or not part:
            done.append(" " * (line.indent + 4) + note.text)
        else:
            done[-1] += f"  {note.text}"
        at = column
    return [*done, " " * (line.indent + 4) + plain[at:].strip()]


def _empty_lines(lines: list[Line], notes: _Notes) -> set[int]:
    """Lines above which an empty line stands: between declarations always, inside them where the author has one.

    Declarations of one line may stand together. Nothing stands empty below `{` or above `}`. An empty line that belongs
    above a comment is noted with the comment.
    """
    empty = set()
    for index, line in enumerate(lines):
        above = notes.above.get(index, [])
        opened = index == 0 or lines[index - 1].text.endswith("{")
        if opened and above:
            above[0] = (False, above[0][1])
        if index in notes.empty and (above or not opened):
            empty.add(index)
        if not line.top or opened or _stands_alone(lines, index) or index in empty or any(gap for gap, _ in above):
            continue
        if above:
            above[0] = (True, above[0][1])
        else:
            empty.add(index)
    last = notes.above.get(len(lines))
    if last and not lines:
        last[0] = (False, last[0][1])
    return empty


def _stands_alone(lines: list[Line], index: int) -> bool:
    """Whether a declaration and the one above it are of one line each."""
    single = index + 1 == len(lines) or lines[index + 1].top or lines[index + 1].indent < lines[index].indent
    return single and lines[index - 1].top
