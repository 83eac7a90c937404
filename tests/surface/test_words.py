"""Expressions in words, with and without their figures."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pbr_rules import expressions as x
from pbr_rules import kinds
from pbr_rules.expressions import Expression, Name
from pbr_rules.source import Source
from pbr_rules.surface import tree as t
from pbr_rules.surface.parse import parse
from pbr_rules.words import words

FORMULAS = [
    "relative fall from events[matched] to events[c1, arm: treated]",
    "(x rounded to £1 down) - a * (b + c) / d - 3 * -4%",
    'for every (a, b) if any (not x is at least 3 and y is one of ("a", b))',
    "total of a where c is known weighted by z across (a, b)",
    "(number where clean across review) is at least 2",
    "d within 12 months starting on z or d is missing",
    "a from b to c + 3 months",
    "people in e[year of joined] + counted in e[dated joined]",
    "lower of 55% and (35% + extra)",
    "24 months after paid",
    "10% of price",
    'grant["N1", client: "A 1"]',
    'when a is missing use unknown "not yet" otherwise when b use missing otherwise use nothing',
]


def formula(text: str) -> Expression:
    """A formula as written."""
    body = text if text.startswith("when ") else f"= {text}"
    document, problems = parse(Source("test.pbr", f"define d by q {body}"))
    assert not problems
    define = document.declarations[0]
    assert isinstance(define, t.Define)
    return define.value


@pytest.mark.parametrize("text", FORMULAS)
def test_canonical_text_stays(text: str) -> None:
    assert words(formula(text)) == text


def test_symbols_become_words() -> None:
    assert words(formula("a >= 5pp and b <> 3 and c ≤ 2 × 4")) == (
        "a is at least 5 percentage points and b is not 3 and c is at most 2 * 4"
    )


def test_figures_put_in() -> None:
    given = {"price": "£5", "avoided": "12.5"}

    def put_in(node: Expression) -> str | None:
        return given.get(node.name) if isinstance(node, Name) else None

    assert words(formula("price * avoided - (price + other)"), put_in) == "£5 * 12.5 - (£5 + other)"
    assert words(formula("a + b + c"), lambda n: "7" if words(n) == "a + b" else None) == "7 + c"


def test_checked_nodes() -> None:
    name = Name("events", None, (x.Pick("name", "c1"),))
    read = x.Read("events", (("cohort", x.Member("cohort", "c1")),), kinds.RATE, name)
    assert words(read) == "events[c1]"
    assert words(x.Column("releases", (), "arm", kinds.category("arm"))) == "arm"
    assert words(x.PeriodOf("year", x.Column("r", (), "joined", kinds.DATE))) == "year of joined"
    assert words(x.ParentOf("year", "quarter", x.Here("quarter"))) == "year of quarter"
    assert words(x.Member("client", "A 1")) == '"A 1"'
    assert words(x.AmountSoFar(kinds.money("GBP"))) == "amount"


def test_brackets_where_a_tree_needs_them() -> None:
    one = x.Literal(Fraction(1), kinds.COUNT, "1")
    total = x.Arithmetic("+", one, one)
    assert words(x.Arithmetic("*", total, total)) == "(1 + 1) * (1 + 1)"
    assert words(x.Arithmetic("-", one, total)) == "1 - (1 + 1)"
    assert words(x.Not(x.Both((x.Known(one, True), x.Known(one, False))))) == "not (1 is known and 1 is missing)"
