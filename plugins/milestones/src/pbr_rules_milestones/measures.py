"""Milestones: the day on which something happened, has lasted, or has added up; how often it did; and the day of its evidence.

Which rows count, over which people, in which window and with which gaps is said in the language's own lines: `where`, `among`,
`from … until …`, `except days of`, `ignoring gaps of`. A later milestone reads the day of an earlier one by its name.
"""

from __future__ import annotations

from typing import Any

from attrs import frozen

from pbr_rules.plugin import (
    At,
    Between,
    Days,
    Duration,
    Earliest,
    Expression,
    Lasted,
    Measure,
    Reached,
    Rows,
    Runs,
    Stretches,
    Tally,
    choice,
    setting,
)


def stage() -> Any:
    """The line `stage:`, of every milestone. It changes no figure; the check of interim money reads it where it is written."""
    return choice("whether it is the result itself or a step on the way", "final", "interim")


@frozen
class Attained(Measure):
    """The day on which a row that counts first came, or on which so many had come. Rows of one day count together.

    Grain: people. Unit: a day, missing where it never came.
    """

    word = "attained"
    summary = "The day on which something first happened, or had happened so many times."
    source = "rate cards paid on first entry; the recovery pilots' items met at any two reviews in 12 months"
    endings = ("for",)

    dated: Expression = setting("the column that holds the day of each row", kind="date")
    times: Expression | None = setting(
        "how many rows it takes; otherwise one", kind="count", at=At.PERSON, optional=True
    )
    stage: str = stage()

    def tally(self, per: int | None) -> Tally:
        return Tally(Earliest(self.dated) if self.times is None else Reached(Rows(), self.times, self.dated))


@frozen
class Sustained(Measure):
    """The day on which an unbroken stretch has lasted so long. After a break the time begins again at nothing.

    `counting: elapsed`: so much time has gone by since the first day (3 months from 5 April are up on 5 July).
    `counting: from_and_including`: the first day is day 1 (they are up on 4 July).

    Grain: people. Unit: a day, missing where no stretch has lasted so long.
    """

    word = "sustained"
    summary = "The day on which an unbroken stretch has lasted so long; a break begins again at nothing."
    source = "Entrenched Rough Sleeping, 2017 to 2021: 3 and 6 months housed, afresh after a move out"
    endings = ("for",)
    stretches = True

    lasting: Any = setting("how long a stretch must last", kind="duration")
    counting: str = choice("whether the first day is day 0 or day 1", "elapsed", "from_and_including")
    stage: str = stage()

    def tally(self, per: int | None) -> Tally:
        return Tally(Lasted(self.lasting, elapsed=self.counting == "elapsed"))


@frozen
class Accumulated(Measure):
    """The day on which different days covered come to so many, with breaks between them or without. Both ends of a stretch count.

    Grain: people. Unit: a day, missing where they never come to so many.
    """

    word = "accumulated"
    summary = "The day on which days covered, with or without breaks, come to so many."
    source = "the Innovation Fund and the Work Programme: 13 weeks in work, continuous or cumulative"
    endings = ("for",)
    stretches = True

    days: Expression = setting("how many days it takes in all", kind="count", at=At.PERSON)
    stage: str = stage()

    def tally(self, per: int | None) -> Tally:
        return Tally(Reached(Days(), self.days))


@frozen
class WholePeriods(Measure):
    """How many whole periods fit in each unbroken stretch, from its first day; days left over before a break are lost.

    Grain: people; `most` is of one person. Unit: periods, as a count.
    """

    word = "whole_periods"
    summary = "Whole periods that unbroken stretches hold, up to a maximum for each person."
    source = (
        "the Work Programme's four-weekly sustainment payments, at most 13 or 20; Positive Families: 7 days out of care"
    )
    endings = ("for",)
    stretches = True

    each: Any = setting("how long one period is, in days or weeks", kind="duration")
    most: Expression | None = setting(
        "the most periods that count for one person", kind="count", at=At.PERSON, optional=True
    )
    stage: str = stage()

    def __attrs_post_init__(self) -> None:
        _fixed("each", self.each)

    def tally(self, per: int | None) -> Tally:
        return Tally(Runs(self.each), most=self.most)


@frozen
class Spells(Measure):
    """How many unbroken stretches have lasted so long: a milestone that can be reached again after a break.

    `ignoring gaps of` says how long a break must be for the next stretch to be another one.

    Grain: people; `most` is of one person. Unit: stretches, as a count.
    """

    word = "spells"
    summary = "Unbroken stretches that have lasted so long: once for each, after a break."
    source = "sustainment items that may be claimed again after a break"
    endings = ("for",)
    stretches = True

    lasting: Any = setting("how long a stretch must last", kind="duration")
    most: Expression | None = setting(
        "the most stretches that count for one person", kind="count", at=At.PERSON, optional=True
    )
    stage: str = stage()

    def tally(self, per: int | None) -> Tally:
        return Tally(Stretches(lasting=self.lasting), most=self.most)


@frozen
class Evidenced(Measure):
    """The day on which evidence of a milestone first came: on the milestone's day or after it, and no later than a deadline.

    Grain: people. Unit: a day, missing where no evidence came in time.
    """

    word = "evidenced"
    summary = "The day on which evidence of a milestone came, by its deadline."
    source = "outcomes confirmed by an independent assessor before they are paid, as in the recovery pilots"
    endings = ("for",)

    dated: Expression = setting("the column that holds the day on which the evidence came", kind="date")
    reached: Expression = setting("the day of the milestone that it proves", kind="date", at=At.PERSON)
    deadline: Expression = setting("the last day on which it may come", kind="date", at=At.PERSON)
    stage: str = stage()

    def tally(self, per: int | None) -> Tally:
        return Tally(Earliest(self.dated), where=(Between(self.dated, self.reached, self.deadline),))


def _fixed(word: str, length: Duration) -> None:
    if length.days is None:
        raise ValueError(f"`{word}: {length}` has no fixed number of days; write days or weeks")
