"""Measures: which rows count, over which people, and how each row falls in a cell."""

from __future__ import annotations

from fractions import Fraction

from attrs import evolve

from pbr_rules import expressions as x
from pbr_rules import kinds
from pbr_rules import measures as m
from pbr_rules import tallies as v
from pbr_rules.catalogue import Provided
from pbr_rules.checked import covering as stretches
from pbr_rules.checked.context import Context
from pbr_rules.checked.model import Axis, Measure, MeasureAxis, Records, Value
from pbr_rules.checked.places import Place
from pbr_rules.checked.settings import Places, Settings, settings
from pbr_rules.diagnostics import did_you_mean, listing
from pbr_rules.expressions import conjuncts
from pbr_rules.source import Span
from pbr_rules.surface import tree as t

SURVIVORS = {"earliest": True, "smallest": True, "latest": False, "largest": False}


def measure(clause: t.Measure, c: Context) -> Measure | None:
    """A tally of rows over people, or None where its head is not understood."""
    heads = [line for line in clause.lines if isinstance(line, t.Head)]
    if len(heads) != 1:
        c.problem(
            "incomplete",
            f"`{clause.name}` must say once what it counts",
            clause.name_span,
            ("`binary of … for …`, `frequency of … per 100 …`, `count of …` or `sum of …`",),
        )
        return None
    head = heads[0]
    provided = c.catalogue.measures.get(head.measure)
    if provided is None:
        near = did_you_mean(head.measure, c.catalogue.measures)
        if near or not c.lacking:  # else it is a word of the plugin that is not there, and that has been said
            c.problem(
                "unknown-name",
                f"no installed plugin provides a measure called `{head.measure}`",
                head.span,
                (*(near or (f"measures: {listing(list(c.catalogue.measures))}",)), *c.catalogue.missed),
            )
        return None
    counted = _records(head.records, head, c)
    base = _records(head.base, head, c) if head.base is not None else None
    if counted is None or (head.base is not None and base is None):
        return None
    _ending(clause, head, provided.what, c)
    link = _link(counted, base, head, c)
    if link is None:
        return None
    place = Place(c.declared, row_of=counted.name)
    place = _guarded(clause, place, c)
    where = _where(clause, place, c)
    once, survivor = _once(clause, place, c)
    among = _among(clause, base, c)
    across, placed = axes(clause.by, counted, base, link, c)
    covering = stretches.covering(
        clause, head, provided.what, counted, base, place, lambda r, b: _link(r, b, head, c), c
    )
    if provided.what.stretches and covering is None:
        return None
    found = _settings(clause, head, provided, Places(place, Place(c.declared), link), c)
    if found is None:
        return None
    said, tally, dated = found
    tally = stretches.changed(clause, head, tally, dated, place, link if base is not None else None, c)
    stretches.one_person(clause.name, tally, base, across, head, c)
    _of_people(clause, head, provided.what.endings, tally, base, c)
    if tally.pick is not None:
        person = _person(counted, base, link)
        if person is not None:
            once = (person,)
            survivor = (tally.pick.value, not tally.pick.largest)
    added = next((said.kinds[word] for word, value in said.said.items() if value == tally.added), None)
    if isinstance(tally.counts, v.Reached) and isinstance(tally.counts.of, v.Sum):
        _running(clause, tally.counts.of.of, head, c)
    kind = v.gives(tally, added, head.per)
    if tally.added is not None and not (kind.is_number or kind.name in ("unknown", "date")):
        c.problem("kinds", f"`{clause.name}` adds up {kind.words}, which cannot be added", head.span)
    return Measure(
        clause.name,
        clause.title,
        across,
        kind,
        provided,
        tally,
        counted.name,
        base.name if base else None,
        link,
        head.per,
        (*where, *tally.where),
        once,
        survivor,
        among,
        placed,
        value_of(clause.name, clause.name_span, tally, c),
        covering,
        {word: value if isinstance(value, x.Expression) else str(value) for word, value in said.said.items()},
        span=clause.name_span,
    )


def _records(name: str, head: t.Head, c: Context) -> Records | None:
    found = c.declared.records.get(name)
    if found is None:
        c.problem(
            "unknown-name", f"there are no records called `{name}`", head.span, did_you_mean(name, c.declared.records)
        )
    return found


