"""Problems as values, and the exceptions that carry them over the border.

A problem in a contract or in records is a value, collected, many per run. Exceptions appear once, at the border, in
four kinds by who must act: the author, the owner of the records, the plugin's developer, or us.
"""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

from pbr_rules.source import Source, Span


class Level(StrEnum):
    """How much a problem matters. An error stops settlement; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


CODES: dict[str, str] = {
    # text
    "not-text": "the file is not text that can be read",
    "too-long": "the contract is longer than a contract can be",
    "bad-character": "a character or a spelling that the language does not have",
    "bad-number": "a number, a sum of money or a percentage is not written as the language writes it",
    "bad-date": "a date that does not exist, or that can be read in two ways",
    "bad-text": "a quote that is not closed on its line",
    "not-expected": "a word stands where something else must stand",
    "not-closed": "a bracket or a block is not closed",
    "not-in-this-version": "written in a later version of the language than this reads",
    "bad-name": "a name that the language keeps for itself, or that is not written as a name",
    "grid": "a row of a grid does not fit its heading",
    "too-deep": "steps inside steps, too many to follow",
    # names
    "unknown-name": "a name that nothing declares",
    "declared-twice": "one name with two meanings",
    "ambiguous": "words that can be read in two ways",
    "unused": "something declared that nothing reads",
    # meaning
    "incomplete": "a clause lacks something it must say",
    "kinds": "two kinds of figure that do not mix",
    "grain": "a figure read where not all that it runs over is fixed",
    "outside-scope": "a cell that the contract's scope leaves out",
    "scale": "a scale with a gap or an overlap",
    "loop": "figures that read one another in a circle",
    "unguarded": "a column that may be blank is read without saying what a blank means",
    "unreachable": "a branch that can never be reached",
    "parties": "who pays, and in what shares, is not said",
    "cells": "a table whose cells do not match its categories",
    "plugin": "a plugin that the contract needs is not there",
    "varied": "a variation with dates that does not fit what it replaces, or that nothing comes under",
    "straddles": "a period that lies partly inside a variation",
    # examples
    "example": "a worked example does not hold",
    "unused-given": "an example gives a figure that nothing reads",
    # lints
    "may-be-negative": "a payment that may come out below zero",
    "whole-pot": "an amount, not a price, paid once for each",
    "netted-twice": "a payment that takes off what was paid on itself",
    "payees": "a limit over several providers, and nothing says how they bear it",
    "plugin-check": "a check that a plugin brings warns of the terms",
    "terms-in-comment": "a comment that reads like a term",
    "no-title": "a figure on the statement has no title",
}
"""Every code, with what it means. A code is stable: tools and documents may name it."""


FORM = frozenset(list(CODES)[: list(CODES).index("unknown-name")]) - {"too-deep"}
"""Codes of how a text is written. They come before those of what it means, which often only follow from them."""


@frozen
class Label:
    """A place in the text with a sentence of its own."""

    span: Span
    text: str


@frozen
class Diagnostic:
    """One problem. The headline stands alone; `span` is where it is; the rest helps to mend it.

    `expected` says what may stand there, `help` is the next thing to do, `notes` say what else bears on it.
    """

    code: str = field()
    headline: str
    span: Span
    caption: str = ""
    labels: tuple[Label, ...] = ()
    expected: str = ""
    help: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    level: Level = Level.ERROR

    @code.validator
    def _known(self, _: object, value: str) -> None:
        if value not in CODES:
            raise ValueError(f"{value!r} is not in the table of codes")

    @property
    def is_error(self) -> bool:
        """Whether it stops settlement."""
        return self.level is Level.ERROR


def warning(code: str, headline: str, span: Span, caption: str = "", **more: object) -> Diagnostic:
    """A problem that does not stop settlement."""
    return Diagnostic(code, headline, span, caption, level=Level.WARNING, **more)  # type: ignore[arg-type]


class PbrError(Exception):
    """What the package raises on purpose. `exit_code` is what the command line ends with."""

    exit_code = 70


class ContractError(PbrError):
    """The contract is wrong: the author must act."""

    exit_code = 1

    def __init__(self, source: Source, diagnostics: tuple[Diagnostic, ...]) -> None:
        self.source = source
        self.diagnostics = diagnostics
        super().__init__("\n".join(d.headline for d in diagnostics))


class UsageError(PbrError):
    """The command does not fit the contract, or a file cannot be read or written."""

    exit_code = 2


class DataError(PbrError):
    """The records do not fit the contract: their owner must act. No statement is made."""

    exit_code = 3


class PluginError(PbrError):
    """A plugin that the contract needs is missing or failed."""

    exit_code = 4


class InternalError(PbrError):
    """A promise of our own is broken."""

    exit_code = 70


def close_to(word: str, words: object) -> list[str]:
    """At most three of `words` that `word` may have been meant for: distance 1 under five letters, 2 above."""
    allowed = 1 if len(word) < 5 else 2
    near = sorted((_distance(word, other), other) for other in set(words))  # type: ignore[call-overload]
    return [other for distance, other in near if 0 < distance <= allowed][:3]


def did_you_mean(word: str, words: object) -> tuple[str, ...]:
    """A help line with the nearest of `words`, or nothing."""
    near = close_to(word, words)
    return (f"did you mean {listing([f'`{n}`' for n in near], 'or')}?",) if near else ()


def listing(words: list[str] | tuple[str, ...], joined: str = "and") -> str:
    """`a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joined} {words[-1]}"


def _distance(a: str, b: str) -> int:
    """Edits that turn one word into the other; swapping two neighbours is one edit."""
    if abs(len(a) - len(b)) > 2:
        return 9
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        now = [i]
        for j, y in enumerate(b, 1):
            cost = min(row[j] + 1, now[j - 1] + 1, row[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            now.append(cost)
        before, row = row, now
    return row[-1]
