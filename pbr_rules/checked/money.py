"""Payments, limits and constraints."""

from __future__ import annotations

from attrs import evolve

from pbr_rules import expressions as x
from pbr_rules import kinds
from pbr_rules.checked import duties
from pbr_rules.checked.context import Context
from pbr_rules.checked.model import (
    Axis,
    Branch,
    Constraint,
    Covered,
    Duty,
    Earlier,
    Limit,
    Measure,
    Payment,
    Share,
    Step,
)
from pbr_rules.diagnostics import Label, did_you_mean, listing
from pbr_rules.source import Span
from pbr_rules.surface import tree as t

EVENTS = ("breach", "terminate")


def payment(clause: t.Payment, c: Context) -> Payment:
    """An entitlement: a case is chosen, steps act on its size in the order written, then its direction is taken."""
    axes = c.axes(clause.by)
    place = c.place(axes)
    currency = kinds.money(c.written.currency or "")
    branches = []
    for case in _cases(clause, c):
        condition = c.resolver.condition(case.condition, place) if case.condition is not None else None
        amount = c.resolver.number(case.direction.amount, place, currency, "an amount")
        branches.append(Branch(condition, case.direction.deducts, amount))
    inside = evolve(place, amount=currency)
    steps = []
    for line in clause.lines:
        if isinstance(line, t.Step):
            if isinstance(line.value, x.Rounding):
                c.resolver.rounding(line.value, currency)
                steps.append(Step("rounded", line.value))
            else:
                steps.append(Step(line.word, c.resolver.number(line.value, inside, currency, f"`{line.word}`")))
    settings = _settings(clause, c)
    shares, payee = _parties(clause, c)
    return Payment(
        clause.name,
        clause.title,
        axes,
        currency,
        tuple(branches),
        tuple(steps),
        shares,
        payee,
        _clause_text(settings, clause.span, c),
        _dated(settings, axes, c),
        _never_recovered(clause, c),
        span=clause.name_span,
    )


def _never_recovered(clause: t.Payment, c: Context) -> bool:
    """Whether what was paid stays paid. A deduction is itself a recovery."""
    said = [line for line in clause.lines if isinstance(line, t.NeverRecovered)]
    for line in said[1:]:
        c.problem("declared-twice", "`never recovered` is written twice", line.span)
    if not said:
        return False
    deducts = next((case for case in _cases(clause, c) if case.direction.deducts), None)
    if deducts is not None:
        c.problem(
            "kinds",
            f"`{clause.name}` deducts, and `never recovered` speaks of what is paid",
            said[0].span,
            labels=(Label(deducts.span, "what it deducts is itself taken back"),),
        )
    c.resolver.figure(f"{Earlier.AMOUNT}{clause.name}", clause.name_span)
    return True


def _cases(clause: t.Payment, c: Context) -> list[t.Case]:
    cases = [line for line in clause.lines if isinstance(line, t.Case)]
    words = [case.word for case in cases]
    if not cases:
        c.problem(
            "incomplete", f"`{clause.name}` does not say what is paid", clause.name_span, ("`pay …`, or `deduct …`",)
        )
    elif words == ["always"] or (
        words[0] == "when" and words[-1] == "otherwise" and set(words[1:-1]) <= {"otherwise when"}
    ):
        return cases
    elif words.count("when") > 1:
        pass  # asked about when the form of the clause is read: only the first, or both?
    elif words[0] == "when" and "otherwise" not in words:
        c.problem(
            "incomplete",
            f"`{clause.name}` does not say what is paid otherwise",
            cases[-1].span,
            ("end with `otherwise pay nothing`, if nothing is paid",),
        )
    elif words.count("always") > 1:
        c.problem(
            "ambiguous",
            f"`{clause.name}` pays twice: both, or one of them?",
            cases[1].span,
            ("both: write two payments", "one of them: write `when … pay …` and `otherwise pay …`"),
        )
    else:
        c.problem(
            "incomplete",
            f"the cases of `{clause.name}` are `when …`, `otherwise when …`, and last `otherwise`",
            cases[0].span,
        )
    # Each case is checked even so: its condition and its amount have mistakes of their own.
    return cases


def _settings(clause: t.Payment | t.Limit | t.Constraint, c: Context) -> dict[str, t.Setting]:
    known = ("clause", "dated") if isinstance(clause, t.Payment) else ("clause",)
    found: dict[str, t.Setting] = {}
    for line in clause.lines:
        if not isinstance(line, t.Setting):
            continue
        if line.word not in known:
            c.problem(
                "unknown-name",
                f"there is no line `{line.word}:` here",
                line.span,
                did_you_mean(line.word, [*known, "shared", "from"]),
            )
        elif line.word in found:
            c.problem("declared-twice", f"`{line.word}:` is written twice", line.span)
        else:
            found[line.word] = line
    return found


def _clause_text(settings: dict[str, t.Setting], span: Span, c: Context) -> str | None:
    """Where in the signed terms it stands: its `clause:`, or the headings of a literate contract."""
    line = settings.get("clause")
    if line is None:
        return None
    if isinstance(line.value, x.Literal) and line.value.kind == kinds.TEXT:
        return str(line.value.value)
    c.problem("kinds", "`clause:` takes a text in quotes", line.span, ('`clause: "Schedule 4, 2.1"`',))
    return None