def _ending(clause: t.Measure, head: t.Head, what: type[m.Measure], c: Context) -> None:
    ending = "none" if head.base is None else "for" if head.per is None else "per"
    if ending in what.endings:
        return
    forms = {
        "none": f"`{head.measure} of {head.records}`",
        "for": f"`{head.measure} of {head.records} for …`",
        "per": f"`{head.measure} of {head.records} per 100 …`",
    }
    c.problem(
        "incomplete",
        f"`{clause.name}`: `{head.measure}` is written {listing([forms[e] for e in what.endings], 'or')}",
        head.span,
    )


def _of_people(
    clause: t.Measure, head: t.Head, endings: tuple[str, ...], tally: v.Tally, base: Records | None, c: Context
) -> None:
    """What a plugin's tally needs of the clause: people to be divided by or to take a row of, and no second way to take one."""
    if base is None and "none" in endings and (tally.over is not None or tally.pick is not None):
        why = "is divided by people" if tally.over is not None else "takes one row of each person"
        help_ = (f"`{head.measure} of {head.records} for …`",)
        c.problem("incomplete", f"`{clause.name}` {why}, and its head names none", head.span, help_)
    once = next((line for line in clause.lines if isinstance(line, t.Once)), None)
    if once is not None and tally.pick is not None:
        said = f"`{head.measure}` takes one row of each person by itself, and `once for each` takes another"
        c.problem("incomplete", said, once.span, ("leave out `once for each`",))


def _link(counted: Records, base: Records | None, head: t.Head, c: Context) -> tuple[str, ...] | None:
    """The `id of` columns from a counted row to its person."""
    if base is None or base.name == counted.name:
        return ()
    if base.identity is None:
        c.problem("incomplete", f"`{base.name}` has no id, so its rows cannot be counted over", head.span)
        return None
    ways = [
        pattern.path
        for records, pattern in Place(c.declared, row_of=counted.name).tables()
        if records.name == base.name and pattern.path
    ]
    if len(ways) == 1:
        return ways[0]
    if not ways:
        c.problem(
            "grain",
            f"nothing in `{counted.name}` says which row of `{base.name}` a row belongs to",
            head.span,
            (f"give `{counted.name}` a column of kind `id of {base.name}`",),
        )
    else:
        c.problem(
            "ambiguous",
            f"a row of `{counted.name}` names `{base.name}` in more than one way: "
            f"{listing([f'`{chr(46).join(way)}`' for way in ways])}",
            head.span,
        )
    return None


def _guarded(clause: t.Measure, place: Place, c: Context) -> Place:
    """The place of a row that counts: `where … is known` guards every other line of the measure."""
    parts = _conditions(clause)
    return evolve(place, guarded=c.resolver.guards(x.Both(parts), place)) if parts else place


def _conditions(clause: t.Measure) -> tuple[x.Expression, ...]:
    return tuple(part for line in clause.lines if isinstance(line, t.Where) for part in conjuncts(line.condition))


def _where(clause: t.Measure, place: Place, c: Context) -> tuple[x.Expression, ...]:
    return tuple(c.row_condition(part, place) for part in _conditions(clause))


def _column(name: t.ColumnName, place: Place, c: Context) -> x.Expression:
    resolved, _ = c.resolver.resolve(x.Name(name.name, name.records, span=name.span), place)
    return resolved


def _once(
    clause: t.Measure, place: Place, c: Context
) -> tuple[tuple[x.Expression, ...], tuple[x.Expression, bool] | None]:
    lines = [line for line in clause.lines if isinstance(line, t.Once)]
    if not lines:
        return (), None
    if len(lines) > 1:
        c.problem("declared-twice", f"`{clause.name}` says `once for each` twice", lines[1].span)
    line = lines[0]
    columns = tuple(_column(name, place, c) for name in line.columns)
    if line.taking is None or line.taken is None:
        return columns, None
    if line.taking not in SURVIVORS:
        c.problem(
            "unknown-name",
            f"`taking {line.taking}` is not known",
            line.span,
            (f"write {listing(list(SURVIVORS), 'or')}",),
        )
        return columns, None
    taken, kind = c.resolver.resolve(x.Name(line.taken.name, line.taken.records, span=line.taken.span), place)
    fits = kind.name == "date" if line.taking in ("earliest", "latest") else kind.is_number
    if not fits and kind.name != "unknown":
        wanted = "a date" if line.taking in ("earliest", "latest") else "a number"
        c.problem(
            "kinds", f"`taking {line.taking}` needs {wanted}, and `{line.taken.name}` is {kind.words}", line.taken.span
        )
        return columns, None
    return columns, (taken, SURVIVORS[line.taking])


