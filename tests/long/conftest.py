"""What `.ci/long` runs beside the ordinary tests: all of it needs Spark, and a Java for it."""

from __future__ import annotations

import pytest

from pbr_rules.testing.engines import OTHERS

collect_ignore_glob = [] if "spark" in OTHERS else ["test_*.py"]


@pytest.fixture(autouse=True)
def without_other_plugins() -> None:
    """The contracts of every package that is installed settle here, with its measures."""
