"""The laws that every measure keeps."""

from __future__ import annotations

import pytest
from pbr_rules_severity.measures import Harm, MostSerious

testing = pytest.importorskip("pbr_rules.testing")


class TestHarm(testing.Laws):
    measure = Harm
    text = """measure m by region {
  harm of events for people
  weight: amount
}"""


class TestHarmPer100(testing.Laws):
    measure = Harm
    text = """measure m by region {
  harm of events per 100 people
  weight: amount
}"""


class TestHarmPerReoffender(testing.Laws):
    measure = Harm
    text = """measure m by region {
  harm of events for people
  weight: amount
  over: reoffenders
}"""


class TestMostSerious(testing.Laws):
    measure = MostSerious
    text = """measure m by region {
  most_serious of events per 100 people
  weight: amount
}"""
