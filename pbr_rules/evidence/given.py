"""A parameter given whole, as a file: one column for each thing it runs over, and one called `value`."""

from __future__ import annotations

from fractions import Fraction

from pbr_rules import expressions as x
from pbr_rules.checked.model import Cell, Contract, Parameter
from pbr_rules.diagnostics import DataError, listing
from pbr_rules.evidence.read import Raw
from pbr_rules.evidence.typed import UnfitError, figure


def cells_from_file(contract: Contract, parameter: Parameter, raw: Raw) -> dict[Cell, x.Expression]:
    """The cells of a parameter. A cell left out is unknown; one that the contract does not have is an error.

    Raises:
        DataError: a column is missing, a member is not known, a value does not fit, or a cell is given twice.
    """
    wanted = [*parameter.dimensions, "value"]
    have = [heading.casefold() for heading in raw.heading]
    absent = [name for name in wanted if name not in have]
    if absent:
        raise DataError(
            f"{raw.name} gives `{parameter.name}` and lacks the column {listing([f'{chr(34)}{a}{chr(34)}' for a in absent])}"
        )
    cells: dict[Cell, x.Expression] = {}
    read = figure(parameter.kind, contract.currency)
    for line, row in raw.rows:
        text = [row[have.index(name)].strip() if have.index(name) < len(row) else "" for name in wanted]
        at = tuple(
            _member(contract, d, cell, raw.name, line) for d, cell in zip(parameter.dimensions, text, strict=False)
        )
        if at in cells:
            raise DataError(f"{raw.name}, line {line}: `{parameter.name}[{', '.join(at)}]` is given twice")
        if contract.excepted(parameter.dimensions, at):
            raise DataError(f"{raw.name}, line {line}: [{', '.join(at)}] is outside the contract's scope")
        if text[-1].casefold() in ("unknown", ""):
            cells[at] = x.Unknown(f"not given in {raw.name}")
            continue
        if text[-1].casefold() == "missing":
            cells[at] = x.Missing()
            continue
        try:
            value: Fraction = read(text[-1])
        except UnfitError as error:
            raise DataError(f'{raw.name}, line {line}: "{text[-1]}" {error}') from error
        cells[at] = x.Literal(value, parameter.kind, text[-1])
    cells.setdefault((), x.Unknown(f"not given in {raw.name}"))  # a table is whole: what it lacks is not the contract's
    return cells


def _member(contract: Contract, dimension: str, cell: str, name: str, line: int) -> str:
    members = contract.members(dimension)
    if members is None or cell in members:
        return cell
    if dimension in contract.categories:
        for member in contract.categories[dimension].members:
            if cell == member.written:
                return member.name
    raise DataError(
        f'{name}, line {line}: "{cell}" is not a `{dimension}`: {listing([f"`{m}`" for m in members[:8]], "or")}'
    )
