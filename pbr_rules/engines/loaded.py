"""Records as a frame: one column for each of theirs, under a name of our own, each of a type that is said and not guessed.

Ids, members and texts are text; days are dates; yes or no is a flag; a count, a number and money are whole units in 64
bits. Beside them stand the row's number, its line in the file, and why it is in no count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

import narwhals
import narwhals.stable.v2 as nw
from attrs import frozen

from pbr_rules.diagnostics import UsageError
from pbr_rules.engines.figures import LARGEST
from pbr_rules.evidence.quick import Alike, Stored
from pbr_rules.evidence.tables import Cell, Table
from pbr_rules.kinds import Kind

Frame = nw.LazyFrame[Any]

ROW, LINE, WHY = "row", "line", "why"

NO_DAY = (730_120, 730_119)
"""The ends of a column without a day: none lies between them."""

TEXT, DAY, FLAG, UNITS = "text", "day", "flag", "units"


def type_of(kind: Kind) -> str:
    """What a column of a kind is in a frame."""
    if kind.is_number:
        return UNITS
    return {"date": DAY, "flag": FLAG}.get(kind.name, TEXT)


@frozen
class Loaded:
    """Records in a frame.

    Attributes:
        frame: the rows.
        names: each column's name in the frame.
        ends: the least and the greatest of each column of numbers (in units) or days (counted from 1 January of year 1); the
            first day after the last, where there is none.
    """

    table: Table
    frame: Frame
    names: Mapping[str, str]
    ends: Mapping[str, tuple[int, int]]


class Store(Protocol):
    """Where frames live: one of the libraries."""

    library: str
    version: str

    def frame(self, name: str, columns: Mapping[str, tuple[str, Sequence[Cell]]]) -> Frame:
        """A frame of typed columns; it replaces the one of that name."""

    def rows(self, frame: Frame) -> list[tuple[object, ...]]:
        """The rows of a frame, as Python has them."""

    def settled(self, frame: Frame) -> Frame:
        """The frame calculated, so that what is asked of it afterwards does not begin from the records again."""

    def batches(self, frame: Frame, rows: int) -> Iterator[Any]:
        """The rows of a frame in its order, in batches of Arrow of about so many."""


def load(store: Store, table: Table) -> Loaded:
    """Records in a frame.

    Raises:
        UsageError: a number is too large for 64 bits.
    """
    names = {name: f"c{at}" for at, name in enumerate(table.columns)}
    columns: dict[str, tuple[str, Sequence[Cell]]] = {
        ROW: (UNITS, range(len(table))),
        LINE: (UNITS, table.lines),
        WHY: (TEXT, table.excluded),
    }
    ends: dict[str, tuple[int, int]] = {}
    for name, cells in table.columns.items():
        form = type_of(table.records.columns[name].kind)
        columns[names[name]] = (form, cells)
        if form in (UNITS, DAY):
            ends[name] = _ends(form, cells)
            if form == UNITS and max(map(abs, ends[name])) > LARGEST:
                raise UsageError(
                    f"`{table.records.name}`: a figure in `{name}` is too large for {store.library}; "
                    "settle with --engine python"
                )
    return Loaded(table, store.frame(f"t_{table.records.name}", columns), names, ends)


def _ends(form: str, cells: Sequence[Cell]) -> tuple[int, int]:
    if isinstance(cells, Stored):
        least, most = cells.ends()
        if form == DAY:
            return (
                (least.toordinal(), most.toordinal()) if isinstance(least, date) and isinstance(most, date) else NO_DAY
            )
        return (int(least or 0), int(most or 0))  # type: ignore[arg-type]
    if form == DAY:
        days = [cell for cell in cells if isinstance(cell, date)]
        return (min(days).toordinal(), max(days).toordinal()) if days else NO_DAY
    units = [cell for cell in cells if isinstance(cell, int)] or [0]
    return min(units), max(units)


def _where(cells: Sequence[Cell]) -> str:
    """Where the cells of a column are, in a table of the database."""
    match cells:
        case Stored():
            return cells.name
        case range():
            return f"row + {cells.start}"
        case Alike(of=None):
            return "null::varchar"
    raise TypeError("a column is neither in the database nor the same in every row")


class DuckDB:
    """Frames in a database in memory, of this engine alone."""

    library = "DuckDB"

    def __init__(self) -> None:
        import duckdb
        import pyarrow

        self.version = f"{duckdb.__version__}, narwhals {narwhals.__version__}"
        self._arrow = pyarrow
        self._settled = 0
        self._connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})

    def frame(self, name: str, columns: Mapping[str, tuple[str, Sequence[Cell]]]) -> Frame:
        """A table of the database."""
        stored = next((cells for _, cells in columns.values() if isinstance(cells, Stored)), None)
        if stored is not None:
            return self._stored(name, columns, stored)
        pa = self._arrow
        types = {TEXT: pa.string(), DAY: pa.date32(), FLAG: pa.bool_(), UNITS: pa.int64()}
        arrays = {column: pa.array(cells, types[form]) for column, (form, cells) in columns.items()}
        self._connection.register("arriving", pa.table(arrays))
        self._connection.execute(f'create or replace table "{name}" as select * from arriving')
        self._connection.unregister("arriving")
        return nw.from_native(self._connection.table(f'"{name}"'))

    def _stored(self, name: str, columns: Mapping[str, tuple[str, Sequence[Cell]]], of: Stored) -> Frame:
        """Records that are in a table of the database already, as they were typed where they were read: of a contract that leaves no
        row out, so that beside the columns there are the rows' numbers alone."""
        self._connection = of.connection  # where all large files of one settlement are
        said = [f"{_where(cells)} as {column}" for column, (_, cells) in columns.items()]
        self._connection.execute(f'create or replace view "{name}" as select {", ".join(said)} from "{of.table}"')
        return nw.from_native(self._connection.table(f'"{name}"'))

    def rows(self, frame: Frame) -> list[tuple[object, ...]]:
        """The rows of a frame."""
        return frame.collect("pyarrow").rows()

    def settled(self, frame: Frame) -> Frame:
        """The frame calculated, in a table of its own."""
        self._settled += 1
        name = f"settled_{self._settled % 8}"  # a question keeps no more than a few
        self._connection.register("arriving", frame.collect("pyarrow").to_native())
        self._connection.execute(f'create or replace table "{name}" as select * from arriving')
        self._connection.unregister("arriving")
        return nw.from_native(self._connection.table(f'"{name}"'))

    def batches(self, frame: Frame, rows: int) -> Iterator[Any]:
        """The rows of a frame, as they are calculated. Nothing else is asked until they are at their end."""
        with frame.to_native().to_arrow_reader(rows) as reader:
            yield from reader


class Polars:
    """Frames of Polars, read lazily."""

    library = "Polars"

    def __init__(self) -> None:
        import polars

        self.version = f"{polars.__version__}, narwhals {narwhals.__version__}"
        self._polars = polars

    def frame(self, name: str, columns: Mapping[str, tuple[str, Sequence[Cell]]]) -> Frame:
        """A lazy frame."""
        pl = self._polars
        types = {TEXT: pl.String, DAY: pl.Date, FLAG: pl.Boolean, UNITS: pl.Int64}
        series = [pl.Series(column, cells, types[form]) for column, (form, cells) in columns.items()]
        frame: Frame = nw.from_native(pl.DataFrame(series).lazy())
        return frame

    def rows(self, frame: Frame) -> list[tuple[object, ...]]:
        """The rows of a frame."""
        return frame.collect().rows()

    def settled(self, frame: Frame) -> Frame:
        """The frame calculated."""
        return frame.collect().lazy()

    def batches(self, frame: Frame, rows: int) -> Iterator[Any]:
        """The rows of a frame."""
        yield from frame.collect("pyarrow").to_native().to_batches(max_chunksize=rows)
