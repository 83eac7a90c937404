"""Worked examples: what is given, and what is expected, checked against the contract."""

from __future__ import annotations

from pbr_rules import expressions as x
from pbr_rules import kinds
from pbr_rules.checked.context import Context
from pbr_rules.checked.model import Cell, Example, Figure, Given, RecordColumn
from pbr_rules.checked.places import Place
from pbr_rules.diagnostics import Diagnostic, did_you_mean
from pbr_rules.source import Span
from pbr_rules.surface import tree as t
from pbr_rules.words import words


def example(clause: t.Example, c: Context) -> Example:
    """A worked example. What cannot be understood is reported and left out."""
    rows = tuple(line for line in clause.lines if isinstance(line, t.GivenRows))
    for given_rows in rows:
        _rows(given_rows, c)
    figures, points = [], []
    for line in clause.lines:
        if not isinstance(line, t.GivenFigure):
            continue
        if isinstance(line.target, x.Call):
            point = _point(line, line.target, c)
            if point is not None:
                points.append(point)
        else:
            given = _given(line, line.target, c)
            if given is not None:
                figures.append(given)
    expects = []
    for line in clause.lines:
        if isinstance(line, t.Expected):
            expects.append((line, _expected(line, c)))
    return Example(clause.title, clause.under, rows, tuple(figures), tuple(points), tuple(expects), clause.span)


def _rows(line: t.GivenRows, c: Context) -> None:
    records = c.declared.records.get(line.records)
    if records is None:
        c.problem(
            "unknown-name",
            f"there are no records called `{line.records}`",
            line.span,
            did_you_mean(line.records, c.declared.records),
        )
        return
    grid = line.table.grid
    names = [cell.name if isinstance(cell, x.Name) else words(cell) for cell in grid.heading] if grid else []
    entries = [entry for entry in line.table.entries if isinstance(entry, t.Entry)]
    names += [entry.key for entry in entries]
    for name in names:
        if name not in records.columns:
            c.problem(
                "unknown-name",
                f"`{line.records}` has no column `{name}`",
                line.span,
                did_you_mean(name, records.columns),
            )
    absent = [col.name for col in records.columns.values() if col.name not in names and not col.optional]
    if absent:
        c.problem(
            "incomplete",
            f"the rows given for `{line.records}` lack the column `{absent[0]}`",
            line.span,
            ("every column that is not `optional` is given",),
        )
    cells = [zip(names, row, strict=False) for row in grid.rows] if grid else []
    cells.append(zip([e.key for e in entries], [e.value for e in entries], strict=True))
    for name, node in (pair for row in cells for pair in row):
        if name in records.columns and isinstance(node, x.Name):
            _named(records.columns[name], node, c)


def _named(column: RecordColumn, node: x.Name, c: Context) -> None:
    """A cell that is a name: a member of its column's category or period, or a flag."""
    kind = column.kind
    known = ("yes", "no") if kind.name == "flag" else c.declared.members(kind.detail) if kind.name == "category" else ()
    if node.picks or node.name in (known or ()) or (not known and kind.name in ("category", "unknown")):
        return
    if known:
        what = "`yes` or `no`" if kind.name == "flag" else f"a member of `{kind.detail}`"
        c.problem("unknown-name", f"`{node.name}` is not {what}", node.span, did_you_mean(node.name, known))
    else:
        help_ = (f'text and ids stand in quotes: `"{node.name}"`',) if kind.name in ("id", "text") else ()
        c.problem("kinds", f"`{column.name}` holds {kind.words}, and `{node.name}` is a name", node.span, help_)


def _figure(name: x.Name, c: Context) -> Figure | None:
    return c.resolver.figure(name.name, name.span)


