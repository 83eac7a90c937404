"""Every engine gives the answers that plain Python defines: figures, closing days, reasons, and the fate of each row."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbr_rules import expressions as x
from pbr_rules.evidence.tables import Table
from pbr_rules.plan.model import Count
from tests.engines.worlds import PERIODS, conditions, counts, large, small

# ---- agreement

AGREE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@pytest.fixture(scope="module")
def agreed(agreement: Any) -> Any:
    """The engines over this world. What a frame cannot count exactly it may refuse; it may not answer otherwise."""
    return partial(agreement(PERIODS).on, refusals=True)


@settings(AGREE, max_examples=50)
@given(counts())
def test_engines_agree_over_many_rows(agreed: Any, count: Count) -> None:
    agreed(count, large())


@settings(AGREE, max_examples=50)
@given(counts(), small())
def test_engines_agree_over_few_rows_or_none(agreed: Any, count: Count, tables: dict[str, Table]) -> None:
    agreed(count, tables)


@settings(AGREE, max_examples=35)
@given(st.lists(conditions("events"), min_size=4, max_size=8))
def test_engines_agree_on_conditions(agreed: Any, rows: Any, where: list[x.Expression]) -> None:
    """How many rows there are for each set of answers to several conditions."""
    agreed(rows("events", keys=tuple(where)), large())
