"""A Parquet file to rows. Its rows are counted from 1."""

from __future__ import annotations

import io

from pbr_rules.diagnostics import UsageError
from pbr_rules.evidence.frame import arrow_rows, needs_pyarrow
from pbr_rules.evidence.read import Raw, Tell, silent
from pbr_rules.evidence.stored import raw


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
    return raw(name, table.schema.names, arrow_rows(table, name, tell), "Parquet", content)
