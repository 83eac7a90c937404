"""Constraints of a plugin: the duty that its record makes of its lines, and the rows that count towards it."""

from __future__ import annotations

from attrs import evolve

from pbr_rules import expressions as x
from pbr_rules import kinds
from pbr_rules import tallies as v
from pbr_rules.catalogue import Provided
from pbr_rules.checked import counting
from pbr_rules.checked.context import Context
from pbr_rules.checked.model import Axis, Duty, Measure, Payment, Records
from pbr_rules.checked.places import Place
from pbr_rules.checked.settings import Places, Settings, settings
from pbr_rules.diagnostics import did_you_mean, listing
from pbr_rules.duties import Constraint
from pbr_rules.duties import Duty as DutyData
from pbr_rules.expressions import conjuncts
from pbr_rules.surface import tree as t


def duty(
    clause: t.Constraint, head: t.Duty, provided: Provided[type[Constraint]], clause_text: str | None, c: Context
) -> tuple[Duty, Measure] | None:
    """A duty, and the measure of what was done towards it; None where it is not understood."""
    axes = c.axes(clause.by)
    for line in clause.lines:
        if isinstance(line, t.Requires | t.Consequence):
            c.problem("incomplete", f"`{head.kind}` says by its own lines what it requires and what follows", line.span)
    payment = _payment(head, c)
    counted = _records(head, c)
    if payment is None or counted is None:
        return None
    places = Places(Place(c.declared, row_of=counted.name), c.place(axes))
    written = [line for line in clause.lines if isinstance(line, t.Setting) and line.word != "clause"]
    said = settings(clause.name, head.kind, clause.name_span, written, provided.what.settings(), places, c)
    made = _made(provided, said, head, c) if said is not None else None
    if said is None or made is None:
        return None
    done = _done(clause, head, provided, counted, made, said, written, places, c)
    if done is None:
        return None
    money = kinds.money(c.written.currency or "")
    needed = x.Arithmetic("*", made.share, _paid(payment, axes), span=head.span)
    read = x.Read(done.name, tuple((a.dimension, x.Here(a.dimension)) for a in axes), money, x.Name(done.name))
    carried = _carried(clause, axes, c) if made.carried else None
    found = Duty(
        clause.name,
        clause.title,
        axes,
        money,
        clause_text,
        provided,
        payment.name,
        payment.payee,
        needed,
        read,
        made.due,
        counted.name,
        made.follows,
        carried,
        span=clause.name_span,
    )
    return found, done


def _payment(head: t.Duty, c: Context) -> Payment | None:
    if not c.resolver.exists(head.of):
        near = did_you_mean(head.of, c.resolver.names())
        c.problem("unknown-name", f"no payment is called `{head.of}`", head.span, near)
        return None
    figure = c.resolver.figure(head.of, head.span)
    if isinstance(figure, Payment):
        return figure
    if figure is not None:
        said = f"`{head.kind}` is a duty that a payment brings, and `{head.of}` is not a payment"
        c.problem("kinds", said, head.span)
    return None


def _records(head: t.Duty, c: Context) -> Records | None:
    if head.records is None:
        said = f"`{head.kind} of {head.of}` does not say which records show what was done"
        c.problem("incomplete", said, head.span, (f"`{head.kind} of {head.of} with …`",))
        return None
    found = c.declared.records.get(head.records)
    if found is None:
        near = did_you_mean(head.records, c.declared.records)
        c.problem("unknown-name", f"there are no records called `{head.records}`", head.span, near)
    return found


def _made(provided: Provided[type[Constraint]], said: Settings, head: t.Duty, c: Context) -> DutyData | None:
    try:
        made = provided.what(**said.said).duty()
    except Exception as error:  # a plugin's code: its fault is told with its name, and is not ours
        c.problem("plugin", provided.failed(head.kind, error), head.span)
        return None
    right = isinstance(made, DutyData) and isinstance(made.done, v.Tally) and isinstance(made.done.counts, v.Sum)
    if not right:
        wrong = TypeError(f"its duty is {made!r}, which does not add up a sum")
        c.problem("plugin", provided.failed(head.kind, wrong), head.span)
        return None
    return made


def _done(
    clause: t.Constraint,
    head: t.Duty,
    provided: Provided[type[Constraint]],
    counted: Records,
    made: DutyData,
    said: Settings,
    written: list[t.Setting],
    places: Places,
    c: Context,
) -> Measure | None:
    """The measure of what was done: rows that meet the conditions, on a day from the first to the last."""
    parts = [p for line in clause.lines if isinstance(line, t.Where) for p in conjuncts(line.condition)]
    place = places.row
    if parts:
        place = evolve(place, guarded=c.resolver.guards(x.Both(tuple(parts)), place))
    where = [c.row_condition(part, place) for part in parts]
    for how, end in ((x.Comparator.ON_OR_AFTER, made.since), (x.Comparator.ON_OR_BEFORE, made.due)):
        if end is None or made.day is None:
            continue
        # The same words, read for each row: `24 months after paid_on` of the row's own cell.
        setting = next((s for s in written if said.said.get(s.word) == end), None)
        where.append(x.Compare(how, made.day, c.resolver.day(setting.value, place) if setting is not None else end))
    by = clause.by
    found = counting.axes(by, counted, None, (), c)
    kind = next((said.kinds[word] for word, value in said.said.items() if value == made.done.added), kinds.UNKNOWN)
    if kind.name not in ("money", "unknown"):
        c.problem("kinds", f"`{head.kind}` adds up money, and this is {kind.words}", head.span)
        return None
    axes, placed = found
    return Measure(
        f"{clause.name}.done",
        f"What counts towards: {clause.title}" if clause.title else None,
        axes,
        kinds.money(c.written.currency or ""),
        provided,
        made.done,
        counted.name,
        None,
        (),
        None,
        (*where, *made.done.where),
        (),
        None,
        (),
        placed,
        counting.value_of(clause.name, clause.name_span, made.done, c),
        span=clause.name_span,
    )


def _paid(payment: Payment, axes: tuple[Axis, ...]) -> x.Expression:
    """What the payment comes to at the duty's cell: all its cells there together."""
    at = tuple((axis.dimension, x.Here(axis.dimension)) for axis in payment.axes)
    read = x.Read(payment.name, at, payment.kind, x.Name(payment.name))
    others = tuple(d for d in payment.dimensions if d not in {axis.dimension for axis in axes})
    return x.Aggregate(x.Gather.TOTAL, read, None, None, others) if others else read


def _carried(clause: t.Constraint, axes: tuple[Axis, ...], c: Context) -> str | None:
    """The period over which what was done beyond the need is carried forward."""
    periods = [axis.dimension for axis in axes if axis.dimension in c.declared.periods]
    if len(periods) == 1:
        return periods[0]
    said = f"`{clause.name}` carries forward from one period to the next, and runs over "
    said += listing([f"`{p}`" for p in periods]) if periods else "none"
    c.problem("grain", said, clause.name_span, ("`by … year` in the heading",))
    return None
