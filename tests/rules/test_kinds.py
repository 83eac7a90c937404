"""Kinds of figure that do not mix, and what is offered in their place."""

from __future__ import annotations

from typing import Any

import pytest

RATE = 'parameter known_rate "Rate": rate\ncategory one { only }\n'


@pytest.mark.parametrize("said", ["known_rate - 5%", "known_rate + 5%", "5% + known_rate", "20% - known_rate"])
def test_a_percentage_beside_a_rate_could_be_points_or_a_share_of_it(bench: Any, said: str) -> None:
    (problem,) = bench.problems(RATE + f'define d "D" by one = {said}')
    assert problem.code == "kinds"
    assert "percentage points" in problem.headline and "share of the rate" in problem.headline
    assert any("point fall from known_rate to" in help for help in problem.help)
    assert any("% of known_rate" in help for help in problem.help)


def test_those_who_did_not_are_100_percent_less_the_rate(bench: Any) -> None:
    assert not bench.problems(RATE + 'define d "D" by one = 100% - known_rate')


SHARES = """
category arm {{ treated, matched }}
records men "Men" {{ man: id   arm: arm }}
records events "Events" {{ man: id of men }}
measure often "Events" by arm {{ frequency of events per 100 men }}
parameter hurdle "Hurdle": number = 5
define fall "Fall" = relative fall from often[matched] to often[treated]
payment fee "Fee" {{
  when fall {test}
    pay £5
  otherwise
    pay nothing
}}
"""


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("is at least 5", "`fall` is a share of 1, and `5` is 500%"),
        ("is above 7.5", "`fall` is a share of 1, and `7.5` is 750%"),
        ("is at least hurdle", "`fall` is a share of 1, and `hurdle` is 500%"),
        ("is at least 5%", None),
        ("is at least 500%", None),
        ("is at least 1", None),
        ("is at least 0.05", None),
    ],
)
def test_a_share_that_is_held_to_a_whole_number_is_warned_of(bench, test, said):
    """A fall is never more than 1, so such a payment is never made."""
    found = [w for w in bench.warnings(SHARES.format(test=test)) if w.code == "kinds"]
    assert [w.headline for w in found] == ([said] if said else [])
