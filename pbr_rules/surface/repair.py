"""The smallest change that lets a broken clause be read on: which word is missing, too many, or spelt wrong.

Each change is tried near the place where reading stopped; the one after which most can be read is the likeliest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from attrs import frozen
from lark import Token, UnexpectedInput

from pbr_rules.diagnostics import close_to
from pbr_rules.surface.grammar import parser
from pbr_rules.surface.vocabulary import CLAUSES, RESERVED

State = Any
"""A reader that has come so far; Lark's own, which has no types."""
BACK = 5
"""How many words back from where reading stopped a change is tried."""
AHEAD = 14
"""How many words read after a change are enough."""
_WHOLE = 4  # what reading to the end is worth, in words
_LONG = 40_000  # characters: a longer piece is not read anew for every change


@frozen
class Stop:
    """Where reading stopped: the words read, and the one that could not be, None at the end."""

    words: tuple[Token, ...]
    at: Token | None
    states: tuple[tuple[int, State], ...]

    @property
    def wanted(self) -> frozenset[str]:
        """The kinds of word that may stand here."""
        return kinds_of_word(self.states[-1][1]) if self.states else frozenset()


@frozen
class Repair:
    """A change: `insert` before a word, `remove` it, `replace` a stretch, or `swap` two words.

    `start` and `end` are offsets in the piece; `options` are the kinds of word that would serve equally.
    """

    how: str
    start: int
    end: int
    text: str
    index: int
    read: int
    options: tuple[str, ...] = ()


def read_until_stop(text: str) -> Stop | None:
    """Reads a piece word by word; None when all of it can be read."""
    reader: State = parser().parse_interactive(text)
    words: list[Token] = []
    states: list[tuple[int, State]] = []
    while True:
        states = [*states[-BACK:], (len(words), reader.copy(deepcopy_values=False))]
        try:
            word = next(reader.lexer_thread.lex(reader.parser_state), None)
            if word is None:
                reader.feed_eof()
                return None
            words.append(word)
            reader.feed_token(word)
        except UnexpectedInput as error:
            return Stop(*_stopped(words, error), states=tuple(states))


def _stopped(words: list[Token], error: UnexpectedInput) -> tuple[tuple[Token, ...], Token | None]:
    at = getattr(error, "token", None)
    if at is None:  # a character that begins no word
        start = error.pos_in_stream or 0
        return tuple(words), Token("OTHER", getattr(error, "char", "?"), start_pos=start, end_pos=start + 1)
    if at.type == "$END":
        return tuple(words), None
    if words and words[-1].start_pos == at.start_pos:
        words.pop()
    return tuple(words), at


def kinds_of_word(state: State) -> frozenset[str]:
    """The kinds of word that the parser has a next step for."""
    return frozenset(kind for kind in state.choices() if kind.isupper() or kind.startswith("__ANON"))


@cache
def spelled() -> dict[str, str]:
    """The language's words and phrases by kind, as an author writes them."""
    found: dict[str, str] = {}
    for terminal in parser().terminals:
        pattern = str(terminal.pattern.value)
        plain = re.sub(r"\(\?[=!].*\)$", "", pattern).replace(r"\s+", " ").removesuffix(r"\b")
        if re.fullmatch(r"[a-z][a-z ]*", plain):
            found[terminal.name] = plain
        elif len(pattern) == 1:
            found[terminal.name] = pattern
    return found


def best(text: str, stop: Stop) -> Repair | None:
    """The likeliest change, or None when none lets more be read."""
    found = [*_insertions_and_removals(text, stop)]
    if len(text) <= _LONG:
        found += _respellings(text, stop)
        found += _swaps(text, stop)
    useful = [repair for repair in found if repair.read > 0]
    if not useful:
        return None
    chosen = max(useful, key=lambda repair: _worth(repair, text, stop))
    same = [
        other.text
        for other in useful
        if other.how == chosen.how == "insert" and (other.index, other.read) == (chosen.index, chosen.read)
    ]
    return Repair(
        chosen.how, chosen.start, chosen.end, chosen.text, chosen.index, chosen.read, tuple(dict.fromkeys(same))
    )


def _worth(repair: Repair, text: str, stop: Stop) -> float:
    near = len(stop.words) - repair.index
    return repair.read + _likely(repair, stop) + _at_line_end(repair, text, stop) - 0.5 * near


def _at_line_end(repair: Repair, text: str, stop: Stop) -> float:
    """A word is likelier missing at the end of a line, and likeliest after a colon there."""
    if repair.how != "insert" or not repair.index:
        return 0
    if not re.match(r"[^\S\n]*(?:#[^\n]*)?(\n|$)", text[repair.start :]):
        return 0
    before = stop.words[repair.index - 1]
    if str(before) not in ")]}" and before.type not in (*_FIGURES, "POINTS", "FREQUENCY", "_NOTHING", "_MISSING"):
        return 2.5
    after = (*stop.words, stop.at)[repair.index]
    if str(after) in _LINES:
        return -3
    return 1


def _likely(repair: Repair, stop: Stop) -> float:
    """How often an author makes a mistake of this kind, in words read."""
    match repair.how:
        case "replace":
            return 6
        case "swap":
            return 4 if re.fullmatch(r"[\w\"][^\n]*[\w\"%]", repair.text) else 1.5
        case "remove":
            words = [*stop.words, stop.at]
            here, before = words[repair.index], words[repair.index - 1] if repair.index else None
            return 5 if here is not None and before is not None and str(here) == str(before) else 0.5
    if repair.text == "DOT":
        return 0
    if repair.text == "BAR" and any(word.type == "BAR" for word in stop.words[-3:]):
        return 6
    if repair.text in _MARKS:
        return 3
    return 2.5 if repair.text in spelled() else 2


