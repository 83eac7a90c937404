"""Parameters: agreed figures, their cells, and what is given when settling."""

from __future__ import annotations

from itertools import product

from attrs import evolve

from pbr_rules import expressions as x
from pbr_rules import kinds
from pbr_rules.checked.context import Context
from pbr_rules.checked.model import Axis, Cell, Parameter
from pbr_rules.diagnostics import did_you_mean, listing
from pbr_rules.kinds import Kind
from pbr_rules.surface import tree as t
from pbr_rules.words import words

PARAMETER_KINDS = {
    "share": kinds.SHARE,
    "number": kinds.NUMBER,
    "count": kinds.COUNT,
    "rate": kinds.RATE,
    "points": kinds.POINTS,
    "frequency": kinds.FREQUENCY,
    "date": kinds.DATE,
    "flag": kinds.FLAG,
    "text": kinds.TEXT,
}


def parameter(clause: t.Parameter, c: Context) -> Parameter:
    """An agreed figure, with every cell accounted for."""
    axes = c.axes(clause.by)
    kind = _kind(clause, c)
    base = Parameter(clause.name, clause.title, axes, kind, span=clause.name_span)
    place = c.place(axes)
    match clause.value:
        case None:
            return base
        case t.Table():
            return _table(clause, clause.value, base, c)
        case t.Rising(first=first, rate=rate, each=each):
            period = c.declared.periods.get(each)
            if period is None or each not in base.dimensions:
                c.problem(
                    "incomplete",
                    f"a figure that rises each `{each}` runs over a period: `by {each}`",
                    clause.value.span,
                )
                return base
            resolved = c.resolver.number(first, place, kind, f"`{clause.name}`")
            return evolve(base, rising=(resolved, rate, each))
        case value:
            return evolve(base, value=c.resolver.number(value, place, kind, f"`{clause.name}`"))


def _kind(clause: t.Parameter, c: Context) -> Kind:
    if clause.kind == "money":
        return kinds.money(c.written.currency or "")
    found = PARAMETER_KINDS.get(clause.kind)
    if found is None:
        names = [*PARAMETER_KINDS, "money"]
        c.problem(
            "unknown-name",
            f"`{clause.kind}` is not a kind of figure",
            clause.name_span,
            did_you_mean(clause.kind, names) or (f"write {listing([f'`{n}`' for n in names], 'or')}",),
        )
    return found or kinds.UNKNOWN


def _table(clause: t.Parameter, table: t.Table, base: Parameter, c: Context) -> Parameter:
    dated = [e for e in table.entries if isinstance(e, t.DatedEntry)]
    if dated:
        return _dated(clause, table, dated, base, c)
    if not base.axes and clause.by:
        return base  # what it runs over is not known, and that has been said
    if not base.axes:
        c.problem(
            "cells",
            f"`{clause.name}` is one figure and has no cells",
            table.span,
            (f"write `= …`, or `by …` in the heading of `{clause.name}`",),
        )
        return evolve(base, cells={})
    cells: dict[Cell, x.Expression] = {}
    place = c.place(base.axes)
    for entry in table.entries:
        if isinstance(entry, t.Entry):
            value = c.resolver.number(entry.value, place, base.kind, f"`{entry.key}`")
            for cell in _entry_cells(entry, base, c):
                _put(cells, cell, value, entry, c, clause.name)
    if table.grid is not None:
        _grid(clause, table.grid, base, cells, c)
    if not table.otherwise_missing:
        _whole(clause, base, cells, c)
    return evolve(base, cells=cells, otherwise_missing=table.otherwise_missing)


def _dated(clause: t.Parameter, table: t.Table, dated: list[t.DatedEntry], base: Parameter, c: Context) -> Parameter:
    if base.axes or table.grid or len(dated) != len(table.entries):
        c.problem(
            "cells",
            f"`{clause.name}` has values from certain days, and so is one figure without other cells",
            table.span,
            ("make one parameter for each member that has its own days",),
        )
    place = c.place(())
    entries = [
        (e.first, c.resolver.number(e.value, place, base.kind, f"`{clause.name}` from {e.first}")) for e in dated
    ]
    days = [day for day, _ in entries]
    for entry in dated:
        if days.count(entry.first) > 1:
            c.problem("declared-twice", f"`{clause.name}` has two values from {entry.first}", entry.span)
    return evolve(base, dated=tuple(sorted(entries, key=lambda pair: pair[0])))


