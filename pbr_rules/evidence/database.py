"""Columns of records that stay in a database (DuckDB): their cells come to Python only where Python asks for them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import repeat
from shutil import rmtree
from tempfile import mkdtemp
from threading import Event, Thread
from typing import Any, overload
from weakref import finalize

from attrs import define, field, frozen

from pbr_rules.checked.model import Records
from pbr_rules.diagnostics import UsageError
from pbr_rules.evidence.read import Tell, silent
from pbr_rules.evidence.tables import Cell, Table, indexed

MEMORY = "1.5GB"
"""What a database holds in memory before it goes on on disk: a laptop has other work to do."""


class Database:
    """A database of this process alone, in memory, which fetches nothing from elsewhere.

    What does not fit in its memory waits in a folder of its own among the machine's temporary files, which is removed at the end. Long
    questions say how far they are.
    """

    def __init__(self, memory: str | None = None, tell: Tell = silent) -> None:
        import duckdb

        self.memory, self.tell = memory or MEMORY, tell
        self._folder = mkdtemp(prefix="pbr-")  # no one else may read it
        finalize(self, rmtree, self._folder, ignore_errors=True)
        self.connection: Any = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
        self.connection.execute(
            f"set memory_limit = {text(self.memory)}; set temp_directory = {text(self._folder)}; "
            "set enable_progress_bar = true; set enable_progress_bar_print = false; set progress_bar_time = 0"
        )

    def ask(self, sql: str, what: str = "Counting") -> list[tuple[Any, ...]]:
        """The rows of a question, or of what is to be done.

        Raises:
            UsageError: memory or the disk is full.
        """
        with self.watched(what):
            found: list[tuple[Any, ...]] = self.connection.execute(sql).fetchall()
            return found

    def put(self, name: str, arrow: object) -> None:
        """A table of the database with what is in a table of Arrow."""
        self.connection.register("arriving", arrow)
        self.ask(f"create or replace table {named(name)} as select * from arriving")
        self.connection.unregister("arriving")

    @contextmanager
    def watched(self, what: str) -> Iterator[None]:
        """Says how far the database is with what is done within, and what it lacks where it cannot be done.

        Raises:
            UsageError: memory or the disk is full.
        """
        import duckdb

        done = Event()
        watcher = Thread(target=self._watch, args=(what, done), daemon=True)
        watcher.start()
        try:
            yield
        except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
            if isinstance(error, duckdb.IOException) and "space" not in str(error).lower():
                raise
            if isinstance(error, duckdb.IOException) or "max_temp_directory_size" in str(error):
                raise UsageError(
                    f"the disk is full: what {self.memory} of memory does not hold waits in {self._folder}. Free some of the disk, or let "
                    "more be held in memory with --memory"
                ) from error
            raise UsageError(
                f"{self.memory} of memory is too little for these records: allow more with --memory, as in --memory 2GB"
            ) from error
        finally:
            done.set()
            watcher.join()

    def _watch(self, what: str, done: Event) -> None:
        while not done.wait(LOOKS):
            far = self.connection.query_progress()
            self.tell(what, max(int(far), 0), 100)


LOOKS = 0.5
"""Seconds between two looks at how far the database is."""


def text(words: str) -> str:
    """Words as SQL has them."""
    return "'" + words.replace("'", "''") + "'"


def named(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


@frozen(eq=False)
class Place:
    """Records that are in a database.

    Attributes:
        view: their name there. It has a column `row`, by which rows are in order, and one for each column of the records.
        gaps: rows that are not there: those set aside, in order.
        first: the line of row 0 in its file.
        size: how many rows there are.
    """

    database: Database
    view: str
    gaps: Sequence[int]
    first: int
    size: int

    def at(self, row: int) -> int:
        """Where a row is among those that are there."""
        return row - bisect_left(self.gaps, row)

    def rows(self) -> Sequence[int]:
        """The numbers of the rows that are there."""
        gone = set(self.gaps)
        numbers = range(self.size + len(gone))
        return [row for row in numbers if row not in gone] if gone else numbers


@define(eq=False)
class Stored(Sequence[Cell]):
    """A column of records in a database, by what SQL calls it; `low` and `high` are the least and the greatest cell of a day or a
    number, or further out."""

    place: Place
    sql: str
    low: Cell = None
    high: Cell = None

    @cached_property
    def _cells(self) -> list[Cell]:
        found = self.place.database.ask(f"select {self.sql} from {named(self.place.view)} order by row", "Fetching")
        return [cell for (cell,) in found]

    def __len__(self) -> int:
        return self.place.size

    @overload
    def __getitem__(self, at: int) -> Cell: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Cell]: ...
    def __getitem__(self, at: int | slice) -> Cell | Sequence[Cell]:
        return self._cells[at]

    def __iter__(self) -> Iterator[Cell]:
        return iter(self._cells)


@define(eq=False)
class Reasons(Stored):
    """Why rows are in no count; `left_out`: how many are for each reason."""

    left_out: Mapping[str | None, int] = field(factory=dict, kw_only=True)

    def tally(self) -> Mapping[str | None, int]:
        """How many rows there are for each reason."""
        return self.left_out


def place_of(table: Table) -> Place | None:
    """Where records are, if they are in a database: in the order of their lines."""
    return next((cells.place for cells in table.columns.values() if isinstance(cells, Stored)), None)


@frozen
class Alike(Sequence[Any]):
    """So many of one thing."""

    of: Any
    number: int

    def __len__(self) -> int:
        return self.number

    def __getitem__(self, at: int | slice) -> Any:
        there = range(self.number)[at]
        return self.of if isinstance(there, int) else [self.of] * len(there)

    def __iter__(self) -> Iterator[Any]:
        return repeat(self.of, self.number)

    def tally(self) -> Mapping[Any, int]:
        """How many there are of it."""
        return {self.of: self.number}


@define
class Index(Mapping[tuple[Cell, ...], int]):
    """Row numbers by key, made when they are asked for."""

    records: Records
    columns: Mapping[str, Sequence[Cell]]

    @cached_property
    def _rows(self) -> dict[tuple[Cell, ...], int]:
        return indexed(self.records, self.columns, len(next(iter(self.columns.values()))))

    def __getitem__(self, key: tuple[Cell, ...]) -> int:
        return self._rows[key]

    def __iter__(self) -> Iterator[tuple[Cell, ...]]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)