def _dated(settings: dict[str, t.Setting], axes: tuple[Axis, ...], c: Context) -> x.Expression | None:
    line = settings.get("dated")
    if line is None:
        return None
    resolved, kind = c.resolver.resolve(line.value, c.place(axes))
    if kind.name not in ("date", "unknown"):
        c.problem("kinds", f"`dated:` takes a day, and this is {kind.words}", line.span)
    return resolved


def _parties(clause: t.Payment, c: Context) -> tuple[tuple[Share, ...], str]:
    parties = {party.name: party for party in c.written.parties}
    payers = [party.name for party in c.written.parties if party.role == "payer"]
    providers = [party.name for party in c.written.parties if party.role == "provider"]
    from_to = [line for line in clause.lines if isinstance(line, t.FromTo)]
    shared = [line for line in clause.lines if isinstance(line, t.Shared)]
    for line in (*from_to[1:], *shared[1:]):
        c.problem("declared-twice", f"`{clause.name}` says twice who pays", line.span)
    to = from_to[0].payee if from_to else None
    one = from_to[0].payer if from_to else None
    if one is not None and shared:
        said = f"`{clause.name}` says who pays in two ways: `from:` and `shared:`"
        c.problem("parties", said, shared[0].span, (f"write `to: {to}` beside `shared:`, in place of `from:`",))
    for name in (one, to):
        if name is not None and name not in parties:
            c.problem("unknown-name", f"no party is called `{name}`", from_to[0].span, did_you_mean(name, parties))
    if one is not None and to is not None:
        return (Share(one, None),), to
    if to is not None:
        pass  # said
    elif not providers:
        c.problem(
            "parties",
            f"`{clause.name}` pays nobody: the contract names no provider",
            clause.name_span,
            ('`provider name: "…"` in the contract clause, or `from: a to b` in the payment',),
        )
    elif len(providers) > 1:
        c.problem(
            "parties",
            f"`{clause.name}` does not say which provider it pays: {listing([f'`{p}`' for p in providers], 'or')}",
            clause.name_span,
            (f"write `to: {providers[0]}`, or `from: payer to {providers[0]}`",),
        )
    payee = to or (providers[0] if providers else "")
    if shared:
        return _shares(clause, shared[0], payers, c), payee
    if len(payers) > 1:
        c.problem(
            "parties",
            f"`{clause.name}` has {len(payers)} payers and does not say how they share it",
            clause.name_span,
            (f"`shared: {payers[0]} 60%, {payers[1]} the rest`, or `from: {payers[0]} to {payee or 'provider'}`",),
        )
    if not payers:
        c.problem("parties", f"nobody pays `{clause.name}`: the contract names no payer", clause.name_span)
    return tuple(Share(p, None) for p in payers[:1]), payee


def _shares(clause: t.Payment, line: t.Shared, payers: list[str], c: Context) -> tuple[Share, ...]:
    found = []
    total = 0
    for share in line.shares:
        if share.payer not in payers:
            c.problem(
                "unknown-name", f"no payer is called `{share.payer}`", share.span, did_you_mean(share.payer, payers)
            )
        value = None
        if share.value is not None:
            value = c.resolver.number(share.value, c.place(c.axes(clause.by)), kinds.SHARE, "a share")
            if isinstance(value, x.Literal):
                total += value.value  # type: ignore[assignment, operator]
        found.append(Share(share.payer, value))
    names = [share.payer for share in line.shares]
    if len(set(names)) != len(names):
        c.problem("declared-twice", f"a payer has two shares of `{clause.name}`", line.span)
    rests = [share for share in found if share.value is None]
    if len(rests) > 1 or (rests and found[-1].value is not None):
        c.problem("parties", "one payer takes the rest, and is named last", line.span)
    written = all(isinstance(share.value, x.Literal) for share in found if share.value is not None)
    if not rests and written and total != 1:
        c.problem(
            "parties",
            f"the shares of `{clause.name}` do not add up to 100%",
            line.span,
            (f"the last may be `{names[-1]} the rest`",),
        )
    return tuple(found)


