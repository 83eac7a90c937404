"""What pytest loads: the fixture `pbr_bench`. Light, since every run of pytest pays for it where the kit is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pbr_rules.testing.bench import Bench


@pytest.fixture
def pbr_bench() -> Bench:
    """Settles contracts written as text over small tables, and works their examples."""
    from pbr_rules.testing.bench import Bench

    return Bench()
