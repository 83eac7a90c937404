"""Reads a piece that has mistakes: reports one, mends or leaves out its clause, and reads again."""

from __future__ import annotations

import re

from attrs import define, evolve, field
from lark import TextSlice, UnexpectedInput
from lark.exceptions import VisitError

from pbr_rules.diagnostics import Diagnostic, Label
from pbr_rules.source import Span
from pbr_rules.surface.braces import Head, Piece
from pbr_rules.surface.build import Builder
from pbr_rules.surface.figures import Problem
from pbr_rules.surface.grammar import parser
from pbr_rules.surface.place import Place, Reason
from pbr_rules.surface.reasons import reason
from pbr_rules.surface.repair import Stop, read_until_stop
from pbr_rules.surface.tree import Node
from pbr_rules.surface.vocabulary import CLAUSES, DECLARATIONS, RESERVED

TIMES = 4
"""How often one piece is read again after a mistake."""

_MARK = re.compile(r'"[^"\n]*"|“[^”\n]*”|#[^\n]*|(?P<brace>[{}])')
_NAMES = re.compile(r"[^\W\d_A-Z]\w*")


@define
class Reading:
    """What was read of a piece."""

    declarations: tuple[Node, ...] = ()
    problems: list[Diagnostic] = field(factory=list)
    damaged: set[str] = field(factory=set)


def read(whole: str, piece: Piece) -> Reading:
    """The declarations of a piece of a text, with its mistakes."""
    done = Reading()
    start, head = piece.span.start, piece.head
    text = now = whole[start : piece.span.end]
    for _ in range(TIMES + 1):
        try:
            around = whole if now is text else whole[:start] + now
            tree = parser().parse(TextSlice(around, start, start + len(now)))
            done.declarations = Builder().transform(tree).declarations
        except UnexpectedInput:
            change = _stopped(now, start, head, done)
        except VisitError as error:
            if not isinstance(error.orig_exc, Problem):
                raise
            change = _refused(now, start, error.orig_exc.diagnostic, done)
        else:
            return done
        if head is not None and head.name:
            done.damaged.add(head.name)
        if change is None:
            break
        now = change
    done.damaged |= _declared(text, head)
    return done


def _stopped(text: str, start: int, head: Head | None, done: Reading) -> str | None:
    """Reports where reading stopped, and gives the text to read next."""
    stop = read_until_stop(text)
    if stop is None:
        return None
    at = _offset(text, stop)
    block, inside = _block(text, at, head)
    place = Place(text, stop, block, _clause(text, at, block, inside) if inside else Span(0, len(text)))
    found = _kept_word(text, at, block) or reason(place)
    done.problems.append(_moved(found.report, start))
    return _next(text, found, place, inside, done)


def _kept_word(text: str, at: int, block: str) -> Reason | None:
    """A word of the language where a declaration, a column or a member is named."""
    word = re.match(r"\w+", text[at:])
    name = word.group() if word is not None else ""
    inside = block in ("records", "category") and re.match(r"\w+\s*[:,}]", text[at:])
    heading = re.fullmatch(rf"\s*(?:{'|'.join(DECLARATIONS)})\s+", text[:at])
    if name not in RESERVED or not (inside or heading):
        return None
    column = f'; a column of the file that is called so is read with `column "{name}"`' if block == "records" else ""
    help = f"call it something else{column}"
    headline = f"`{name}` is a word of the language and cannot be a name"
    return Reason(Diagnostic("bad-name", headline, Span(at, at + len(name)), help=(help,)), None)


def _refused(text: str, start: int, report: Diagnostic, done: Reading) -> str | None:
    if report.code == "grid":
        done.problems += [] if done.problems else [report]
        return None
    done.problems.append(report)
    at = report.span.start - start
    block, inside = _block(text, at, None)
    return _without(text, at, block, inside, done) if inside else None


def _next(text: str, found: Reason, place: Place, inside: Span | None, done: Reading) -> str | None:
    """The text with the mistake mended, where the new words fit, or with its clause left out."""
    if found.change is not None and (mended := fitted(text, found.change)):
        return mended
    at = found.report.span.start
    block, within = _block(text, at, None) if inside is not None else ("", None)
    if within is None:
        return None
    return _without(text, at, block or place.block, within, done)


def fitted(text: str, change: tuple[int, int, str]) -> str | None:
    """New words over old ones and the space around them, so that everything after keeps its place."""
    start, end, new = change
    words = new.strip()
    left, right = start, end
    while right - left < len(words) and text[right : right + 2] == "  ":
        right += 1
    while right - left < len(words) and left > 1 and text[left - 1] in " \n" and text[left - 2] in " \n":
        left -= 1
    if right - left < len(words) and text[left - 1 : left] in (" ", "\n") and not _joins(text, left - 1, words[:1]):
        left -= 1
    if (
        right - left < len(words)
        and text[right : right + 1] == " "
        and not _joins(text, right + 1, words[-1:], after=True)
    ):
        right += 1
    if right - left < len(words):
        return None
    if words and (_joins(text, left, words[0]) or _joins(text, right, words[-1], after=True)):
        return None
    return text[:left] + (words.rjust(right - left) if left < start else words.ljust(right - left)) + text[right:]


