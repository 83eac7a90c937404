"""The core's own measures keep every law that the kit holds a plugin's measure to."""

from __future__ import annotations

from pbr_rules.core import Binary, Count, Covered, Frequency, Total
from pbr_rules.testing import Laws

WINDOW = "where happened within 12 months starting on joined"


class TestBinary(Laws):
    measure = Binary
    text = f"measure m by region {{\n  binary of events for people\n  {WINDOW}\n}}"
    duplicates = "count once"
    monotone = "rising"


class TestFrequency(Laws):
    measure = Frequency
    text = f"measure m by region, kind {{\n  frequency of events per 100 people\n  {WINDOW}\n}}"
    duplicates = "count again"
    monotone = "rising"


class TestFrequencyOnceEachDay(Laws):
    measure = Frequency
    text = (
        f"measure m by region {{\n  frequency of events per 100 people\n  {WINDOW}\n"
        "  once for each person, happened taking latest happened\n  among people where region is north\n}"
    )
    duplicates = "count once"
    monotone = "rising"


class TestCount(Laws):
    measure = Count
    text = "measure m by kind {\n  count of events\n}"
    duplicates = "count again"
    monotone = "rising"


class TestCountOfEachPerson(Laws):
    measure = Count
    text = f"measure m by person {{\n  count of events for people\n  {WINDOW}\n}}"
    duplicates = "count again"
    monotone = "rising"


class TestSum(Laws):
    measure = Total
    text = f"measure m by region {{\n  sum of events for people\n  value: amount\n  {WINDOW}\n}}"
    duplicates = "count again"
    monotone = "rising"


class TestSumOfWeights(Laws):
    measure = Total
    text = f"measure m by region {{\n  sum of events per 10 people\n  value: hours * weight[kind]\n  {WINDOW}\n}}"
    duplicates = "count again"
    monotone = "rising"


class TestDays(Laws):
    measure = Covered
    text = "measure m by region {\n  days of stays.held for people from joined until joined + 12 months\n}"
    duplicates = "count once"
    monotone = "rising"


class TestDaysForEachPerson(Laws):
    measure = Covered
    text = "measure m by region {\n  days of stays.held per 1 people\n}"
    duplicates = "count once"
    monotone = "rising"


class TestRunsOfDays(Laws):
    measure = Covered
    text = "measure m by region {\n  days of stays.held for people\n  in runs of 7 days\n}"
    duplicates = "count once"
    monotone = "rising"
