"""Names to what they mean, and kinds proved, for one expression at one place."""

from __future__ import annotations

from attrs import evolve

from pbr_rules import expressions as x
from pbr_rules import kinds
from pbr_rules.checked.model import Measure
from pbr_rules.checked.places import Place
from pbr_rules.checked.reading import Reading, Resolved, guard_of, words_of
from pbr_rules.dates import Duration
from pbr_rules.diagnostics import Diagnostic, Label
from pbr_rules.kinds import Kind
from pbr_rules.source import Span
from pbr_rules.words import length_words, words

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


class Resolver(Reading):
    """Resolves expressions and proves their kinds."""

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
        if "unknown" in (kind.name, wanted.name) or kind.same(wanted):
            return resolved
        if wanted.name == "money" and kind.name == "nothing":
            return resolved
        self._kinds(
            f"{what} must be {wanted.words}, and `{words(node)}` is {kind.words}",
            node.span,
            next(iter(self._repairs(kind, wanted, node)), ()),
        )
        return resolved

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
                day = self.day(node.day, place)
                anchor = self.day(node.anchor, place)
                self._counts_days(node.length, node.span)
                return evolve(node, day=day, anchor=anchor), kinds.FLAG
            case x.Between():
                return evolve(
                    node,
                    day=self.day(node.day, place),
                    first=self.day(node.first, place),
                    last=self.day(node.last, place),
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
                after = self.day(node.after, place)
                length, _ = self.resolve(node.length, place)
                return evolve(node, length=length, after=after), kinds.DATE
            case _:
                return node, kinds.UNKNOWN

    def _literal(self, node: x.Literal) -> Resolved:
        if node.kind.name == "money" and self.currency and node.kind.detail != self.currency:
            self._kinds(
                f"`{node.written}` is in {node.kind.detail}, and the contract is in {self.currency}",
                node.span,
                help=("a contract settles in one currency; agree the rate of exchange and write the sum in it",),
            )
            return node, kinds.UNKNOWN
        if isinstance(node.value, Duration):
            self._counts_days(node.value, node.span)
        return node, node.kind

    def _counts_days(self, length: Duration, span: Span) -> None:
        """Working days are counted in a contract that says which days they are."""
        if length.is_working and not self.has_calendar:
            self.report(
                Diagnostic(
                    "incomplete",
                    f"{length_words(length)}: the contract does not say which days are working days",
                    span,
                    help=(
                        "add a line to `contract`: `calendar: england_and_wales`, or your own with "
                        "`calendar: closed weekends and holidays.day`",
                    ),
                )
            )

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
                self._unknown(node.name, f"no scale is called `{node.name}`", node.span, self.names())
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
            if kind is None and node.sign == "*" and {a.name, b.name} == {"duration", "count"}:
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
        if {a.name, b.name} == {"rate", "number"}:
            return result, self._rate_and_share(node, a, b)
        if not self._same(a, b, node.left, node.right, "added to" if node.sign == "+" else "taken from"):
            return result, kinds.UNKNOWN
        if not (a.is_number or a.name == "nothing"):
            self._kinds(f"{a.words} cannot be added or taken away", node.span)
            return result, kinds.UNKNOWN
        kind = kinds.widest(a, b)
        return result, kinds.NUMBER if kind.name == "count" and node.sign == "-" else kind

    def _rate_and_share(self, node: x.Arithmetic, a: Kind, b: Kind) -> Kind:
        """`100% - rate` is those who did not. Any other percentage beside a rate could be points, or a share of the rate."""
        if node.sign == "-" and isinstance(node.left, x.Literal) and node.left.value == 1:
            return kinds.RATE
        rate, share = (node.left, node.right) if a.name == "rate" else (node.right, node.left)
        self._kinds(
            f"`{words(share)}` beside a rate can be percentage points, or a share of the rate",
            node.span,
            help=(
                f"percentage points: `point fall from {words(rate)} to …`, or `point rise`, compared with points",
                f"a share of the rate: `{words(share)} of {words(rate)}`, or `relative fall from {words(rate)} to …`",
            ),
            labels=self._sides(node, a, b),
        )
        return kinds.UNKNOWN

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
            ordered = a.is_number or a.name == "date"
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
            guarded = evolve(place, guarded=place.guarded | self._asked(node.of, place))
        of, _ = self.resolve(node.of, guarded)
        return evolve(node, of=of), kinds.FLAG

    def guards(self, node: x.Expression, place: Place) -> frozenset[str]:
        """Columns whose blanks the other conditions beside this one need not fear."""
        wanted = isinstance(node, x.Both)
        conditions = node.conditions if isinstance(node, x.Both | x.Either) else (node,)
        found: set[str] = set()
        for condition in conditions:
            if isinstance(condition, x.Known) and condition.known is wanted and isinstance(condition.of, x.Name):
                found |= self._asked(condition.of, place)
        return frozenset(found)

    def _asked(self, name: x.Name, place: Place) -> set[str]:
        """What `is known` of a name speaks of: a column, or a figure."""
        columns = {words_of(c) for c in place.columns(name.name, name.records)}
        return columns or ({guard_of(name.name)} if name.records is None else set())

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
                    name,
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