def _joins(text: str, at: int, letter: str, after: bool = False) -> bool:
    """Whether a letter set at an offset would run into the one beside it."""
    beside = text[at : at + 1] if after else text[max(0, at - 1) : at]
    return bool(re.match(r"\w", letter) and re.match(r"\w", beside))


def _offset(text: str, stop: Stop) -> int:
    return (stop.at.start_pos or 0) if stop.at is not None else len(text.rstrip())


def _block(text: str, at: int, head: Head | None) -> tuple[str, Span | None]:
    """The innermost block around an offset: its word, and the stretch between its braces."""
    opened: list[int] = []
    for mark in _MARK.finditer(text):
        if mark.start() >= at:
            break
        if mark["brace"] == "{":
            opened.append(mark.start())
        elif mark["brace"] and opened:
            opened.pop()
    if not opened:
        return "", None
    depth = 0
    end = len(text)
    for mark in _MARK.finditer(text, opened[-1]):
        depth += {"{": 1, "}": -1, None: 0}[mark["brace"]]
        if depth == 0:
            end = mark.start()
            break
    heading = text[: opened[-1]]
    words = re.findall(rf"(?:^|[{{}}\n])\s*({'|'.join(CLAUSES)}|category|period|given)\b", heading)
    return (words[-1] if words else (head.word if head is not None else "")), Span(opened[-1] + 1, end)


def _clause(text: str, at: int, block: str, inside: Span) -> Span:
    """The clause around an offset: from one line that begins a clause of the block to the next."""
    words = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in CLAUSES.get(block, ()))
    others = r"|\w+\s*:|\w+\s+of\b|\||\}|[^\W\d_]\w*[ \t]+\"[^\"\n]*\"\s*:" if block != "variation" else ""
    begins = re.compile(rf"^[ \t]*(?:(?:{words})\b{others})", re.MULTILINE)
    starts = [match.start() for match in begins.finditer(text, inside.start, inside.end)]
    first = max([inside.start, *(start for start in starts if start <= at)])
    last = min([inside.end, *(start for start in starts if start > at)])
    return Span(first, last)


def _without(text: str, at: int, block: str, inside: Span, done: Reading) -> str | None:
    """The text without the clause around an offset; None where a block cannot do without it."""
    if block in ("category", "period", ""):
        return None
    clause = _clause(text, max(at, inside.start), block, inside)
    left_out = text[clause.start : clause.end]
    if not left_out.strip():
        return None
    done.damaged |= set(_NAMES.findall(left_out)) if block in ("records", "contract", "variation") else set()
    if left_out.lstrip().startswith("|"):
        clause = _rows(text, clause, inside)
        left_out = text[clause.start : clause.end]
    goes_on = re.match(r"\s*(?:pay|deduct)\b", text[clause.end :]) is not None
    return text[: clause.start] + _stand_in(left_out, goes_on) + text[clause.end :]


def _rows(text: str, row: Span, inside: Span) -> Span:
    """The whole grid around one of its rows."""
    grid = re.compile(r"(?:^[ \t]*\|[^\n]*\n?|^[ \t]*(?:#[^\n]*)?\n)+", re.MULTILINE)
    for found in grid.finditer(text, inside.start, inside.end):
        if found.start() <= row.start < found.end():
            return Span(found.start(), found.end())
    return row


def _stand_in(clause: str, goes_on: bool) -> str:
    """What to read for a clause that is left out: nothing, or, in a case, the shortest condition and amount."""
    found = re.match(r"\s*(?:otherwise\s+when|when|pay|deduct)\b(?=\s)", clause)
    short = f"{found.group()} nothing" if found else ""
    if found and found.group().split()[-1] == "when" and not goes_on:
        short += " pay nothing"
    if len(short) > len(clause.rstrip()):
        return clause[: found.end() if found else 0] + re.sub(r"[^\n]", " ", clause[found.end() if found else 0 :])
    return short + re.sub(r"[^\n]", " ", clause[len(short) :])


def _declared(text: str, head: Head | None) -> set[str]:
    """Every name that a piece which could not be read may have declared."""
    if head is None or head.word in ("category", "period", "records", "contract", "variation"):
        return set(_NAMES.findall(re.sub(r'"[^"\n]*"|#[^\n]*', " ", text)))
    return {head.name} if head.name else set()


def _moved(report: Diagnostic, by: int) -> Diagnostic:
    """A report on a piece as one on the whole text."""
    labels = tuple(Label(Span(label.span.start + by, label.span.end + by), label.text) for label in report.labels)
    return evolve(report, span=Span(report.span.start + by, report.span.end + by), labels=labels)
