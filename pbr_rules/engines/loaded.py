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
from pbr_rules.evidence.database import Alike, Database, Place, Reasons, Stored, named, place_of, text
from pbr_rules.evidence.tables import Cell, Table
from pbr_rules.kinds import Kind

Frame = nw.LazyFrame[Any]

ROW, LINE, WHY = "row", "line", "why"

ONE = "one"
EVERY = nw.lit(1, dtype=nw.Int64()).alias(ONE)
"""A column that is the same in every row, to group rows by where there is nothing else."""

NO_DAY = (730_120, 730_119)
"""The ends of a column without a day: none lies between them."""

TEXT, DAY, FLAG, UNITS = "text", "day", "flag", "units"


def type_of(kind: Kind) -> str:
    """What a column of a kind is in a frame."""
    if kind.is_number:
        return UNITS
    return {"date": DAY, "flag": FLAG}.get(kind.name, TEXT)


def _said(column: str, cells: Sequence[Cell]) -> str:
    """What a column of stored records is, as SQL has it."""
    match cells:
        case _ if column == ROW:
            return ROW
        case Reasons():
            whens = " ".join(f"when {text(str(why))} then {number}" for number, why in enumerate(cells.left_out))
            return f"(case {cells.sql} {whens} end)::bigint"
        case Stored():
            return cells.sql
        case range():
            return f"{ROW} + {cells.start}"
        case Alike(of=None):
            return "null::bigint"
    return column


@frozen
class Loaded:
    """Records in a frame.

    Attributes:
        frame: the rows.
        names: each column's name in the frame.
        whys: why rows are in no count; the frame has the number of each row's reason among them.
        ends: the least and the greatest of each column of numbers (in units) or days (counted from 1 January of year 1); the
            first day after the last, where there is none.
    """

    table: Table
    frame: Frame
    whys: Sequence[str]
    names: Mapping[str, str]
    ends: Mapping[str, tuple[int, int]]

    def at(self, row: int) -> int:
        """Where in the table a row of the frame is."""
        return row if self.place is None else self.place.at(row)

    @property
    def place(self) -> Place | None:
        """Where the records are, if they are in a database: in the order of their lines."""
        return place_of(self.table)

    @property
    def end(self) -> int:
        """The number after that of the last row."""
        return len(self.table) + (0 if self.place is None else len(self.place.gaps))


class Store(Protocol):
    """Where frames live: one of the libraries."""

    library: str
    version: str

    def frame(self, name: str, columns: Mapping[str, tuple[str, Sequence[Cell]]]) -> Frame:
        """A frame of typed columns; it replaces the one of that name."""

    def rows(self, frame: Frame) -> list[tuple[object, ...]]:
        """The rows of a frame, as Python has them."""

    def united(self, frame: Frame, by: Sequence[str], bits: str) -> Frame:
        """One row for each value of some columns, with the bits that are set in any of its rows."""

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
        WHY: (UNITS, _whys(table)),
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
    return Loaded(table, store.frame(f"t_{table.records.name}", columns), tuple(table.left_out), names, ends)


def _whys(table: Table) -> Sequence[Cell]:
    """Why each row is in no count, as a number among the reasons."""
    if isinstance(table.excluded, Stored | Alike):
        return table.excluded
    numbers = {why: number for number, why in enumerate(table.left_out)}
    return [None if why is None else numbers[why] for why in table.excluded]


def _ends(form: str, cells: Sequence[Cell]) -> tuple[int, int]:
    if isinstance(cells, Stored):
        cells = (cells.low, cells.high)
    if form == DAY:
        days = [cell for cell in cells if isinstance(cell, date)]
        return (min(days).toordinal(), max(days).toordinal()) if days else NO_DAY
    units = [cell for cell in cells if isinstance(cell, int)] or [0]
    return min(units), max(units)


class DuckDB:
    """Frames in a database in memory, of this engine alone."""

    library = "DuckDB"

    def __init__(self) -> None:
        import duckdb
        import pyarrow

        self.version = f"{duckdb.__version__}, narwhals {narwhals.__version__}"
        self._arrow = pyarrow
        self._settled = 0
        self._database = Database()

    def frame(self, name: str, columns: Mapping[str, tuple[str, Sequence[Cell]]]) -> Frame:
        """A table of the database; of records that are in one already, a view of them."""
        place = next((cells.place for _, cells in columns.values() if isinstance(cells, Stored)), None)
        if place is not None:
            return self._stored(name, columns, place)
        self._put(name, columns)
        return self._table(name)

    def _table(self, name: str) -> Frame:
        frame: Frame = nw.from_native(self._database.connection.table(named(name)))
        return frame

    def _put(self, name: str, columns: Mapping[str, tuple[str, Sequence[Cell]]]) -> None:
        pa = self._arrow
        types = {TEXT: pa.string(), DAY: pa.date32(), FLAG: pa.bool_(), UNITS: pa.int64()}
        arrays = {column: pa.array(cells, types[form]) for column, (form, cells) in columns.items()}
        self._database.put(name, pa.table(arrays))

    def _stored(self, name: str, columns: Mapping[str, tuple[str, Sequence[Cell]]], place: Place) -> Frame:
        """Records that are in a database: their view, and beside it what is known of each row from elsewhere."""
        self._database = place.database  # where all large files of one settlement are
        beside = {
            column: (form, cells)
            for column, (form, cells) in columns.items()
            if not isinstance(cells, Stored | Alike | range)
        }
        said = [f"{_said(column, cells)} as {column}" for column, (_, cells) in columns.items()]
        sql = named(place.view)
        if beside:
            self._put(f"{name}_beside", {ROW: (UNITS, place.rows()), **beside})
            sql += f" natural join {named(f'{name}_beside')}"
        self._database.ask(f"create or replace view {named(name)} as select {', '.join(said)} from {sql}")
        return self._table(name)

    def rows(self, frame: Frame) -> list[tuple[object, ...]]:
        """The rows of a frame."""
        with self._database.watched("Counting"):
            return frame.collect("pyarrow").rows()

    def united(self, frame: Frame, by: Sequence[str], bits: str) -> Frame:
        """One row for each value of some columns, with the bits that are set in any of its rows."""
        apart = ", ".join(map(named, by))
        found: Frame = nw.from_native(
            frame.to_native().aggregate(f"{apart}, bit_or({named(bits)}) as {named(bits)}", apart)
        )
        return found

    def settled(self, frame: Frame) -> Frame:
        """The frame calculated, in a table of its own."""
        self._settled += 1
        name = f"settled_{self._settled % 8}"  # a question keeps no more than a few
        self._database.ask(f"create or replace table {named(name)} as {frame.to_native().sql_query()}")
        return self._table(name)

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

    def united(self, frame: Frame, by: Sequence[str], bits: str) -> Frame:
        """One row for each value of some columns, with the bits that are set in any of its rows."""
        native = frame.to_native().group_by(by).agg(self._polars.col(bits).bitwise_or())
        found: Frame = nw.from_native(native)
        return found

    def settled(self, frame: Frame) -> Frame:
        """The frame calculated."""
        return frame.collect().lazy()

    def batches(self, frame: Frame, rows: int) -> Iterator[Any]:
        """The rows of a frame."""
        yield from frame.collect("pyarrow").to_native().to_batches(max_chunksize=rows)
