"""Expressions from Lark's tree to ours: one method for each rule of `grammars/expression.lark`, of the same name."""

from __future__ import annotations

from typing import Any

from attrs import evolve
from lark import Token, Tree
from lark.tree import Meta
from lark.visitors import Transformer_NonRecursive, v_args

from pbr_rules import bounds
from pbr_rules import expressions as x
from pbr_rules.dates import Duration
from pbr_rules.diagnostics import Diagnostic
from pbr_rules.exact import Mode
from pbr_rules.source import NOWHERE, Span
from pbr_rules.surface import figures
from pbr_rules.surface import tree as t
from pbr_rules.surface.figures import Problem

Items = list[Any]

COMPARATORS = {
    ">=": x.Comparator.AT_LEAST,
    "<=": x.Comparator.AT_MOST,
    ">": x.Comparator.ABOVE,
    "<": x.Comparator.BELOW,
    "=": x.Comparator.IS,
    "<>": x.Comparator.IS_NOT,
    "≥": x.Comparator.AT_LEAST,
    "≤": x.Comparator.AT_MOST,
    "≠": x.Comparator.IS_NOT,
}

SIGNS = {"×": "*", "÷": "/"}


def words(token: str) -> str:
    """A phrase with single spaces."""
    return " ".join(token.split())


def span_of(meta: Meta) -> Span:
    return NOWHERE if meta.empty else Span(meta.start_pos, meta.end_pos)


def place_of(token: Token) -> Span:
    return Span(token.start_pos or 0, token.end_pos or 0)


def checked(node: x.Expression) -> x.Expression:
    if node.depth > bounds.NESTED_STEPS:
        raise Problem(
            Diagnostic(
                "too-deep",
                f"this formula has more than {bounds.NESTED_STEPS} steps inside one another",
                Span(node.span.start, min(node.span.end, node.span.start + 1)),
                help=("give parts of it a name with `define`, and add those",),
            )
        )
    return node


def folded(items: Items, span: Span) -> x.Expression:
    """A sum or a product, from left to right."""
    node: x.Expression = items[0]
    for sign, right in zip(items[1::2], items[2::2], strict=True):
        node = checked(x.Arithmetic(SIGNS.get(sign, str(sign)), node, right, span=items[0].span.to(right.span)))
    return node