def limit(clause: t.Limit, payments: dict[str, Payment], c: Context) -> Limit | None:
    """The most that payments may come to."""
    axes = c.axes(clause.by)
    covers = [covered for line in clause.lines if isinstance(line, t.Covers) for covered in line.payments]
    at_most = [line for line in clause.lines if isinstance(line, t.AtMost)]
    if not covers or len(at_most) != 1:
        c.problem(
            "incomplete",
            f"`{clause.name}` says what it covers, and once the most that it may come to",
            clause.name_span,
            ("`covers a, b   at most £900,000`",),
        )
        return None
    found: list[Covered] = []
    for covered in covers:
        if covered.payment not in payments:
            c.problem(
                "unknown-name",
                f"no payment is called `{covered.payment}`",
                covered.span,
                did_you_mean(covered.payment, payments),
            )
            continue
        payers = [share.payer for share in payments[covered.payment].shares]
        if covered.payer is not None and covered.payer not in payers:
            bear = f"{listing([f'`{p}`' for p in payers])} pay{'s' if len(payers) == 1 else ''} it"
            near = did_you_mean(covered.payer, payers) or (bear,)
            c.problem("parties", f"`{covered.payer}` bears no part of `{covered.payment}`", covered.span, near)
        found.append(Covered(covered.payment, covered.payer))
        _falls(clause, axes, payments[covered.payment], covered.span, c)
    for n, one in enumerate(found):
        if (
            any(one.payment == other.payment and None in (one.payer, other.payer) for other in found[:n])
            or one in found[:n]
        ):
            c.problem("declared-twice", f"`{clause.name}` covers `{one.payment}` twice", covers[0].span)
    value = c.resolver.number(at_most[0].value, c.place(axes), kinds.money(c.written.currency or ""), "a limit")
    settings = _settings(clause, c)
    money = kinds.money(c.written.currency or "")
    clause_text = _clause_text(settings, clause.span, c)
    return Limit(clause.name, clause.title, axes, money, tuple(found), value, clause_text, span=clause.name_span)


def _falls(clause: t.Limit | t.Constraint, axes: tuple[Axis, ...], payment: Payment, span: Span, c: Context) -> None:
    """Each line of a payment that is covered, or held back, must fall in one cell."""
    place = c.place(payment.axes)
    for axis in axes:
        if len(place.locate(axis.dimension)) == 1:
            continue
        if axis.dimension in c.declared.periods and payment.dated is not None:
            c.one_holds(axis.dimension, span)
            continue
        help: tuple[str, ...] = (f"`by {axis.dimension}` in `{payment.name}`",)
        if axis.dimension in c.declared.periods:
            help = (*help, f"or `dated: …` in `{payment.name}`, to say when a line is earned")
        c.problem(
            "grain",
            f"`{clause.name}` runs over `{axis.dimension}`, and a line of `{payment.name}` does not say in which "
            "it falls",
            span,
            help,
        )


def _duty(clause: t.Constraint, heads: list[t.Duty], c: Context) -> tuple[Duty, Measure] | None:
    head = heads[0]
    if len(heads) > 1:
        c.problem("declared-twice", f"`{clause.name}` has two heads", heads[1].span)
    provided = c.catalogue.constraints.get(head.kind)
    if provided is None:
        near = did_you_mean(head.kind, c.catalogue.constraints)
        install = f"if a package provides it: `pip install pbr-rules-{head.kind}`, and `uses {head.kind} 1`"
        said = f"no installed plugin provides a constraint called `{head.kind}`"
        c.problem("plugin", said, head.span, (*(near or (install,)), *c.catalogue.missed))
        return None
    text = [line for line in clause.lines if isinstance(line, t.Setting) and line.word == "clause"]
    where = _clause_text({"clause": text[0]} if text else {}, clause.span, c)
    return duties.duty(clause, head, provided, where, c)


def constraint(
    clause: t.Constraint, payments: dict[str, Payment], c: Context
) -> Constraint | tuple[Duty, Measure] | None:
    """A condition with a consequence that is not money; or a duty that a plugin provides, with the measure of what was done."""
    heads = [line for line in clause.lines if isinstance(line, t.Duty)]
    if heads:
        return _duty(clause, heads, c)
    axes = c.axes(clause.by)
    requires = [line for line in clause.lines if isinstance(line, t.Requires)]
    after = [line for line in clause.lines if isinstance(line, t.Consequence)]
    if len(requires) != 1 or len(after) != 1:
        c.problem(
            "incomplete",
            f"`{clause.name}` says once what it requires, and once what follows otherwise",
            clause.name_span,
            ("`requires … otherwise breach`",),
        )
        return None
    consequence = after[0]
    held = consequence.held
    if held is not None and not _can_hold(clause, held, axes, payments, consequence.span, c):
        return None
    if consequence.deducted is not None:
        c.problem(
            "kinds",
            "a deduction is a payment: a constraint does not pay",
            consequence.span,
            ("`payment … { when … deduct … otherwise deduct nothing }`",),
        )
        return None
    event = f"holds {held}" if held is not None else consequence.event or ""
    if held is None and event not in EVENTS:
        c.problem(
            "unknown-name",
            f"`{event}` is not a consequence",
            consequence.span,
            did_you_mean(event, EVENTS) or (f"write {listing([f'`{e}`' for e in EVENTS], 'or')}",),
        )
    condition = c.resolver.condition(requires[0].condition, c.place(axes))
    settings = _settings(clause, c)
    return Constraint(
        clause.name,
        clause.title,
        axes,
        condition,
        event,
        _clause_text(settings, clause.span, c),
        held,
        clause.name_span,
    )


def _can_hold(
    clause: t.Constraint, held: str, axes: tuple[Axis, ...], payments: dict[str, Payment], span: Span, c: Context
) -> bool:
    if held not in payments:
        c.problem("unknown-name", f"no payment is called `{held}`", span, did_you_mean(held, payments))
        return False
    _falls(clause, axes, payments[held], span, c)
    return True