_MARKS = frozenset(["COLON", "COMMA", "LBRACE", "RBRACE", "LPAR", "RPAR", "LSQB", "RSQB", "EQUALS", "BAR", "DOT"])
_LINES = {word.split()[0] for words in CLAUSES.values() for word in words}
_FIGURES = "NAME", "NUMBER", "MONEY", "DATE", "PERCENT", "DURATION", "TEXT", "CURRENCY", "DATE_FORMAT"


def _read_on(state: State) -> int:
    """How many words can be read from here; a piece read to its end counts a few more."""
    count = 0
    try:
        while count < AHEAD:
            word = next(state.lexer_thread.lex(state.parser_state), None)
            if word is None:
                state.feed_eof()
                return count + _WHOLE
            if word.type == "NAME" and str(word) in RESERVED:
                return count
            state.feed_token(word)
            count += 1
    except UnexpectedInput:
        pass
    return count


def _insertions_and_removals(text: str, stop: Stop) -> Iterator[Repair]:
    words = [*stop.words, stop.at]
    for index, state in stop.states:
        done = len(stop.words) - index
        word = words[index] if index < len(words) else None
        before = stop.words[index - 1] if index else None
        start = (before.end_pos or 0) if before is not None else 0
        for kind in sorted(kinds_of_word(state)):
            beside = {str(word), str(before)}
            if (kind not in spelled() and kind not in _FIGURES) or spelled().get(kind) in beside | {"{", "}"}:
                continue
            trial = state.copy(deepcopy_values=False)
            try:
                trial.feed_token(Token(kind, spelled().get(kind, "x")))
            except UnexpectedInput:
                continue
            yield Repair("insert", start, start, kind, index, _read_on(trial) - done)
        if word is not None:
            trial = state.copy(deepcopy_values=False)
            trial.lexer_thread.state.line_ctr.char_pos = word.end_pos or 0
            yield Repair("remove", word.start_pos or 0, word.end_pos or 0, "", index, _read_on(trial) - done + 1)


def _read_anew(new: str, after: int) -> int:
    """How many words from an offset on can be read when the piece is written so."""
    reader: State = parser().parse_interactive(new)
    count = 0
    try:
        while count < AHEAD:
            word = next(reader.lexer_thread.lex(reader.parser_state), None)
            if word is None:
                reader.feed_eof()
                return count + _WHOLE
            if word.type == "NAME" and str(word) in RESERVED:
                return count
            reader.feed_token(word)
            count += (word.start_pos or 0) >= after
    except UnexpectedInput:
        pass
    return count


def _respellings(text: str, stop: Stop) -> Iterator[Repair]:
    """Words that are nearly words of the language."""
    words = [*stop.words, stop.at]
    for index, state in stop.states:
        word = words[index] if index < len(words) else None
        if word is None or not str(word)[:1].isalpha():
            continue
        start = word.start_pos or 0
        wanted = kinds_of_word(state)
        tried: set[str] = set()
        for kind, phrase in spelled().items():
            if kind in wanted and phrase[0].isalpha():
                end = _nearly(text, start, phrase)
                if end and phrase not in tried:
                    tried.add(phrase)
                    new = text[:start] + phrase + text[end:]
                    after = (
                        max(stop.at.start_pos or 0 if stop.at is not None else len(text), end) + len(new) - len(text)
                    )
                    inside = stop.at is not None and end > (stop.at.start_pos or 0)
                    yield Repair("replace", start, end, phrase, index, _read_anew(new, after) + inside)


def _nearly(text: str, start: int, phrase: str) -> int:
    """Where a misspelt `phrase` that begins here ends, or 0."""
    parts = phrase.split()
    for count in (len(parts), len(parts) - 1) if len(parts) > 1 else (1,):
        match = re.compile(rf"\w+(?:\s+\w+){{{count - 1}}}").match(text, start)
        if match is None:
            continue
        said = match.group().split()
        if said != parts and _close(said, parts):
            return match.end()
    return 0


def _close(said: list[str], parts: list[str]) -> bool:
    """Whether words are those of a phrase with one letter or so wrong, one word left out, or two swapped."""
    if len(said) == len(parts):
        wrong = [(a, b) for a, b in zip(said, parts, strict=True) if a != b]
        if len(wrong) == 2 and sorted(said) == sorted(parts):
            return True
        return len(wrong) == 1 and bool(close_to(wrong[0][0], [wrong[0][1]]))
    return len(parts) > 2 and any(said == parts[:i] + parts[i + 1 :] for i in range(1, len(parts)))


def _swaps(text: str, stop: Stop) -> Iterator[Repair]:
    """Two neighbours the other way round; the word where reading stopped also with the one after it."""
    words = [(word.start_pos or 0, word.end_pos or 0) for word in (*stop.words, stop.at) if word is not None]
    if stop.at is not None and (after := _NEXT.match(text, stop.at.end_pos or 0)):
        words.append((after.start(1), after.end(1)))
    first = max(0, len(words) - BACK)
    for index, ((a, b), (c, d)) in enumerate(zip(words[first:], words[first + 1 :], strict=False), first):
        if text[a:b] == text[c:d]:
            continue
        swapped = text[c:d] + text[b:c] + text[a:b]
        both = index + 1 >= len(stop.words)
        if read := _read_anew(text[:a] + swapped + text[d:], d):
            yield Repair("swap", a, d, swapped, index, read + both)


_NEXT = re.compile(r'(?:\s|#[^\n]*)*("[^"\n]*"|\w+|[^\s\w])')