def _among(clause: t.Measure, base: Records | None, c: Context) -> tuple[x.Expression, ...]:
    found: list[x.Expression] = []
    for line in clause.lines:
        if not isinstance(line, t.Among):
            continue
        if base is None or line.records != base.name:
            c.problem(
                "grain",
                f"`among` narrows the people that `{clause.name}` is counted over, and these are "
                f"{f'`{base.name}`' if base else 'not named'}",
                line.span,
            )
            continue
        place = Place(c.declared, row_of=base.name)
        parts = conjuncts(line.condition)
        guarded = evolve(place, guarded=c.resolver.guards(x.Both(parts), place))
        found += [c.row_condition(part, guarded) for part in parts]
    return tuple(found)


def _settings(
    clause: t.Measure, head: t.Head, provided: Provided[type[m.Measure]], places: Places, c: Context
) -> tuple[Settings, v.Tally, x.Expression | None] | None:
    """What the lines `word: value` say, the tally that the plugin makes of them, and the day of each row where one is named."""
    known = provided.what.settings()
    written = [line for line in clause.lines if isinstance(line, t.Setting)]
    dated = None
    if "dated" not in known:
        days = [line for line in written if line.word == "dated"]
        written = [line for line in written if line.word != "dated"]
        dated = c.resolver.day(days[0].value, places.row) if days else None
        if days and not any(isinstance(line, t.Reaches) for line in clause.lines):
            c.problem(
                "incomplete",
                "`dated:` says the day of each row of a running total, and nothing here says what it `reaches`",
                days[0].span,
                ("add `reaches …`, or leave out `dated:`",),
            )
    said = settings(clause.name, provided.what.word, clause.name_span, written, known, places, c)
    if said is None:
        return None
    try:
        tally = provided.what(**said.said).tally(head.per)
    except Exception as error:  # a plugin's code: its fault is told with its name, and is not ours
        c.problem("plugin", provided.failed(head.measure, error), head.span)
        return None
    wrong: Exception | None = None
    if not isinstance(tally, v.Tally) or not isinstance(tally.counts, v.Counts):
        wrong = TypeError(f"its tally is {tally!r}, which is not in the row vocabulary")
    elif tally.most is not None and not isinstance(tally.counts, v.Rows | v.Days | v.Runs | v.Stretches):
        wrong = TypeError(
            "its tally holds people to at most so many, and adds up neither rows, days, runs nor stretches"
        )
    if wrong is not None:
        c.problem("plugin", provided.failed(head.measure, wrong), head.span)
        return None
    return said, tally, dated


def _running(clause: t.Measure, value: x.Expression, head: t.Head, c: Context) -> None:
    if not isinstance(value, x.Column):
        c.problem("incomplete", f"`{clause.name}` is a running total, and adds up one column as it stands", head.span)


def _person(counted: Records, base: Records | None, link: tuple[str, ...]) -> x.Expression | None:
    """The person's id, read at a counted row."""
    if base is None:
        return None
    if not link:
        return x.Column(counted.name, (), base.identity or "", kinds.identity(base.name))
    return x.Column(counted.name, link[:-1], link[-1], kinds.identity(base.name))


