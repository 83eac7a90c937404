"""From the contract as written to the checked contract: every problem at once, none of them twice."""

from __future__ import annotations

from collections.abc import Callable

from attrs import define, evolve, field, fields

from pbr_rules import bounds, kinds
from pbr_rules import expressions as x
from pbr_rules.catalogue import Catalogue
from pbr_rules.checked import counting, examples, money, scales, tables, working
from pbr_rules.checked.context import Context
from pbr_rules.checked.declare import declared
from pbr_rules.checked.in_force import in_force
from pbr_rules.checked.model import Constraint, Contract, Define, Duty, Earlier, Figure, Limit, Payment, Records, Scale
from pbr_rules.checked.places import Declared, Place
from pbr_rules.checked.readings import put_in, under
from pbr_rules.checked.resolve import Resolver
from pbr_rules.checked.uses import plugins_lacking
from pbr_rules.checked.varied import dated
from pbr_rules.diagnostics import Diagnostic, Label, did_you_mean, listing
from pbr_rules.expressions import conjuncts
from pbr_rules.source import Source, Span
from pbr_rules.surface import tree as t

FIGURES = (t.Parameter, t.Measure, t.Define, t.Payment)


def check(
    source: Source, document: t.Document, catalogue: Catalogue, readings: tuple[str, ...] = ()
) -> tuple[Contract | None, tuple[Diagnostic, ...]]:
    """The checked contract under some readings, and its problems; no contract where there is an error."""
    found: list[Diagnostic] = []
    clauses, variations = under(document, readings, found.append)
    checker = _Checker(clauses, catalogue, frozenset(getattr(document, "damaged", ())), found.append)
    undated = {name: clause for name, clause in variations.items() if clause.dates is None}
    contract = checker.contract(source, undated, readings)
    dates = [clause for clause in variations.values() if clause.dates is not None]
    if contract is not None and dates:
        contract = _with_dates(source, contract, clauses, dates, checker, found)
    unique = tuple(dict.fromkeys(found))
    ordered = tuple(sorted(unique, key=lambda d: (not d.is_error, d.span.start)))
    return (None if any(d.is_error for d in ordered) else contract), ordered


def _with_dates(
    source: Source,
    plain: Contract,
    clauses: tuple[t.Node, ...],
    written: list[t.Variation],
    plainly: _Checker,
    found: list[Diagnostic],
) -> Contract:
    """The contract with its variations with dates, each checked among the other clauses."""
    before = set(found)
    made = []
    for variation in written:
        inner: list[Diagnostic] = []
        checker = _Checker(put_in(variation, clauses), plainly.catalogue, plainly.damaged, inner.append)
        standing = checker.contract(source, {}, ())
        unlike: list[Diagnostic] = []
        if standing is not None:
            made.append(dated(variation, standing, plain, unlike.append))
        wrong = unlike or any(d.is_error for d in before)
        found += unlike
        found += [d for d in inner if d not in before and (not wrong or _inside(d, variation))]
    varied = evolve(plain, variations=tuple(made))
    if not any(d.is_error for d in found):
        in_force(varied, found.append)
    return varied


def _inside(diagnostic: Diagnostic, clause: t.Node) -> bool:
    return clause.span.start <= diagnostic.span.start < clause.span.end