@v_args(meta=True)
class Expressions(Transformer_NonRecursive[Token, t.Document]):
    """Builds the expressions of one piece of text."""

    def __default__(self, data: str, children: Items, meta: Meta) -> Tree[Any]:
        raise AssertionError(f"no reading for the rule {data}")

    def either(self, meta: Meta, items: Items) -> x.Expression:
        return checked(x.Either(tuple(items), span=span_of(meta)))

    def both(self, meta: Meta, items: Items) -> x.Expression:
        return checked(x.Both(tuple(items), span=span_of(meta)))

    def not_(self, meta: Meta, items: Items) -> x.Expression:
        return checked(x.Not(items[0], span=span_of(meta)))

    def comparator(self, meta: Meta, items: Items) -> x.Comparator:
        text = words(items[0])
        return COMPARATORS.get(text) or x.Comparator(text)

    def comparison(self, meta: Meta, items: Items) -> x.Expression:
        left, how, right = items
        return checked(x.Compare(how, left, right, span=span_of(meta)))

    def one_of(self, meta: Meta, items: Items) -> x.Expression:
        of, how, *values = items
        return checked(x.OneOf(of, tuple(values), "not" in str(how).split(), span=span_of(meta)))

    def known(self, meta: Meta, items: Items) -> x.Expression:
        return checked(x.Known(items[0], "known" in items[1], span=span_of(meta)))

    def within(self, meta: Meta, items: Items) -> x.Expression:
        day, length, how, anchor = items
        lasts: Duration = figures.duration(length, place_of(length)).value  # type: ignore[assignment]
        return checked(x.Within(day, lasts, x.Window(words(how)), anchor, span=span_of(meta)))

    def between(self, meta: Meta, items: Items) -> x.Expression:
        return checked(x.Between(*items, span=span_of(meta)))

    def sum(self, meta: Meta, items: Items) -> x.Expression:
        return folded(items, span_of(meta))

    product = sum

    def negative(self, meta: Meta, items: Items) -> x.Expression:
        return checked(x.Negative(items[0], span=span_of(meta)))

    def percent_of(self, meta: Meta, items: Items) -> x.Expression:
        return checked(x.PercentOf(*items, span=span_of(meta)))

    def change(self, meta: Meta, items: Items) -> x.Expression:
        how, before, after = items
        relative, fall = words(how).split()
        return checked(x.Change(relative == "relative", fall == "fall", before, after, span=span_of(meta)))

    def extreme(self, meta: Meta, items: Items) -> x.Expression:
        how, first, second = items
        return checked(x.Extreme(how.startswith("lower"), first, second, span=span_of(meta)))

    def aggregate(self, meta: Meta, items: Items) -> x.Expression:
        how, of, where, _, weight, across = items
        return checked(x.Aggregate(x.Gather(words(how)), of, where, weight, across, span=span_of(meta)))

    def number_where(self, meta: Meta, items: Items) -> x.Expression:
        _, where, across = items
        return checked(x.Aggregate(x.Gather.NUMBER, None, where, None, across, span=span_of(meta)))

    def for_every(self, meta: Meta, items: Items) -> x.Expression:
        how, across, if_any, condition = items
        return checked(x.ForEvery(how.endswith("every"), across, if_any is not None, condition, span=span_of(meta)))

    def people_in(self, meta: Meta, items: Items) -> x.Expression:
        return checked(x.PeopleIn(items[1], items[0].startswith("counted"), span=span_of(meta)))

    def timing(self, meta: Meta, items: Items) -> x.Expression:
        return checked(x.Timing(*items, span=span_of(meta)))

    def over(self, meta: Meta, items: Items) -> tuple[str, ...]:
        return tuple(str(item) for item in items)

    def bracket(self, meta: Meta, items: Items) -> x.Expression:
        inner, rounding = items
        span = span_of(meta)
        return checked(x.Bracket(inner if rounding is None else x.Rounded(inner, rounding, span=span), span=span))

    def rounding(self, meta: Meta, items: Items) -> x.Rounding:
        _, place, mode = items
        if place.value <= 0:
            raise Problem(Diagnostic("bad-number", "a place to round to is above zero", place.span))
        return x.Rounding(place, Mode(words(mode)), span=span_of(meta))

    def call(self, meta: Meta, items: Items) -> x.Expression:
        name, *arguments = items
        return checked(x.Call(str(name), tuple(arguments), span=span_of(meta)))

    def name(self, meta: Meta, items: Items) -> x.Expression:
        first, second, *picks = items
        picked = tuple(pick for pick in picks if pick is not None)
        if second is None:
            return x.Name(str(first), None, picked, span=span_of(meta))
        return x.Name(str(second), str(first), picked, span=span_of(meta))

    def earlier(self, meta: Meta, items: Items) -> x.Expression:
        """A figure of the statements before this one: its name is the phrase and the payment's."""
        of: x.Name = items[1]
        if of.records is not None:
            said = f"`{words(items[0])}` names a payment, and `{of.records}.{of.name}` is a column of records"
            raise Problem(Diagnostic("not-expected", said, of.span))
        return evolve(of, name=f"{words(items[0])} {of.name}", span=span_of(meta))

    def pick_name(self, meta: Meta, items: Items) -> x.Pick:
        return x.Pick("name", str(items[0]), span=span_of(meta))

    def pick_text(self, meta: Meta, items: Items) -> x.Pick:
        return x.Pick("text", str(items[0])[1:-1], span=span_of(meta))

    def pick_member(self, meta: Meta, items: Items) -> x.Pick:
        member = items[1]
        if member.type == "TEXT":
            return x.Pick("id", str(items[0]), str(member)[1:-1], span=span_of(meta))
        return x.Pick("member", str(items[0]), str(member), span=span_of(meta))

    def pick_of(self, meta: Meta, items: Items) -> x.Pick:
        return x.Pick("of", str(items[0]), str(items[1]), span=span_of(meta))

    def pick_dated(self, meta: Meta, items: Items) -> x.Pick:
        return x.Pick("dated", str(items[1]), span=span_of(meta))

    def money(self, meta: Meta, items: Items) -> x.Literal:
        return figures.money(items[0], place_of(items[0]))

    def percent(self, meta: Meta, items: Items) -> x.Literal:
        return figures.percent(items[0], place_of(items[0]))

    def points(self, meta: Meta, items: Items) -> x.Literal:
        return figures.points(items[0], place_of(items[0]))

    def frequency(self, meta: Meta, items: Items) -> x.Literal:
        return figures.frequency(items[0], place_of(items[0]))

    def number(self, meta: Meta, items: Items) -> x.Literal:
        return figures.number(items[0], place_of(items[0]))

    def date(self, meta: Meta, items: Items) -> x.Literal:
        return figures.day(items[0], place_of(items[0]))

    def duration(self, meta: Meta, items: Items) -> x.Literal:
        return figures.duration(items[0], place_of(items[0]))

    def text(self, meta: Meta, items: Items) -> x.Literal:
        return figures.text(items[0], place_of(items[0]))

    def nothing(self, meta: Meta, items: Items) -> x.Nothing:
        return x.Nothing(span=span_of(meta))

    def unknown(self, meta: Meta, items: Items) -> x.Unknown:
        return x.Unknown(str(items[0])[1:-1], span=span_of(meta))

    def missing(self, meta: Meta, items: Items) -> x.Missing:
        return x.Missing(span=span_of(meta))
