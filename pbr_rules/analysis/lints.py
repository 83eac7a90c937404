"""Warnings: what a contract says that it probably does not mean, or that its readers will stumble over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

import attrs

from pbr_rules import expressions as x
from pbr_rules.analysis.signs import may_be_negative
from pbr_rules.checked.inside import expressions
from pbr_rules.checked.model import Contract, Define, Earlier, Figure, Measure, Parameter, Payment
from pbr_rules.checked.scales import constant
from pbr_rules.diagnostics import Diagnostic, Label, listing, warning
from pbr_rules.exact import plain_text
from pbr_rules.source import Span
from pbr_rules.surface import tree as t
from pbr_rules.words import words


def lints(contract: Contract, document: t.Document) -> tuple[Diagnostic, ...]:
    """Every warning."""
    varied = (contract.standing((variation.name,)) for variation in contract.variations)
    plainly = [warned for lint in LINTS for warned in lint(contract, document)]
    return tuple(
        dict.fromkeys((*plainly, *(w for each in varied for lint in OF_CLAUSES for w in lint(each, document))))
    )


def unused(contract: Contract, document: t.Document) -> Iterator[Diagnostic]:
    """Something is declared and nothing reads it."""
    read = _names(contract) | {name for v in contract.readings.values() for name in _written_names(v)}
    for figure in contract.figures.values():
        if isinstance(figure, Parameter) and figure.name not in read:
            yield warning("unused", f"nothing reads the parameter `{figure.name}`", figure.span)
    for scale in contract.scales.values():
        if scale.name not in read:
            yield warning("unused", f"nothing reads the scale `{scale.name}`", scale.span)
    counted = {m.records for m in contract.measures} | {m.base for m in contract.measures}
    columns = {node.records for e in expressions(contract) for node in x.walk(e) if isinstance(node, x.Column)}
    pointed = {
        c.kind.detail
        for r in contract.records.values()
        for c in r.columns.values()
        if c.kind.name == "id" and c.kind.detail != r.name
    }
    dimensions = {axis.dimension for f in contract.figures.values() for axis in f.axes}
    closed = {contract.closed_in}
    for name, records in contract.records.items():
        by_readings = read & {name, *records.columns}
        if name not in counted | columns | pointed | closed and records.identity not in dimensions and not by_readings:
            yield warning("unused", f"nothing counts or reads the records `{name}`", records.span)
    used = (
        dimensions
        | {c.kind.detail for r in contract.records.values() for c in r.columns.values()}
        | set(contract.scope[0])
    )
    for clause in document.declarations:
        if isinstance(clause, t.Category | t.Period) and clause.name not in used:
            parents = {p.parent for p in contract.periods.values()}
            if clause.name not in parents:
                yield warning("unused", f"nothing runs over `{clause.name}`", clause.name_span)


def unreachable(contract: Contract, document: t.Document) -> Iterator[Diagnostic]:
    """A branch whose condition holds only where an earlier one does."""
    for figure in contract.figures.values():
        conditions: list[x.Expression] = []
        if isinstance(figure, Payment):
            conditions = [b.condition for b in figure.branches if b.condition is not None]
        elif isinstance(figure, Define) and isinstance(figure.value, x.Cases):
            conditions = [condition for condition, _ in figure.value.cases]
        for index, later in enumerate(conditions):
            earlier = next((c for c in conditions[:index] if _implies(later, c)), None)
            if earlier is not None:
                yield warning(
                    "unreachable",
                    f"`{words(later)}` is never reached: `{words(earlier)}` holds wherever it does, and comes first",
                    later.span,
                    labels=(Label(earlier.span, "this holds first"),),
                    help=("put the narrower condition first",),
                )


def may_come_out_negative(contract: Contract, document: t.Document) -> Iterator[Diagnostic]:
    """A payment whose size may end below zero: its line would then be refused."""
    for payment in contract.payments:
        for branch in payment.branches:
            if may_be_negative(contract, payment, branch):
                word = "deduct" if branch.deducts else "pay"
                yield warning(
                    "may-be-negative",
                    f"`{payment.name}` may come out below zero, and its line would then be refused",
                    branch.amount.span,
                    f"`{word} {words(branch.amount)}`",
                    help=(
                        "end the payment with `floor £0`, if nothing is paid then",
                        "or write a case that deducts, if it is taken back",
                    ),
                )
                break


def whole_pot(contract: Contract, document: t.Document) -> Iterator[Diagnostic]:
    """An amount that does not vary with all that a payment runs over is paid once for each of them."""
    for payment in contract.payments:
        for branch in payment.branches:
            if isinstance(branch.amount, x.Nothing | x.Unknown) or _has_count(contract, branch.amount):
                continue
            varied = _varies(contract, branch.amount) | {
                d for b in payment.branches if b.condition is not None for d in _varies(contract, b.condition)
            }
            still = [axis.dimension for axis in payment.axes if axis.dimension not in varied]
            if still:
                yield warning(
                    "whole-pot",
                    f"`{words(branch.amount)}` is the same for every {listing([f'`{d}`' for d in still])}, and `{payment.name}` pays it once for each",
                    branch.amount.span,
                    help=(
                        "if it is a whole amount, leave the name out of `by`; if it is a price, multiply it by a count",
                    ),
                )
                break


def payees(contract: Contract, document: t.Document) -> Iterator[Diagnostic]:
    """A limit over payments to several providers: what it takes is nobody's."""
    payments = {payment.name: payment for payment in contract.payments}
    for limit in contract.limits:
        paid = list(
            dict.fromkeys(payments[name].payee for name in (c.payment for c in limit.covers) if name in payments)
        )
        if len(paid) > 1:
            yield warning(
                "payees",
                f"`{limit.name}` covers payments to {listing([f'`{payee}`' for payee in paid])}, and nothing says how they bear what it takes",
                limit.span,
                help=("write a limit for each provider, or agree how they share it outside these terms",),
            )


