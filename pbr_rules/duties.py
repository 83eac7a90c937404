"""What a constraint of a plugin is: a duty to have done so much by a day, and what follows where it was not done.

A duty is data, as a tally is. The core adds up what was done, compares it exactly, and says *met*, *not yet due* or *breached*,
with the shortfall to the penny.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from attrs import frozen

from pbr_rules.expressions import Expression
from pbr_rules.settings import Line, lines
from pbr_rules.tallies import Tally


class Shortfall(StrEnum):
    """What follows a shortfall."""

    REPORTED = "reported"
    WITHHELD = "withheld"  # from what is payable, as far as that goes
    RETURNED = "returned"  # owed to the payer, whatever is payable


@frozen
class Duty:
    """An amount to be done by a day.

    Attributes:
        share: the part of what the payments came to that must be done, read at the constraint's cell.
        done: the rows that count towards it, added up at the cell: a `Sum` of money.
        day: the day of each row; with it, `since` and `due` are the first and the last day on which what is done counts.
        due: the day by which it must be done; None: what is done is compared whenever it is settled.
        follows: what follows a shortfall.
        carried: what was done beyond the need of an earlier period counts in the next.
    """

    share: Expression
    done: Tally
    day: Expression | None = None
    since: Expression | None = None
    due: Expression | None = None
    follows: Shortfall = Shortfall.REPORTED
    carried: bool = False


@frozen
class Constraint:
    """A kind of constraint, written `WORD of PAYMENT with RECORDS`. Subclasses are frozen attrs records, as measures are.

    Class attributes:
        word: the head's first word.
        summary: one line for people.
        source: the published term that it follows.
    """

    word: ClassVar[str]
    summary: ClassVar[str]
    source: ClassVar[str]

    @abstractmethod
    def duty(self) -> Duty:
        """The duty, made of the record's lines."""

    @classmethod
    def settings(cls) -> Mapping[str, Line]:
        """The `word: value` lines that it takes."""
        return lines(cls)
