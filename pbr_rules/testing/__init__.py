"""The kit for authors of plugins: contracts over small tables, and the laws that every measure keeps.

It needs pytest and Hypothesis: `pip install "pbr-rules[testing]"`. Nothing is imported before it is asked for, since pytest loads the
kit's plugin wherever it is installed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pbr_rules.testing.bench import Bench, Figures, Tried, examples, settle
    from pbr_rules.testing.engines import ENGINES
    from pbr_rules.testing.laws import Laws

__all__ = ["ENGINES", "Bench", "Figures", "Laws", "Tried", "examples", "settle"]

_ELSEWHERE = {"ENGINES": "engines", "Laws": "laws"}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"pbr_rules.testing.{_ELSEWHERE.get(name, 'bench')}"), name)
