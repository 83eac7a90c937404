"""All that a plugin imports."""

from pbr_rules.checks import Check, Finding, MeasureTerms, PaymentTerms, Terms
from pbr_rules.dates import Duration
from pbr_rules.duties import Constraint, Duty, Shortfall
from pbr_rules.expressions import (
    Between,
    Both,
    Comparator,
    Compare,
    Either,
    Expression,
    Known,
    Not,
    Window,
    Within,
)
from pbr_rules.hookspecs import hookimpl
from pbr_rules.measures import Measure
from pbr_rules.settings import At, choice, setting
from pbr_rules.tallies import (
    Days,
    Earliest,
    Lasted,
    Latest,
    Over,
    People,
    Pick,
    Reached,
    Rows,
    Runs,
    Stretches,
    Sum,
    Tally,
)

__all__ = [
    "At",
    "Between",
    "Both",
    "Check",
    "Comparator",
    "Compare",
    "Constraint",
    "Days",
    "Duration",
    "Duty",
    "Earliest",
    "Either",
    "Expression",
    "Finding",
    "Known",
    "Lasted",
    "Latest",
    "Measure",
    "MeasureTerms",
    "Not",
    "Over",
    "PaymentTerms",
    "People",
    "Pick",
    "Reached",
    "Rows",
    "Runs",
    "Shortfall",
    "Stretches",
    "Sum",
    "Tally",
    "Terms",
    "Window",
    "Within",
    "choice",
    "hookimpl",
    "setting",
]
