"""The plugins that a contract uses: each is here in the version it was written for, and a word of one says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pbr_rules.catalogue import OWN, Catalogue, Loaded, Provided
from pbr_rules.diagnostics import Diagnostic
from pbr_rules.duties import Constraint
from pbr_rules.measures import Measure
from pbr_rules.surface import tree as t
from pbr_rules.versions import major


def plugins_lacking(
    clauses: tuple[t.Node, ...], catalogue: Catalogue, report: Callable[[Diagnostic], None]
) -> tuple[str, ...]:
    """The plugins that a contract uses and that are not here, each reported; and, where none is lacking, words whose plugin the
    contract does not name."""
    lacking = [(c.plugin, why) for c in clauses if isinstance(c, t.Uses) if (why := _lacks(c, catalogue)) is not None]
    for _, why in lacking:
        report(why)
    if not lacking:  # else what another adds in its place is not what the contract means
        for problem in _not_named(clauses, catalogue):
            report(problem)
    return tuple(plugin for plugin, _ in lacking)


def _lacks(clause: t.Uses, catalogue: Catalogue) -> Diagnostic | None:
    """Why a plugin does not work here, in a version that the contract was written for."""
    name = clause.plugin
    loaded = next((each for each in catalogue.plugins if each.plugin == name), None)
    if loaded is not None:
        return None if major(loaded.version) in (clause.version, 0) else _of_another_version(clause, loaded)
    failure = next((each for each in catalogue.failures if each.plugin == name), None)
    if failure is not None:
        return Diagnostic("plugin", failure.sentence, clause.span)
    if any(each.plugin == name for each in catalogue.left_out):
        said = f"the contract uses the plugin `{name}`, which PBR_DISABLE_PLUGINS leaves out"
        return Diagnostic("plugin", said, clause.span, help=(f"take `{name}` out of PBR_DISABLE_PLUGINS",))
    said = f"the contract uses the plugin `{name}`, which is not installed"
    return Diagnostic("plugin", said, clause.span, help=(f"`pip install pbr-rules-{name.replace('_', '-')}`",))


def _of_another_version(clause: t.Uses, loaded: Loaded) -> Diagnostic:
    wanted, have = clause.version, major(loaded.version)
    help_ = () if loaded.from_file else (f'`pip install "{loaded.distribution}>={wanted},<{wanted + 1}"`',)
    if wanted < have:
        help_ = (*help_, f"or write the contract for version {have}, and `uses {loaded.plugin} {have}`")
    said = (
        f"the contract is written for version {wanted} of the plugin `{loaded.plugin}`, and this is version {loaded.version} "
        f"({loaded.distribution})"
    )
    return Diagnostic("plugin", said, clause.span, help=help_)


def _not_named(clauses: tuple[t.Node, ...], catalogue: Catalogue) -> Iterator[Diagnostic]:
    """A contract says which plugin its words come from, so that whoever reads it knows what it needs."""
    used = {clause.plugin for clause in clauses if isinstance(clause, t.Uses)}
    for clause in clauses:
        if not isinstance(clause, t.Measure | t.Constraint):
            continue
        for line in clause.lines:
            provided: Provided[type[Measure]] | Provided[type[Constraint]] | None = None
            if isinstance(line, t.Head):
                word, provided = line.measure, catalogue.measures.get(line.measure)
            elif isinstance(line, t.Duty):
                word, provided = line.kind, catalogue.constraints.get(line.kind)
            if provided is None or provided.distribution == OWN or provided.plugin in used:
                continue
            yield Diagnostic(
                "incomplete",
                f"`{word}` comes from the plugin `{provided.plugin}`, and the contract does not say that it uses it",
                line.span,
                help=(f"add `uses {provided.plugin} {major(provided.version) or 1}` below `language 1`",),
            )
