"""Variations as written. One without dates is a reading of disputed terms, chosen when settling; one with dates is part of the
contract. Either replaces clauses of the same name, whole."""

from __future__ import annotations

from collections.abc import Callable

from pbr_rules.checked.varied import MAY_VARY
from pbr_rules.diagnostics import Diagnostic, Label, did_you_mean, listing
from pbr_rules.surface import tree as t


def under(
    document: t.Document, readings: tuple[str, ...], report: Callable[[Diagnostic], None]
) -> tuple[tuple[t.Node, ...], dict[str, t.Variation]]:
    """The clauses under some readings, and every reading there is by name."""
    variations: dict[str, t.Variation] = {}
    names = {c.name for c in document.declarations if isinstance(c, t.Declaration) and not isinstance(c, t.Variation)}
    for clause in document.declarations:
        if not isinstance(clause, t.Variation):
            continue
        if clause.name in variations or clause.name in names:
            report(Diagnostic("declared-twice", f"`{clause.name}` is declared twice", clause.name_span))
        variations[clause.name] = clause
        if clause.dates is None and clause.by is not None:
            report(
                Diagnostic(
                    "incomplete",
                    f"`{clause.name}` says by what it applies, and no day from which it does",
                    clause.by.span,
                    help=(f"`variation {clause.name} … from 2023-03-16 to 2023-09-30 by …`",),
                )
            )
        inside: set[str] = set()
        for inner in clause.declarations:
            if isinstance(inner, t.Variation | t.Contract) or not isinstance(inner, t.Declaration):
                report(
                    Diagnostic(
                        "not-expected", "a variation holds clauses that replace clauses of the same name", inner.span
                    )
                )
            elif inner.name not in names:
                report(
                    Diagnostic(
                        "unknown-name",
                        f"`{clause.name}` replaces `{inner.name}`, which is not declared",
                        inner.name_span,
                        help=did_you_mean(inner.name, names),
                    )
                )
            elif inner.name in inside:
                report(Diagnostic("declared-twice", f"`{clause.name}` replaces `{inner.name}` twice", inner.name_span))
            elif clause.dates is not None and not isinstance(inner, MAY_VARY):
                sorts = [sort.__name__.lower() for sort in MAY_VARY]
                report(
                    Diagnostic(
                        "varied",
                        f"`{inner.name}` is the same on every day: a variation with dates replaces a {listing(sorts, 'or a')}",
                        inner.name_span,
                    )
                )
            inside.add(getattr(inner, "name", ""))
    replaced: dict[str, tuple[t.Declaration, str]] = {}
    for name in readings:
        chosen = variations.get(name)
        if chosen is None:
            continue  # it could not be read, and that has been said
        for inner in chosen.declarations:
            if not isinstance(inner, t.Declaration):
                continue
            if inner.name in replaced:
                report(
                    Diagnostic(
                        "ambiguous",
                        f"`{name}` and `{replaced[inner.name][1]}` both replace `{inner.name}`",
                        inner.name_span,
                        labels=(Label(replaced[inner.name][0].name_span, "and this does too"),),
                        help=("settle under one of them",),
                    )
                )
            replaced[inner.name] = (inner, name)
    for clause in document.declarations:
        if isinstance(clause, t.Example):
            for name in clause.under:
                if name in variations and variations[name].dates is not None:
                    report(
                        Diagnostic(
                            "varied",
                            f"`{name}` has its days, and every example is worked with it: only a reading is chosen",
                            clause.span,
                        )
                    )
                elif name not in variations:
                    report(
                        Diagnostic(
                            "unknown-name",
                            f"no variation is called `{name}`",
                            clause.span,
                            help=did_you_mean(name, variations),
                        )
                    )
    clauses = tuple(
        replaced[c.name][0]
        if isinstance(c, t.Declaration) and c.name in replaced and not isinstance(c, t.Variation)
        else c
        for c in document.declarations
        if not isinstance(c, t.Variation)
    )
    return clauses, variations


def put_in(variation: t.Variation, clauses: tuple[t.Node, ...]) -> tuple[t.Node, ...]:
    """The clauses of a contract with those of a variation in their place, without its examples."""
    replaced = {inner.name: inner for inner in variation.declarations if isinstance(inner, MAY_VARY)}
    return tuple(
        replaced.get(clause.name, clause) if isinstance(clause, t.Declaration) else clause
        for clause in clauses
        if not isinstance(clause, t.Example)
    )
