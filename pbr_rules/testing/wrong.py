"""For each law, something that breaks it and keeps every law before it: a wrong measure, or an engine that answers wrongly.

The tallies are a closed vocabulary, so most laws cannot be broken by a measure alone: there the engine is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal

from attrs import evolve, field, frozen

from pbr_rules.checked.model import Contract
from pbr_rules.core import Count, Frequency, Total
from pbr_rules.engines.python import Python
from pbr_rules.evidence.tables import Table
from pbr_rules.expressions import Column
from pbr_rules.measures import Measure
from pbr_rules.plan.model import Answer, Engine, Fate
from pbr_rules.plan.model import Count as Asked
from pbr_rules.plugin import Expression, Over, Rows, Tally, setting
from pbr_rules.testing.laws import Laws

Tables = Mapping[str, Table]


def _as_they_are(count: Asked, tables: Tables) -> tuple[Asked, Tables]:
    return count, tables


def _as_answered(answer: Answer, count: Asked, tables: Tables) -> Answer:
    return answer


@frozen
class Skewed:
    """Plain Python with a mistake: in what it counts, or in what it answers."""

    right: Python
    counts: Callable[[Asked, Tables], tuple[Asked, Tables]] = _as_they_are
    answers: Callable[[Answer, Asked, Tables], Answer] = _as_answered
    name: str = "python"
    version: str = field(default="wrong")

    def answer(self, count: Asked, tables: Tables) -> Answer:
        """The figures and the reasons, wrong."""
        count, tables = self.counts(count, tables)
        return self.answers(self.right.answer(count, tables), count, tables)

    def answer_all(self, asked: Sequence[tuple[Asked, Tables]]) -> Sequence[Answer]:
        """The same, of each of several counts."""
        return [self.answer(count, tables) for count, tables in asked]

    def fates(self, count: Asked, tables: Tables) -> Sequence[Fate]:
        """What became of each row, wrong."""
        return self.right.fates(*self.counts(count, tables))

    def marked(self, count: Asked, tables: Tables, columns: Sequence[Column]) -> Iterator[Any]:
        """What became of each row, wrong."""
        return self.right.marked(*self.counts(count, tables), columns)


WINDOW = "where happened within 12 months starting on joined"


class _Wrong(Laws):
    """Events for each 100 people, counted by an engine with a mistake."""

    measure: ClassVar[type[Measure]] = Frequency
    text: ClassVar[str] = f"measure m by region {{\n  frequency of events per 100 people\n  {WINDOW}\n}}"
    duplicates: ClassVar[Literal["count again", "count once"] | None] = "count again"
    monotone: ClassVar[Literal["rising", "falling"] | None] = "rising"

    @classmethod
    def counts(cls, count: Asked, tables: Tables) -> tuple[Asked, Tables]:
        """A mistake in what is counted."""
        return count, tables

    @classmethod
    def answers(cls, answer: Answer, count: Asked, tables: Tables) -> Answer:
        """A mistake in what is answered."""
        return answer

    @classmethod
    def engine(cls, name: str, contract: Contract) -> Engine:
        """The wrong engine, in place of the one that defines the answers."""
        right = super().engine(name, contract)
        return Skewed(right, cls.counts, cls.answers) if isinstance(right, Python) else right


class FiguresAreFloats(_Wrong):
    """Counts come back as floats, as from a frame that was once averaged."""

    @classmethod
    def answers(cls, answer: Answer, count: Asked, tables: Tables) -> Answer:
        """Floats."""
        counted: Any = {cell: {key: float(n) for key, n in by_key.items()} for cell, by_key in answer.counted.items()}
        return evolve(answer, counted=counted)


class _AtLeastOne(dict[tuple[str, ...], int]):
    """So that no division fails."""

    def get(self, cell: tuple[str, ...], default: object = None) -> int:
        return super().get(cell, 1)


class NobodyIsAZero(_Wrong):
    """A cell with nobody in it is divided by one, so that no division fails."""

    @classmethod
    def answers(cls, answer: Answer, count: Asked, tables: Tables) -> Answer:
        """One person where there is none."""
        return evolve(answer, people=_AtLeastOne(answer.people))


@frozen
class Weighed(Measure):
    """Takes a weight, and counts every row the same."""

    word = "weighed"
    summary = "Rows by their weight."
    source = "a mistake"
    endings = ("per",)

    weight: Expression = setting("how much one row weighs")

    def tally(self, per: int | None) -> Tally:
        return Tally(Rows(), over=Over.BASE)


class ALineIsNotRead(_Wrong):
    """A measure with a line that its tally forgets."""

    measure = Weighed
    text = f"measure m by region {{\n  weighed of events per 100 people\n  weight: weight[kind]\n  {WINDOW}\n}}"


def _without(count: Asked, tables: Tables, left_out: Callable[[Sequence[object], int], bool]) -> Tables:
    """The tables, with some of the counted rows left out by whose they are."""
    table = tables[count.records]
    whose = table.columns[count.link[0]]
    excluded = ["a mistake" if left_out(whose, row) else why for row, why in enumerate(table.excluded)]
    return {**tables, count.records: evolve(table, excluded=excluded)}


class TheRowBeforeMatters(_Wrong):
    """A row is taken for a repetition where the row before it in the file is of the same person."""

    @classmethod
    def counts(cls, count: Asked, tables: Tables) -> tuple[Asked, Tables]:
        """Without rows that follow one of the same person."""
        return count, _without(count, tables, lambda whose, row: row > 0 and whose[row] == whose[row - 1])


class IdsMatter(_Wrong):
    """Only people with an odd number are counted: half the rows seemed enough."""

    @classmethod
    def counts(cls, count: Asked, tables: Tables) -> tuple[Asked, Tables]:
        """Without the rows of people with an even number."""
        return count, _without(count, tables, lambda whose, row: str(whose[row])[-1:] in "02468")


class TheLeftOutCount(_Wrong):
    """Whoever the contract excludes is counted all the same."""

    @classmethod
    def counts(cls, count: Asked, tables: Tables) -> tuple[Asked, Tables]:
        """Nothing is excluded."""
        return count, {name: evolve(table, excluded=[None] * len(table)) for name, table in tables.items()}


class OnlyPeopleWithRows(_Wrong):
    """People are found by joining rows to them, so that whoever has none drops out of the denominator."""

    @classmethod
    def answers(cls, answer: Answer, count: Asked, tables: Tables) -> Answer:
        """Only people with a row of whatever sort."""
        there = set(tables[count.records].columns[count.link[0]])
        people = tables[count.base or ""]
        region = people.columns["region"]
        ids = people.columns["person"]
        counted = [row for row in range(len(people)) if ids[row] in there and people.excluded[row] is None]
        joined: Counter[tuple[str, ...]] = Counter((str(region[row]),) for row in counted)
        return evolve(answer, people={cell: min(n, joined[cell]) for cell, n in answer.people.items() if joined[cell]})


class TheWindowIsIgnored(_Wrong):
    """Conditions on a row are not looked at."""

    @classmethod
    def counts(cls, count: Asked, tables: Tables) -> tuple[Asked, Tables]:
        """No conditions."""
        return evolve(count, where=()), tables


class TheCapIsOnAll(_Wrong):
    """At most two rows for each person, taken as at most two for everybody together."""

    @classmethod
    def answers(cls, answer: Answer, count: Asked, tables: Tables) -> Answer:
        """At most two in each cell."""
        counted = {cell: {key: min(n, 2) for key, n in by_key.items()} for cell, by_key in answer.counted.items()}
        return evolve(answer, counted=counted)


class DuplicatesCountAgain(_Wrong):
    """A count of rows, said to count each only once."""

    measure = Count
    text = f"measure m by region {{\n  count of events for people\n  {WINDOW}\n}}"
    duplicates = "count once"


class ItFalls(_Wrong):
    """What each row takes away, said to rise."""

    measure = Total
    text = f"""
    parameter loss by kind: number {{ a: -1  b: -2.5  c: -365 }}
    measure m by region {{
      sum of events for people
      value: loss[kind]
      {WINDOW}
    }}
    """
    monotone = "rising"


class NoneFoundIsNone(_Wrong):
    """No window is said to be open, so that a figure is given before its time."""

    @classmethod
    def answers(cls, answer: Answer, count: Asked, tables: Tables) -> Answer:
        """Every window is over."""
        return evolve(answer, closes={}, undecided={})


class OneEngineDiffers(_Wrong):
    """One of the engines loses the last row of each file."""

    @classmethod
    def engine(cls, name: str, contract: Contract) -> Engine:
        """Plain Python as it is; in place of the others, one that stops too early."""
        right = Python(contract.periods)
        return right if name == "python" else Skewed(right, _but_the_last, name=name)


def _but_the_last(count: Asked, tables: Tables) -> tuple[Asked, Tables]:
    last = len(tables[count.records]) - 1
    return count, _without(count, tables, lambda _, row: row == last)


WRONG: Mapping[str, type[Laws]] = {
    "test_figures_are_exact": FiguresAreFloats,
    "test_nobody_is_not_a_zero": NobodyIsAZero,
    "test_every_line_is_read_and_said": ALineIsNotRead,
    "test_the_order_of_rows_changes_nothing": TheRowBeforeMatters,
    "test_renaming_people_changes_nothing": IdsMatter,
    "test_somebody_left_out_changes_nothing": TheLeftOutCount,
    "test_a_person_without_rows_changes_only_the_denominator": OnlyPeopleWithRows,
    "test_a_row_outside_the_window_changes_nothing": TheWindowIsIgnored,
    "test_people_add_up": TheCapIsOnAll,
    "test_duplicates_count_as_declared": DuplicatesCountAgain,
    "test_another_row_moves_it_as_declared": ItFalls,
    "test_an_open_window_is_not_yet": NoneFoundIsNone,
    "test_every_engine_gives_the_same": OneEngineDiffers,
}
"""What each law rejects, and no law before it."""
