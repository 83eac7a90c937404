"""Rows of which one stands for all: whatever else is read of them must be the same in each.

Source of the rule: values may tie, but the order of rows may not matter. Where the rows of one key differ in a column that
decides where they count or how much, the contract must say which of them stands: `taking earliest …`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from attrs import evolve

from pbr_rules import expressions as x
from pbr_rules.checked.model import Period
from pbr_rules.diagnostics import DataError
from pbr_rules.engines.python import Python
from pbr_rules.engines.rows import reader
from pbr_rules.evidence.tables import Table
from pbr_rules.kinds import Kind
from pbr_rules.plan.from_checked import inside_record
from pbr_rules.plan.model import Count, What
from pbr_rules.words import words


def must_agree(count: Count, tables: Mapping[str, Table], periods: Mapping[str, Period]) -> None:
    """Raises DataError, with the rows, where rows of one key differ in what is read of the one that stands for them."""
    others = list(dict.fromkeys(_read(count)))
    if not count.once or count.survivor is not None or not others:
        return
    keys = [reader(node, tables, periods) for node in count.once]
    table = tables[count.records]
    groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for fate in Python(periods).fates(evolve(count, once=()), tables):
        if fate.reason is None:
            groups[tuple(key(fate.row) for key in keys)].append(fate.row)
    for node in others:
        read = reader(node, tables, periods)
        for rows in groups.values():
            if len({read(row) for row in rows}) > 1:
                lines = ", ".join(str(table.lines[row]) for row in rows[:5])
                raise DataError(
                    f"`{count.measure}` counts once for each {', '.join(map(words, count.once))}, and `{words(node)}` differs in rows of "
                    f"`{count.records}` that count as one (lines {lines}): say which stands for them, as in `taking earliest …`"
                )


def _read(count: Count) -> Iterator[x.Expression]:
    """What is read of a row beside its key: where it falls, and what it adds."""
    once = set(count.once)
    for axis in count.axes:
        if not axis.on_base:
            yield from _columns(axis.at, once)
        elif count.link and not any(
            isinstance(n, x.Column) and (*n.path, n.name)[: len(count.link)] == count.link for n in once
        ):
            yield x.Column(count.records, count.link[:-1], count.link[-1], Kind("id"))
    days: tuple[x.Expression, ...] = tuple(inside_record(count.counts)) if count.what is What.DAY else ()
    if count.covering is not None:
        days = (count.covering.stretch.first, count.covering.stretch.last)
    for node in (*count.keys, *((count.column,) if count.column is not None else ()), *days):
        yield from _columns(node, once)


def _columns(node: x.Expression, once: set[x.Expression]) -> Iterator[x.Expression]:
    for part in x.walk(node):
        if isinstance(part, x.Column) and part not in once:
            yield part
