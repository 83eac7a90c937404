"""Mistakes of form that can be read: two readings of one sentence."""

from __future__ import annotations

from collections.abc import Iterator

from pbr_rules import expressions as x
from pbr_rules.diagnostics import Diagnostic, Label
from pbr_rules.surface import tree as t


def mistakes(node: t.Node) -> Iterator[Diagnostic]:
    """What is wrong with the form of one declaration."""
    match node:
        case t.Payment():
            yield from _branches(node)
        case t.Variation(declarations=inner):
            for declaration in inner:
                yield from mistakes(declaration)
        case t.Parameter(value=t.Table(entries=entries)):
            yield from (
                Diagnostic("bad-number", "brackets do not make a figure negative", entry.span, help=("write `-£500`",))
                for entry in entries
                if isinstance(entry.value, x.Bracket) and isinstance(entry.value.inner, x.Literal)
            )


def _branches(payment: t.Payment) -> Iterator[Diagnostic]:
    """Cases come as `when`, `otherwise when`, `otherwise`: the first that holds decides."""
    before: t.Case | None = None
    for line in payment.lines:
        if not isinstance(line, t.Case):
            continue
        if report := _after(before, line):
            yield report
            return
        before = line


def _after(before: t.Case | None, case: t.Case) -> Diagnostic | None:
    """What is wrong with a case after another."""
    if before is None:
        if case.word in ("when", "always"):
            return None
        headline = f"`{case.word}` stands before any `when`"
        return Diagnostic("not-expected", headline, case.span, help=("the first case begins with `when`",))
    labels = (Label(before.span, "the case before"),)
    if case.word == "when" and before.word in ("when", "otherwise when"):
        return Diagnostic(
            "ambiguous",
            "two cases begin with `when`: does the first that holds decide, or are both paid?",
            case.span,
            labels=labels,
            help=("the first that holds: write `otherwise when` here", "both: make this a payment of its own"),
        )
    if case.word == "always" and before.word != "otherwise":
        said = "deduct" if case.direction.deducts else "pay"
        return Diagnostic(
            "ambiguous",
            f"nothing says when this `{said}` holds, after a case that does",
            case.span,
            labels=labels,
            help=(f"in all other cases: write `otherwise` before `{said}`",),
        )
    if before.word in ("always", "otherwise"):
        headline = "this case can never be reached: the one before it holds always"
        return Diagnostic("not-expected", headline, case.span, labels=labels, help=("leave one of them out",))
    return None
