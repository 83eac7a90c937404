"""A plugin is asked for terms and never for rows: how often does not turn on how many people there are."""

from __future__ import annotations

from types import ModuleType

import pytest
from attrs import frozen

from pbr_rules import core, host
from pbr_rules.core import Frequency
from pbr_rules.plugin import Measure, Tally, hookimpl
from pbr_rules.testing import settle
from pbr_rules.testing.engines import ENGINES

TEXT = """
category region { north, south }
records people "People" { person: id  region: region }
records events "Events" { person: id of people }
measure m "M" by region { asked of events per 100 people }
measure each "Each" by person { asked of events per 1 people }
payment p "P" by region { pay £1 * people in m }
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_the_number_of_calls_does_not_turn_on_the_number_of_people(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    own = core.pbr_rules_measures

    @frozen
    class Asked(Frequency):
        word = "asked"

        def tally(self, per: int | None) -> Tally:
            calls.append("tally")
            return super().tally(per)

    def times(people: int) -> list[str]:
        calls.clear()
        plugin = ModuleType("pbr_rules_asked")

        @hookimpl
        def pbr_rules_measures() -> list[type[Measure]]:
            calls.append("hook")
            return [Asked]

        vars(plugin)["pbr_rules_measures"] = pbr_rules_measures
        listed = "\n".join(f"p{n},{'north' if n % 2 else 'south'}" for n in range(people))
        rows = {"people": f"person,region\n{listed}\n", "events": f"person\np0\np{people - 1}\n"}
        tried = settle(TEXT, rows, plugins=[plugin], engine=engine)
        assert tried.amounts("p[north]") == people // 2
        return list(calls)

    few = times(10)
    assert few.count("hook") == 1
    assert "tally" in few
    assert times(10_000) == few
    assert core.pbr_rules_measures is own
    assert not host.load().failures