def netted_twice(contract: Contract, document: t.Document) -> Iterator[Diagnostic]:
    """A payment that takes off what was paid on itself: what is due takes it off as well."""
    for payment in contract.payments:
        own = f"{Earlier.AMOUNT}{payment.name}"
        parts = [step.value for step in payment.steps if step.word == "less"]
        parts += [
            node.right
            for amount in (*(branch.amount for branch in payment.branches), *(step.value for step in payment.steps))
            for node in x.walk(amount)
            if isinstance(node, x.Arithmetic) and node.sign == "-"
        ]
        read = next((n for p in parts for n in x.walk(p) if isinstance(n, x.Read) and n.figure == own), None)
        if read is not None:
            yield warning(
                "netted-twice",
                f"`{payment.name}` takes off what was already paid on it, and what is due takes that off as well",
                read.span,
                help=(
                    "leave it out: a payment is all that is owed to date, and the statement takes off what was paid",
                ),
            )


def titles(contract: Contract, document: t.Document) -> Iterator[Diagnostic]:
    """A figure that reaches a statement has a title: statements print titles."""
    for figure in contract.figures.values():
        if figure.title is None and isinstance(figure, Payment | Measure | Define):
            yield warning(
                "no-title",
                f"`{figure.name}` reaches the statement and has no title",
                figure.span,
                help=(f'`{_word(figure)} {figure.name} "…"`',),
            )


_TERMS = re.compile(r"#.*\b(confidential|unless|except|subject to|provided that|notwithstanding)\b", re.IGNORECASE)


def comments(contract: Contract, document: t.Document) -> Iterator[Diagnostic]:
    """A comment carries no terms."""
    source = contract.source
    for match in _TERMS.finditer(source.text):
        line = source.text[source.text.rfind("\n", 0, match.start()) + 1 : match.start() + 1]
        if line.count('"') % 2 == 0:
            yield warning(
                "terms-in-comment",
                f"a comment that says `{match.group(1)}` reads like a term, and comments carry none",
                Span(match.start(1), match.end(1)),
                help=("say it in a title, in the text around a literate contract, or as a clause",),
            )


def windows_past_the_end(contract: Contract, document: t.Document) -> Iterator[Diagnostic]:
    """A period that lies wholly outside the days the contract runs."""
    runs = contract.written.runs
    if runs is None:
        return
    for clause in document.declarations:
        if not isinstance(clause, t.Period):
            continue
        for member in contract.periods[clause.name].members:
            if member.first > runs[1] or member.last < runs[0]:
                yield warning(
                    "unreachable",
                    f"`{member.name}` of `{clause.name}` lies outside the days the contract runs",
                    clause.name_span,
                )


def shared_dimensions_only(contract: Contract, document: t.Document) -> Iterator[Diagnostic]:
    """`across` a dimension that no measure there runs over does nothing."""
    for figure in contract.figures.values():
        if not isinstance(figure, Define):
            continue
        reached = {
            axis.dimension
            for node in x.walk(figure.value)
            if isinstance(node, x.Read) and isinstance(contract.figures[node.figure], Measure)
            for axis in contract.figures[node.figure].axes
        }
        idle = [d for d in figure.across if d not in reached]
        if idle:
            yield warning(
                "unused",
                f"`{figure.name}` reads no measure that runs over {listing([f'`{d}`' for d in idle])}",
                figure.span,
            )


