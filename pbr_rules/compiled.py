"""Text to a checked contract, under its plain terms and its readings. No engine comes in here, so that checking starts light."""

from __future__ import annotations

from attrs import evolve, frozen

from pbr_rules import host
from pbr_rules.analysis.lints import lints
from pbr_rules.analysis.plugin_checks import plugin_checks
from pbr_rules.catalogue import Catalogue
from pbr_rules.checked.check import check
from pbr_rules.checked.following import merged, not_following
from pbr_rules.checked.model import Contract
from pbr_rules.diagnostics import ContractError, Diagnostic, PluginError, UsageError, did_you_mean, listing
from pbr_rules.source import Source
from pbr_rules.surface import tree as t
from pbr_rules.surface.parse import parse


@frozen
class Compiled:
    """A contract text and all that was found in it. `contract` is None where there is an error."""

    source: Source
    document: t.Document
    contract: Contract | None
    diagnostics: tuple[Diagnostic, ...]


def compile_contract(source: Source, readings: tuple[str, ...] = (), catalogue: Catalogue | None = None) -> Compiled:
    """Text to a checked contract, with every problem.

    Raises:
        UsageError: it has no variation of the name of a reading.
    """
    return _compiled(source, parse(source), readings, catalogue or host.load())


Read = tuple[t.Document, tuple[Diagnostic, ...]]
"""A text as it is read, once for all its readings."""


def _compiled(source: Source, read: Read, readings: tuple[str, ...], catalogue: Catalogue) -> Compiled:
    document, spelling = read
    _are_readings(document, readings)
    if spelling and not document.declarations:
        # Nothing could be read: what else would be said of it is not worth saying.
        return Compiled(source, document, None, spelling)
    contract, meaning = check(source, document, catalogue, readings)
    diagnostics = merged(spelling, not_following(source, document, spelling, meaning))
    wrong = any(d.is_error for d in diagnostics)
    return Compiled(source, document, None if wrong else contract, diagnostics)


def _are_readings(document: t.Document, readings: tuple[str, ...]) -> None:
    variations = [clause for clause in document.declarations if isinstance(clause, t.Variation)]
    known = [clause.name for clause in variations if clause.dates is None]
    for name in readings:
        if name in [clause.name for clause in variations if clause.dates is not None]:
            raise UsageError(f"--reading {name}: `{name}` has its days, and holds on them without being chosen")
        if name not in known and name not in document.damaged:
            near = did_you_mean(name, known)
            has = f"it has {listing([f'`{k}`' for k in known])}" if known else "it has none"
            raise UsageError(
                f"--reading {name}: the contract has no variation called `{name}`; {near[0] if near else has}"
            )


def check_contract(source: Source, catalogue: Catalogue | None = None) -> Compiled:
    """A contract under its plain terms and under each of its readings, with every problem once."""
    catalogue = catalogue or host.load()
    read = parse(source)
    plain = _compiled(source, read, (), catalogue)
    found = [plain.diagnostics]
    for readings in _reading_sets(plain.document):
        found.append(_compiled(source, read, readings, catalogue).diagnostics)
    if plain.contract is not None:
        found.append(lints(plain.contract, plain.document))
        varied = (plain.contract.standing((variation.name,)) for variation in plain.contract.variations)
        found += [plugin_checks(stands, catalogue) for stands in (plain.contract, *varied)]
    diagnostics = merged(*found)
    wrong = any(d.is_error for d in diagnostics)
    return evolve(plain, diagnostics=diagnostics, contract=None if wrong else plain.contract)


def _reading_sets(document: t.Document) -> list[tuple[str, ...]]:
    """Each reading alone, and each set that an example is worked under."""
    sets: dict[tuple[str, ...], None] = {}
    chosen = [clause for clause in document.declarations if isinstance(clause, t.Variation) and clause.dates is None]
    known = {clause.name for clause in chosen}
    for clause in document.declarations:
        if isinstance(clause, t.Variation) and clause.name in known:
            sets[(clause.name,)] = None
        if isinstance(clause, t.Example) and clause.under and known.issuperset(clause.under):
            sets[clause.under] = None
    return list(sets)


def required(compiled: Compiled) -> Contract:
    """The contract, or its problems as an exception.

    Raises:
        PluginError: a plugin that it needs is missing or failed.
        ContractError: it has any other error.
    """
    if compiled.contract is not None:
        return compiled.contract
    errors = tuple(d for d in compiled.diagnostics if d.is_error)
    if errors and all(d.code == "plugin" for d in errors):
        raise PluginError("\n".join("\n  ".join((d.headline, *d.help)) for d in errors))
    raise ContractError(compiled.source, compiled.diagnostics)
