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
