"""The row vocabulary: how rows, people and days add up. A closed set of frozen nodes; none holds a callable or a frame.

*Keep: the row vocabulary is data.* From one tally come the figures on every engine, the reason for each row that does not
count, the words of an explanation and the reference page. A node is admitted with its readers, and a property test that they
agree.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from attrs import Attribute, field, frozen
from attrs.validators import deep_iterable, instance_of, optional

from pbr_rules import kinds
from pbr_rules.dates import Duration
from pbr_rules.expressions import Expression
from pbr_rules.kinds import Kind

# ---- what adds up


def _span(made: object, field: Attribute[Any], value: Any) -> None:
    """Stretches last so many days, weeks, months or years."""
    instance_of(Duration)(made, field, value)
    if isinstance(value, Duration) and value.is_working:
        raise ValueError(f"a stretch lasts so many days, weeks, months or years, and {value} are none of these")


@frozen
class People:
    """People with at least one row that counts."""


@frozen
class Rows:
    """Rows that count."""


@frozen
class Sum:
    """The sum of a value over the rows that count."""

    of: Expression = field(validator=instance_of(Expression))


@frozen
class Earliest:
    """The earliest day of the rows that count."""

    day: Expression = field(validator=instance_of(Expression))


@frozen
class Latest:
    """The latest day of the rows that count."""

    day: Expression = field(validator=instance_of(Expression))


@frozen
class Days:
    """Different calendar days that a person's stretches cover: a day that two of them cover is one day.

    `ignoring`: a gap of at most so many days does not break a stretch, and its days are counted as covered.
    """

    ignoring: Duration | None = field(default=None, validator=optional(_span))


@frozen
class Runs:
    """How many times a number of days fits in each unbroken stretch, from its first day on: 20, 6 and 14 days have 2, 0 and 2
    runs of 7."""

    length: Duration = field(validator=_span)
    ignoring: Duration | None = field(default=None, validator=optional(_span))


@frozen
class Stretches:
    """Unbroken stretches; with `lasting`, those that have lasted so long."""

    lasting: Duration | None = field(default=None, validator=optional(_span))
    ignoring: Duration | None = field(default=None, validator=optional(_span))


@frozen
class Lasted:
    """The first day on which an unbroken stretch has lasted so long. A break begins again at nothing.

    `elapsed`: so much time has gone by since its first day (3 months from 5 April are reached on 5 July); otherwise the first
    day counts as day 1 (reached on 4 July).
    """

    length: Duration = field(validator=_span)
    ignoring: Duration | None = field(default=None, validator=optional(_span))
    elapsed: bool = False


@frozen
class Reached:
    """The first day on which a running total is at least so much. Rows of one day count together.

    `of`: `Rows` or `Sum`, taken in the order of `day`; or `Days`, whose days are their own.
    """

    of: Rows | Sum | Days
    at_least: Expression = field(validator=instance_of(Expression))
    day: Expression | None = None


Counts = People | Rows | Sum | Earliest | Latest | Days | Runs | Stretches | Lasted | Reached

COVERING = (Days, Runs, Stretches, Lasted)
"""What is read of stretches of days, and not of rows one by one."""

DATED = (Earliest, Latest, Lasted, Reached)
"""What comes to a day, and to nothing where it never happened."""


# ---- of which rows, over whom


@frozen
class Pick:
    """Of all rows of a person that count, the one with the largest value (or the smallest) stands for them."""

    value: Expression = field(validator=instance_of(Expression))
    largest: bool = True


class Over(StrEnum):
    """Whom a tally is divided by. `COUNTED` are those with a row that counts, whatever it comes to."""

    BASE = "base"  # everyone counted over
    COUNTED = "counted"  # of these, those with a row that counts


@frozen
class Tally:
    """How a measure adds up.

    Attributes:
        counts: what adds up.
        over: whom it is divided by; None: nobody.
        where: conditions on a row, beside those that the contract writes.
        pick: one row stands for each person.
        most: for each person at most so many, rounded down, and nobody fewer than none.
    """

    counts: Counts
    over: Over | None = field(default=None, validator=optional(instance_of(Over)))
    where: tuple[Expression, ...] = field(
        default=(), validator=deep_iterable(instance_of(Expression), instance_of(tuple))
    )
    pick: Pick | None = field(default=None, validator=optional(instance_of(Pick)))
    most: Expression | None = field(default=None, validator=optional(instance_of(Expression)))

    @property
    def covers(self) -> bool:
        """Whether it is read of stretches of days."""
        return isinstance(self.counts, COVERING) or (
            isinstance(self.counts, Reached) and isinstance(self.counts.of, Days)
        )

    @property
    def dated(self) -> bool:
        """Whether it comes to a day."""
        return isinstance(self.counts, DATED)

    @property
    def added(self) -> Expression | None:
        """The value that it adds up, where it does."""
        counts = self.counts.of if isinstance(self.counts, Reached) else self.counts
        return counts.of if isinstance(counts, Sum) else None


def gives(tally: Tally, value: Kind | None, per: int | None) -> Kind:
    """The kind of a tally's figure: a rate, a frequency, a count, a day, or the kind of what is added up."""
    match tally.counts:
        case Earliest() | Latest() | Lasted() | Reached():
            return kinds.DATE
        case People():
            return kinds.RATE if tally.over else kinds.COUNT
        case Sum():
            kind = value or kinds.NUMBER
            return kinds.NUMBER if tally.over and kind.name == "count" else kind
    return Kind("frequency", per=per or 1) if tally.over else kinds.COUNT
