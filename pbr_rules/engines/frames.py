"""Engines over frames: DuckDB, Polars and Spark, from one lowering. They give the answers that `python` defines, for files of size.

An engine over frames returns whole numbers and days. What it cannot count exactly it refuses before it reads a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import field, frozen

from pbr_rules.checked.model import Period
from pbr_rules.diagnostics import UsageError
from pbr_rules.engines import marks
from pbr_rules.evidence.tables import Table
from pbr_rules.expressions import Column
from pbr_rules.plan.model import Answer, Count, Fate

if TYPE_CHECKING:
    from pbr_rules.engines.loaded import Loaded, Store
    from pbr_rules.engines.tally import Tally

T = TypeVar("T")


@frozen
class Frames:
    """Counts over frames of one library. Records once loaded are kept until others of their name are counted."""

    periods: Mapping[str, Period]
    name: str
    version: str
    _store: Store
    _loaded: dict[str, Loaded] = field(factory=dict, init=False, repr=False, eq=False)

    @classmethod
    def over(cls, name: str, periods: Mapping[str, Period]) -> Frames:
        """The engine of that name: `duckdb`, `polars` or `spark`.

        Raises:
            UsageError: the library is not installed, or cannot be started.
        """
        try:
            store = _store(name)
        except ImportError as error:
            raise UsageError(
                f'the engine `{name}` needs {error.name}, which is not installed: pip install "pbr-rules[{name}]"'
            ) from error
        return cls(periods, name, store.version, store)

    def answer(self, count: Count, tables: Mapping[str, Table]) -> Answer:
        """The figures and the reasons.

        Raises:
            UsageError: it cannot be counted exactly over frames.
        """

        from pbr_rules.engines.people import closes, people

        def ask(tally: Tally) -> Answer:
            counted, days, reasons = tally.counted()
            over, last = people(count, tally.load, self.periods, self._store, count.closing)
            closing = closes(count.closing, last)
            return Answer(counted, over, closing, reasons, tally.undecided(), days=days)

        return self._exactly(count, tables, ask)

    def answer_all(self, asked: Sequence[tuple[Count, Mapping[str, Table]]]) -> Sequence[Answer]:
        """What `answer` says of each; counts of one shape over the same records are counted in one pass.

        Raises:
            UsageError: one cannot be counted exactly over frames.
        """
        from pbr_rules.engines.figures import LoweringError
        from pbr_rules.engines.together import alike, together

        answers: dict[int, Answer] = {}
        for numbers in alike(asked):
            counts, tables = [asked[number][0] for number in numbers], asked[numbers[0]][1]
            # Where one cannot be said exactly, each is tried by itself, so that the message names the right one.
            with suppress(LoweringError):
                found = together(counts, partial(self._load_of, tables), self.periods, self._store)
                answers |= dict(zip(numbers, found, strict=True))
        return [answers.get(number) or self.answer(*each) for number, each in enumerate(asked)]

    def fates(self, count: Count, tables: Mapping[str, Table]) -> Sequence[Fate]:
        """What became of each row, in the order of the table.

        Raises:
            UsageError: it cannot be counted exactly over frames.
        """
        return self._exactly(count, tables, lambda tally: tally.fates())

    def marked(self, count: Count, tables: Mapping[str, Table], columns: Sequence[Column]) -> Iterator[Any]:
        """What became of each row, in batches as the library gives them, by line.

        Raises:
            UsageError: it cannot be counted exactly over frames.
        """
        frames, reasons = self._exactly(count, tables, lambda tally: tally.marked(columns))
        batches = chain.from_iterable(self._store.batches(frame, marks.BATCH) for frame in frames)
        return marks.named(batches, reasons, len(count.axes), columns)

    def _exactly(self, count: Count, tables: Mapping[str, Table], ask: Callable[[Tally], T]) -> T:
        from pbr_rules.engines.figures import LoweringError
        from pbr_rules.engines.tally import Tally

        try:
            return ask(Tally(count, partial(self._load_of, tables), self.periods, self._store))
        except LoweringError as error:
            raise UsageError(
                f"`{count.measure}` cannot be counted exactly by {self._store.library}: {error}; "
                "settle with --engine python"
            ) from error

    def _load_of(self, tables: Mapping[str, Table], name: str) -> Loaded:
        from pbr_rules.engines.loaded import load

        table = tables[name]
        kept = self._loaded.get(name)
        if kept is None or kept.table is not table:
            kept = self._loaded[name] = load(self._store, table)
        return kept


def _store(name: str) -> Store:
    """Where the frames of an engine live."""
    if name == "spark":
        from pbr_rules.engines.spark import Spark

        return Spark()
    from pbr_rules.engines.loaded import DuckDB, Polars

    return DuckDB() if name == "duckdb" else Polars()
