"""What became of many rows at once: record batches of Arrow, in the order of the rows' lines.

Columns: `line`, `reason` (the words of why the row does not count; blank where it counts), `cell0`, `cell1` … (the member of each
axis that the row falls in as far as it says, counted or not), `shown0`, `shown1` … (the columns asked for, as they are stored:
text, a day, a flag, whole units).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pbr_rules.diagnostics import UsageError
from pbr_rules.evidence.tables import Table, along
from pbr_rules.expressions import Column
from pbr_rules.kinds import Kind
from pbr_rules.plan.model import Fate

BATCH = 131_072
"""Rows of one batch: some megabytes."""

Of = Callable[[int], object]
"""From a row's number to something of it."""


def by_row(
    table: Table, fates: Sequence[Fate], cells: Sequence[Of], columns: Sequence[Column], tables: Mapping[str, Table]
) -> Iterator[Any]:
    """The fates of rows that were read one by one. `cells`: from a row to its member of each axis."""
    import pyarrow as pa

    order = sorted(range(len(fates)), key=lambda row: table.lines[row])
    shown = [(stored(column.kind), along(tables, column.records, column.path, column.name)) for column in columns]
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        try:
            arrays = {"line": pa.array([table.lines[row] for row in rows], pa.int64())}
            arrays["reason"] = pa.array([fates[row].reason for row in rows], pa.string()).dictionary_encode()
            arrays |= {f"cell{n}": pa.array([of(row) for row in rows], pa.string()) for n, of in enumerate(cells)}
            arrays |= {f"shown{n}": pa.array([of(row) for row in rows], form) for n, (form, of) in enumerate(shown)}
        except (pa.ArrowException, OverflowError) as error:
            raise UsageError(f"`{table.records.name}`: a figure in a row is too large for a trail: {error}") from error
        yield pa.RecordBatch.from_pydict(arrays)


def named(batches: Iterator[Any], reasons: Sequence[str], axes: int, columns: Sequence[Column]) -> Iterator[Any]:
    """Batches of a frame as they are described above. Their columns come in this order: the line, the number of the reason among
    `reasons`, a column for each axis, the columns asked for."""
    import pyarrow as pa

    forms = [*[pa.string()] * axes, *(stored(column.kind) for column in columns)]
    said = pa.array(reasons, pa.string())
    names = ["line", "reason", *(f"cell{n}" for n in range(axes)), *(f"shown{n}" for n in range(len(columns)))]
    for batch in regrouped(batches):
        line, reason, *others = batch.columns
        arrays = [line.cast(pa.int64()), pa.DictionaryArray.from_arrays(reason.cast(pa.int32()), said)]
        arrays += [column.cast(form) for column, form in zip(others, forms, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, names)


def regrouped(batches: Iterator[Any]) -> Iterator[Any]:
    """Batches of always so many rows, the last apart: so that what is written of them does not turn on how they came."""
    import pyarrow as pa

    kept: list[Any] = []
    rows = 0
    for batch in batches:
        left = batch
        while rows + len(left) >= BATCH:
            taken = BATCH - rows
            yield _one(pa.Table.from_batches([*kept, left.slice(0, taken)]))
            left, kept, rows = left.slice(taken), [], 0
        if len(left):
            kept.append(left)
            rows += len(left)
    if kept:
        yield _one(pa.Table.from_batches(kept))


def _one(table: Any) -> Any:
    (batch,) = table.combine_chunks().to_batches()
    return batch


def stored(kind: Kind) -> Any:
    """The type of Arrow in which cells of a kind are stored."""
    import pyarrow as pa

    if kind.is_number:
        return pa.int64()
    return {"date": pa.date32(), "flag": pa.bool_()}.get(kind.name, pa.string())
