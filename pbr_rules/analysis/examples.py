"""Worked examples: the figures that the parties agreed, settled, and compared with what they expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from attrs import field, frozen

from pbr_rules import expressions as x
from pbr_rules.checked.model import Cell, Contract, Duty, Earlier, Example, Limit, Payment
from pbr_rules.diagnostics import DataError, Diagnostic
from pbr_rules.engines.exclude import exclude
from pbr_rules.evidence import fit
from pbr_rules.evidence.paid import Paid
from pbr_rules.exact import Mode, rounded
from pbr_rules.plan.from_checked import inside
from pbr_rules.plan.model import Engine
from pbr_rules.settlement.counts import counted
from pbr_rules.settlement.ids import with_ids
from pbr_rules.settlement.inputs import Inputs
from pbr_rules.settlement.lines import payment_line
from pbr_rules.settlement.terms import Terms
from pbr_rules.settlement.values import State, Value, exact_text, known, put_in, shown
from pbr_rules.surface import tree as t
from pbr_rules.words import words


@frozen
class Checkpoint:
    """One thing expected: whether it holds, and what came out."""

    expected: str
    holds: bool
    came_out: str


@frozen
class Worked:
    """A worked example, with all it expected."""

    example: Example
    checkpoints: tuple[Checkpoint, ...]
    problems: tuple[Diagnostic, ...] = field(default=())

    @property
    def holds(self) -> bool:
        """Whether everything came out as expected."""
        return not self.problems and all(c.holds for c in self.checkpoints)


def inputs(
    contract: Contract,
    example: Example,
    engine: Engine,
    given: Mapping[str, Mapping[Cell, x.Expression]],
    paid: Paid | None = None,
) -> Inputs:
    """What an example gives, as a settlement takes it; `paid`: the statement before it.

    Raises:
        DataError: a row does not fit its records.
    """
    rows = {line.records: _rows(line.table) for line in example.rows}
    tables = fit.given(contract, rows, lambda found: exclude(contract, found))
    complete = {line.records: line.complete_to for line in example.rows if line.complete_to is not None}
    figures = {(g.figure, g.at): _value(contract, g.figure, g.value, g.people) for g in example.figures}
    plain = Terms(contract, Inputs(example=True))
    points = tuple(
        (name, tuple(plain.value(a, {}, plain.frame()) for a in arguments), plain.value(value, {}, plain.frame()))
        for name, arguments, value, _ in example.points
    )
    stated = Inputs(tables, complete=complete, given=given, figures=figures, points=points, example=True, paid=paid)
    return counted(contract, stated, engine)


def work(contract: Contract, example: Example, engine: Engine) -> Worked:
    """Settles an example and compares."""
    try:
        made = inputs(contract, example, engine, {})
    except DataError as error:
        return Worked(example, (), (Diagnostic("example", str(error), example.span),))
    terms = Terms(contract, made)
    checkpoints = tuple(_checkpoint(terms, line, node) for line, node in example.expects)
    return Worked(example, checkpoints, tuple(_unused(contract, example)))


def _unused(contract: Contract, example: Example) -> Iterator[Diagnostic]:
    """Figures given that nothing expected here reads, however far down: probably a slip in a name."""
    reached: set[str] = set()
    waiting = [name for _, node in example.expects for name in _read(node)]
    parts = {
        **contract.figures,
        **contract.scales,
        **{part.name: part for part in (*contract.limits, *contract.duties)},
    }
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            part = parts.get(name)
            waiting += [inner for node in inside(part) for inner in _read(node)] if part is not None else []
            waiting += _brings(contract, part)
    given = {g.figure: g.span for g in example.figures} | {name: span for name, _, _, span in example.points}
    for name, span in given.items():
        if name not in reached:
            yield Diagnostic("unused-given", f"nothing expected in this example reads `{name}`, which it gives", span)


def _brings(contract: Contract, part: object) -> tuple[str, ...]:
    """What a figure compares without reading it by name: a limit its payments and the limits before it, a duty its payment, a
    payment what was paid on it where that is never recovered, and what may hold it back."""
    if isinstance(part, Limit):
        limits = [limit.name for limit in contract.limits]
        return (*(c.payment for c in part.covers), *limits[: limits.index(part.name)])
    if isinstance(part, Payment):
        kept = (f"{Earlier.AMOUNT}{part.name}",) if part.never_recovered else ()
        return (*kept, *(n for c in contract.conditions if c.holds == part.name for n in _read(c.condition)))
    return (part.payment,) if isinstance(part, Duty) else ()


def _read(node: x.Expression) -> Iterator[str]:
    for part in x.walk(node):
        if isinstance(part, x.Read):
            yield part.figure
        elif isinstance(part, x.Call):
            yield part.name


def _rows(table: t.Table) -> list[dict[str, x.Expression]]:
    """The rows of a grid, or the one row of entries."""
    if table.grid is None:
        return [{e.key: e.value for e in table.entries if isinstance(e, t.Entry)}] if table.entries else []
    names = [cell.name if isinstance(cell, x.Name) else words(cell) for cell in table.grid.heading]
    same = {e.key: e.value for e in table.entries if isinstance(e, t.Entry)}
    return [same | dict(zip(names, row, strict=True)) for row in table.grid.rows]


def _value(contract: Contract, name: str, node: x.Expression, people: int | None) -> Value:
    figure = contract.figures[name]
    value = Terms(contract, Inputs(example=True)).value(node, {}, Terms.frame())
    if not value.known:
        why = (
            f"`{name}` is {value.state}: {node.why}" if isinstance(node, x.Unknown) else f"`{name}` is given as missing"
        )
        return Value(figure.kind, state=value.state, why=why, because=(name,))
    counts = None
    if people is not None and isinstance(value.of, Fraction) and value.kind.name == "count":
        return known(figure.kind, value.of / people, (int(value.of), people))
    if people is not None and isinstance(value.of, Fraction):
        number = value.of * people
        counts = (int(number), people) if number.denominator == 1 else None
    return known(figure.kind, value.of, counts)


def _checkpoint(terms: Terms, line: t.Expected, node: x.Expression) -> Checkpoint:
    frame = terms.frame()
    match line:
        case t.Expect(condition=condition):
            value = terms.value(node, {}, frame)
            return Checkpoint(_expect_words(condition), value.known and value.of is True, _came_out(terms, node, value))
        case t.ExpectShown(target=target, shown=wanted):
            value = terms.value(node, {}, frame)
            return Checkpoint(f"{words(target)} shown as {words(wanted)}", _is_shown_as(value, wanted), _said(value))
        case t.ExpectRefused(target=target, reason=reason):
            value = _paid(terms, node)
            text = f"{words(target)} refused" + (f" for {reason}" if reason else "")
            holds = value.state in (State.UNKNOWN, State.REFUSED, State.OUTSIDE, State.MISSING) and (
                reason is None or reason in value.because
            )
            return Checkpoint(text, holds, _said(value))
        case t.ExpectNotYet(target=target):
            value = _paid(terms, node)
            return Checkpoint(f"{words(target)} not yet", value.state is State.NOT_YET, _said(value))


def _paid(terms: Terms, node: x.Expression) -> Value:
    """A payment as its line is: its shares are read too, and a condition may hold it back."""
    value = terms.value(node, {}, terms.frame())
    figure = terms.contract.figures.get(node.figure) if isinstance(node, x.Read) else None
    if not isinstance(node, x.Read) or not isinstance(figure, Payment) or not value.known:
        return value
    at = {d: str(terms.value(way, {}, terms.frame()).of) for d, way in node.at}
    line = payment_line(terms, figure, at)
    return value if line.amount is not None else Value(value.kind, state=line.state, why=line.why, because=line.because)


def _expect_words(condition: x.Expression) -> str:
    if isinstance(condition, x.Compare) and condition.how is x.Comparator.IS:
        return f"{words(condition.left)} = {words(condition.right)}"
    return words(condition)


def _came_out(terms: Terms, node: x.Expression, value: Value) -> str:
    if isinstance(node, x.Compare):
        return _said(terms.value(node.left, {}, terms.frame()))
    return _said(value)


def _said(value: Value) -> str:
    if not value.known:
        return with_ids(f"{value.state}: {value.why}")
    exact, text = exact_text(value), put_in(value)
    return with_ids(text if exact is None or shown(value) == text else f"{shown(value)} (exactly {exact})")


def _is_shown_as(value: Value, wanted: x.Expression) -> bool:
    """The exact value, rounded half up to the place that is written, equals it."""
    literal = wanted.of if isinstance(wanted, x.Negative) else wanted
    if not value.known or not isinstance(value.of, Fraction) or not isinstance(literal, x.Literal):
        return False
    size: Fraction = literal.value  # type: ignore[assignment]
    target = -size if isinstance(wanted, x.Negative) else size
    return rounded(value.of, _place(literal), Mode.HALF_UP) == target


def _place(literal: x.Literal) -> Fraction:
    """One unit of the last place written."""
    figure = literal.written.split(" per ")[0]
    digits = "".join(c for c in figure if c.isdigit() or c == ".")
    after = len(digits.partition(".")[2])
    unit = Fraction(1, 10**after)
    if literal.kind.percent or literal.kind.name == "points":
        return unit / 100
    if literal.kind.name == "frequency":
        return unit / (literal.kind.per or 1)
    for word, size in (("million", 10**6), ("billion", 10**9)):
        if word in literal.written:
            return unit * size
    return unit
