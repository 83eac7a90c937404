"""Variations with dates: each checked among the other clauses of the contract, and held to what it replaces.

What stands in keeps the sort of clause, what it runs over and its kind of figure. So every other clause reads either without
knowing which, and the terms of any day are the plain ones with some clauses put in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import evolve

from pbr_rules.checked.model import Axis, Contract, Dated, Duty, Figure, Limit, Parameter, Payment, Scale
from pbr_rules.checked.places import Declared
from pbr_rules.checked.versions import Clause, plain
from pbr_rules.dates import days_text
from pbr_rules.diagnostics import Diagnostic, Label, did_you_mean, listing
from pbr_rules.kinds import PLAIN, Kind
from pbr_rules.surface import tree as t
from pbr_rules.words import words

Report = Callable[[Diagnostic], None]

MAY_VARY = (t.Parameter, t.Scale, t.Measure, t.Define, t.Payment, t.Limit, t.Constraint)


def dated(written: t.Variation, standing: Contract, stood: Contract, report: Report) -> Dated:
    """A variation with dates. `standing`: the contract with its clauses put in; `stood`: without them."""
    first, last = written.dates  # type: ignore[misc]
    day, only = _by(written, stood, report)
    names = [inner.name for inner in written.declarations if isinstance(inner, t.Declaration)]
    figures, scales, constraints = {}, {}, {}
    for name in names:
        new, old = plain(standing, name), plain(stood, name)
        if new is None or old is None:
            continue  # it could not be read, and that has been said
        for said in _differences(written.name, old, new):
            report(Diagnostic("varied", said, new.span, labels=(Label(old.span, "what it replaces"),)))
        if new.title is None:
            new = evolve(new, title=old.title)
        if isinstance(new, Figure):
            figures[name] = new
        elif isinstance(new, Scale):
            scales[name] = new
        else:
            constraints[name] = new
        if isinstance(new, Duty):
            figures[f"{name}.done"] = standing.figures[f"{name}.done"]
    for name, figure in stood.figures.items():
        now = standing.figures.get(name)
        if name not in names and now is not None and not _alike(figure.kind, now.kind):
            said = (
                f"while `{written.name}` is in force, `{name}` is {now.kind.words}, and otherwise {figure.kind.words}"
            )
            report(Diagnostic("varied", said, written.name_span, labels=(Label(figure.span, "declared here"),)))
    return Dated(
        written.name, written.title, first, last, day, only, figures, scales, constraints, span=written.name_span
    )


def said_of(variation: Dated) -> str:
    """A variation in one line: its days, what it is for, and what it replaces."""
    only = f" for {listing(list(variation.only[1]), 'or')} only" if variation.only is not None else ""
    by = f" by {variation.day[0]}" if variation.day is not None else ""
    replaced = listing([name for name in variation.replaces if not name.endswith(".done")])
    return f"{variation.name} ({days_text(variation.first, variation.last)}{by}{only}) replaces {replaced}"


def _by(
    written: t.Variation, contract: Contract, report: Report
) -> tuple[tuple[str, str | None] | None, tuple[str, tuple[str, ...]] | None]:
    """The column that says which day decides, and the members that it is for."""
    if written.by is None:
        return None, None
    declared = Declared(contract.categories, contract.periods, contract.records)
    day: tuple[str, str | None] | None = None
    dimension: str | None = None
    for part in written.by.dimensions:
        if part.of is None and declared.members(part.name) is not None:
            dimension = part.name if dimension is None else dimension
            if dimension == part.name and part is written.by.dimensions[-1]:
                continue
            said = f"`{written.name}` is for members of one category or period, which is named last"
            report(Diagnostic("varied", said, part.span, help=("write a variation for each",)))
            continue
        days = _days(contract, part.of)
        if part.name not in days:
            report(
                Diagnostic(
                    "unknown-name",
                    f"`{part.name}` is neither a column with dates nor a category or period",
                    part.span,
                    expected="after `by` stands the day that decides, and then what the variation is for",
                    help=did_you_mean(part.name, [*days, *contract.categories, *contract.periods]),
                )
            )
        elif day is not None:
            said = f"`{day[0]}` and `{part.name}` are two days, and one decides"
            report(Diagnostic("varied", said, part.span, help=("name one of them",)))
        day = (part.name, part.of)
    return day, _only(written, written.by, dimension, declared, report)


def _days(contract: Contract, of: str | None) -> list[str]:
    """The columns of dates, of some records or of all."""
    records = [r for r in contract.records.values() if of in (None, r.name)]
    return [column.name for r in records for column in r.columns.values() if column.kind.name == "date"]


def _only(
    written: t.Variation, by: t.By, dimension: str | None, declared: Declared, report: Report
) -> tuple[str, tuple[str, ...]] | None:
    members = declared.members(dimension) if dimension is not None else None
    if members is None:
        if by.restriction is not None:
            said = f"nothing says what {listing([f'`{name}`' for name in by.members])} {'is a member' if len(by.members) == 1 else 'are members'} of"
            report(
                Diagnostic(
                    "varied",
                    said,
                    by.span,
                    help=(f"name it last: `by joined, region {by.restriction} {', '.join(by.members)}`",),
                )
            )
        return None
    if by.restriction is None:
        said = f"`{written.name}` does not say which `{dimension}` it is for"
        help_ = (f"`by … {dimension} only {members[0]}`", "or leave it out: it is then for all")
        report(Diagnostic("varied", said, by.span, help=help_))
        return None
    for name in by.members:
        if name not in members:
            said = f"`{name}` is not a member of `{dimension}`"
            report(Diagnostic("unknown-name", said, by.span, help=did_you_mean(name, members)))
    left = tuple(m for m in members if (m in by.members) == (by.restriction == "only"))
    return dimension or "", left


# ---- what stands in is like what it replaces


def _differences(variation: str, old: Clause, new: Clause) -> Iterator[str]:
    """What a clause that stands in must keep, and does not."""
    says = f"`{variation}` replaces `{old.name}`"
    if type(old) is not type(new):
        yield f"{says}, a {_sort(old)}, by a {_sort(new)}"
        return
    if isinstance(old, Scale) and isinstance(new, Scale) and old.arguments != new.arguments:
        yield f"{says}({', '.join(old.arguments)}) by `{new.name}({', '.join(new.arguments)})`"
    if isinstance(old, Scale) or isinstance(new, Scale):
        return
    if old.axes != new.axes:
        whole = [axis.dimension for axis in old.axes] == [axis.dimension for axis in new.axes]
        yield f"{says}, which {_over(old.axes, whole)}, by one that {_over(new.axes, whole)}"
    if isinstance(old, Figure) and isinstance(new, Figure) and not _alike(old.kind, new.kind):
        yield f"{says}, {old.kind.words}, by {new.kind.words}"
    for word, before, now in _kept(old, new):
        if before != now:
            yield f"{says}, and must keep {word}: {before or 'none'}, not {now or 'none'}"


def _kept(old: Clause, new: Clause) -> Iterator[tuple[str, str, str]]:
    """What a clause keeps besides what it runs over: what other lines, and the day that decides, depend on."""
    if isinstance(old, Parameter) and isinstance(new, Parameter):
        forms = {True: "values from certain days", False: "one value for each cell"}
        yield "its form", forms[bool(old.dated)], forms[bool(new.dated)]
        if new.is_given:
            yield "a value", "a value is written in a variation with dates", "given when settling"
    if isinstance(old, Payment) and isinstance(new, Payment):
        days = [f"`{words(p.dated)}`" if p.dated is not None else "" for p in (old, new)]
        yield "its `dated:` day", days[0], days[1]
        yield "who is paid", f"`{old.payee}`", f"`{new.payee}`"
    if isinstance(old, Limit) and isinstance(new, Limit):
        yield "what it `covers`", _covered(old), _covered(new)
    if isinstance(old, Duty) and isinstance(new, Duty):
        yield "its payment", f"`{old.payment}`", f"`{new.payment}`"
        yield "what follows a shortfall", str(old.follows), str(new.follows)
        yield "what it carries forward", str(old.carried or ""), str(new.carried or "")


def _alike(a: Kind, b: Kind) -> bool:
    if "unknown" in (a.name, b.name):
        return True  # it could not be read, and that has been said
    return (a.name, a.detail) == (b.name, b.detail) or (a.name in PLAIN and b.name in PLAIN)


def _sort(clause: Clause) -> str:
    return "constraint" if isinstance(clause, Duty) else type(clause).__name__.lower()


def _over(axes: tuple[Axis, ...], members: bool) -> str:
    if not axes:
        return "is one figure"
    said = [
        f"`{axis.dimension}`" + (f" ({', '.join(axis.members)})" if members and axis.members is not None else "")
        for axis in axes
    ]
    return f"runs over {listing(said)}"


def _covered(limit: Limit) -> str:
    return _names(tuple(f"{c.payer} of {c.payment}" if c.payer else c.payment for c in limit.covers))


def _names(names: tuple[str, ...]) -> str:
    return listing([f"`{name}`" for name in names])
