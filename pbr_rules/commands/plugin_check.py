"""`pbr plugins check`."""

from __future__ import annotations

from collections.abc import Iterator

import click
from attrs import frozen

from pbr_rules.catalogue import Catalogue, Loaded
from pbr_rules.commands.shared import catalogue
from pbr_rules.diagnostics import UsageError, did_you_mean
from pbr_rules.library import LibraryContract, contracts


@frozen
class Finding:
    """What was found of one plugin, in a line."""

    code: int
    line: str


@click.command("check", short_help="Examine plugins, and work the examples of their contracts.")
@click.argument("names", metavar="[NAME]…", nargs=-1)
def check(names: tuple[str, ...]) -> int:
    """Examine the installed plugins, and those of `--plugin`; or only the ones named: that each loads, that its hooks are marked and
    what they return is well formed, and that its library contracts check and their examples hold.

    Ends with 4 if a plugin fails, else with 1 if one of its contracts does.
    """
    known = catalogue()
    for name in names:
        if name not in known.found:
            near = did_you_mean(name, known.found)
            raise UsageError(f"no plugin is called `{name}`; {near[0] if near else '`pbr plugins` lists them'}")
    worst = 0
    for finding in _findings(known, names or tuple(known.found)):
        click.echo(finding.line)
        worst = max(worst, finding.code)
    return worst


def _findings(known: Catalogue, names: tuple[str, ...]) -> Iterator[Finding]:
    for loaded in known.plugins:
        if loaded.plugin in names:
            yield _words(known, loaded)
            for contract in contracts(known):
                if known.contracts[contract.name].plugin == loaded.plugin:
                    yield _examples(known, loaded, contract)
    for failure in known.failures:
        if failure.plugin in names:
            whose = f"{failure.plugin} ({failure.distribution} {failure.version})"
            yield Finding(4, f"FAILS  {whose}: {failure.why}")
    for out in known.left_out:
        if out.plugin in names:
            yield Finding(0, f"left out  {out.plugin} ({out.distribution} {out.version}): PBR_DISABLE_PLUGINS names it")


def _words(known: Catalogue, loaded: Loaded) -> Finding:
    """That a contract can write its words: the host knows how a word is written, and the language which are its own."""
    from pbr_rules.surface.vocabulary import RESERVED

    whose = f"{loaded.plugin} ({loaded.distribution} {loaded.version})"
    heads = [(provided.plugin, provided.what.word, provided.what.settings()) for provided in known.measures.values()]
    heads += [
        (provided.plugin, provided.what.word, provided.what.settings()) for provided in known.constraints.values()
    ]
    for plugin, head, lines in heads:
        for word in (head, *lines):
            if plugin == loaded.plugin and word in RESERVED:
                return Finding(4, f"FAILS  {whose}: `{word}` is a word of the language, so no contract can write it")
    return Finding(0, f"works  {whose}: {', '.join(loaded.adds) or 'adds nothing'}")


def _examples(known: Catalogue, loaded: Loaded, contract: LibraryContract) -> Finding:
    from pbr_rules.api import work_examples
    from pbr_rules.diagnostics import ContractError
    from pbr_rules.surface.files import load

    whose = f"{loaded.plugin}: contract {contract.name}"
    try:
        compiled, worked = work_examples(load(contract.path), known)
    except ContractError as error:
        return Finding(1, f"FAILS  {whose}: {error.diagnostics[0].headline}")
    except Exception as error:  # what a measure does when it is asked how it adds up is its author's to mend
        return Finding(1, f"FAILS  {whose}: {type(error).__name__}: {error}")
    wrong = [d for d in compiled.diagnostics if d.is_error]
    if wrong:
        place = compiled.source.place(wrong[0].span.start)
        more = f" (and {len(wrong) - 1} more: pbr check {contract.name})" if len(wrong) > 1 else ""
        return Finding(1, f"FAILS  {whose}: line {place.line}: {wrong[0].headline}{more}")
    failed = [each for each in worked if not each.holds]
    if failed:
        return Finding(1, f"FAILS  {whose}: the example “{failed[0].example.title}” does not hold")
    if contract.example is not None and contract.example not in [each.example.title for each in worked]:
        return Finding(1, f"FAILS  {whose}: it has no example “{contract.example}”, which its `about.toml` names")
    return Finding(0, f"holds  {whose}: {len(worked)} of {len(worked)} examples hold")
