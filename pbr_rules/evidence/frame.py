"""Tables in memory: whatever gives an Arrow stream (pyarrow, Polars, pandas, DuckDB), and the rows of a database cursor.

Rows are counted from 1, as they stand in the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any, Protocol, runtime_checkable

from pbr_rules.diagnostics import DataError, UsageError
from pbr_rules.evidence.read import EVERY, Raw, Tell, silent
from pbr_rules.evidence.stored import raw


@runtime_checkable
class ArrowStream(Protocol):
    """A table that gives its columns through the Arrow PyCapsule interface: neither pandas nor Polars is imported for it."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """A capsule that holds the stream."""


class Cursor(Protocol):
    """A cursor of PEP 249 whose query has run."""

    @property
    def description(self) -> Sequence[Any] | None:
        """The columns, each beginning with its name."""

    def fetchmany(self, size: int, /) -> Sequence[Sequence[Any]]:
        """The next rows; none at the end."""


def needs_pyarrow(name: str) -> None:
    """Says what is lacking, before anything is read.

    Raises:
        UsageError: pyarrow is not installed.
    """
    if find_spec("pyarrow") is None:
        raise UsageError(f'{name} is read with a package that is not installed: pip install "pbr-rules[duckdb]"')


def from_arrow(table: ArrowStream, name: str, tell: Tell = silent) -> Raw:
    """The rows of a table in memory.

    Raises:
        UsageError: pyarrow is not installed, or the table gives no columns.
    """
    needs_pyarrow(name)
    import pyarrow as pa

    try:
        batches = pa.RecordBatchReader.from_stream(table)
        whole = batches.read_all()
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise UsageError(f"the table of `{name}` cannot be read: {error}") from error
    return raw(name, whole.schema.names, arrow_rows(whole, name, tell), "a table in memory", None)


def from_cursor(cursor: Cursor, name: str) -> Raw:
    """The rows that a query gives, from a cursor of any database (PEP 249) on which it has run.

    Raises:
        UsageError: no query has run on it, or it gives no rows. DataError: the database stops before all rows have come.
    """
    if cursor.description is None:
        raise UsageError(f"the cursor of `{name}` has no columns: run a query that gives rows first")
    heading = [column[0] for column in cursor.description]
    return raw(name, heading, enumerate(_fetched(cursor, name), 1), "a query", None)


def _fetched(cursor: Cursor, name: str) -> Iterator[Sequence[object]]:
    number = 0
    while rows := _next(cursor, name, number):
        for row in rows:
            if not isinstance(row, Sequence):
                raise UsageError("the cursor gives rows that are no sequences: leave its row factory as it is")
            yield row
        number += len(rows)


def _next(cursor: Cursor, name: str, number: int) -> Sequence[Sequence[Any]]:
    try:
        return cursor.fetchmany(EVERY)
    except Exception as error:  # what a driver raises is its own
        said = str(error).strip().split("\n")[0] or type(error).__name__
        raise DataError(f"{name}: after row {number:,}, the database gave no more: {said}") from error


def arrow_rows(table: Any, name: str, tell: Tell) -> Iterator[tuple[int, tuple[object, ...]]]:
    """The rows of a pyarrow table, counted from 1.

    Raises:
        DataError: a cell cannot be read.
    """
    import pyarrow as pa

    line = 0
    try:
        for batch in table.to_batches(max_chunksize=EVERY):
            tell(f"Reading {name}", line, len(table))
            columns = [cells_of(column) for column in batch.columns]
            yield from enumerate(zip(*columns, strict=True), line + 1)
            line += len(batch)
    except (pa.ArrowException, ValueError, OverflowError) as error:
        raise DataError(f"{name}: after row {line:,}, a cell cannot be read: {error}") from error


def cells_of(column: Any) -> list[object]:
    """The cells of a column as Python has them. A moment finer than Python keeps stays text, and is refused as one."""
    import pyarrow as pa

    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        try:
            column = column.cast(pa.timestamp("us", column.type.tz))
        except pa.ArrowInvalid:
            column = column.cast(pa.string())
    cells: list[object] = column.to_pylist()
    return cells
