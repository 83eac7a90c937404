"""The laws in worlds other than the kit's own: other records, ways of more than one step, days, and a figure for each reoffender."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from attrs import frozen

from pbr_rules.core import Count, Covered, Frequency, Total
from pbr_rules.plugin import Earliest, Expression, Measure, Over, Rows, Tally, setting
from pbr_rules.testing import Laws
from pbr_rules.testing.world import WORLD


class TestRowsTwoStepsFromTheirPerson(Laws):
    measure = Frequency
    world = """
    category arm { one, two }
    records areas { area: id  arm: arm }
    records clients { client: id  area: id of areas  began: date  exclude began is before 2019-01-01 "too early" }
    records cases { case: id  client: id of clients  opened: date  closed: date optional }
    records visits { case: id of cases  made: date  minutes: count  urgent: flag }
    """
    outsider: ClassVar[Mapping[str, str]] = {"began": "2018-01-01"}
    text = """
    measure m by arm {
      frequency of visits per 1 clients
      where made within 12 months starting on began and urgent is yes
    }
    """
    duplicates = "count again"
    monotone = "rising"


class TestPeopleWhoAreTheRows(Laws):
    measure = Count
    text = "measure m by region {\n  count of people\n  where joined is before 2020-12-01\n}"


class TestMoneyByPeriod(Laws):
    measure = Total
    world = WORLD + "period year { y1: 2020-01-01 to 2020-12-31  y2: 2021-01-01 to 2021-12-31 }"
    text = "measure m by year of happened {\n  sum of events for people\n  value: amount\n}"
    duplicates = "count again"
    monotone = "rising"


class TestDaysWithoutOthers(Laws):
    measure = Covered
    world = WORLD + "records away { person: id of people  left: date  back: date  gone: left until back }"
    text = "measure m by region {\n  days of stays.held for people\n  except days of away.gone\n}"
    duplicates = "count once"
    monotone = "rising"


@frozen
class First(Measure):
    """The first day of a row that counts."""

    word = "first"
    summary = "The first day of a row that counts."
    source = "the outcome date of a rate card"
    endings = ("for",)

    on: Expression = setting("the day of a row", kind="date")

    def tally(self, per: int | None) -> Tally:
        return Tally(Earliest(self.on))


class TestFirstDay(Laws):
    measure = First
    text = "measure m by person {\n  first of events for people\n  on: happened\n  where kind is a\n}"
    duplicates = "count once"
    monotone = "falling"


@frozen
class Each(Measure):
    """Rows for each person who has one."""

    word = "each"
    summary = "Rows that count, for each person who has one."
    source = "reoffences per reoffender"
    endings = ("per",)

    def tally(self, per: int | None) -> Tally:
        return Tally(Rows(), over=Over.COUNTED)


class TestRowsOfEachWhoHasOne(Laws):
    measure = Each
    text = "measure m by region {\n  each of events per 1 people\n  where kind is a\n}"
    duplicates = None