def axes(
    by: t.By | None, counted: Records, base: Records | None, link: tuple[str, ...], c: Context
) -> tuple[tuple[Axis, ...], tuple[MeasureAxis, ...]]:
    """How each row falls in a cell: by a column of the people where they have it, else by one of the counted rows."""
    if by is None:
        return (), ()
    found_axes: list[Axis] = []
    placed: list[MeasureAxis] = []
    for dimension in by.dimensions:
        if not c.declared.is_dimension(dimension.name):
            c.not_a_dimension(dimension)
            continue
        found = _ways(dimension, counted, base, link, c)
        if len(found) == 1:
            if isinstance(found[0].at, x.PeriodOf):
                c.one_holds(dimension.name, dimension.span)
            found_axes.append(Axis(dimension.name, c.declared.members(dimension.name)))
            placed.append(found[0])
            continue
        if not found:
            owner = c.declared.periods.get(dimension.name)
            help = (f"`by {dimension.name} of …` says which date decides",) if owner else ()
            c.problem(
                "grain",
                f"no column of `{counted.name}`{f' or `{base.name}`' if base else ''} says which "
                f"`{dimension.name}` a row belongs to",
                dimension.span,
                help,
            )
        else:
            c.problem(
                "ambiguous",
                f"`{dimension.name}` can be read from more than one column",
                dimension.span,
                tuple(f"`by {dimension.name} of {getattr(way.at, 'name', '')}`" for way in found),
            )
    return c.restricted(by, tuple(found_axes)), tuple(placed)


def _ways(
    dimension: t.Dimension, counted: Records, base: Records | None, link: tuple[str, ...], c: Context
) -> list[MeasureAxis]:
    found: list[MeasureAxis] = []
    places = [(Place(c.declared, row_of=counted.name), False)]
    if base is not None:
        places.insert(0, (Place(c.declared, row_of=base.name), True))
    for place, on_base in places:
        for way in _ways_at(dimension, place, c):
            column = way.day if isinstance(way, x.PeriodOf) else way
            if not on_base and base is not None and isinstance(column, x.Column) and _is_person(column, base, link):
                continue
            found.append(MeasureAxis(dimension.name, way, on_base))
    return found


def _is_person(column: x.Column, base: Records, link: tuple[str, ...]) -> bool:
    """Whether a column of a counted row is the person's own, already found from the people."""
    if base.name == column.records:
        return True
    return column.path[: len(link)] == link or (*column.path, column.name) == link


def _ways_at(dimension: t.Dimension, place: Place, c: Context) -> list[x.Expression]:
    if dimension.of is None:
        return place.locate(dimension.name)
    found: list[x.Expression] = []
    for column in place.columns(dimension.of):
        if dimension.name in c.declared.periods and column.kind.name == "date":
            found.append(x.PeriodOf(dimension.name, column))
        elif c.declared.dimension_of(column.kind) == dimension.name:
            found.append(column)
    return found


def value_of(name: str, span: Span, tally: v.Tally, c: Context) -> Value | None:
    """What a sum adds up, taken apart into whole units to count and a factor to multiply by."""
    of = tally.added
    if of is None:
        return None
    columns = list(dict.fromkeys(node for node in x.walk(of) if isinstance(node, x.Column)))
    adding = [column for column in columns if column.kind.is_number]
    keys = tuple(column for column in columns if not column.kind.is_number)
    if not adding:
        return Value(None, keys, of)
    if len(adding) == 1 and _times(of, adding[0]):
        return Value(adding[0], keys, _without(of, adding[0]))
    c.problem(
        "incomplete",
        f"`{name}` adds up more than one column times agreed figures",
        span,
        ("add up one column in each measure, and put the measures together in a `define`",),
    )
    return None


def _times(node: x.Expression, column: x.Column) -> bool:
    """Whether the column stands in the node once, and only as a factor."""
    match node:
        case x.Column():
            return node == column
        case x.Bracket(inner=inner):
            return _times(inner, column)
        case x.Negative(of=of) | x.PercentOf(of=of):
            return _times(of, column)
        case x.Arithmetic(sign="*", left=left, right=right):
            if column in x.walk(left):
                return _times(left, column) and column not in x.walk(right)
            return _times(right, column)
        case x.Arithmetic(sign="/", left=left, right=right):
            return _times(left, column) and column not in x.walk(right)
    return False


def _without(node: x.Expression, column: x.Column) -> x.Expression:
    """The node with 1 in the column's place: what one unit is multiplied by."""
    if node == column:
        return x.Literal(Fraction(1), kinds.COUNT, "1")
    return x.with_children(node, lambda child: _without(child, column))
