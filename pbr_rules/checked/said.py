"""What is wrong with an expression, in the contract's words: both kinds named, where each came from, and the repairs."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from attrs import define

from pbr_rules import expressions as x
from pbr_rules import kinds
from pbr_rules.checked.model import Figure, Scale
from pbr_rules.checked.places import Declared
from pbr_rules.diagnostics import Diagnostic, Label, did_you_mean, listing
from pbr_rules.exact import plain_text
from pbr_rules.kinds import Kind
from pbr_rules.source import Span
from pbr_rules.surface.vocabulary import instead_of
from pbr_rules.words import words


@define
class Said:
    """What expressions are resolved against, and how what is wrong with them is said.

    Attributes:
        figure: a figure by name, checked when first asked for; None when it is unknown or its own clause is wrong.
        exists: whether any declaration has that name.
        report: takes a problem.
        scale_kind: the kind of a scale's answer for arguments of some kinds.
        has_calendar: whether the contract says which days are working days.
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
    has_calendar: bool = False

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
        if wanted.name == "category" and isinstance(node, x.Name):
            if node.name not in (self.declared.members(wanted.detail) or ()):
                return []
            return [
                (
                    f"`{node.name}` here is {found.words}, a column; for the member of `{wanted.detail}`, give the column "
                    f'another name, and say what the file calls it: `column "{node.name}"`',
                )
            ]
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
        if wanted.name == "money" and found.name in kinds.PLAIN and not found.percent and isinstance(node, x.Literal):
            sign = kinds.SIGNS.get(self.currency, f"{self.currency} ")
            return [(f"a sum of money: `{sign}{node.written}`",)]
        return []

    def _kinds(self, headline: str, span: Span, help: tuple[str, ...] = (), labels: tuple[Label, ...] = ()) -> None:
        self.report(Diagnostic("kinds", headline, span, labels=labels, help=help))

    def _grain(self, headline: str, span: Span, help: tuple[str, ...] = (), labels: tuple[Label, ...] = ()) -> None:
        self.report(Diagnostic("grain", headline, span, labels=labels, help=help))

    def _unknown(
        self, word: str, headline: str, span: Span, near: list[str], expected: str = "", help: tuple[str, ...] = ()
    ) -> None:
        """A name that nothing declares: the nearest names, or what is written here for a word brought from elsewhere."""
        instead = instead_of(word)
        repair = help or did_you_mean(word, near) or ((instead,) if instead else ())
        self.report(Diagnostic("unknown-name", headline, span, expected=expected, help=repair))

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


def _taken(base: str, number: str) -> str:
    return _plain(Fraction(base) - Fraction(number.replace(",", "")))


def _relative(base: str, number: str) -> str:
    return _plain(Fraction(base) * (1 - Fraction(number.replace(",", "")) / 100))


def _plain(value: Fraction) -> str:
    return plain_text(value)
