"""A Parquet file to rows. Its rows are counted from 1."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pbr_rules.diagnostics import UsageError
from pbr_rules.evidence.frame import arrow_rows, cells_of, needs_pyarrow
from pbr_rules.evidence.read import Raw, Tell, silent
from pbr_rules.evidence.stored import raw

PARQUET = "Parquet"


def read(content: bytes, name: str, tell: Tell = silent) -> Raw:
    """The rows of a Parquet file.

    Raises:
        UsageError: pyarrow is not installed, or the file is no whole Parquet file.
    """
    needs_pyarrow(name)
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(io.BytesIO(content)).read()
    except (pa.ArrowException, OSError) as error:
        what = "is cut short or damaged" if content.startswith(b"PAR1") else "is no Parquet file"
        raise UsageError(f"{name} cannot be read: it {what} ({str(error).splitlines()[0]})") from error
    return raw(name, table.schema.names, arrow_rows(table, name, tell), PARQUET, content)


def some(path: Path, rows: Sequence[int]) -> Raw:
    """Some rows of a file, by their numbers from 0, in order. Blank rows are left out."""
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        return raw(str(path), file.schema_arrow.names, _asked(file, rows), PARQUET, b"")


def _asked(file: Any, rows: Sequence[int]) -> Iterator[tuple[int, tuple[object, ...]]]:
    before = 0
    for group in range(file.num_row_groups):
        number = file.metadata.row_group(group).num_rows
        here = [row for row in rows if before <= row < before + number]
        if here:
            taken = file.read_row_group(group).take([row - before for row in here]).combine_chunks()
            columns = [cells_of(column) for column in taken.columns]
            yield from zip((row + 1 for row in here), zip(*columns, strict=True), strict=True)
        before += number
