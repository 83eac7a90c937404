"""The lines `word: value` that a plugin's measure or constraint takes: declared as fields of a frozen record.

A line is a `setting`, an expression read at a counted row, at a person, or among the terms; or a `choice` of one word.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import attrs
from attrs import frozen


class At(StrEnum):
    """Where a line's value is read."""

    ROW = "row"  # a counted row, with its person
    PERSON = "person"  # a row of the people counted over
    TERMS = "terms"  # a cell of the terms: an agreed figure, a length of time


@frozen
class Line:
    """One line that is taken.

    Attributes:
        help: what it says, in one line.
        kind: the name of the kind that its value must have; none: any.
        at: where its value is read.
        optional: whether it may be left out.
        words: the words to choose among, for a choice; the first holds where nothing is said.
    """

    help: str
    kind: str = ""
    at: At = At.ROW
    optional: bool = False
    words: tuple[str, ...] = ()


def setting(help: str, *, kind: str = "", at: At = At.ROW, optional: bool = False) -> Any:
    """A line `word: value`, under the field's own name. `help` says what it is for; `kind` what its value must be (`count`,
    `money`, `date`, `duration`, `flag` …); one that is `optional` is None where it is not written. The value is an expression of
    the contract, but for a `duration`, which is a length of time."""
    line = Line(help, kind, at, optional)
    return attrs.field(default=None, metadata={_LINE: line}) if optional else attrs.field(metadata={_LINE: line})


def choice(help: str, *words: str) -> Any:
    """A line `word: one_of_these_words`; where it is not written, the first holds."""
    return attrs.field(default=words[0], metadata={_LINE: Line(help, optional=True, words=words)})


def lines(record: type) -> Mapping[str, Line]:
    """The lines that a record takes, by word, in the order declared."""
    return {f.name: f.metadata[_LINE] for f in attrs.fields(record) if _LINE in f.metadata}


_LINE = "pbr_rules line"
