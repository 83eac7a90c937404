"""A stretch that goes on may still come to its length; the most of one person is read of that person."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from attrs import frozen

from pbr_rules import core, host
from pbr_rules.plugin import At, Days, Expression, Lasted, Measure, Tally, hookimpl, setting

STAYS = """
records clients { client: id   joined: date   places: count }
records stays { client: id of clients   moved_in: date   moved_out: date optional   housed: moved_in to moved_out }
measure m "M" by client { %s }
"""


@frozen
class Kept(Measure):
    """The day on which three months are over."""

    word, summary, source, endings, stretches = "kept", "Three months.", "made up for a test", ("for",), True

    length: Any = setting("how long", kind="duration")

    def tally(self, per: int | None) -> Tally:
        return Tally(Lasted(self.length, elapsed=True))


@frozen
class AtMost(Measure):
    """Days, at most so many of each person."""

    word, summary, source, endings, stretches = "capped", "Days, capped.", "made up for a test", ("for",), True

    most: Expression = setting("how many", kind="count", at=At.PERSON)

    def tally(self, per: int | None) -> Tally:
        return Tally(Days(), most=self.most)


@pytest.fixture(scope="module")
def catalogue() -> Any:
    module = ModuleType("made_up")

    @hookimpl
    def pbr_rules_measures() -> list[type[Measure]]:
        return [Kept, AtMost]

    module.pbr_rules_measures = pbr_rules_measures  # type: ignore[attr-defined]
    return host.gather([("core", "pbr-rules", "0.1.0", core), ("made_up", "pbr-rules-made-up", "0", module)])


def day(bench: Any, lines: str, complete: str, rows: str = "a,2020-01-31,") -> str:
    text = (
        "uses made_up 0\n" + STAYS % lines + 'payment p "P" by client { when m is known pay £5 otherwise pay nothing }'
    )
    files = {"clients": "client,joined,places; a,2020-01-01,1", "stays": f"client,moved_in,moved_out; {rows}"}
    (line,) = bench.settle(text, files, complete=dict.fromkeys(files, complete)).settlement.lines
    return str(line.state) if line.amount is None else str(line.amount)


@pytest.mark.parametrize(
    ("lines", "last"),
    [
        ("kept of stays.housed for clients   length: 3 months", "2020-04-29"),  # elapsed on 30 April
        ("days of stays.housed for clients   reaches 30", "2020-02-28"),  # the 30th day is 29 February
    ],
)
def test_a_length_that_may_still_be_reached_is_not_yet(bench, lines, last):
    year, month, number = map(int, last.split("-"))
    following = f"{year}-{month:02}-{number + 1:02}"
    assert day(bench, lines, last) == "not yet"
    assert day(bench, lines, following) == "5"
    # One that has ended is over.
    assert day(bench, lines, last, "a,2020-01-31,2020-02-10") == "0"


def test_an_earlier_stretch_that_ended_does_not_decide(bench):
    lines, rows = "kept of stays.housed for clients   length: 3 months", "a,2020-01-01,2020-01-10; a,2020-01-31,"
    assert day(bench, lines, "2020-04-29", rows) == "not yet"
    lines = "days of stays.housed for clients   reaches 30"
    assert day(bench, lines, "2020-02-18", rows) == "not yet"
    assert day(bench, lines, "2020-02-19", rows) == "5"


def test_a_window_that_is_over_does_not_wait_for_a_stretch_that_goes_on(bench):
    lines = "kept of stays.housed for clients from joined until joined + 2 months   length: 3 months"
    assert day(bench, lines, "2020-02-28") == "not yet"
    assert day(bench, lines, "2020-02-29") == "0"


def test_the_most_of_each_person_is_that_persons_own(bench):
    text = "uses made_up 0\n" + STAYS % "capped of stays.housed for clients   most: places"
    text += 'define all "All" across client = m\n'
    files = {
        "clients": "client,joined,places; a,2020-01-01,2; b,2020-01-01,4; c,2020-01-01,9",
        "stays": "client,moved_in,moved_out; a,2020-01-01,2020-01-05; b,2020-01-01,2020-01-05; c,2020-01-01,2020-01-05",
    }
    found = bench.figures(text, files, complete=dict.fromkeys(files, "2020-12-31"))
    assert found["all"] == 2 + 4 + 5


@pytest.mark.parametrize(
    ("said", "expected"), [("2.5", "is a whole number, 0 or more"), ("-1", "0 or more"), ("missing", "needs a value")]
)
def test_a_line_that_takes_a_count_takes_a_whole_number(bench, said, expected):
    text = "uses made_up 0\n" + STAYS % f"capped of stays.housed for clients   most: {said}"
    assert any(expected in problem.headline for problem in bench.problems(text))
