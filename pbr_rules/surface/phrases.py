"""The parts of a clause in their one canonical spelling."""

from __future__ import annotations

from pbr_rules import expressions as x
from pbr_rules.surface import tree as t
from pbr_rules.words import quoted, words


def by_text(by: t.By) -> str:
    """`by site, year of sentenced except baseline`."""
    dimensions = ", ".join(d.name if d.of is None else f"{d.name} of {d.of}" for d in by.dimensions)
    return f"by {dimensions}" + (f" {by.restriction} {', '.join(by.members)}" if by.restriction else "")


def parts(node: x.Expression) -> list[tuple[str, str]]:
    """A condition or a sum in parts, each with the word or the sign before it."""
    if isinstance(node, x.Both | x.Either):
        joint = "and" if isinstance(node, x.Both) else "or"
        return [(joint if i else "", words(item)) for i, item in enumerate(node.conditions)]
    parts: list[tuple[str, str]] = []
    while isinstance(node, x.Arithmetic) and node.sign in "+-":
        parts.append((node.sign, words(node.right)))
        node = node.left
    return [("", words(node)), *reversed(parts)]


def member_text(member: t.Member) -> str:
    """`entered "Entered accommodation"`."""
    title = f" {quoted(member.title)}" if member.title is not None else ""
    return f"{member.name}{title}" + (f" written {quoted(member.written)}" if member.written is not None else "")


def column_text(column: t.RecordColumn) -> str:
    """What stands after a column's colon."""
    kind = column.kind
    match kind.name:
        case "number":
            said = f"number, {kind.places} places"
        case "category":
            said = kind.detail
        case _:
            said = f"{kind.name} {kind.detail}".strip()
    if column.date_format is not None:
        said += f" written {column.date_format}"
    if column.flag_words is not None:
        said += f" written {' or '.join(quoted(word) for word in column.flag_words)}"
    if column.heading is not None:
        said += f" column {quoted(column.heading)}"
    return said + (" optional" if column.optional else "")


def cell_text(node: x.Expression) -> str:
    """A cell of a grid; a ratio there is one figure, written without spaces."""
    if isinstance(node, x.Arithmetic):
        return f"{words(node.left)}/{words(node.right)}"
    return words(node)


def head_text(head: t.Head) -> str:
    """`frequency of offences per 100 releases`."""
    said = f"{head.measure} of {head.records}" + (f".{head.stretch}" if head.stretch else "")
    if head.base is None:
        return said
    return f"{said} for {head.base}" if head.per is None else f"{said} per {head.per:,} {head.base}"


def column_name_text(column: t.ColumnName) -> str:
    """`releases.cohort`."""
    return column.name if column.records is None else f"{column.records}.{column.name}"


def share_text(share: t.Share) -> str:
    """`lottery the rest`."""
    return f"{share.payer} {'the rest' if share.value is None else words(share.value)}"


def covered_text(item: t.Covered) -> str:
    """`moj of grant`."""
    return item.payment if item.payer is None else f"{item.payer} of {item.payment}"
