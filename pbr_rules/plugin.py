"""All that a plugin imports."""

from pbr_rules.checks import Check, Finding, MeasureTerms, PaymentTerms, Terms
from pbr_rules.duties import Constraint, Duty, Shortfall
from pbr_rules.expressions import Expression
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
    "Check",
    "Constraint",
    "Days",
    "Duty",
    "Earliest",
    "Expression",
    "Finding",
    "Lasted",
    "Latest",
    "Measure",
    "MeasureTerms",
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
    "choice",
    "hookimpl",
    "setting",
]
