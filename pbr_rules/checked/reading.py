"""Names: columns, members and figures, each at the cell where it is read."""

from __future__ import annotations

from abc import abstractmethod

from attrs import evolve

from pbr_rules import expressions as x
from pbr_rules import kinds
from pbr_rules.checked.model import Duty, Figure, Limit, Measure, Parameter, Payment, RecordColumn
from pbr_rules.checked.places import Place
from pbr_rules.checked.said import Said
from pbr_rules.diagnostics import Diagnostic, Label, listing
from pbr_rules.kinds import Kind
from pbr_rules.words import words

Resolved = tuple[x.Expression, Kind]


class Reading(Said):
    """Resolves names."""

    @abstractmethod
    def resolve(self, node: x.Expression, place: Place, expected: Kind | None = None) -> Resolved:
        """The node with its names resolved, and its kind."""

    def _name(self, node: x.Name, place: Place, expected: Kind | None) -> Resolved:
        if node.records is None and not node.picks:
            if node.name in place.arguments:
                return x.Argument(node.name, place.arguments[node.name], span=node.span), place.arguments[node.name]
            if node.name == "amount" and place.amount is not None:
                return x.AmountSoFar(place.amount, span=node.span), place.amount
        columns = [] if node.picks else place.columns(node.name, node.records)
        # A column called as its category, or an id called as the records' own, is that dimension.
        if node.records is None and not node.picks and node.name in place.axes:
            return evolve(x.Here(node.name), span=node.span), self._dimension_kind(node.name)
        known = node.records is None and self.exists(node.name)
        if columns and known:
            self._ambiguous(
                node, [f"the column `{c.records}.{c.name}`" for c in columns] + [f"the figure `{node.name}`"]
            )
            return node, kinds.UNKNOWN
        if len(columns) > 1:
            self._ambiguous(node, [f"`{'.'.join((c.records, *c.path, c.name))}`" for c in columns])
            return node, kinds.UNKNOWN
        if columns:
            return self._column(evolve(columns[0], span=node.span), place)
        if expected is not None and expected.name == "flag" and node.name in ("yes", "no") and not known:
            return x.Literal(node.name == "yes", kinds.FLAG, node.name, span=node.span), kinds.FLAG
        if expected is not None and expected.name == "category" and node.records is None and not node.picks:
            members = self.declared.members(expected.detail) or ()
            if node.name in members:
                return x.Member(expected.detail, node.name, span=node.span), expected
            if not known:
                self._unknown(
                    node.name,
                    f"`{node.name}` is not a member of `{expected.detail}`",
                    node.span,
                    list(members),
                    expected=f"one of {listing([f'`{m}`' for m in members[:6]], 'or')}",
                )
                return node, kinds.UNKNOWN
        if known:
            return self.read(node, place)
        if node.records is None and not node.picks:
            ways = place.locate(node.name) if self.declared.is_dimension(node.name) else []
            if len(ways) == 1:
                return evolve(ways[0], span=node.span), self._dimension_kind(node.name)
        self._not_found(node, place)
        return node, kinds.UNKNOWN

    def _column(self, column: x.Column, place: Place) -> Resolved:
        records, info = self._info(column)
        if info is not None and info.optional and place.row_of is not None and words_of(column) not in place.guarded:
            name = column.name
            self.report(
                Diagnostic(
                    "unguarded",
                    f"`{name}` may be blank, and nothing here says what a blank means",
                    column.span,
                    f"`{name}` is optional in `{records}`",
                    help=(
                        f"`{name} is known and …`: a row without it does not count",
                        f"`{name} is missing or …`: a row without it counts",
                    ),
                )
            )
        return column, column.kind

    def _info(self, column: x.Column) -> tuple[str, RecordColumn | None]:
        records = self.declared.records[column.records]
        for step in column.path:
            records = self.declared.records[records.columns[step].kind.detail]
        return records.name, records.columns.get(column.name)

    def _not_found(self, node: x.Name, place: Place) -> None:
        if node.records is not None:
            records = self.declared.records.get(node.records)
            if records is None:
                self._unknown(
                    node.records,
                    f"there are no records called `{node.records}`",
                    node.span,
                    list(self.declared.records),
                )
            elif node.name not in records.columns:
                self._unknown(
                    node.name, f"`{node.records}` has no column `{node.name}`", node.span, list(records.columns)
                )
            else:
                self._grain(
                    f"`{node.records}.{node.name}` cannot be read here: nothing fixes which row of `{node.records}`",
                    node.span,
                )
            return
        for records in self.declared.records.values():
            if node.name in records.columns:
                key = self.declared.key_dimensions(records)
                if node.picks and key:
                    by = ", ".join(key)
                    self._grain(
                        f"`{node.name}` is a column, and brackets pick a cell of a figure",
                        node.span,
                        help=(
                            f"make it one: `define its_{node.name} by {by} = {node.name}`, then `its_{node.name}[…]`",
                        ),
                    )
                    return
                self._grain(
                    f"`{node.name}` is a column of `{records.name}`, and nothing here fixes which row",
                    node.span,
                    help=self._how_to_fix(records.name),
                )
                return
        for category in self.declared.categories.values():
            if any(m.name == node.name for m in category.members):
                self._unknown(
                    node.name,
                    f"`{node.name}` is a member of `{category.name}`, and stands alone here",
                    node.span,
                    [],
                    help=(f"compare it: `{category.name} is {node.name}`, or pick it: `figure[{node.name}]`",),
                )
                return
        near = [*self.names(), *(c for r, _ in place.tables() for c in r.columns), *place.arguments]
        self._unknown(node.name, f"nothing is called `{node.name}`", node.span, near)

    def _how_to_fix(self, records: str) -> tuple[str, ...]:
        key = self.declared.key_dimensions(self.declared.records[records])
        if key:
            return (f"a figure `by {', '.join(key)}` fixes one row of `{records}`",)
        return (f"rows are counted by a `measure`; `one row per …` in `{records}` would let them be read one by one",)

    def read(self, node: x.Name, place: Place) -> Resolved:
        """A figure at a cell: each dimension picked, fixed by the place, or (a measure read `across`) recounted."""
        figure = self.figure(node.name, node.span)
        if figure is None:
            return node, kinds.UNKNOWN
        if place.row_of is not None and not self._for_each_row(node, figure, place):
            return node, kinds.UNKNOWN
        picked, dated = self._picks(node, figure, place)
        if picked is None:
            return node, kinds.UNKNOWN
        at: list[tuple[str, x.Expression]] = []
        lacking: list[str] = []
        for axis in figure.axes:
            if axis.dimension in picked:
                at.append((axis.dimension, picked[axis.dimension]))
                continue
            ways = place.locate(axis.dimension)
            if len(ways) == 1:
                at.append((axis.dimension, ways[0]))
            elif len(ways) > 1:
                self._ambiguous(
                    node,
                    [f"`{words(way)}` of `{getattr(way, 'records', '')}`" for way in ways],
                    f"two ways to the `{axis.dimension}` of `{figure.name}`",
                )
                return node, kinds.UNKNOWN
            elif isinstance(figure, Measure) and axis.dimension in place.across:
                continue
            else:
                lacking.append(axis.dimension)
        if lacking:
            self._coarser(node, figure, lacking, place)
            return node, kinds.UNKNOWN
        if isinstance(figure, Parameter) and figure.dated and dated is None:
            self._grain(
                f"`{figure.name}` has a value from each of several days; say which day decides",
                node.span,
                help=(f"`{figure.name}[dated joined]`: the value in force on that day",),
            )
        fixed = [(d, m.name) for d, m in at if isinstance(m, x.Member)]
        if fixed and len(fixed) == len(figure.axes) and self.excepted(*_apart(fixed)):
            self.report(
                Diagnostic(
                    "outside-scope",
                    f"`{words(node)}` is outside the contract's scope",
                    node.span,
                    help=("there is no such cell: it is an error to read it, and not a zero",),
                )
            )
        return x.Read(figure.name, tuple(at), figure.kind, node, dated, span=node.span), figure.kind

    def _for_each_row(self, node: x.Name, figure: Figure, place: Place) -> bool:
        """Whether rows may be counted by a figure of the terms: it is settled first, and each row is given its value."""
        if isinstance(figure, Payment | Limit | Duty):
            self._grain(
                f"`{figure.name}` is settled after the rows are counted, and cannot be read for each row", node.span
            )
            return False
        never = figure.kind.name == "date" and not isinstance(figure, Parameter)
        if never and guard_of(figure.name) not in place.guarded:
            self.report(
                Diagnostic(
                    "unguarded",
                    f"`{figure.name}` may never be reached, and nothing here says what that means",
                    node.span,
                    help=(f"`{figure.name} is known and …`: a row does not count where it is never reached",),
                )
            )
        return True

    def _picks(
        self, node: x.Name, figure: Figure, place: Place
    ) -> tuple[dict[str, x.Expression] | None, x.Expression | None]:
        picked: dict[str, x.Expression] = {}
        dated: x.Expression | None = None
        for pick in node.picks:
            if pick.how == "dated":
                dated = self.day(x.Name(pick.first, span=pick.span), place)
                continue
            found = self._pick(pick, figure, place, picked)
            if found is None:
                return None, None
            dimension, way = found
            if dimension in picked:
                self.report(Diagnostic("ambiguous", f"the `{dimension}` of `{figure.name}` is picked twice", pick.span))
                return None, None
            axis = next(a for a in figure.axes if a.dimension == dimension)
            if isinstance(way, x.Member) and axis.members is not None and way.name not in axis.members:
                self.report(
                    Diagnostic(
                        "outside-scope",
                        f"`{figure.name}` leaves out `{way.name}`",
                        pick.span,
                        help=(f"it runs over {listing([f'`{m}`' for m in axis.members])}",),
                    )
                )
                return None, None
            picked[dimension] = way
        return picked, dated

    def _pick(
        self, pick: x.Pick, figure: Figure, place: Place, picked: dict[str, x.Expression]
    ) -> tuple[str, x.Expression] | None:
        """The dimension of the figure that a pick fixes, and how its member is found."""
        dimensions = figure.dimensions
        match pick.how:
            case "text" if any(pick.first in (self.declared.members(d) or ()) for d in dimensions):
                self._unknown(
                    pick.first,
                    f'`"{pick.first}"` in quotes is an id, and `{pick.first}` is a member',
                    pick.span,
                    [],
                    help=(f"leave the quotes out: `{figure.name}[{pick.first}]`",),
                )
                return None
            case "text" | "id":
                open_ones = [a.dimension for a in figure.axes if a.members is None and a.dimension not in picked]
                if pick.how == "id":
                    open_ones = [d for d in open_ones if d == pick.first]
                if len(open_ones) == 1:
                    return open_ones[0], x.Member(open_ones[0], pick.second or pick.first, span=pick.span)
                self._grain(
                    f'`{figure.name}` does not run over ids that `"{pick.second or pick.first}"` could be one of',
                    pick.span,
                )
                return None
            case "member":
                if pick.first in dimensions and pick.second in (self.declared.members(pick.first) or ()):
                    return pick.first, x.Member(pick.first, pick.second, span=pick.span)
                self._unknown(
                    pick.first,
                    f"`{figure.name}` has no cell `{pick.first}: {pick.second}`",
                    pick.span,
                    list(dimensions),
                )
                return None
            case "of":
                return self._pick_of(pick, figure, place)
        having = [d for d in dimensions if pick.first in (self.declared.members(d) or ())]
        if len(having) == 1:
            return having[0], x.Member(having[0], pick.first, span=pick.span)
        if len(having) > 1:
            choices = [f"`[{d}: {pick.first}]`" for d in having]
            self.report(
                Diagnostic(
                    "ambiguous",
                    f"`{pick.first}` is a member of {listing([f'`{d}`' for d in having])}",
                    pick.span,
                    help=(f"write {listing(choices, 'or')}",),
                )
            )
            return None
        if pick.first in dimensions:
            ways = place.locate(pick.first)
            if len(ways) == 1:
                return pick.first, ways[0]
        for column in place.columns(pick.first):
            dimension = self.declared.dimension_of(column.kind)
            if dimension in dimensions:
                return dimension, column
        members = [m for d in dimensions for m in self.declared.members(d) or ()]
        self._unknown(
            pick.first,
            f"`{figure.name}` has no cell `{pick.first}`",
            pick.span,
            [*members, *dimensions],
            expected=f"`{figure.name}` runs over {listing([f'`{d}`' for d in dimensions]) or 'nothing: it is one figure'}",
        )
        return None

    def _pick_of(self, pick: x.Pick, figure: Figure, place: Place) -> tuple[str, x.Expression] | None:
        dimension, of = pick.first, pick.second
        if dimension not in figure.dimensions:
            self._unknown(
                dimension, f"`{figure.name}` does not run over `{dimension}`", pick.span, list(figure.dimensions)
            )
            return None
        child = self.declared.periods.get(of)
        if child is not None and child.parent == dimension:
            ways = place.locate(of)
            if len(ways) == 1:
                return dimension, x.ParentOf(dimension, of, ways[0], span=pick.span)
        if dimension in self.declared.periods:
            if (shared := self.declared.one_holds(dimension, pick.span)) is not None:
                self.report(shared)
                return None
            return dimension, x.PeriodOf(dimension, self.day(x.Name(of, span=pick.span), place), span=pick.span)
        columns = [c for c in place.columns(of) if self.declared.dimension_of(c.kind) == dimension]
        if not columns:
            owner = self.declared.owner(of)
            name = owner.name if owner else of
            columns = [c for c in place.columns(dimension, name) if self.declared.dimension_of(c.kind) == dimension]
        if len(columns) == 1:
            return dimension, columns[0]
        self._grain(f"`{of}` does not say which `{dimension}` is meant", pick.span)
        return None

    def _coarser(self, node: x.Name, figure: Figure, lacking: list[str], place: Place) -> None:
        dimension = lacking[0]
        members = self.declared.members(dimension)
        one = members[0] if members else '"…"'
        repairs = [f"`{figure.name}[{one}]` picks one `{dimension}`"]
        if isinstance(figure, Measure):
            repairs.append(f"`across {dimension}` in the heading counts every `{dimension}` together, from the rows")
        else:
            repairs.append(f"`total of {figure.name} across {dimension}` adds them up")
        repairs.append(f"`by {', '.join([*place.axes, dimension])}` in the heading makes one figure for each")
        self._grain(
            f"`{figure.name}` has a figure for each {listing([f'`{d}`' for d in lacking])}, and nothing here says which",
            node.span,
            labels=(Label(figure.span, f"`{figure.name}` runs over {listing([f'`{d}`' for d in figure.dimensions])}"),),
            help=tuple(repairs),
        )

    def _people(self, node: x.PeopleIn, place: Place) -> Resolved:
        name = node.of
        figure = self.figure(name.name, name.span) if isinstance(name, x.Name) else None
        if not isinstance(name, x.Name) or not isinstance(figure, Measure):
            if figure is not None or (isinstance(name, x.Name) and not self.exists(name.name)):
                self._kinds(f"only a measure counts people, and `{words(name)}` is not one", name.span)
            return node, kinds.UNKNOWN
        if figure.base is None and not node.counted:
            self._kinds(
                f"`{figure.name}` is counted over no people: its head ends with neither `for` nor `per`", name.span
            )
            return node, kinds.UNKNOWN
        read, kind = self.read(name, place)
        return evolve(node, of=read), kinds.UNKNOWN if kind.name == "unknown" else kinds.COUNT

    def day(self, node: x.Expression, place: Place) -> x.Expression:
        """A day."""
        resolved, kind = self.resolve(node, place)
        if kind.name not in ("date", "unknown"):
            self._kinds(f"a day is needed here, and `{words(node)}` is {kind.words}", node.span)
        return resolved


def guard_of(figure: str) -> str:
    """How a guarded figure is told from a guarded column."""
    return f"the figure {figure}"


def words_of(column: x.Column) -> str:
    """A column with its way, as one text."""
    return ".".join((column.records, *column.path, column.name))


def _apart(cells: list[tuple[str, str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(d for d, _ in cells), tuple(m for _, m in cells)