def _given(line: t.GivenFigure, target: x.Name, c: Context) -> Given | None:
    figure = _figure(target, c)
    if figure is None:
        holder = next((r for r in c.declared.records.values() if target.name in r.columns), None)
        if holder is not None:
            c.problem(
                "unknown-name",
                f"`{target.name}` is a column of `{holder.name}`, and no figure",
                target.span,
                (f"give rows: `given {holder.name} {{ | … | }}`",),
            )
        elif not c.resolver.exists(target.name):
            c.problem(
                "unknown-name",
                f"nothing is called `{target.name}`",
                target.span,
                did_you_mean(target.name, c.resolver.names()),
            )
        return None
    at = _cell(target, figure, c)
    if at is None:
        return None
    kind = figure.kind
    if line.people is not None and kind.name == "rate" and isinstance(line.value, x.Literal):
        value: x.Expression = line.value
    elif line.people is not None and figure.kind.name not in ("rate", "frequency"):
        c.problem(
            "kinds",
            f"`of {line.people:,}` says how many people a rate is over, and `{figure.name}` is {kind.words}",
            line.span,
        )
        return None
    else:
        value = c.resolver.number(line.value, c.place(()), kind, f"`{words(target)}`")
    return Given(figure.name, at, value, line.people, line.span)


def _cell(target: x.Name, figure: Figure, c: Context) -> Cell | None:
    """The one cell that is given: each of its members is picked by name."""
    place = Place(c.declared, across=())
    picked, _ = c.resolver._picks(target, figure, place)
    if picked is None:
        return None
    lacking = [d for d in figure.dimensions if d not in picked]
    if lacking:
        c.problem(
            "grain",
            f"`{words(target)}` is not one figure: it runs over {', '.join(f'`{d}`' for d in lacking)}",
            target.span,
            ("give one cell at a time",),
        )
        return None
    members = []
    for dimension in figure.dimensions:
        way = picked[dimension]
        if not isinstance(way, x.Member):
            c.problem("grain", f"`{words(way)}` does not name a member of `{dimension}`", target.span)
            return None
        members.append(way.name)
    return tuple(members)


def _point(
    line: t.GivenFigure, target: x.Call, c: Context
) -> tuple[str, tuple[x.Expression, ...], x.Expression, Span] | None:
    resolved, kind = c.resolver.resolve(target, c.place(()))
    if kind.name == "unknown" and c.resolver.scale(target.name) is None:
        return None
    value = (
        c.resolver.number(line.value, c.place(()), kind, f"`{words(target)}`")
        if kind.name != "unknown"
        else c.resolver.resolve(line.value, c.place(()))[0]
    )
    return (target.name, resolved.arguments, value, line.span) if isinstance(resolved, x.Call) else None


def _expected(line: t.Expected, c: Context) -> x.Expression:
    place = Place(c.declared)
    if isinstance(line, t.Expect):
        return c.resolver.condition(line.condition, place)
    # A cell outside the scope may be expected to be refused; it is settled as one that is not there.
    resolved, kind = (
        _quietly(line.target, place, c) if isinstance(line, t.ExpectRefused) else c.resolver.resolve(line.target, place)
    )
    if isinstance(line, t.ExpectShown):
        shown, other = c.resolver.resolve(line.shown, place)
        if not kind.same(other) and "unknown" not in (kind.name, other.name):
            c.problem(
                "kinds", f"`{words(line.target)}` is {kind.words}, and is not shown as {other.words}", line.shown.span
            )
        if not isinstance(shown, x.Literal | x.Negative):
            c.problem("kinds", "what is shown is a figure", line.shown.span)
    if isinstance(line, t.ExpectRefused) and line.reason is not None and not c.resolver.exists(line.reason):
        c.problem(
            "unknown-name",
            f"nothing is called `{line.reason}`",
            line.span,
            did_you_mean(line.reason, c.resolver.names()),
        )
    return resolved


def _quietly(target: x.Expression, place: Place, c: Context) -> tuple[x.Expression, kinds.Kind]:
    heard: list[Diagnostic] = []
    before = c.resolver.report
    c.resolver.report = heard.append
    try:
        resolved, kind = c.resolver.resolve(target, place)
    finally:
        c.resolver.report = before
    for diagnostic in heard:
        if diagnostic.code != "outside-scope":
            before(diagnostic)
    return resolved, kind
