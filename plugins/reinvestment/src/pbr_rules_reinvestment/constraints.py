"""Success payments are spent as the parties agreed."""

from __future__ import annotations

from attrs import frozen

from pbr_rules.plugin import At, Constraint, Duty, Expression, Shortfall, Sum, Tally, choice, setting


@frozen
class Reinvestment(Constraint):
    """A share of what a payment came to is spent, on agreed purposes, by a day, and the spending is evidenced.

    Grain: the cells of the constraint: each site, or all of them together where it says no `by`.
    Unit: money. The figure of the duty is its shortfall, to the penny.
    """

    word = "reinvestment"
    summary = "Success payments are spent as agreed, by a day; the shortfall is reported, withheld or returned."
    source = "the duty in the Local Justice Reinvestment pilot to spend success payments on less crime or reoffending"

    spent: Expression = setting("the column that holds the money spent", kind="money")
    minimum: Expression = setting(
        "the share of the payments that must be spent, such as `100%`", kind="share", at=At.TERMS
    )
    day: Expression | None = setting("the column that holds the day of spending", kind="date", optional=True)
    earliest: Expression | None = setting(
        "the first day on which spending counts", kind="date", at=At.TERMS, optional=True
    )
    deadline: Expression | None = setting(
        "the last day on which spending counts; the duty is due when it is over",
        kind="date",
        at=At.TERMS,
        optional=True,
    )
    evidence: Expression | None = setting(
        "a column that says yes where the spending is evidenced; other spending does not count",
        kind="flag",
        optional=True,
    )
    shortfall: str = choice("what follows a shortfall", "reported", "withheld", "returned")
    surplus: str = choice(
        "whether spending beyond one period's need counts in the next", "kept_apart", "carried_forward"
    )

    def __attrs_post_init__(self) -> None:
        if self.day is None and (self.earliest is not None or self.deadline is not None):
            raise ValueError("`earliest:` and `deadline:` hold days of spending, and no line `day:` names their column")

    def duty(self) -> Duty:
        """So much of what the payments came to, spent in the window, with evidence where it is asked for."""
        return Duty(
            share=self.minimum,
            done=Tally(Sum(self.spent), where=() if self.evidence is None else (self.evidence,)),
            day=self.day,
            since=self.earliest,
            due=self.deadline,
            follows=Shortfall(self.shortfall),
            carried=self.surplus == "carried_forward",
        )
