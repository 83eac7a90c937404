"""Measures of stretches of days, and of the day on which something is reached: the lines that change how a tally adds up."""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve

from pbr_rules import expressions as x
from pbr_rules import tallies as v
from pbr_rules.checked.context import Context
from pbr_rules.checked.model import Axis, Covering, Records, Stretch, Taken
from pbr_rules.checked.places import Place
from pbr_rules.checked.settings import of_person
from pbr_rules.dates import Duration
from pbr_rules.diagnostics import did_you_mean, listing
from pbr_rules.measures import Measure
from pbr_rules.surface import tree as t

FindLink = Callable[[Records, Records | None], tuple[str, ...] | None]


def covering(
    clause: t.Measure,
    head: t.Head,
    what: type[Measure],
    counted: Records,
    base: Records | None,
    place: Place,
    link_of: FindLink,
    c: Context,
) -> Covering | None:
    """What a measure of stretches counts, or None where it counts rows, or where its stretch is not there."""
    without = [line for line in clause.lines if isinstance(line, t.ExceptDays)]
    if not what.stretches:
        if head.stretch is not None:
            said = f"`{head.measure}` counts rows, and `{counted.name}.{head.stretch}` names a stretch of days"
            c.problem("kinds", said, head.span, (f"write `{head.measure} of {counted.name}`",))
        elif without or head.clip is not None:
            line = "except days of" if without else "from … until …"
            span = without[0].span if without else head.span
            help_ = () if without else ("`where` with `within … starting on …` picks rows by a day of theirs",)
            c.problem(
                "kinds", f"`{line}` is for days that stretches cover, and `{head.measure}` counts rows", span, help_
            )
        return None
    stretch = _stretch(counted, head, c)
    if stretch is None:
        return None
    taken = tuple(found for line in without if (found := _taken(line, base, link_of, c)) is not None)
    clip = None
    if head.clip is not None:
        first, last = (c.resolver.day(day, place) for day in head.clip)
        clip = (first, last)
    return Covering(stretch, clip, taken)


def _stretch(counted: Records, head: t.Head, c: Context) -> Stretch | None:
    names = list(counted.stretches)
    if head.stretch is None:
        shown = (f"`{head.measure} of {counted.name}.{names[0]}`",) if names else _declare(counted)
        c.problem(
            "incomplete",
            f"`{head.measure} of {counted.name}` does not say which stretch of days it counts",
            head.span,
            shown,
        )
        return None
    if head.stretch not in counted.stretches:
        said = f"`{counted.name}` has no stretch of days called `{head.stretch}`"
        c.problem("unknown-name", said, head.span, did_you_mean(head.stretch, names) or _declare(counted))
        return None
    return counted.stretches[head.stretch]


def _declare(records: Records) -> tuple[str, ...]:
    days = [column.name for column in records.columns.values() if column.kind.name == "date"]
    first, last = (*days, "started", "ended")[:2] if len(days) < 2 else days[:2]
    return (f"declare it in `{records.name}`: `covered: {first} to {last}` (with `until` the last day does not count)",)


def _taken(line: t.ExceptDays, base: Records | None, link_of: FindLink, c: Context) -> Taken | None:
    records = c.declared.records.get(line.records)
    if records is None:
        said = f"there are no records called `{line.records}`"
        c.problem("unknown-name", said, line.span, did_you_mean(line.records, c.declared.records))
        return None
    if line.stretch not in records.stretches:
        said = f"`{records.name}` has no stretch of days called `{line.stretch}`"
        c.problem("unknown-name", said, line.span, did_you_mean(line.stretch, records.stretches) or _declare(records))
        return None
    if base is None:
        said = "days are taken out person by person, and this measure names no people"
        c.problem("grain", said, line.span, ("end the head with `for …`: `days of stays.housed for clients`",))
        return None
    link = link_of(records, base)
    return None if link is None else Taken(records.stretches[line.stretch], link)


