"""Figures named or given on a command line, read exactly as a worked example of the contract would read them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attrs import evolve

from pbr_rules import expressions as x
from pbr_rules.catalogue import Catalogue
from pbr_rules.checked.check import check
from pbr_rules.checked.inside import inside
from pbr_rules.checked.model import Cell, Contract, Example, Figure, Limit, Measure, Parameter
from pbr_rules.checked.versions import versions
from pbr_rules.diagnostics import UsageError, did_you_mean, listing
from pbr_rules.evidence.given import cells_from_file
from pbr_rules.evidence.read import read
from pbr_rules.evidence.stored import exact
from pbr_rules.evidence.tables import Table
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
    """The open dimension that a person's id belongs to, and the id: of the people that the figure's measures count over.

    Raises:
        UsageError: nobody is called so.
    """
    people = [contract.records[name] for name in _counted_over(contract, node)]
    for records in people:
        table = tables.get(records.name)
        if table is not None and records.identity is not None and (person,) in table.index:
            return records.identity, person
    if not people:
        raise UsageError(f"--person {person}: no records with ids are counted for `{node.figure}`")
    rejected = next((r.name for r in people if r.name in tables and _was_rejected(tables[r.name], person)), None)
    why = f"; a row of it in `{rejected}` is set aside" if rejected else ""
    where = listing([f"`{records.name}`" for records in people], "or")
    raise UsageError(f'--person {person}: there is no "{person}" in {where}{why}')


def _was_rejected(table: Table, person: str) -> bool:
    return any(cell.strip() == person for row in table.rejected for cell in row.cells)


def _counted_over(contract: Contract, node: x.Read) -> list[str]:
    """Records with ids that a figure's measures count over, then those that they count, then what the ids of these name."""
    found: dict[str, None] = {}
    counted: dict[str, None] = {}
    ready, seen = [node.figure], {node.figure}
    while ready:
        stand = list(versions(contract, ready.pop(0)))
        figure: Figure = stand[0]  # type: ignore[assignment]
        for measure in (each for each in stand if isinstance(each, Measure)):
            found.update(dict.fromkeys([measure.base] if measure.base else []))
            counted[measure.records] = None
        covered = tuple(c.payment for c in figure.covers) if isinstance(figure, Limit) else ()
        reads = [n.figure for part in inside(tuple(stand)) for n in x.walk(part) if isinstance(n, x.Read)]
        for name in (*covered, *reads):
            if name in contract.figures and name not in seen:
                seen.add(name)
                ready.append(name)
        for dimension in figure.dimensions:
            owner = contract.owner(dimension)
            if owner is not None:
                found[owner.name] = None
    for name in counted:
        found[name] = None
        for column in contract.records[name].columns.values():
            if column.kind.name == "id":
                found[column.kind.detail] = None
    return [name for name in found if contract.records[name].identity is not None]


def tables_given(contract: Contract, tables: Mapping[str, Path]) -> Given:
    """Parameters given whole, each as a file."""
    return {
        name: cells_from_file(contract, _parameter(contract, name), exact(read(path))) for name, path in tables.items()
    }


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