def _entry_cells(entry: t.Entry, base: Parameter, c: Context) -> list[Cell]:
    first, *rest = base.axes
    if first.members is None:
        if not entry.quoted:
            c.problem(
                "cells", f"`{entry.key}` is an id of `{first.dimension}`, and ids are written in quotes", entry.span
            )
        own: tuple[str, ...] = (entry.key,)
    elif entry.key in first.members and not entry.quoted:
        own = (entry.key,)
    else:
        c.problem(
            "cells",
            f"`{entry.key}` is not a member of `{first.dimension}`",
            entry.span,
            did_you_mean(entry.key, first.members),
        )
        return []
    if any(axis.members is None for axis in rest):
        c.problem("cells", f"`{entry.key}` stands for a whole row, and `{base.name}` also runs over ids", entry.span)
        return []
    return [(*own, *others) for others in product(*(axis.members or () for axis in rest))]


def _put(cells: dict[Cell, x.Expression], cell: Cell, value: x.Expression, node: t.Node, c: Context, name: str) -> None:
    if cell in cells:
        c.problem("declared-twice", f"`{name}[{', '.join(cell)}]` is given twice", node.span)
    cells[cell] = value


def _grid(clause: t.Parameter, grid: t.Grid, base: Parameter, cells: dict[Cell, x.Expression], c: Context) -> None:
    axes = {axis.dimension: axis for axis in base.axes}
    headings = [h.name if isinstance(h, x.Name) else words(h) for h in grid.heading]
    keys = [h for h in headings if h in axes]
    spread = [axis for axis in base.axes if axis.dimension not in keys]
    if headings[: len(keys)] != keys or len(spread) > 1:
        c.problem(
            "grid",
            "the heading names the categories first, and then the members of the one that is left",
            grid.span,
            (f"`| {' | '.join(list(axes)[:-1])} | … members of {base.axes[-1].dimension} … |`",),
        )
        return
    columns = headings[len(keys) :]
    if spread:
        for name in columns:
            if spread[0].members is not None and name not in spread[0].members:
                c.problem(
                    "grid",
                    f"`{name}` is not a member of `{spread[0].dimension}`",
                    grid.span,
                    did_you_mean(name, spread[0].members),
                )
                return
    elif len(columns) != 1:
        c.problem("grid", f"each row of `{clause.name}` has one value, under a heading of its own", grid.span)
        return
    for row, span in zip(grid.rows, grid.row_spans or [grid.span] * len(grid.rows), strict=True):
        node = t.Node(span=span)
        names = [_member(cell, axes[key], node, c) for cell, key in zip(row, keys, strict=False)]
        if None in names:
            continue
        at: dict[str, str] = dict(zip(keys, names, strict=True))  # type: ignore[arg-type]
        for heading, cell in zip(columns, row[len(keys) :], strict=True):
            full = at | ({spread[0].dimension: heading} if spread else {})
            value = c.resolver.number(cell, c.place(()), base.kind, f"`{clause.name}[{', '.join(full.values())}]`")
            _put(cells, tuple(full[axis.dimension] for axis in base.axes), value, node, c, clause.name)


def _member(cell: x.Expression, axis: Axis, node: t.Node, c: Context) -> str | None:
    if axis.members is None and isinstance(cell, x.Literal) and cell.kind == kinds.TEXT:
        return str(cell.value)
    if axis.members is not None and isinstance(cell, x.Name):
        if cell.name in axis.members:
            return cell.name
        c.problem(
            "cells",
            f"`{cell.name}` is not a member of `{axis.dimension}`",
            cell.span,
            did_you_mean(cell.name, axis.members),
        )
        return None
    c.problem(
        "cells",
        f"`{words(cell)}` is not {'an id in quotes' if axis.members is None else f'a member of `{axis.dimension}`'}",
        node.span,
    )
    return None


def _whole(clause: t.Parameter, base: Parameter, cells: dict[Cell, x.Expression], c: Context) -> None:
    """Every cell must be there: a cell left out is not a zero."""
    if any(axis.members is None for axis in base.axes):
        return
    absent = [
        cell
        for cell in product(*(axis.members or () for axis in base.axes))
        if cell not in cells and not c.resolver.excepted(base.dimensions, cell)
    ]
    if absent:
        shown = listing([f"`[{', '.join(cell)}]`" for cell in absent[:3]])
        more = f" and {len(absent) - 3} more" if len(absent) > 3 else ""
        c.problem(
            "cells",
            f"`{clause.name}` has no value for {shown}{more}",
            clause.name_span,
            ('write `unknown "why"` where the value is not known, or end the table with `otherwise: missing`',),
        )