def changed(
    clause: t.Measure,
    head: t.Head,
    tally: v.Tally,
    dated: x.Expression | None,
    place: Place,
    link: tuple[str, ...] | None,
    c: Context,
) -> v.Tally:
    """The tally, as the lines `in runs of`, `ignoring gaps of` and `reaches` change it. `dated`: the day of each row;
    `link`: the way to its person, None where rows have none."""
    for line in clause.lines:
        match line:
            case t.InRuns(length=length):
                tally = _in_runs(head, tally, length, c)
            case t.Ignoring(length=length):
                tally = _ignoring(head, tally, length, c)
            case t.Reaches():
                tally = _reaching(head, tally, line, dated, place, link, c)
    return tally


def _in_runs(head: t.Head, tally: v.Tally, written: x.Literal, c: Context) -> v.Tally:
    length: Duration = written.value  # type: ignore[assignment]
    if not isinstance(tally.counts, v.Days):
        c.problem("kinds", f"`in runs of` is for `days of …`, and this is `{head.measure}`", written.span)
        return tally
    if not length.days:
        c.problem(
            "kinds",
            f"a run is so many days, and {length} have no fixed number of days",
            written.span,
            ("write days or weeks: `in runs of 30 days`",),
        )
        return tally
    return evolve(tally, counts=v.Runs(length, tally.counts.ignoring))


def _ignoring(head: t.Head, tally: v.Tally, written: x.Literal, c: Context) -> v.Tally:
    length: Duration = written.value  # type: ignore[assignment]
    counts = tally.counts.of if isinstance(tally.counts, v.Reached) else tally.counts
    if not isinstance(counts, v.COVERING):
        said = f"gaps lie between stretches of days, and `{head.measure}` counts rows"
        c.problem("kinds", said, written.span)
        return tally
    if length.days is None:
        c.problem("kinds", f"a gap is so many days, and {length} have no fixed number of days", written.span)
        return tally
    counts = evolve(counts, ignoring=length)
    if isinstance(tally.counts, v.Reached) and isinstance(counts, v.Days):
        return evolve(tally, counts=evolve(tally.counts, of=counts))
    return evolve(tally, counts=counts)


def _reaching(
    head: t.Head,
    tally: v.Tally,
    line: t.Reaches,
    dated: x.Expression | None,
    place: Place,
    link: tuple[str, ...] | None,
    c: Context,
) -> v.Tally:
    at_least, kind = c.resolver.resolve(line.value, place)
    counts = tally.counts
    if tally.over is not None or not isinstance(counts, v.Rows | v.Sum | v.Days):
        c.problem(
            "kinds", f"`reaches` needs a running total, and `{head.measure}` with this ending has none", line.span
        )
        return tally
    if not isinstance(counts, v.Days) and dated is None:
        c.problem(
            "incomplete",
            "`reaches` gives the day on which a running total is reached, and nothing says the day of each row",
            line.span,
            ("add `dated: …`, with a date column",),
        )
        return tally
    if not (kind.is_number or kind.name == "unknown"):
        help_ = ("write the number of days alone: `reaches 90`",) if kind.name == "duration" else ()
        c.problem("kinds", f"`reaches` takes a figure, and this is {kind.words}", line.value.span, help_)
        return tally
    if not of_person(at_least, link) if link is not None else any(isinstance(n, x.Column) for n in x.walk(at_least)):
        c.problem("grain", "what is reached is one figure for each person, and this differs from row to row", line.span)
    return evolve(tally, counts=v.Reached(counts, at_least, None if isinstance(counts, v.Days) else dated))


def one_person(
    name: str, tally: v.Tally, base: Records | None, axes: tuple[Axis, ...], head: t.Head, c: Context
) -> None:
    """A day that one person's stretches reach is a figure of that person."""
    reached = isinstance(tally.counts, v.Reached) and isinstance(tally.counts.of, v.Days)
    if not (isinstance(tally.counts, v.Lasted) or reached) or base is None:
        return
    if base.identity not in [axis.dimension for axis in axes]:
        others = [axis.dimension for axis in axes if axis.dimension != base.identity]
        c.problem(
            "grain",
            f"`{name}` is a day, which each of `{base.name}` reaches or does not",
            head.span,
            (f"write `by {listing([str(base.identity), *others]).replace(' and ', ', ')}` in the heading",),
        )
