"""The checks that plugins bring: each is shown a contract's terms, and warns."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pbr_rules import expressions as x
from pbr_rules.catalogue import Catalogue, Provided
from pbr_rules.checked.inside import inside
from pbr_rules.checked.model import Contract, Define, Measure, Parameter, Payment
from pbr_rules.checks import Check, Finding, MeasureTerms, PaymentTerms, Terms
from pbr_rules.diagnostics import Diagnostic, warning
from pbr_rules.words import words


def plugin_checks(contract: Contract, catalogue: Catalogue) -> tuple[Diagnostic, ...]:
    """What every plugin's checks find, in the order of their codes."""
    if not catalogue.checks:
        return ()
    shown = terms(contract)
    return tuple(found for _, check in sorted(catalogue.checks.items()) for found in _found(contract, check, shown))


def terms(contract: Contract) -> Terms:
    """What a check is shown."""
    return Terms(
        tuple(_measure(measure) for measure in contract.measures),
        tuple(_payment(contract, payment) for payment in contract.payments),
        contract.currency,
    )


def _found(contract: Contract, check: Provided[Check], shown: Terms) -> Iterator[Diagnostic]:
    try:
        findings = list(check.what.find(shown))
        wrong = next((f for f in findings if not isinstance(f, Finding)), None)
        if wrong is not None:
            raise TypeError(f"it found {wrong!r}, which is not a finding")
    except Exception as error:  # a plugin's code: its fault is told with its name, and is not ours
        yield warning("plugin", check.failed(check.what.code, error), contract.written.name_span)
        return
    for finding in findings:
        figure = contract.figures.get(finding.about)
        span = figure.span if figure is not None else contract.written.name_span
        notes = (
            f"{finding.why}" if finding.why else "",
            f"the check `{check.what.code}` of `{check.plugin}`: {check.what.source}",
        )
        yield warning("plugin-check", finding.headline, span, notes=tuple(note for note in notes if note))


def _measure(measure: Measure) -> MeasureTerms:
    said = {word: value if isinstance(value, str) else words(value) for word, value in measure.settings.items()}
    return MeasureTerms(measure.name, measure.provided.what.word, said)


def _payment(contract: Contract, payment: Payment) -> PaymentTerms:
    read = _reached(contract, payment)
    measures = tuple(sorted(name for name in read if isinstance(contract.figures.get(name), Measure)))
    amounts = tuple(
        amount for branch in payment.branches if not branch.deducts for amount in _amounts(contract, branch.amount)
    )
    return PaymentTerms(payment.name, payment.title, measures, amounts)


def _reached(contract: Contract, payment: Payment) -> set[str]:
    """Every figure and scale that a payment turns on, however far down."""
    found: set[str] = set()
    waiting = [payment.name]
    while waiting:
        part = waiting.pop()
        for node in inside(contract.figures.get(part) or contract.scales.get(part)):
            for inner in x.walk(node):
                name = inner.figure if isinstance(inner, x.Read) else inner.name if isinstance(inner, x.Call) else part
                if name != part and name not in found:
                    found.add(name)
                    waiting.append(name)
    return found


def _amounts(contract: Contract, amount: x.Expression) -> Iterator[Fraction | None]:
    """The sums of money that an amount reads: written there, or agreed in a parameter or a figure that it reads."""
    for node in x.walk(amount):
        if isinstance(node, x.Literal) and node.kind.name == "money" and isinstance(node.value, Fraction):
            yield node.value
        elif isinstance(node, x.Read) and node.kind.name == "money":
            yield from _agreed(contract, node)


def _agreed(contract: Contract, read: x.Read) -> Iterator[Fraction | None]:
    figure = contract.figures.get(read.figure)
    if isinstance(figure, Define):
        for node in inside(figure.value):
            yield from _amounts(contract, node)
    if not isinstance(figure, Parameter):
        return
    if figure.is_given:
        yield None
    picked = {d: way.name for d, way in read.at if isinstance(way, x.Member)}
    listed: list[x.Expression] = [] if figure.value is None else [figure.value]
    for cell, node in (figure.cells or {}).items():
        at = dict(zip(figure.dimensions, cell, strict=True))
        if all(at[d] == member for d, member in picked.items()):
            listed.append(node)
    listed += [node for _, node in figure.dated]
    listed += [figure.rising[0]] if figure.rising is not None else []
    for node in listed:
        if isinstance(node, x.Unknown):
            yield None
        else:
            yield from _amounts(contract, node)
