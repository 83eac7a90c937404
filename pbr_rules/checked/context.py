"""What every clause is checked against."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from attrs import define

from pbr_rules import bounds
from pbr_rules import expressions as x
from pbr_rules.catalogue import Catalogue
from pbr_rules.checked.model import Axis
from pbr_rules.checked.places import Declared, Place
from pbr_rules.checked.resolve import Resolver
from pbr_rules.diagnostics import Diagnostic, Label, did_you_mean, listing
from pbr_rules.source import Span
from pbr_rules.surface import tree as t
from pbr_rules.words import words


@define
class Context:
    """The declarations so far, and where problems go. `lacking`: the plugins that it uses and that are not there."""

    declared: Declared
    resolver: Resolver
    catalogue: Catalogue
    written: t.Contract
    report: Callable[[Diagnostic], None]
    lacking: tuple[str, ...] = ()

    def problem(
        self, code: str, headline: str, span: Span, help: tuple[str, ...] = (), labels: tuple[Label, ...] = ()
    ) -> None:
        """Reports an error."""
        self.report(Diagnostic(code, headline, span, help=help, labels=labels))

    def one_holds(self, period: str, span: Span) -> None:
        """Reports a period of which two members may hold the day that is asked for."""
        if (shared := self.declared.one_holds(period, span)) is not None:
            self.report(shared)

    def axes(self, by: t.By | None) -> tuple[Axis, ...]:
        """What a figure of the terms runs over. Dimensions that are not there are reported and left out."""
        if by is None:
            return ()
        found: list[Axis] = []
        for dimension in by.dimensions:
            if dimension.of is not None:
                self.problem(
                    "grain",
                    f"`{dimension.name} of {dimension.of}` splits rows, and only a measure counts rows",
                    dimension.span,
                    (f"write `by {dimension.name}`",),
                )
            if not self.declared.is_dimension(dimension.name):
                self.not_a_dimension(dimension)
                continue
            if any(axis.dimension == dimension.name for axis in found):
                self.problem("declared-twice", f"`{dimension.name}` is named twice after `by`", dimension.span)
                continue
            found.append(Axis(dimension.name, self.declared.members(dimension.name)))
        axes = self.restricted(by, tuple(found))
        cells = prod(len(axis.members) for axis in axes if axis.members is not None)
        if cells > bounds.CELLS:
            self.problem("too-long", f"this has {cells:,} cells, and a figure has at most {bounds.CELLS:,}", by.span)
            return ()
        return axes

    def restricted(self, by: t.By, axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
        """`except` and `only`, which speak of the last dimension."""
        if by.restriction is None or not axes:
            return axes
        last = axes[-1]
        members = last.members or ()
        for name in by.members:
            if name not in members:
                self.problem(
                    "unknown-name",
                    f"`{name}` is not a member of `{last.dimension}`",
                    by.span,
                    (f"write `{name}` first: `by {name}, {last.dimension} {by.restriction} …`",)
                    if self.declared.is_dimension(name)
                    else did_you_mean(name, members),
                )
        left = tuple(m for m in members if (m in by.members) == (by.restriction == "only"))
        if not left and set(by.members) <= set(members):
            self.problem("incomplete", f"nothing of `{last.dimension}` is left", by.span)
        return (*axes[:-1], Axis(last.dimension, left))

    def not_a_dimension(self, dimension: t.Dimension) -> None:
        """Reports a name after `by` that figures cannot run over."""
        known = [
            *self.declared.categories,
            *self.declared.periods,
            *(r.identity for r in self.declared.records.values() if r.identity),
        ]
        self.report(
            Diagnostic(
                "unknown-name",
                f"`{dimension.name}` is not a category, a period or an id",
                dimension.span,
                expected=f"figures run over {listing([f'`{k}`' for k in known[:6]], 'or')}" if known else "",
                help=did_you_mean(dimension.name, known),
            )
        )

    def row_condition(self, node: x.Expression, place: Place) -> x.Expression:
        """A condition that an engine answers row by row: it compares columns, and calculates little."""
        resolved = self.resolver.condition(node, place)
        for part in x.walk(resolved):
            if isinstance(part, x.Call | x.Change | x.Rounded | x.Aggregate | x.ForEvery | x.PeopleIn):
                self.problem(
                    "grain",
                    f"`{words(part)}` is calculated among the terms, and cannot be asked of each row",
                    node.span,
                    ("compare columns here, and calculate in a `define`",),
                )
                break
        return resolved

    def place(self, axes: tuple[Axis, ...], across: tuple[str, ...] = ()) -> Place:
        """A cell of terms."""
        return Place(self.declared, tuple(axis.dimension for axis in axes), across=across)
