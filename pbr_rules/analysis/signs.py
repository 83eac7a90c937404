"""Whether a figure can come out below zero: proved where the formula shows it, otherwise not ruled out.

Source of the rule: a size that ends below zero refuses the line, so `check` says wherever it cannot rule this out. Agreed
figures, counts, rates and frequencies are never below zero; the difference of two figures may be.
"""

from __future__ import annotations

from fractions import Fraction

from pbr_rules import expressions as x
from pbr_rules.checked.model import Branch, Contract, Define, Earlier, Measure, Parameter, Payment


def may_be_negative(contract: Contract, payment: Payment, branch: Branch) -> bool:
    """Whether a branch of a payment, with the steps after it, may end below zero."""
    sizes = _Signs(contract, branch.condition)
    safe = sizes.safe(branch.amount)
    for step in payment.steps:
        match step.word:
            case "less":
                safe = _cannot_exceed(step.value) and safe
            case "plus" | "cap":
                safe = safe and sizes.safe(step.value)
            case "floor":
                safe = sizes.safe(step.value)
    return not safe


def _cannot_exceed(node: x.Expression) -> bool:
    """`less 40% * amount`: a share of the amount so far, of 100% at most."""
    factors = [part for part in x.walk(node) if isinstance(part, x.Literal)]
    reads = [part for part in x.walk(node) if isinstance(part, x.Read | x.Column | x.Argument)]
    so_far = any(isinstance(part, x.AmountSoFar) for part in x.walk(node))
    small = all(isinstance(f.value, Fraction) and 0 <= f.value <= 1 for f in factors)
    return so_far and small and not reads


class _Signs:
    """Signs of expressions, given that a condition holds."""

    def __init__(self, contract: Contract, given: x.Expression | None) -> None:
        self._contract = contract
        self._given = [c for c in x.conjuncts(given) if isinstance(c, x.Compare)]

    def safe(self, node: x.Expression) -> bool:
        """Whether it is proved to be zero or above."""
        if self._held(node):
            return True
        match node:
            case x.Literal(value=value):
                return not isinstance(value, Fraction) or value >= 0
            case x.Nothing() | x.Unknown() | x.Missing() | x.PeopleIn() | x.AmountSoFar():
                return True
            case x.Column(kind=kind):
                return kind.name == "count"
            case x.Read(figure=name, at=at):
                return self._figure(name, all(way == x.Here(dimension) for dimension, way in at))
            case x.Bracket(inner=inner):
                return self.safe(inner)
            case x.Rounded(of=of):
                return self.safe(of)
            case x.PercentOf(of=of):
                return self.safe(of)
            case x.Arithmetic(sign="-", left=left, right=right):
                return self._at_most(right, left)
            case x.Arithmetic(left=left, right=right):
                return self.safe(left) and self.safe(right)
            case x.Extreme(lower=lower, first=first, second=second):
                parts = (self.safe(first), self.safe(second))
                return all(parts) if lower else any(parts)
            case x.Aggregate(how=how, of=of):
                # The condition speaks of one cell, and these are others.
                return how is x.Gather.NUMBER or of is None or self.safe_end(of)
            case x.Call(name=name, arguments=arguments):
                return name == "whole" or self._scale(name, all(self.safe(a) for a in arguments))
            case x.Cases(cases=cases, otherwise=otherwise):
                return all(self.safe(value) for _, value in cases) and self.safe(otherwise)
        return False

    def _held(self, node: x.Expression) -> bool:
        """Whether the branch is taken only where the node is at least some figure that is not below zero."""
        over = (x.Comparator.AT_LEAST, x.Comparator.ABOVE)
        return any(h.how in over and _same(h.left, node) and self.safe_end(h.right) for h in self._given)

    def safe_end(self, node: x.Expression) -> bool:
        """Whether it is zero or above wherever it is read, whatever the condition says."""
        return _Signs(self._contract, None).safe(node)

    def _at_most(self, smaller: x.Expression, larger: x.Expression) -> bool:
        """Whether the branch is taken only where one figure is not above the other."""
        for held in self._given:
            if (
                held.how in (x.Comparator.AT_LEAST, x.Comparator.ABOVE)
                and _same(held.left, larger)
                and _same(held.right, smaller)
            ):
                return True
            if (
                held.how in (x.Comparator.AT_MOST, x.Comparator.BELOW)
                and _same(held.left, smaller)
                and _same(held.right, larger)
            ):
                return True
        return isinstance(larger, x.Literal) and isinstance(smaller, x.Literal) and larger.value >= smaller.value  # type: ignore[operator]

    def _figure(self, name: str, here: bool) -> bool:
        """`here`: it is read at the cell that the condition speaks of, so what holds there holds in its formula."""
        figure = self._contract.figures[name]
        match figure:
            case Parameter(kind=kind):
                return kind.name != "points"
            case Measure():
                return figure.value is None or (figure.value.column is None or figure.value.column.kind.name == "count")  # type: ignore[attr-defined]
            case Define(value=value):
                return _Signs(self._contract, x.Both(tuple(self._given)) if here else None).safe(value)
            case Payment(branches=branches):
                return not any(branch.deducts for branch in branches)
            case Earlier(payment=payment):
                return self._figure(payment, False)
        return False

    def _scale(self, name: str, arguments: bool) -> bool:
        scale = self._contract.scales[name]
        if scale.sentence == "each slice at its own rate":
            return all(self.safe(band.value) for band in scale.read)
        return all(self.safe(band.value) or (arguments and _only_products(band.value)) for band in scale.read)


def _only_products(node: x.Expression) -> bool:
    match node:
        case x.Argument():
            return True
        case x.Literal(value=value):
            return isinstance(value, Fraction) and value >= 0
        case x.Arithmetic(sign="*" | "/" | "+", left=left, right=right):
            return _only_products(left) and _only_products(right)
        case x.Bracket(inner=inner):
            return _only_products(inner)
    return isinstance(node, x.Read)


def _same(a: x.Expression, b: x.Expression) -> bool:
    while isinstance(a, x.Bracket):
        a = a.inner
    while isinstance(b, x.Bracket):
        b = b.inner
    return a == b
