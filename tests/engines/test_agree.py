"""Every engine gives the answers that plain Python defines: figures, closing days, reasons, and the fate of each row."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pbr_rules import expressions as x
from pbr_rules.diagnostics import UsageError
from pbr_rules.engines.together import alike
from pbr_rules.evidence.tables import Table
from pbr_rules.plan.model import Count, What
from pbr_rules.tallies import Rows
from tests.engines.worlds import PERIODS, conditions, counts, large, small

# ---- agreement

AGREE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@pytest.fixture(scope="module")
def held(agreement: Any) -> Any:
    """The engines over this world."""
    return agreement(PERIODS)


@pytest.fixture(scope="module")
def agreed(held: Any) -> Any:
    """Whether they agree. What a frame cannot count exactly it may refuse; it may not answer otherwise."""
    return partial(held.on, refusals=True)


@settings(AGREE, max_examples=25)
@given(counts())
def test_engines_agree_over_many_rows(agreed: Any, count: Count) -> None:
    agreed(count, large())


@settings(AGREE, max_examples=25)
@given(counts(), small())
def test_engines_agree_over_few_rows_or_none(agreed: Any, count: Count, tables: dict[str, Table]) -> None:
    agreed(count, tables)


@settings(AGREE, max_examples=20)
@given(st.lists(conditions("events"), min_size=4, max_size=8))
def test_engines_agree_on_conditions(agreed: Any, rows: Any, where: list[x.Expression]) -> None:
    """How many rows there are for each set of answers to several conditions."""
    agreed(rows("events", keys=tuple(where)), large())


@settings(AGREE, max_examples=20)
@given(counts(), small(), st.lists(conditions("events"), min_size=2, max_size=5), st.sampled_from([(), ("person",)]))
def test_counts_made_in_one_pass_are_those_made_apart(
    held: Any, count: Count, tables: dict[str, Table], where: list[x.Expression], once: tuple[str, ...]
) -> None:
    assume(count.records == "events")
    keys = tuple(x.Column("events", (), name, tables["events"].records.columns[name].kind) for name in once)
    plain = evolve(
        count, what=What.ROWS, column=None, keys=(), most=None, covering=None, counts=Rows(), survivor=None, once=keys
    )
    if keys:  # where a row falls follows from its key
        plain = evolve(plain, axes=(), members=(), scope=(), excepted=())
    asked = [(evolve(plain, measure=f"m{n}", where=(*plain.where, each)), tables) for n, each in enumerate(where)]
    assert list(alike(asked)) == [list(range(len(asked)))]
    expected = held.python.answer_all(asked)
    for engine in held.others:
        try:
            assert engine.answer_all(asked) == expected, engine.name
        except UsageError as refused:
            assert "settle with --engine python" in str(refused)
