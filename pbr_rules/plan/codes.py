"""Why a row does not count, as one short word: for whoever sorts, filters and adds up, where the sentence is for people.

The words are stable: a trail that was written years ago is read by them.
"""

from __future__ import annotations

from pbr_rules.plan import words
from pbr_rules.plan.model import Count

EXCLUDED = "excluded"

CODES = {
    EXCLUDED: "the contract leaves the row, or its person, out (`exclude`, the contract's scope)",
    "nobody": "the row names nobody among the people that are counted over",
    "not-among": "its person is not among those counted over (`among`)",
    "condition": "the row does not meet a condition (`where`)",
    "no-day": "the stretch has no day in the window that is counted",
    "unplaced": "the row falls in no member of a category or a period",
    "left-out": "the row falls in a member that the measure leaves out",
    "outside": "the row falls in a cell outside the contract's scope",
    "already": "another row stands for it (`once for each`)",
}
"""Every code, with what it means, in the order in which reasons are looked for."""


def codes(count: Count) -> dict[str, str]:
    """From the words of each reason that rows of a count may have, to its code. A row that the contract leaves out carries the
    contract's own words, which are not among these: `EXCLUDED`."""
    found = {words.nobody(count): "nobody"}
    found |= {words.not_among(condition): "not-among" for condition in count.among}
    found |= {words.fails(condition): "condition" for condition in count.where}
    if count.covering is not None:
        found[words.no_day(count)] = "no-day"
    for axis in count.axes:
        found[words.unplaced(axis.dimension, axis.at)] = "unplaced"
        found[words.left_out(axis.dimension)] = "left-out"
    found[words.outside()] = "outside"
    if count.once:
        found[words.already(count)] = "already"
    return found
