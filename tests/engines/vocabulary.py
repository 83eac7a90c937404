"""The row vocabulary, node by node, and which nodes a count is made of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from attrs import fields, has

from pbr_rules import expressions as x
from pbr_rules import tallies as v
from pbr_rules.dates import Duration
from pbr_rules.expressions import Expression
from pbr_rules.plan.model import Count, What

FIGURE, DAY, TEXT, FLAG, LENGTH = "figures", "days", "texts", "flags", "lengths"

OF_KIND = {"date": DAY, "flag": FLAG, "category": TEXT, "id": TEXT, "text": TEXT, "duration": LENGTH}

NEVER = {
    "Aggregate", "AmountSoFar", "Argument", "Call", "Cases", "Change", "ForEvery", "Here", "Missing", "Name", "ParentOf",
    "PeopleIn", "Read", "Rounded", "Rounding", "Unknown",
}  # fmt: skip
"""Expressions of terms, which no row reads."""


def sort(node: Expression) -> str:
    """What sort of thing an expression comes to: figures, days, texts, flags or lengths of time."""
    match node:
        case x.Column(kind=kind):
            return OF_KIND.get(kind.name, FIGURE)
        case x.Literal(value=value):
            if isinstance(value, Duration):
                return LENGTH
            return FLAG if isinstance(value, bool) else DAY if isinstance(value, date) else FIGURE
        case x.Member() | x.PeriodOf():
            return TEXT
        case x.Bracket(inner=inner):
            return sort(inner)
        case x.Timing():
            return DAY
        case x.Extreme(first=first):
            return sort(first)
        case x.Arithmetic(left=left, right=right):
            both = {sort(left), sort(right)}
            if LENGTH in both:
                return DAY if DAY in both else LENGTH
            return FIGURE
        case x.Nothing() | x.Negative() | x.PercentOf():
            return FIGURE
    return FLAG


def labels(node: Expression) -> Iterator[str]:
    """What one node is, by name."""
    match node:
        case x.Column(path=path, kind=kind):
            yield f"column: {kind.name}"
            yield f"column: {('of the row', 'one record away', 'two records away')[len(path)]}"
        case x.Literal():
            yield f"written: {sort(node)}"
            if isinstance(node.value, Duration):
                yield f"length: in {node.value.unit.value}s"
        case x.Arithmetic(sign=sign, left=left, right=right):
            yield f"arithmetic: {sort(left)} {sign} {sort(right)}"
        case x.Extreme(lower=lower, first=first):
            yield f"{'lower' if lower else 'greater'} of two {sort(first)}"
        case x.Compare(how=how, left=left):
            yield f"compare: {how.value}"
            yield f"compare: {sort(left)}"
        case x.OneOf(of=of, negated=negated):
            yield f"{'not ' if negated else ''}one of: {sort(of)}"
        case x.Known(of=of, known=known):
            yield f"{'' if known else 'not '}known: {sort(of)}"
        case x.Within(how=how, length=length):
            yield f"window: {how.value}"
            yield f"window: in {length.unit.value}s"
        case _:
            yield {"Both": "and", "Either": "or", "Not": "not", "PeriodOf": "period of a day"}.get(
                type(node).__name__, type(node).__name__.lower()
            )


def tally(count: Count) -> Iterator[str]:
    """What adds up, by name."""
    node, covering = count.counts, count.covering
    match count.what:
        case What.PEOPLE | What.UNITS:
            yield {What.PEOPLE: "tally: people", What.UNITS: "tally: sum"}[count.what]
            return
    name = f"tally: {type(node).__name__.lower()}"
    yield name
    if isinstance(node, v.Reached):
        yield f"{name} {type(node.of).__name__.lower()}"
    if isinstance(node, v.Lasted):
        yield f"{name}, {'elapsed' if node.elapsed else 'counting its first day'}"
    if getattr(node, "lasting", None) is not None:
        yield f"{name} that lasted"
    if getattr(getattr(node, "of", node), "ignoring", None) is not None:
        yield "tally: gaps bridged"
    if covering is not None:
        yield "stretch: until" if covering.stretch.until else "stretch: to"
        if covering.clip is not None:
            yield "stretch: clipped"
        if covering.without:
            yield "stretch: days taken out"


def shape(count: Count) -> Iterator[str]:
    """How rows lead to people and to cells, by name."""
    yield (
        "over: nobody"
        if count.base is None
        else f"over: people {('of the row', 'one record away', 'two records away')[len(count.link)]}"
    )
    for axis, members in zip(count.axes, count.members, strict=True):
        yield f"axis: of {'people' if axis.on_base else 'rows'}"
        if members is not None:
            yield "axis: of some members"
    said = {
        "among": count.among,
        "where": count.where,
        "keys": count.keys,
        "once": count.once,
        "outside": count.excepted,
    }
    yield from (f"said: {name}" for name, listed in said.items() if listed)
    if count.once and count.survivor is not None:
        yield f"said: {'earliest' if count.survivor[1] else 'latest'} stands"
    for window in count.closing:
        yield f"closing: {type(window).__name__.lower()}"
    if count.undecided:
        yield "said: a day that may still be blank"
    if count.most is not None:
        yield "said: at most so many"


def nodes(count: Count) -> set[str]:
    """Every node that a count is made of."""
    found = {*tally(count), *shape(count)}
    for top in _inside(count):
        found.update(label for node in x.walk(top) for label in labels(node))
    return found


def _inside(value: Any) -> Iterator[Expression]:
    if isinstance(value, Expression):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _inside(each)
    elif has(type(value)):
        for field in fields(type(value)):
            yield from _inside(getattr(value, field.name))


_COLUMNS = ("category", "count", "date", "flag", "id", "money", "number", "text")
_SORTS = (FIGURE, DAY, TEXT)
_UNITS = ("in days", "in months", "in weeks", "in working days", "in years")

VOCABULARY = frozenset(
    [f"column: {kind}" for kind in _COLUMNS]
    + [f"column: {where}" for where in ("of the row", "one record away", "two records away")]
    + [f"written: {what}" for what in (FIGURE, DAY, LENGTH)]
    + [f"arithmetic: figures {sign} figures" for sign in "+-*/"]
    + ["arithmetic: days + lengths", "arithmetic: days - lengths", "arithmetic: days - days", "arithmetic: figures * lengths"]
    + [f"{which} of two {what}" for which in ("lower", "greater") for what in (FIGURE, DAY)]
    + [f"compare: {how.value}" for how in x.Comparator]
    + [f"compare: {what}" for what in (*_SORTS, FLAG)]
    + [f"{no}one of: {what}" for no in ("", "not ") for what in (FIGURE, TEXT)]
    + [f"{no}known: {what}" for no in ("", "not ") for what in _SORTS]
    + [f"window: {how.value}" for how in x.Window]
    + [f"{what}: {unit}" for what in ("window", "length") for unit in _UNITS]
    + ["and", "or", "not", "between", "bracket", "member", "negative", "nothing", "percentof", "period of a day", "timing"]
    + [f"tally: {name}" for name in ("people", "rows", "sum", "earliest", "latest", "days", "runs", "stretches", "lasted")]
    + [f"tally: reached{of}" for of in ("", " rows", " sum", " days")]
    + ["tally: lasted, elapsed", "tally: lasted, counting its first day", "tally: stretches that lasted", "tally: gaps bridged"]
    + [f"stretch: {what}" for what in ("until", "to", "clipped", "days taken out")]
    + ["over: nobody", *(f"over: people {where}" for where in ("of the row", "one record away", "two records away"))]
    + [f"axis: of {what}" for what in ("people", "rows", "some members")]
    + [f"said: {what}" for what in ("among", "where", "keys", "once", "outside", "earliest stands", "latest stands")]
    + ["said: a day that may still be blank", "said: at most so many"]
    + [f"closing: {window}" for window in ("within", "between", "compare")]
)  # fmt: skip
"""Every node, and every way in which one is read."""
