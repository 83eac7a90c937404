"""What a condition on rows comes to where it reads figures that the contract defines for a row: their formulas, read at that row.

Only for finding the windows that hold a count back. The figures themselves are settled, and handed to the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve

from pbr_rules import expressions as x
from pbr_rules.checked.model import Contract, Define

Cell = Mapping[str, x.Expression]


def seen_through(conditions: Iterable[x.Expression], contract: Contract) -> Iterator[x.Expression]:
    """The conditions, and the formulas of the defined figures that they read, as the counted row reads them."""
    for condition in conditions:
        yield condition
        for node in x.walk(condition):
            figure = contract.figures.get(node.figure) if isinstance(node, x.Read) else None
            if isinstance(node, x.Read) and isinstance(figure, Define):
                yield from seen_through((_at_row(figure.value, dict(node.at), contract),), contract)


def _at_row(node: x.Expression, cell: Cell, contract: Contract) -> x.Expression:
    """A formula of the terms, read at a row: `cell` says how the row finds each thing that the formula runs over."""
    if isinstance(node, x.Here):
        return cell.get(node.dimension, node)
    if isinstance(node, x.Read):
        return evolve(node, at=tuple((name, _at_row(way, cell, contract)) for name, way in node.at))
    if not isinstance(node, x.Column) or len(node.key) != 1:
        return x.with_children(node, lambda child: _at_row(child, cell, contract))
    found = _at_row(node.key[0][1], cell, contract)
    if not isinstance(found, x.Column) or found.key:
        return node
    itself = found.records == node.records or bool(found.path)
    if itself and found.name == contract.records[node.records].identity:
        return evolve(node, records=found.records, path=found.path, key=())
    return evolve(node, records=found.records, path=(*found.path, found.name), key=())
