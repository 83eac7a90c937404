"""Figures named or given on a command line, read exactly as a worked example of the contract would read them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attrs import evolve

from pbr_rules import expressions as x
from pbr_rules.checked.check import check
from pbr_rules.checked.model import Cell, Contract, Example, Measure, Parameter
from pbr_rules.diagnostics import UsageError, did_you_mean, listing
from pbr_rules.evidence.given import cells_from_file
from pbr_rules.evidence.read import read
from pbr_rules.evidence.tables import Table
from pbr_rules.measures import Catalogue
from pbr_rules.source import Source
from pbr_rules.surface import tree as t
from pbr_rules.surface.parse import parse

Given = dict[str, dict[Cell, x.Expression]]


def asked(source: Source, line: str, option: str, readings: tuple[str, ...], catalogue: Catalogue) -> Example:
    """One line of an example, checked against the contract.

    Raises:
        UsageError: it does not parse, or means nothing there; `option` says where it was written.
    """
    added, problems = parse(Source(option, f'example "asked" {{ {line} }}'))
    if not problems:
        whole, _ = parse(source)
        plain = tuple(c for c in whole.declarations if not isinstance(c, t.Example))
        lines = tuple(evolve(c, under=readings) for c in added.declarations if isinstance(c, t.Example))
        checked, meaning = check(source, t.Document((*plain, *lines)), catalogue, readings)
        problems = tuple(d for d in meaning if d.is_error)
        if checked is not None and not problems:
            return checked.examples[-1]
    said = (problems[0].headline, *problems[0].help[:1]) if problems else ("it cannot be read",)
    raise UsageError(f"{option}: " + "; ".join(said))


def figure_named(source: Source, name: str, readings: tuple[str, ...], catalogue: Catalogue) -> x.Read:
    """One figure at one cell, as in `early[c1]` or `outcomes["A1", entered]`.

    Raises:
        UsageError: it names no figure.
    """
    example = asked(source, f"expect {name} refused", f"--line {name}", readings, catalogue)
    node = example.expects[0][1] if example.expects else None
    if not isinstance(node, x.Read):
        raise UsageError(f"--line {name}: name one figure, as the contract does: `early[c1]`")
    return node


def person_named(contract: Contract, tables: Mapping[str, Table], node: x.Read, person: str) -> tuple[str, str]:
    """The open dimension that a person's id belongs to, and the id. The people that the figure counts over come first.

    Raises:
        UsageError: nobody is called so.
    """
    figure = contract.figures[node.figure]
    base = figure.base if isinstance(figure, Measure) else None
    people = sorted((r for r in contract.records.values() if r.identity is not None), key=lambda r: r.name != base)
    for records in people:
        table = tables.get(records.name)
        if table is not None and records.identity is not None and (person,) in table.index:
            return records.identity, person
    raise UsageError(
        f'--person {person}: there is no "{person}" in {listing([f"`{r.name}`" for r in people], "or") or "the records: they have no ids"}'
    )


def tables_given(contract: Contract, tables: Mapping[str, Path]) -> Given:
    """Parameters given whole, each as a CSV file."""
    return {name: cells_from_file(contract, _parameter(contract, name), read(path)) for name, path in tables.items()}


def figures_given(
    source: Source, contract: Contract, figures: Mapping[str, str], readings: tuple[str, ...], catalogue: Catalogue
) -> Given:
    """Parameters given as text: `price` to `£1,000` for every cell, or `price[c1]` for one."""
    found: Given = {}
    for target, value in figures.items():
        figure = _parameter(contract, target.split("[")[0].strip())
        option = f"--set {target}={value}"
        every_cell = bool(figure.axes) and "[" not in target
        line = (
            f"given {figure.name}{_first_cell(figure, option)} = {value}" if every_cell else f"given {target} = {value}"
        )
        (given,) = asked(source, line, option, readings, catalogue).figures
        found.setdefault(figure.name, {})[() if every_cell else given.at] = given.value
    return found


def _first_cell(figure: Parameter, option: str) -> str:
    """A cell to check one value for all of them in."""
    if any(axis.members is None for axis in figure.axes):
        raise UsageError(f"{option}: `{figure.name}` runs over ids; give a table of it with --given {figure.name}=FILE")
    return "[" + ", ".join(f"{axis.dimension}: {(axis.members or ('',))[0]}" for axis in figure.axes) + "]"


def _parameter(contract: Contract, name: str) -> Parameter:
    figure = contract.figures.get(name)
    if not isinstance(figure, Parameter):
        near = did_you_mean(name, [f.name for f in contract.figures.values() if isinstance(f, Parameter)])
        raise UsageError(f"the contract has no parameter called `{name}`" + (f"; {near[0]}" if near else ""))
    return figure
