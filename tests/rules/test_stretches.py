"""What is said of measures of stretches and of days reached that do not fit together."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from attrs import frozen

from pbr_rules import api, core, host
from pbr_rules.plugin import Expression, Measure, Sum, Tally, hookimpl, setting

WORLD = """
records people "People" { person: id   joined: date   wanted: count }
records events "Events" { person: id of people   held: date   number: count   amount: money }
records stays "Stays" { person: id of people   began: date   ended: date optional   stayed: began to ended }
records away "Away" { person: id of people   left: date   back: date   gone: left until back }
"""


@pytest.mark.parametrize(
    ("measure", "code", "said"),
    [
        ("count of stays.stayed", "kinds", "`count` counts rows, and `stays.stayed` names a stretch of days"),
        ("days of stays", "incomplete", "`days of stays` does not say which stretch of days it counts"),
        ("days of stays.lived", "unknown-name", "`stays` has no stretch of days called `lived`"),
        ("days of stays.stayed except days of away.gone", "grain", "days are taken out person by person"),
        ("days of stays.stayed for people except days of away.out", "unknown-name", "no stretch of days called `out`"),
        ("count of events except days of away.gone", "kinds", "`except days of` is for days that stretches cover"),
        ("count of events for people from joined until joined + 1 month", "kinds", "`from … until …` is for days"),
        ("count of events in runs of 7 days", "kinds", "`in runs of` is for `days of …`, and this is `count`"),
        ("days of stays.stayed in runs of 2 months", "kinds", "2 months have no fixed number of days"),
        ("count of events ignoring gaps of 2 days", "kinds", "gaps lie between stretches of days"),
        ("days of stays.stayed ignoring gaps of 1 month", "kinds", "1 month have no fixed number of days"),
        ("count of events reaches 3", "incomplete", "nothing says the day of each row"),
        ("count of events dated: held", "incomplete", "nothing here says what it `reaches`"),
        ("days of stays.stayed for people reaches 3 days", "kinds", "`reaches` takes a figure, and this is a duration"),
        ("binary of events for people dated: held reaches 3", "kinds", "`reaches` needs a running total"),
        ("count of events for people dated: held reaches number", "grain", "one figure for each person"),
        ("count of events dated: held reaches number", "grain", "one figure for each person"),
        ("days of stays.stayed for people reaches 3", "grain", "is a day, which each of `people` reaches or does not"),
    ],
)
def test_it_is_told(bench: Any, measure: str, code: str, said: str) -> None:
    found = [(p.code, p.headline) for p in bench.problems(WORLD + f'measure m "M" {{ {measure} }}')]
    assert any(c == code and said in headline for c, headline in found), found


def test_rows_that_count_as_one_must_agree_on_the_day(bench: Any) -> None:
    text = (
        WORLD + 'measure m "M" by person { count of events for people  once for each person  dated: held  reaches 1 }'
    )
    rows = {
        "people": "person,joined,wanted; A,2020-01-01,1",
        "events": "person,held,number,amount; A,2020-02-01,1,1; A,2020-03-01,1,1",
        "stays": "person,began,ended; A,2020-01-01,2020-01-02",
        "away": "person,left,back; A,2020-01-01,2020-01-02",
    }
    with pytest.raises(Exception, match="`held` differs in rows of `events` that count as one"):
        bench.settle(text, rows, complete={"events": "2020-12-31", "people": "2020-12-31", "stays": "2020-12-31"})


@frozen
class Capped(Measure):
    """A sum, wrongly held to so many for each person."""

    word, summary, source, endings = "capped", "A sum.", "made up for a test", ("for",)

    value: Expression = setting("what is added up")
    most: Expression = setting("how many")

    def tally(self, per: int | None) -> Tally:
        return Tally(Sum(self.value), most=self.most)


def test_a_sum_is_not_held_to_so_many(bench: Any) -> None:
    module = ModuleType("made_up")

    @hookimpl
    def pbr_rules_measures() -> list[type[Measure]]:
        return [Capped]

    module.pbr_rules_measures = pbr_rules_measures  # type: ignore[attr-defined]
    catalogue = host.gather([("core", "pbr-rules", "0.1.0", core), ("made_up", "pbr-rules-made-up", "1.0", module)])
    text = "uses made_up 1\n" + WORLD + 'measure m "M" { capped of events for people  value: amount  most: 2 }'
    (problem,) = [d for d in api.check_contract(bench.source(text), catalogue).diagnostics if d.is_error]
    assert problem.code == "plugin"
    assert "adds up neither rows, days, runs nor stretches" in problem.headline


def test_a_window_before_what_it_clips_is_told_where_it_stands(bench: Any) -> None:
    text = (
        WORLD + 'measure m "M" by person {\n  from joined until joined + 1 month\n  days of stays.stayed for people\n}'
    )
    (problem,) = bench.problems(text)
    assert problem.headline == "`from` is no line of a measure"
    assert problem.help[0].startswith("a measure has what it counts")
    assert "`from … until …` stands right after what is counted" in problem.help[0]
