"""What every contract keeps is tried by something that fails where it is not kept."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from pbr_rules.engines.python import Python
from pbr_rules.settlement import netting
from pbr_rules.source import Source
from pbr_rules.testing.contracts import broken

TEXT = """
records people "People" { person: id   joined: date }
records claims "Claims" { person: id of people   achieved: date }
measure done "Claims" by person { count of claims for people }
payment start "Start" by person { pay £200 * done }
limit most "Most" { covers start   at most £500 }
example "Three claims" {
  given people { | person | joined     |
                 | "A"    | 2024-01-01 |
                 | "B"    | 2024-01-01 | }
  given claims { | person | achieved   |
                 | "A"    | 2024-02-01 |
                 | "A"    | 2024-03-01 |
                 | "B"    | 2024-02-01 | }
  expect start["A"] = £400
}
"""


def source(bench: Any) -> Source:
    found: Source = bench.source(TEXT)
    return found


def test_it_is_kept(bench: Any, catalogue: Any) -> None:
    assert broken(source(bench), catalogue) == []


def test_two_periods_that_do_not_add_up_are_found(bench: Any, catalogue: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    right = netting._net
    monkeypatch.setattr(netting, "_net", lambda line, earlier, on: right(line, None, on))
    assert any("does not add up" in problem for problem in broken(source(bench), catalogue))


def test_an_order_that_matters_is_found(bench: Any, catalogue: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    right = Python.answer

    def wrong(self: Any, count: Any, tables: Any, *rest: Any) -> Any:
        answer = right(self, count, tables, *rest)
        first = tables["claims"].columns["person"][0]
        return evolve(answer, counted={cell: n for cell, n in answer.counted.items() if cell == (first,)})

    monkeypatch.setattr(Python, "answer", wrong)
    assert any("another order" in problem for problem in broken(source(bench), catalogue))
