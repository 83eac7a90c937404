"""What a measure is: a frozen record of its clauses, and a tally in the row vocabulary.

*The row vocabulary is data.* A tally is one of a closed set of frozen nodes. From it come the figures on every engine, the
words in an explanation and the reference page; no measure holds a callable or a frame.

The shared lines of a measure (`where`, `once for each`, `among`, `by`) belong to the language. A measure adds how rows or
people add up, whether that is divided by the people counted over, and lines `word: value` of its own.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import attrs
from attrs import frozen

from pbr_rules import kinds
from pbr_rules.expressions import Expression
from pbr_rules.kinds import Kind

# ---- the row vocabulary: how what counts adds up


@frozen
class People:
    """People with at least one row that counts."""


@frozen
class Rows:
    """Rows that count."""


@frozen
class Sum:
    """The sum of a value over the rows that count."""

    of: Expression


Counts = People | Rows | Sum


@frozen
class Tally:
    """How a measure adds up. `over`: divided by the number of people counted over."""

    counts: Counts
    over: bool = False


# ---- measures


def setting(help: str) -> Any:
    """A `word: value` line of a measure, under the field's own name; `help` says what it is for, in one line."""
    return attrs.field(metadata={"setting": help})


@frozen
class Measure:
    """A kind of measure. Subclasses are frozen attrs records whose fields are made with `setting`.

    Class attributes:
        word: the head, as in `frequency of offences per 100 releases`.
        summary: one line for people.
        source: the published definition that it follows.
        endings: which of `none`, `for` and `per` the head may end with.
    """

    word: ClassVar[str]
    summary: ClassVar[str]
    source: ClassVar[str]
    endings: ClassVar[tuple[str, ...]]

    @abstractmethod
    def tally(self, per: int | None) -> Tally:
        """The tally, in the row vocabulary. `per` is the number in `per 100 releases`, else None."""

    @classmethod
    def settings(cls) -> Mapping[str, str]:
        """The `word: value` lines that it takes, each with its help."""
        return {f.name: f.metadata["setting"] for f in attrs.fields(cls) if "setting" in f.metadata}


def gives(tally: Tally, value: Kind | None, per: int | None) -> Kind:
    """The kind of a measure's figure: a rate, a frequency, a count, or the kind of what is added up."""
    match tally.counts:
        case People():
            return kinds.RATE if tally.over else kinds.COUNT
        case Rows():
            return attrs.evolve(kinds.FREQUENCY, per=per or 1) if tally.over else kinds.COUNT
        case Sum():
            kind = value or kinds.NUMBER
            return kinds.NUMBER if tally.over and kind.name == "count" else kind


@frozen
class Provided:
    """Something a plugin adds, and whose it is."""

    what: type[Measure]
    plugin: str
    distribution: str
    version: str


@frozen
class Failure:
    """A plugin that could not be loaded, or broke, and why."""

    plugin: str
    distribution: str
    version: str
    why: str


@frozen
class Catalogue:
    """All that the installed plugins add. Immutable; made once by the host and handed to every stage."""

    measures: Mapping[str, Provided]
    plugins: tuple[tuple[str, str, str, tuple[str, ...]], ...] = ()
    failures: tuple[Failure, ...] = ()
