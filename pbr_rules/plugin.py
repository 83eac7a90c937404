"""All that a plugin imports."""

from pbr_rules.expressions import Expression
from pbr_rules.hookspecs import hookimpl
from pbr_rules.measures import Measure, People, Rows, Sum, Tally, setting

__all__ = ["Expression", "Measure", "People", "Rows", "Sum", "Tally", "hookimpl", "setting"]