@define
class _Checker:
    clauses: tuple[t.Node, ...]
    catalogue: Catalogue
    damaged: frozenset[str]
    report: Callable[[Diagnostic], None]
    written: dict[str, t.Declaration] = field(factory=dict)
    figures: dict[str, Figure | None] = field(factory=dict)
    scale_clauses: dict[str, t.Scale] = field(factory=dict)
    scales: dict[str, Scale | None] = field(factory=dict)
    under_way: list[str] = field(factory=list)
    depths: dict[str, int] = field(factory=dict)
    context: Context = field(init=False)
    after_payments: set[str] = field(factory=set)
    too_deep: bool = False

    def contract(
        self, source: Source, variations: dict[str, t.Variation], readings: tuple[str, ...]
    ) -> Contract | None:
        head = self._head()
        self._names()
        lacking = plugins_lacking(self.clauses, self.catalogue, self._say)
        places = declared(self.clauses, head.currency or "", self._say)
        scope = (head.scope.dimensions, head.scope.excepted) if head.scope else ((), ())
        self._scope(head, places)
        resolver = Resolver(
            declared=places,
            currency=head.currency or "",
            figure=self.figure,
            exists=self._exists,
            names=lambda: [*self.written, *self.scale_clauses, *self.after_payments],
            scale=self.scale,
            scale_kind=lambda found, arguments, span: scales.answer_kind(found, arguments, span, self.context),
            report=self._say,
            excepted=lambda dimensions, cell: _excepted(scope, dimensions, cell),
            has_calendar=head.calendar is not None,
        )
        calendar = working.calendar(head.calendar, places, self._say)
        self.context = Context(places, resolver, self.catalogue, head, self._say, lacking)
        for name in self.scale_clauses:
            self.scale(name)
        for name, clause in self.written.items():
            self.figure(name, clause.name_span)
        closed_in = calendar.records if isinstance(calendar, x.Column) else None
        records = {name: self._excludes(found, places, closed_in) for name, found in places.records.items()}
        payments = {n: f for n, f in self.figures.items() if isinstance(f, Payment)}
        limits = [money.limit(c, payments, self.context) for c in self.clauses if isinstance(c, t.Limit)]
        limits_ = tuple(found for found in limits if found is not None)
        self._partly_covered(limits_)
        constraints = self._constraints(payments)
        # Only examples are left to check, and they may read what a limit took and by how much a duty is short.
        self.figures |= {found.name: found for found in limits_}
        self.figures |= {found.name: found for found in constraints if isinstance(found, Duty)}
        worked = tuple(
            examples.example(c, self.context)
            for c in self.clauses
            if isinstance(c, t.Example) and set(c.under) == set(readings)
        )
        return Contract(
            source,
            head,
            places.categories,
            places.periods,
            records,
            {name: figure for name, figure in self.figures.items() if figure is not None},
            {name: found for name, found in self.scales.items() if found is not None},
            limits_,
            constraints,
            worked,
            variations,
            readings,
            scope,
            calendar=calendar,
        )

    def _constraints(self, payments: dict[str, Payment]) -> tuple[Constraint | Duty, ...]:
        """The constraints in the order written. What is done towards a duty is a measure like any other."""
        found: list[Constraint | Duty] = []
        for clause in self.clauses:
            made = money.constraint(clause, payments, self.context) if isinstance(clause, t.Constraint) else None
            if isinstance(made, tuple):
                duty, done = made
                self.figures[done.name] = done
                found.append(duty)
            elif made is not None:
                found.append(made)
        return tuple(found)

    # ---- names

    def _say(self, diagnostic: Diagnostic) -> None:
        self.report(diagnostic)

    def _head(self) -> t.Contract:
        heads = [c for c in self.clauses if isinstance(c, t.Contract)]
        if not heads:
            if "contract" not in self.damaged and not self.damaged:
                self._say(
                    Diagnostic(
                        "incomplete",
                        "the file has no `contract` clause",
                        Span(0, 0),
                        help=('begin with `contract name "Title" { payer …  provider …  currency: GBP  … }`',),
                    )
                )
            return t.Contract("", None, (), None, None, None, None, None)
        for second in heads[1:]:
            self._say(Diagnostic("declared-twice", "the file has two `contract` clauses", second.name_span))
        head = heads[0]
        pays = any(isinstance(c, t.Payment) for c in self.clauses)
        needed = {"currency": head.currency, "payments": head.rounding} if pays else {}
        hints = {"currency": "`currency: GBP`", "payments": "`payments: rounded to £0.01 half up`"}
        for word, value in needed.items():
            if value is None:
                self._say(
                    Diagnostic(
                        "incomplete",
                        f"the contract pays, and does not say its `{word}:`",
                        head.name_span,
                        help=(hints[word],),
                    )
                )
        names: set[str] = set()
        for party in head.parties:
            if party.name in names:
                self._say(Diagnostic("declared-twice", f"two parties are called `{party.name}`", party.span))
            names.add(party.name)
        return head

    def _names(self) -> None:
        """One name, one meaning."""
        seen: dict[str, Span] = {}
        for clause in self.clauses:
            if isinstance(clause, t.Language) and clause.version != 1:
                self._say(
                    Diagnostic(
                        "not-in-this-version",
                        f"the contract is written in version {clause.version} of the language, and this reads version 1",
                        clause.span,
                        help=("install a later pbr-rules, or write the contract for `language 1`",),
                    )
                )
            if not isinstance(clause, t.Declaration) or isinstance(clause, t.Contract | t.Variation):
                continue
            if clause.name in seen:
                self._say(
                    Diagnostic(
                        "declared-twice",
                        f"`{clause.name}` is declared twice",
                        clause.name_span,
                        labels=(Label(seen[clause.name], "first declared here"),),
                        help=("give one of them another name",),
                    )
                )
                continue
            seen[clause.name] = clause.name_span
            if isinstance(clause, FIGURES):
                self.written[clause.name] = clause
            elif isinstance(clause, t.Scale):
                self.scale_clauses[clause.name] = clause
            elif isinstance(clause, t.Limit) or (isinstance(clause, t.Constraint) and clause.is_duty):
                self.after_payments.add(clause.name)

    def _exists(self, name: str) -> bool:
        known = (self.written, self.scale_clauses, self.after_payments, self.damaged)
        return _payment_in(name) is not None or any(name in names for names in known)

    # ---- figures, each checked when first asked for

    def figure(self, name: str, span: Span) -> Figure | None:
        if name in self.figures:
            figure = self.figures[name]
            self._deepen(name)
            return figure
        if (payment := _payment_in(name)) is not None:
            self.figures[name] = self._earlier(name, payment, span)
            return self.figures[name]
        clause = self.written.get(name)
        if clause is None:
            if name in self.after_payments:
                self._say(Diagnostic("loop", f"`{name}` is taken after the payments, and no figure reads it", span))
            return None
        if name in self.under_way:
            path = [*self.under_way[self.under_way.index(name) :], name]
            self._say(
                Diagnostic(
                    "loop",
                    f"these figures read one another in a circle: {' → '.join(f'`{n}`' for n in path)}",
                    span,
                    help=("solve it by hand, and write the answer as a formula that does not read itself",),
                )
            )
            return None
        if len(self.under_way) > bounds.NESTED_STEPS:
            self._deep(f"more than {bounds.NESTED_STEPS} figures read one another in a row", span)
            return None
        self.under_way.append(name)
        self.depths[name] = max((part.depth for part in _expressions(clause)), default=1)
        try:
            figure = self._checked(clause)
        finally:
            self.under_way.pop()
        self.figures[name] = figure
        if self.depths[name] > bounds.NESTED_STEPS:
            self._deep(
                f"`{name}` is more than {bounds.NESTED_STEPS} steps deep, through the figures it reads",
                clause.name_span,
            )
        self._deepen(name)
        return figure

    def _earlier(self, name: str, payment: str, span: Span) -> Earlier | None:
        """What earlier statements say of a payment. They say it whatever the payment comes to now, so this is no circle."""
        clause = self.written.get(payment)
        if isinstance(clause, t.Payment):
            kind = kinds.DATE if name.startswith(Earlier.DAY) else kinds.money(self.context.written.currency or "")
            axes = self.context.axes(clause.by)
            return Earlier(name, clause.title, axes, kind, payment, span=clause.name_span)
        if clause is not None:
            self.context.problem(
                "kinds", f"`{payment}` is not a payment: earlier statements say what was paid on payments", span
            )
        elif payment not in self.damaged:
            payments = [name for name, clause in self.written.items() if isinstance(clause, t.Payment)]
            self.context.problem(
                "unknown-name", f"no payment is called `{payment}`", span, did_you_mean(payment, payments)
            )
        return None

    def _deep(self, headline: str, span: Span) -> None:
        """Said once: every figure above the first would say it again."""
        if not self.too_deep:
            self._say(Diagnostic("too-deep", headline, span))
        self.too_deep = True

    def _deepen(self, name: str) -> None:
        if self.under_way:
            reader = self.under_way[-1]
            own = max((part.depth for part in _expressions(self.written[reader])), default=1)
            self.depths[reader] = max(self.depths.get(reader, 1), own + self.depths.get(name, 1))

    def _checked(self, clause: t.Declaration) -> Figure | None:
        match clause:
            case t.Parameter():
                return tables.parameter(clause, self.context)
            case t.Measure():
                return counting.measure(clause, self.context)
            case t.Define():
                return self._define(clause)
            case t.Payment():
                return money.payment(clause, self.context)
        return None

    def _define(self, clause: t.Define) -> Define:
        c = self.context
        axes = c.axes(clause.by)
        for name in clause.across:
            if not c.declared.is_dimension(name):
                c.not_a_dimension(t.Dimension(name, span=clause.name_span))
            elif name in [axis.dimension for axis in axes]:
                c.problem("grain", f"`{clause.name}` runs over `{name}` and counts across it too", clause.name_span)
        value, kind = c.resolver.resolve(clause.value, c.place(axes, clause.across))
        c.resolver.rounding(clause.rounding, kind)
        if kind.name == "nothing":
            c.problem("kinds", f"`{clause.name}` is a figure; `nothing` is only paid or deducted", clause.name_span)
        return Define(
            clause.name, clause.title, axes, kind, value, clause.rounding, clause.across, span=clause.name_span
        )

    # ---- the rest

    def scale(self, name: str) -> Scale | None:
        if name not in self.scales and name in self.scale_clauses:
            self.scales[name] = None
            self.scales[name] = scales.scale(self.scale_clauses[name], self.context)
        return self.scales.get(name)

    def _excludes(self, records: Records, places: Declared, closed_in: str | None) -> Records:
        clause = next(c for c in self.clauses if isinstance(c, t.Records) and c.name == records.name)
        place = Place(places, row_of=records.name)
        found = []
        for line in clause.excludes:
            parts = conjuncts(line.condition)
            guarded = evolve(place, guarded=self.context.resolver.guards(x.Both(parts), place))
            condition = self.context.row_condition(line.condition, guarded)
            found.append((condition, line.why))
            if records.name == closed_in and x.counts_working_days(condition):
                said = f"`{records.name}` says which days are working days, and its own rows cannot be left out by them"
                self._say(Diagnostic("loop", said, line.condition.span))
        return evolve(records, excludes=tuple(found))

    def _scope(self, head: t.Contract, places: Declared) -> None:
        if head.scope is None:
            return
        for dimension in head.scope.dimensions:
            if places.members(dimension) is None:
                self._say(
                    Diagnostic(
                        "unknown-name",
                        f"`{dimension}` is not a category or a period",
                        head.scope.span,
                        help=did_you_mean(dimension, [*places.categories, *places.periods]),
                    )
                )
                return
        for cell in head.scope.excepted:
            if len(cell) != len(head.scope.dimensions):
                self._say(
                    Diagnostic(
                        "cells",
                        f"`[{', '.join(cell)}]` does not name one member of each of "
                        f"{listing([f'`{d}`' for d in head.scope.dimensions])}",
                        head.scope.span,
                    )
                )
                continue
            for dimension, member in zip(head.scope.dimensions, cell, strict=True):
                if member not in (places.members(dimension) or ()):
                    self._say(
                        Diagnostic(
                            "unknown-name",
                            f"`{member}` is not a member of `{dimension}`",
                            head.scope.span,
                            help=did_you_mean(member, places.members(dimension)),
                        )
                    )

    def _partly_covered(self, limits: tuple[Limit, ...]) -> None:
        """A later limit counts earlier ones on the same payments: they lie inside it or apart from it, and are no coarser."""
        for index, later in enumerate(limits):
            for earlier in (limit for limit in limits[:index] if later.meets(limit)):
                if later.part_of(earlier) is None:
                    self.context.problem(
                        "ambiguous",
                        f"`{later.name}` covers a part of what `{earlier.name}` covers, and nothing says how much of that limit "
                        "falls on the part",
                        later.span,
                        ("write the narrower limit first: limits are taken in the order written",),
                    )
                elif self._finer(later, earlier):
                    over = listing([f"`{d}`" for d in later.dimensions if d not in earlier.dimensions])
                    self.context.problem(
                        "ambiguous",
                        f"`{later.name}` is for each {over} apart, and `{earlier.name}` before it takes from all of them together: "
                        "nothing says how much from each",
                        later.span,
                        (f"write `{later.name}` before `{earlier.name}`: limits are taken in the order written",),
                        (Label(earlier.span, "taken first"),),
                    )

    def _finer(self, limit: Limit, other: Limit) -> bool:
        """Whether each cell of a limit lies in one cell of another, and not the other way round."""
        inner, outer = self.context.place(limit.axes), self.context.place(other.axes)
        return all(len(inner.locate(d)) == 1 for d in other.dimensions) and not all(
            len(outer.locate(d)) == 1 for d in limit.dimensions
        )


def _payment_in(name: str) -> str | None:
    """The payment that a figure of earlier statements speaks of: `grant` in `already paid on grant`."""
    phrase = next((p for p in (Earlier.AMOUNT, Earlier.DAY) if name.startswith(p)), None)
    return None if phrase is None else name.removeprefix(phrase)


def _excepted(
    scope: tuple[tuple[str, ...], tuple[tuple[str, ...], ...]], dimensions: tuple[str, ...], cell: tuple[str, ...]
) -> bool:
    names, cells = scope
    if not names or not set(names) <= set(dimensions):
        return False
    at = dict(zip(dimensions, cell, strict=True))
    return any(all(at[d] == m for d, m in zip(names, out, strict=False)) for out in cells)


def _expressions(clause: object) -> list[x.Expression]:
    """The expressions directly in a clause."""
    found: list[x.Expression] = []
    if isinstance(clause, x.Expression):
        return [clause]
    if isinstance(clause, tuple):
        for item in clause:
            found += _expressions(item)
    elif isinstance(clause, t.Node):
        for attribute in fields(type(clause)):
            found += _expressions(getattr(clause, attribute.name))
    return found
