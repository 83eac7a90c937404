"""The laws that every measure keeps, over the measures of this package."""

from __future__ import annotations

from pbr_rules_severity.measures import Harm, MostSerious

from pbr_rules.testing import Laws

LINES = """
  where happened within 12 months starting on joined
  weight: weight[kind]
"""


class TestHarm(Laws):
    measure = Harm
    duplicates = "count again"
    monotone = "rising"
    text = f"measure m by region {{ harm of events for people {LINES} }}"


class TestHarmPer100(Laws):
    measure = Harm
    duplicates = "count again"
    monotone = "rising"
    text = f"measure m by region {{ harm of events per 100 people {LINES} }}"


class TestHarmPerReoffender(Laws):
    measure = Harm
    duplicates = "count again"
    adds_up = False  # it is divided by those who did, and halves have others
    text = f"measure m by region {{ harm of events for people {LINES} over: reoffenders }}"


class TestMostSerious(Laws):
    measure = MostSerious
    duplicates = "count once"
    monotone = "rising"
    text = f"measure m by region {{ most_serious of events per 100 people {LINES} }}"


class TestMostSeriousPerReoffender(Laws):
    measure = MostSerious
    duplicates = "count once"
    adds_up = False  # it is divided by those who did, and halves have others
    text = f"measure m by region {{ most_serious of events for people {LINES} over: reoffenders }}"
