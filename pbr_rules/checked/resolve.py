"""Names to what they mean, and kinds proved, for one expression at one place."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from attrs import define, evolve

from pbr_rules import expressions as x
from pbr_rules import kinds
from pbr_rules.checked.model import Figure, Measure, Parameter, RecordColumn, Scale
from pbr_rules.checked.places import Declared, Place
from pbr_rules.diagnostics import Diagnostic, Label, did_you_mean, listing
from pbr_rules.exact import plain_text
from pbr_rules.kinds import Kind
from pbr_rules.source import Span
from pbr_rules.words import words

Resolved = tuple[x.Expression, Kind]

DATE_ORDER = {
    x.Comparator.ABOVE,
    x.Comparator.BELOW,
    x.Comparator.AT_LEAST,
    x.Comparator.AT_MOST,
    x.Comparator.BEFORE,
    x.Comparator.AFTER,
    x.Comparator.ON_OR_BEFORE,
    x.Comparator.ON_OR_AFTER,
}


@define
class Resolver:
    """Resolves expressions against what is declared.

    Attributes:
        figure: a figure by name, checked when first asked for; None when it is unknown or its own clause is wrong.
        exists: whether any declaration has that name.
        report: takes a problem.
        scale_kind: the kind of a scale's answer for arguments of some kinds.
    """

    declared: Declared
    currency: str
    figure: Callable[[str, Span], Figure | None]
    exists: Callable[[str], bool]
    names: Callable[[], list[str]]
    scale: Callable[[str], Scale | None]
    scale_kind: Callable[[Scale, tuple[Kind, ...], Span], Kind]
    report: Callable[[Diagnostic], None]
    excepted: Callable[[tuple[str, ...], tuple[str, ...]], bool]

    # ---- entry points

    def condition(self, node: x.Expression, place: Place) -> x.Expression:
        """A yes or a no."""
        resolved, kind = self.resolve(node, place)
        if kind.name not in ("flag", "unknown"):
            self._kinds(
                f"a condition is needed here, and `{words(node)}` is {kind.words}",
                node.span,
                help=("compare it with something: `is at least`, `is above`, `is`",),
            )
        return resolved

    def number(self, node: x.Expression, place: Place, wanted: Kind, what: str) -> x.Expression:
        """A figure of one kind; `what` names it in messages."""
        resolved, kind = self.resolve(node, place, wanted)
        if kind.name in ("unknown",) or kind.same(wanted):
            return resolved
        if wanted.name == "money" and kind.name == "nothing":
            return resolved
        self._kinds(
            f"{what} must be {wanted.words}, and `{words(node)}` is {kind.words}",
            node.span,
            next(iter(self._repairs(kind, wanted, node)), ()),
        )
        return resolved

    # ---- one node

    def resolve(self, node: x.Expression, place: Place, expected: Kind | None = None) -> Resolved:
        """The node with its names resolved, and its kind. Where a problem was reported the kind is `unknown`."""
        match node:
            case x.Literal():
                return self._literal(node)
            case x.Nothing():
                return node, kinds.NOTHING
            case x.Unknown():
                return node, kinds.UNKNOWN
            case x.Missing():
                return node, expected or kinds.UNKNOWN
            case x.Name():
                return self._name(node, place, expected)
            case x.Call():
                return self._call(node, place)
            case x.Bracket():
                inner, kind = self.resolve(node.inner, place, expected)
                return evolve(node, inner=inner), kind
            case x.Rounded():
                of, kind = self.resolve(node.of, place)
                self._rounding(node.rounding, kind)
                return evolve(node, of=of), kind
            case x.Negative():
                of, kind = self.resolve(node.of, place)
                if not (kind.is_number or kind.name == "unknown"):
                    self._kinds(f"there is no negative of {kind.words}", node.span)
                return evolve(node, of=of), kind if kind.name != "count" else kinds.NUMBER
            case x.Arithmetic():
                return self._arithmetic(node, place)
            case x.PercentOf():
                of, kind = self.resolve(node.of, place)
                result = kinds.product(kinds.PERCENT, kind)
                if result is None:
                    self._kinds(f"there is no percentage of {kind.words}", node.of.span)
                return evolve(node, of=of), result or kinds.UNKNOWN
            case x.Compare():
                return self._compare(node, place)
            case x.OneOf():
                of, kind = self.resolve(node.of, place)
                values = []
                for value in node.values:
                    resolved, other = self.resolve(value, place, kind)
                    self._same(kind, other, node.of, value)
                    values.append(resolved)
                return evolve(node, of=of, values=tuple(values)), kinds.FLAG
            case x.Known():
                return self._known(node, place)
            case x.Within():
                day = self._day(node.day, place)
                anchor = self._day(node.anchor, place)
                return evolve(node, day=day, anchor=anchor), kinds.FLAG
            case x.Between():
                return evolve(
                    node,
                    day=self._day(node.day, place),
                    first=self._day(node.first, place),
                    last=self._day(node.last, place),
                ), kinds.FLAG
            case x.Both() | x.Either():
                inside = evolve(place, guarded=place.guarded | self.guards(node, place))
                return evolve(node, conditions=tuple(self.condition(c, inside) for c in node.conditions)), kinds.FLAG
            case x.Not():
                return evolve(node, of=self.condition(node.of, place)), kinds.FLAG
            case x.Change():
                return self._change(node, place)
            case x.Extreme():
                first, kind = self.resolve(node.first, place)
                second, other = self.resolve(node.second, place, kind)
                self._same(kind, other, node.first, node.second)
                return evolve(node, first=first, second=second), kinds.widest(kind, other)
            case x.PeopleIn():
                return self._people(node, place)
            case x.Aggregate():
                return self._aggregate(node, place)
            case x.ForEvery():
                inside = self._opened(node.across, place, node.span)
                return evolve(node, condition=self.condition(node.condition, inside)), kinds.FLAG
            case x.Cases():
                return self._cases(node, place)
            case x.Timing():
                after = self._day(node.after, place)
                return evolve(node, after=after), kinds.DATE
            case _:
                return node, kinds.UNKNOWN

    # ---- literals and names

    def _literal(self, node: x.Literal) -> Resolved:
        if node.kind.name == "money" and self.currency and node.kind.detail != self.currency:
            self._kinds(
                f"`{node.written}` is in {node.kind.detail}, and the contract is in {self.currency}",
                node.span,
                help=("a contract settles in one currency; agree the rate of exchange and write the sum in it",),
            )
            return node, kinds.UNKNOWN
        return node, node.kind

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
        if expected is not None and expected.name == "category" and node.records is None and not node.picks:
            members = self.declared.members(expected.detail) or ()
            if node.name in members:
                return x.Member(expected.detail, node.name, span=node.span), expected
            if not known:
                self._unknown(
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
                self._unknown(f"there are no records called `{node.records}`", node.span, list(self.declared.records))
            elif node.name not in records.columns:
                self._unknown(f"`{node.records}` has no column `{node.name}`", node.span, list(records.columns))
            else:
                self._grain(
                    f"`{node.records}.{node.name}` cannot be read here: nothing fixes which row of `{node.records}`",
                    node.span,
                )
            return
        for records in self.declared.records.values():
            if node.name in records.columns:
                self._grain(
                    f"`{node.name}` is a column of `{records.name}`, and nothing here fixes which row",
                    node.span,
                    help=self._how_to_fix(records.name),
                )
                return
        for category in self.declared.categories.values():
            if any(m.name == node.name for m in category.members):
                self._unknown(
                    f"`{node.name}` is a member of `{category.name}`, and stands alone here",
                    node.span,
                    [],
                    help=(f"compare it: `{category.name} is {node.name}`, or pick it: `figure[{node.name}]`",),
                )
                return
        near = [*self.names(), *(c for r, _ in place.tables() for c in r.columns), *place.arguments]
        self._unknown(f"nothing is called `{node.name}`", node.span, near)

    def _how_to_fix(self, records: str) -> tuple[str, ...]:
        key = self.declared.key_dimensions(self.declared.records[records])
        if key:
            return (f"a figure `by {', '.join(key)}` fixes one row of `{records}`",)
        return (f"rows are counted by a `measure`; `one row per …` in `{records}` would let them be read one by one",)

    # ---- figures

    def read(self, node: x.Name, place: Place) -> Resolved:
        """A figure at a cell: each dimension picked, fixed by the place, or (a measure read `across`) recounted."""
        figure = self.figure(node.name, node.span)
        if figure is None:
            return node, kinds.UNKNOWN
        if place.row_of is not None and not isinstance(figure, Parameter):
            self._grain(
                f"`{figure.name}` is settled after the rows are counted, and cannot be read for each row", node.span
            )
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

    def _picks(
        self, node: x.Name, figure: Figure, place: Place
    ) -> tuple[dict[str, x.Expression] | None, x.Expression | None]:
        picked: dict[str, x.Expression] = {}
        dated: x.Expression | None = None
        for pick in node.picks:
            if pick.how == "dated":
                dated = self._day(x.Name(pick.first, span=pick.span), place)
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
                self._unknown(f"`{figure.name}` has no cell `{pick.first}: {pick.second}`", pick.span, list(dimensions))
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
            f"`{figure.name}` has no cell `{pick.first}`",
            pick.span,
            [*members, *dimensions],
            expected=f"`{figure.name}` runs over {listing([f'`{d}`' for d in dimensions]) or 'nothing: it is one figure'}",
        )
        return None

    def _pick_of(self, pick: x.Pick, figure: Figure, place: Place) -> tuple[str, x.Expression] | None:
        dimension, of = pick.first, pick.second
        if dimension not in figure.dimensions:
            self._unknown(f"`{figure.name}` does not run over `{dimension}`", pick.span, list(figure.dimensions))
            return None
        child = self.declared.periods.get(of)
        if child is not None and child.parent == dimension:
            ways = place.locate(of)
            if len(ways) == 1:
                return dimension, x.ParentOf(dimension, of, ways[0], span=pick.span)
        if dimension in self.declared.periods:
            return dimension, x.PeriodOf(dimension, self._day(x.Name(of, span=pick.span), place), span=pick.span)
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

    # ---- scales

    def _call(self, node: x.Call, place: Place) -> Resolved:
        resolved = [self.resolve(argument, place) for argument in node.arguments]
        arguments = tuple(r for r, _ in resolved)
        kinds_of = tuple(k for _, k in resolved)
        if node.name == "whole":
            if len(arguments) != 1:
                self._kinds("`whole(…)` takes one figure", node.span)
                return node, kinds.UNKNOWN
            if kinds_of[0].name not in (*kinds.PLAIN, "unknown"):
                self._kinds(
                    f"`whole(…)` takes a number, and `{words(node.arguments[0])}` is {kinds_of[0].words}", node.span
                )
            return evolve(node, arguments=arguments), kinds.COUNT
        scale = self.scale(node.name)
        if scale is None:
            if not self.exists(node.name):
                self._unknown(f"no scale is called `{node.name}`", node.span, self.names())
            return node, kinds.UNKNOWN
        if len(arguments) != len(scale.arguments):
            self._kinds(
                f"`{scale.name}` takes {len(scale.arguments)} figure{'' if len(scale.arguments) == 1 else 's'} "
                f"({', '.join(scale.arguments)}), and is given {len(arguments)}",
                node.span,
                labels=(Label(scale.span, "declared here"),),
            )
            return node, kinds.UNKNOWN
        kind = self.scale_kind(scale, kinds_of, node.span)
        return evolve(node, arguments=arguments), kind

    # ---- operations

    def _arithmetic(self, node: x.Arithmetic, place: Place) -> Resolved:
        left, a = self.resolve(node.left, place)
        right, b = self.resolve(node.right, place)
        result = evolve(node, left=left, right=right)
        if "unknown" in (a.name, b.name):
            other = b if a.name == "unknown" else a
            return result, other if node.sign in "+-" else kinds.UNKNOWN
        if node.sign in "*/":
            kind = kinds.product(a, b) if node.sign == "*" else kinds.quotient(a, b)
            if (
                node.sign == "/"
                and isinstance(node.left, x.Literal)
                and isinstance(node.right, x.Literal)
                and kind == kinds.NUMBER
            ):
                kind = kinds.SHARE  # `5/6` is a share, as `8.4%` is
            if kind is None and {a.name, b.name} == {"duration", "count"}:
                kind = kinds.DURATION
            if kind is None:
                word = "multiplied by" if node.sign == "*" else "divided by"
                self._kinds(f"{a.words} cannot be {word} {b.words}", node.span, labels=self._sides(node, a, b))
            return result, kind or kinds.UNKNOWN
        if a.name == "date" or b.name == "date":
            return result, self._days(node, a, b)
        if a.name == "rate" and b.name == "rate":
            self._kinds(
                "the difference of two rates is in percentage points"
                if node.sign == "-"
                else "two rates do not add up to a rate",
                node.span,
                help=(f"`point fall from {words(node.left)} to {words(node.right)}`",) if node.sign == "-" else (),
                labels=self._sides(node, a, b),
            )
            return result, kinds.UNKNOWN
        if {a.name, b.name} == {"rate", "number"} and node.sign == "-" and b.name == "rate":
            return result, kinds.RATE
        if not self._same(a, b, node.left, node.right, "added to" if node.sign == "+" else "taken from"):
            return result, kinds.UNKNOWN
        if not (a.is_number or a.name in ("duration", "nothing")):
            self._kinds(f"{a.words} cannot be added or taken away", node.span)
            return result, kinds.UNKNOWN
        kind = kinds.widest(a, b)
        return result, kinds.NUMBER if kind.name == "count" and node.sign == "-" else kind

    def _days(self, node: x.Arithmetic, a: Kind, b: Kind) -> Kind:
        if a.name == "date" and b.name == "duration":
            return kinds.DATE
        if a.name == b.name == "date" and node.sign == "-":
            return kinds.COUNT
        self._kinds(
            f"{a.words} and {b.words} cannot be {'added' if node.sign == '+' else 'taken away'}",
            node.span,
            help=("a length of time is added to a date; the difference of two dates is a count of days",),
        )
        return kinds.UNKNOWN

    def _compare(self, node: x.Compare, place: Place) -> Resolved:
        left, a = self.resolve(node.left, place)
        right, b = self.resolve(node.right, place, a)
        if a.name == "nothing" or b.name == "nothing":
            if {a.name, b.name} - {"nothing", "money", "unknown"}:
                self._kinds("only money is nothing; another figure is compared with 0", node.span)
        elif self._same(a, b, node.left, node.right) and node.how in DATE_ORDER and "unknown" not in (a.name, b.name):
            ordered = a.is_number or a.name in ("date", "duration")
            if not ordered:
                self._kinds(f"{a.words} has no order", node.span, help=("use `is`, `is not` or `is one of`",))
            elif a.name != "date" and node.how in (
                x.Comparator.BEFORE,
                x.Comparator.AFTER,
                x.Comparator.ON_OR_BEFORE,
                x.Comparator.ON_OR_AFTER,
            ):
                self._kinds(f"`{node.how}` is for days, and `{words(node.left)}` is {a.words}", node.span)
        return evolve(node, left=left, right=right), kinds.FLAG

    def _known(self, node: x.Known, place: Place) -> Resolved:
        guarded = place
        if isinstance(node.of, x.Name):
            guarded = evolve(
                place, guarded=place.guarded | {words_of(c) for c in place.columns(node.of.name, node.of.records)}
            )
        of, _ = self.resolve(node.of, guarded)
        return evolve(node, of=of), kinds.FLAG

    def guards(self, node: x.Expression, place: Place) -> frozenset[str]:
        """Columns whose blanks the other conditions beside this one need not fear."""
        wanted = isinstance(node, x.Both)
        conditions = node.conditions if isinstance(node, x.Both | x.Either) else (node,)
        found: set[str] = set()
        for condition in conditions:
            if isinstance(condition, x.Known) and condition.known is wanted and isinstance(condition.of, x.Name):
                found |= {words_of(c) for c in place.columns(condition.of.name, condition.of.records)}
        return frozenset(found)

    def _change(self, node: x.Change, place: Place) -> Resolved:
        before, a = self.resolve(node.before, place)
        after, b = self.resolve(node.after, place)
        result = evolve(node, before=before, after=after)
        if not self._same(a, b, node.before, node.after):
            return result, kinds.UNKNOWN
        name = words(node).split(" from ")[0]
        if "unknown" in (a.name, b.name):
            return result, kinds.PERCENT if node.relative else kinds.POINTS
        if not node.relative:
            if a.name != "rate" and not a.percent:
                self._kinds(
                    f"a {name} is between two rates, and these are {a.words}",
                    node.span,
                    help=("`relative fall from … to …` is a share of where it began",),
                )
            return result, kinds.POINTS
        if not a.is_number:
            self._kinds(f"there is no {name} of {a.words}", node.span)
        return result, kinds.PERCENT

    def _aggregate(self, node: x.Aggregate, place: Place) -> Resolved:
        inside = self._opened(node.across, place, node.span)
        where = self.condition(node.where, inside) if node.where is not None else None
        if node.of is None:
            return evolve(node, where=where), kinds.COUNT
        of, kind = self.resolve(node.of, inside)
        weight = None
        if node.weight is not None:
            weight, weight_kind = self.resolve(node.weight, inside)
            if node.how is not x.Gather.AVERAGE:
                self._kinds("only an average is weighted", node.weight.span)
            elif weight_kind.name not in (*kinds.PLAIN, "unknown"):
                self._kinds(f"a weight is a number, and this is {weight_kind.words}", node.weight.span)
        orderly = (
            kind.is_number
            or kind.name == "unknown"
            or (kind.name == "date" and node.how in (x.Gather.LARGEST, x.Gather.SMALLEST))
        )
        if not orderly:
            self._kinds(f"there is no `{node.how}` {kind.words}", node.of.span)
        if (
            isinstance(of, x.Read)
            and isinstance(self.figure(of.figure, of.span), Measure)
            and node.how is x.Gather.TOTAL
            and kind.name in ("rate", "frequency")
        ):
            self._kinds(
                f"{kind.words} cannot be added up over `{', '.join(node.across)}`",
                node.of.span,
                help=(f"a `define … across {node.across[0]}` that reads `{of.figure}` recounts it from the rows",),
            )
        if node.how is x.Gather.AVERAGE and kind.name == "count":
            kind = kinds.NUMBER
        return evolve(node, of=of, where=where, weight=weight), kind

    def _opened(self, across: tuple[str, ...], place: Place, span: Span) -> Place:
        for name in across:
            if not self.declared.is_dimension(name):
                self._unknown(
                    f"`{name}` is not a category, a period or an id",
                    span,
                    [*self.declared.categories, *self.declared.periods],
                )
            elif name in place.axes:
                self._grain(f"`{name}` is already fixed here, so nothing is left to gather across it", span)
        fresh = tuple(name for name in across if name not in place.axes and self.declared.is_dimension(name))
        return evolve(place, axes=(*place.axes, *fresh))

    def _cases(self, node: x.Cases, place: Place) -> Resolved:
        kind = kinds.UNKNOWN
        cases = []
        for condition, value in node.cases:
            resolved, other = self.resolve(value, place)
            self._same(kind, other, node.cases[0][1], value)
            kind = kinds.widest(kind, other)
            cases.append((self.condition(condition, place), resolved))
        otherwise, other = self.resolve(node.otherwise, place, kind)
        self._same(kind, other, node.cases[0][1], node.otherwise)
        return evolve(node, cases=tuple(cases), otherwise=otherwise), kinds.widest(kind, other)

    def _day(self, node: x.Expression, place: Place) -> x.Expression:
        resolved, kind = self.resolve(node, place)
        if kind.name not in ("date", "unknown"):
            self._kinds(f"a day is needed here, and `{words(node)}` is {kind.words}", node.span)
        return resolved

    def _rounding(self, rounding: x.Rounding, kind: Kind) -> None:
        if kind.name in ("rate",):
            kind = kinds.PERCENT
        self._literal(rounding.place)
        if kind.name != "unknown" and not rounding.place.kind.same(kind):
            self._kinds(f"{kind.words} cannot be rounded to `{rounding.place.written}`", rounding.span)

    def rounding(self, rounding: x.Rounding | None, kind: Kind) -> None:
        """Checks that a place fits what is rounded to it."""
        if rounding is not None:
            self._rounding(rounding, kind)

    # ---- messages

    def _dimension_kind(self, dimension: str) -> Kind:
        owner = self.declared.owner(dimension)
        return kinds.identity(owner.name) if owner else kinds.category(dimension)

    def _same(self, a: Kind, b: Kind, left: x.Expression, right: x.Expression, joined: str = "compared with") -> bool:
        if "unknown" in (a.name, b.name) or a.same(b):
            return True
        if a.name == "id" and b.name == "text":
            return True
        if {a.name, b.name} == {"nothing", "money"}:
            return True
        self._kinds(
            f"{a.words} cannot be {joined} {b.words}",
            right.span,
            labels=(
                Label(left.span, f"`{words(left)}` is {a.words}"),
                Label(right.span, f"`{words(right)}` is {b.words}"),
            ),
            help=self._repairs(b, a, right)[0] if self._repairs(b, a, right) else (),
        )
        return False

    def _sides(self, node: x.Arithmetic, a: Kind, b: Kind) -> tuple[Label, ...]:
        return (
            Label(node.left.span, f"`{words(node.left)}` is {a.words}"),
            Label(node.right.span, f"`{words(node.right)}` is {b.words}"),
        )

    def _repairs(self, found: Kind, wanted: Kind, node: x.Expression) -> list[tuple[str, ...]]:
        """What the author may have meant, with what each would mean."""
        if wanted.name == "points" and found.percent and isinstance(node, x.Literal):
            number = node.written.rstrip("%")
            return [
                (
                    f"`{number} percentage points`: from 58% to {_taken('58', number)}%",
                    f"`relative fall from … to …` in place of `point fall`, with `{node.written}`: {node.written} of where it "
                    f"began, so from 58% to {_relative('58', number)}%",
                )
            ]
        if found.name == "points" and wanted.percent and isinstance(node, x.Literal):
            number = node.written.split()[0]
            return [
                (
                    f"`{number}%`: a share of where it began",
                    f"`point fall from … to …` in place of `relative fall`, with `{node.written}`",
                )
            ]
        if wanted.name == "money" and found.name in kinds.PLAIN and isinstance(node, x.Literal):
            sign = {"GBP": "£", "EUR": "€", "USD": "$"}.get(self.currency, f"{self.currency} ")
            return [(f"a sum of money: `{sign}{node.written}`",)]
        return []

    def _kinds(self, headline: str, span: Span, help: tuple[str, ...] = (), labels: tuple[Label, ...] = ()) -> None:
        self.report(Diagnostic("kinds", headline, span, labels=labels, help=help))

    def _grain(self, headline: str, span: Span, help: tuple[str, ...] = (), labels: tuple[Label, ...] = ()) -> None:
        self.report(Diagnostic("grain", headline, span, labels=labels, help=help))

    def _unknown(
        self, headline: str, span: Span, near: list[str], expected: str = "", help: tuple[str, ...] = ()
    ) -> None:
        word = headline.split("`")[-2] if headline.count("`") >= 2 else ""
        tried = next((part for part in headline.split("`")[1::2] if did_you_mean(part, near)), word)
        self.report(
            Diagnostic("unknown-name", headline, span, expected=expected, help=help or did_you_mean(tried, near))
        )

    def _ambiguous(self, node: x.Name, meanings: list[str], headline: str | None = None) -> None:
        self.report(
            Diagnostic(
                "ambiguous",
                headline or f"`{node.name}` can mean {listing(meanings, 'or')}",
                node.span,
                help=("write `records.column` for a column, or give one of them another name",)
                if headline is None
                else (f"they are {listing(meanings)}; pick one: `[… of …]`",),
            )
        )


def words_of(column: x.Column) -> str:
    """A column with its way, as one text."""
    return ".".join((column.records, *column.path, column.name))


def _apart(cells: list[tuple[str, str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(d for d, _ in cells), tuple(m for _, m in cells)


def _taken(base: str, number: str) -> str:
    return _plain(Fraction(base) - Fraction(number.replace(",", "")))


def _relative(base: str, number: str) -> str:
    return _plain(Fraction(base) * (1 - Fraction(number.replace(",", "")) / 100))


def _plain(value: Fraction) -> str:
    return plain_text(value)
