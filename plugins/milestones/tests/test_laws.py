"""The laws that every measure keeps, tried on each of this package's. `stage:` is left out: it changes no figure, by its meaning."""

from __future__ import annotations

import pytest
from pbr_rules_milestones.measures import Accumulated, Attained, Evidenced, Spells, Sustained, WholePeriods

testing = pytest.importorskip("pbr_rules.testing", reason="this pbr_rules has no kit for plugins")

USES = "uses milestones 1\n"


class TestAchieved(testing.Laws):  # type: ignore[misc,name-defined]
    measure = Attained
    text = (
        USES
        + 'measure m "M" by person { attained of events for people   where happened within 6 months after joined   dated: happened }'
    )
    monotone = "falling"  # another row may only bring the day forward


class TestAchievedTwice(testing.Laws):  # type: ignore[misc,name-defined]
    measure = Attained
    text = (
        USES
        + 'measure m "M" by person { attained of events for people   where amount is above £5   dated: happened   times: 2 }'
    )


class TestSustained(testing.Laws):  # type: ignore[misc,name-defined]
    measure = Sustained
    text = (
        USES
        + 'measure m "M" by person { sustained of stays.held for people   lasting: 1 month   counting: from_and_including }'
    )


class TestSustainedInAWindow(testing.Laws):  # type: ignore[misc,name-defined]
    measure = Sustained
    text = (
        USES
        + """measure m "M" by person {
      sustained of stays.held for people from joined until joined + 9 months
      ignoring gaps of 3 days
      lasting: 30 days
    }"""
    )


class TestAccumulated(testing.Laws):  # type: ignore[misc,name-defined]
    measure = Accumulated
    text = USES + 'measure m "M" by person { accumulated of stays.held for people   days: 45 }'


class TestPeriods(testing.Laws):  # type: ignore[misc,name-defined]
    measure = WholePeriods
    text = USES + 'measure m "M" by region { whole_periods of stays.held for people   each: 2 weeks   most: 5 }'


class TestSpells(testing.Laws):  # type: ignore[misc,name-defined]
    measure = Spells
    text = (
        USES
        + """measure m "M" by region {
      spells of stays.held for people from joined until joined + 1 year
      ignoring gaps of 2 days
      lasting: 10 days
    }"""
    )


class TestEvidenced(testing.Laws):  # type: ignore[misc,name-defined]
    measure = Evidenced
    text = (
        USES
        + """measure m "M" by person {
      evidenced of events for people
      dated:    happened
      reached:  joined
      deadline: joined + 28 days
    }"""
    )
