"""What a measure is: a frozen record of its lines, and a tally in the row vocabulary.

The shared lines of a measure (`where`, `once for each`, `among`, `by`, `from … until …`, `except days of`, `reaches`) belong
to the language. A measure adds how rows or people add up, whether that is divided by people, and lines of its own.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from attrs import frozen

from pbr_rules.settings import Line, lines
from pbr_rules.tallies import Tally


@frozen
class Measure:
    """A kind of measure. Subclasses are frozen attrs records whose fields are made with `setting` or `choice`.

    Class attributes:
        word: the head, as in `frequency of offences per 100 releases`.
        summary: one line for people.
        source: the published definition that it follows.
        endings: which of `none`, `for` and `per` the head may end with.
        tally(per): made by the subclass. `per` is the number in `per 100 releases`, and None where the head ends otherwise; a measure
            that takes `per` is then divided by people (`over`), and mostly not otherwise.
        stretches: whether it counts stretches of days, so that its head names one: `days of stays.housed`.
    """

    word: ClassVar[str]
    summary: ClassVar[str]
    source: ClassVar[str]
    endings: ClassVar[tuple[str, ...]]
    stretches: ClassVar[bool] = False

    @abstractmethod
    def tally(self, per: int | None) -> Tally:
        """The tally, in the row vocabulary. `per` is the number in `per 100 releases`, else None."""

    @classmethod
    def settings(cls) -> Mapping[str, Line]:
        """The `word: value` lines that it takes."""
        return lines(cls)