def percent_meant(contract: Contract, document: t.Document) -> Iterator[Diagnostic]:
    """A share is held to a whole number, as if it were written in per cent."""
    for expression in expressions(contract):
        for node in x.walk(expression):
            if not isinstance(node, x.Compare):
                continue
            for share, other in ((node.left, node.right), (node.right, node.left)):
                value = None if _is_share(other) else _written_value(other, contract)
                if _is_share(share) and value is not None and abs(value) > 1:
                    said, meant = words(other), plain_text(value)
                    yield warning(
                        "kinds",
                        f"`{words(share)}` is a share of 1, and `{said}` is {plain_text(value * 100)}%",
                        node.span,
                        help=(f"write `{meant}%` if that is meant, or `{plain_text(value * 100)}%`",),
                    )


def _is_share(node: x.Expression) -> bool:
    return bool(getattr(getattr(node, "kind", None), "percent", False))


def _written_value(node: x.Expression, contract: Contract) -> Fraction | None:
    """A figure that is written in the contract: there, or as a parameter."""
    figure = contract.figures.get(node.figure) if isinstance(node, x.Read) else None
    return constant(figure.value if isinstance(figure, Parameter) and figure.kind.is_number else node)


LINTS = (
    percent_meant,
    unused,
    unreachable,
    may_come_out_negative,
    whole_pot,
    payees,
    netted_twice,
    titles,
    comments,
    windows_past_the_end,
    shared_dimensions_only,
)


OF_CLAUSES = (percent_meant, unreachable, may_come_out_negative, whole_pot, shared_dimensions_only)
"""Those that are asked of the contract as each dated variation has it, too."""


# ---- what they look at


def _names(contract: Contract) -> set[str]:
    found: set[str] = set()
    bands = [
        part
        for scale in (*contract.scales.values(), *(s for v in contract.variations for s in v.scales.values()))
        for band in scale.read
        for part in (band.value, *(e.value for e in band.ends))
    ]
    for expression in (*expressions(contract), *bands):
        for node in x.walk(expression):
            if isinstance(node, x.Read):
                found.add(node.figure)
            elif isinstance(node, x.Call):
                found.add(node.name)
    return found


def _written_names(node: object) -> Iterator[str]:
    """Names in clauses that are not checked under the plain terms: those of a reading."""
    if isinstance(node, x.Name | x.Call):
        yield node.name
    if isinstance(node, tuple):
        for item in node:
            yield from _written_names(item)
    elif attrs.has(type(node)):
        for attribute in attrs.fields(type(node)):  # type: ignore[arg-type]
            yield from _written_names(getattr(node, attribute.name))


def _implies(narrow: x.Expression, wide: x.Expression) -> bool:
    """Whether one condition holds only where the other does: the same figure against nearer ends."""
    if narrow == wide:
        return True
    if not (isinstance(narrow, x.Compare) and isinstance(wide, x.Compare)) or narrow.left != wide.left:
        return any(_implies(part, wide) for part in narrow.conditions) if isinstance(narrow, x.Both) else False
    a, b = constant(narrow.right), constant(wide.right)
    if a is None or b is None:
        return False
    over, under = (x.Comparator.AT_LEAST, x.Comparator.ABOVE), (x.Comparator.AT_MOST, x.Comparator.BELOW)
    if narrow.how in over and wide.how in over:
        return a > b or (a == b and not (narrow.how is over[0] and wide.how is over[1]))
    if narrow.how in under and wide.how in under:
        return a < b or (a == b and not (narrow.how is under[0] and wide.how is under[1]))
    return False


def _varies(contract: Contract, node: x.Expression) -> set[str]:
    """The dimensions that an expression varies with."""
    found: set[str] = set()
    for part in x.walk(node):
        if isinstance(part, x.Here):
            found.add(part.dimension)
        elif isinstance(part, x.ParentOf):
            found.add(part.child)
        elif isinstance(part, x.Column):
            found |= {d for d, _ in part.key}
    return found


def _has_count(contract: Contract, node: x.Expression) -> bool:
    """Whether a factor is a count: then the amount is a price."""
    for part in x.walk(node):
        kind = part.kind if isinstance(part, x.Read | x.Column) else None
        if isinstance(part, x.PeopleIn) or (kind is not None and kind.name == "count"):
            return True
    return False


def _word(figure: Figure) -> str:
    return type(figure).__name__.lower()
