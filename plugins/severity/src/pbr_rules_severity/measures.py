"""The measures: offences that count, each weighed by how serious it is.

S is the sum of the weights, n how many people are counted over, R how many of them have an offence that counts. The weights are
the contract's: a table of agreed figures, read by a column of the offence. An offence whose weight is missing or not known
leaves the figure without a value; it never weighs nothing.
"""

from __future__ import annotations

from attrs import frozen

from pbr_rules.plugin import Expression, Measure, Over, Pick, Sum, Tally, choice, setting

WEIGHT = "how much one offence weighs: a table of weights read by the offence's kind, as in `days[kind]`, or a column"
OVER = "whom it is divided by: everyone whom the head names, or those of them with an offence that counts"
EVERYONE, REOFFENDERS = "everyone", "reoffenders"


@frozen
class Harm(Measure):
    """The weights of all offences that count. Grain: offences over people. Unit: that of the weights, often days.

    `for`, or no ending: S. `per 100`: 100 S / n. With `over: reoffenders`: S / R, and 100 S / R where the head says `per 100`.
    """

    word = "harm"
    summary = "The weights of the offences that count, added up."
    source = "the ONS Crime Severity Score and the Cambridge Crime Harm Index: counts of offences times their weights"
    endings = ("none", "for", "per")

    weight: Expression = setting(WEIGHT, kind="number")
    over: str = choice(OVER, EVERYONE, REOFFENDERS)

    def tally(self, per: int | None) -> Tally:
        return Tally(Sum(self.weight), over=_over(self.over, per))


@frozen
class MostSerious(Measure):
    """The weight of the most serious offence that counts of each person, added up over people. Grain: people. Unit: that of the
    weights.

    Of two offences that weigh the same one is taken. By a column of the offences (its kind, the year it was committed), each cell
    has the most serious of each person there. Divided as `harm` is.
    """

    word = "most_serious"
    summary = "The weight of each person's most serious offence that counts, added up."
    source = "made from the older national count of most serious offences; weights as in the Cambridge Crime Harm Index"
    endings = ("for", "per")

    weight: Expression = setting(WEIGHT, kind="number")
    over: str = choice(OVER, EVERYONE, REOFFENDERS)

    def tally(self, per: int | None) -> Tally:
        return Tally(Sum(self.weight), over=_over(self.over, per), pick=Pick(self.weight))


def _over(said: str, per: int | None) -> Over | None:
    if said == REOFFENDERS:
        return Over.COUNTED
    return Over.BASE if per is not None else None
