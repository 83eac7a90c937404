"""The laws that every measure keeps, one test each. A plugin's test derives from `Laws` and says which measure it is for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from importlib.util import find_spec
from types import ModuleType
from typing import Any, ClassVar, Literal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pbr_rules import core, measures
from pbr_rules.checked.model import Contract
from pbr_rules.engines.choose import choose
from pbr_rules.hookspecs import hookimpl
from pbr_rules.plan.model import Engine
from pbr_rules.settlement.values import State
from pbr_rules.testing.counting import Found, Subject
from pbr_rules.testing.engines import ENGINES
from pbr_rules.testing.lines import said, unread
from pbr_rules.testing.world import BEFORE, LONG_AFTER, WORLD, Row, Rows


class Broken(AssertionError):  # noqa: N818 - it is what happened to the law
    """A law that does not hold: what was done, and what came of it."""


class Laws:
    """The laws of one measure.

    Class attributes:
        measure: the measure's class.
        text: clauses with a measure of that word, over the kit's small world.
        figure: the name of the measure in the text.
        plugin: the module with the hook; by default found from the measure's module.
        world: the records and parameters that the text stands on; may be extended or replaced.
        outsider: columns that leave a person out, in that world; None: nothing does.
        adds_up: whether the figures of two halves of the people add up to the whole.
        duplicates: whether a row that is there twice counts again, or once; None: neither is claimed.
        monotone: whether another row makes the figure never fall (`rising`) or never rise (`falling`); None: neither is claimed.
        engines: which must agree; the first is the definition.
        examples: how many sets of records each law is tried on.
        shrinks: whether records that break a law are made as few as can be, which may take minutes.
    """

    measure: ClassVar[type[measures.Measure]]
    text: ClassVar[str]
    figure: ClassVar[str] = "m"
    plugin: ClassVar[ModuleType | None] = None
    world: ClassVar[str] = WORLD
    outsider: ClassVar[Mapping[str, str] | None] = {"joined": "2018-06-30"}
    adds_up: ClassVar[bool] = True
    duplicates: ClassVar[Literal["count again", "count once"] | None] = None
    monotone: ClassVar[Literal["rising", "falling"] | None] = None
    engines: ClassVar[tuple[str, ...]] = ENGINES
    examples: ClassVar[int] = 20
    shrinks: ClassVar[bool] = False

    @classmethod
    def engine(cls, name: str, contract: Contract) -> Engine:
        """The engine of a name. The kit's own tests put wrong ones in its place."""
        return choose(name, contract)

    # ---- the laws, in the order in which they are tried

    def test_figures_are_exact(self) -> None:
        """Engines answer whole numbers and days; a figure is a ratio of whole numbers, or a day. None is a float."""

        def law(rows: Rows) -> None:
            found = self._at(rows)
            numbers: list[object] = [n for by_key in found.answer.counted.values() for n in by_key.values()]
            numbers += found.answer.people.values()
            strange = [n for n in numbers if type(n) is not int]
            strange += [v.of for v in found.values.values() if v.known and type(v.of) not in (Fraction, date)]
            _holds(not strange, f"neither a whole number, a ratio of them, nor a day: {strange[:1]}")

        self._tried(law, self._subject.world.rows())

    def test_nobody_is_not_a_zero(self) -> None:
        """Over nobody, a figure for each person is missing, and so is a day; what only adds up is nothing, 0."""
        tally = self._subject.measure.tally
        wanted: object = str(State.MISSING) if tally.over is not None or tally.dated else Fraction(0)
        found = self._at(dict.fromkeys(self._subject.contract.records, ()))
        for cell, value in found.exact.items():
            _holds(value == wanted, f"over nobody, `{self._subject.label(cell)}` is {value}, and should be {wanted}")

    def test_every_line_is_read_and_said(self) -> None:
        """Each line that is written changes how the measure adds up, and stands in the words of its explanation."""
        measure = self._subject.measure
        for word in unread(measure):
            _holds(False, f"the line `{word}:` is written, and the tally is the same whatever it says")

        def law(rows: Rows) -> None:
            cell = next(iter(self._at(rows).values), None)
            if cell is None:
                return
            explained = self._subject.explained(rows, self._definition, cell)
            told = " ".join(
                (
                    explained.working.formula,
                    *explained.working.steps,
                    *(text for trail in explained.trails for text in trail.conditions),
                )
            )
            for line in said(measure):
                _holds(line in told, f"the explanation does not say `{line}`; it says: {told}")

        self._tried(law, self._subject.world.rows(), 1)

    def test_the_order_of_rows_changes_nothing(self) -> None:
        """A file says the same in whatever order its rows stand."""

        def law(rows: Rows, shuffled: Callable[[list[Row]], None]) -> None:
            mixed = {name: list(listed) for name, listed in rows.items()}
            for listed in mixed.values():
                shuffled(listed)
            self._same(self._at(rows), self._at(mixed), "with the rows in another order")

        self._tried(law, self._subject.world.rows(least=2), more=st.randoms(use_true_random=False).map(_shuffler))

    def test_renaming_people_changes_nothing(self) -> None:
        """An id tells people apart, and nothing else."""
        world = self._subject.world
        if world.people is None:
            pytest.skip("the rows name nobody")

        def law(rows: Rows) -> None:
            ids = world.ids(rows).get(world.people or "", [])
            new = {old: f"q{number:03d}" for number, old in enumerate(reversed(ids), 1)}
            before, after = self._at(rows), self._at(_renamed(self._subject, rows, new))
            owner = self._subject.contract.records[world.people or ""].identity
            whose = [dimension == owner for dimension in self._subject.measure.dimensions]
            moved = {
                tuple(new[m] if own else m for own, m in zip(whose, cell, strict=True)): value
                for cell, value in before.exact.items()
            }
            _holds(moved == after.exact, f"with other ids for the same people, {moved} becomes {after.exact}")

        self._tried(law, world.rows(least=2))

    def test_somebody_left_out_changes_nothing(self) -> None:
        """Whoever the contract leaves out is in no count, and neither are their rows or rows that name nobody."""
        world, measure = self._subject.world, self._subject.measure
        if world.people is None or (measure.base is None and world.people != measure.records):
            pytest.skip("it is counted over no people")

        def law(rows: Rows, data: st.DataObject) -> None:
            outsider = "left out"
            identity = self._subject.contract.records[world.people or ""].identity or ""
            more = {name: list(listed) for name, listed in rows.items()}
            if self.outsider is not None:
                person = data.draw(world.row(world.people or "", world.ids(rows)))
                more[world.people or ""].append({**person, **self.outsider, identity: outsider})
            for name, theirs in data.draw(world.rows_of(outsider, rows)).items():
                more[name] += theirs
            self._same(self._at(rows), self._at(more), "with somebody who is left out, and rows of theirs,")

        self._tried(law, world.rows(), more=st.data())

    def test_a_person_without_rows_changes_only_the_denominator(self) -> None:
        """Whoever has no row that counts is still one of the people, and adds nothing else."""
        world = self._subject.world
        if world.people is None or world.people == self._subject.measure.records:
            pytest.skip("its people are its rows")

        def law(rows: Rows, data: st.DataObject) -> None:
            identity = self._subject.contract.records[world.people or ""].identity or ""
            person = {**data.draw(world.row(world.people or "", world.ids(rows))), identity: "no rows"}
            more = {**rows, world.people or "": [*rows[world.people or ""], person]}
            before, after = self._at(rows), self._at(more)
            parts = {self._subject.over(cell) for cell in after.values}
            came = sum(after.answer.people.get(p, 0) - before.answer.people.get(p, 0) for p in parts)
            if self._subject.everybody:
                _holds(came == 1, f"with one more person, who has no rows, there are {came} more to count over")
            for cell, number in before.numbers.items():
                if number is not None and after.numbers[cell] is not None:
                    what = f"with one more person, who has no rows, what is added up in `{self._subject.label(cell)}`"
                    _holds(number == after.numbers[cell], f"{what} goes from {number} to {after.numbers[cell]}")

        self._tried(law, world.rows(), more=st.data())

    def test_a_row_outside_the_window_changes_nothing(self) -> None:
        """A row whose days come long after every window is over is in no count."""
        world, measure = self._subject.world, self._subject.measure
        if not self._subject.count.closing:
            pytest.skip("no window of the measure ends")

        def law(rows: Rows, data: st.DataObject) -> None:
            late = dict(data.draw(world.row(measure.records, world.ids(rows))))
            late |= dict.fromkeys(world.days(measure.records), LONG_AFTER.isoformat())
            identity = self._subject.contract.records[measure.records].identity
            late |= {} if identity is None else {identity: "late"}
            more = {**rows, measure.records: [*rows[measure.records], late]}
            self._same(self._at(rows), self._at(more), "with a row that comes long after the window,")

        self._tried(law, world.rows(), more=st.data())

    def test_people_add_up(self) -> None:
        """Split the people in two, and what was added up, and the people, come to the whole."""
        world = self._subject.world
        if not self.adds_up or self._subject.measure.tally.dated or world.people is None:
            pytest.skip("its figures are not said to add up")

        def law(rows: Rows) -> None:
            whose = world.whose(rows)
            ids = world.ids(rows).get(world.people or "", [])
            halves = [self._at(_only(rows, whose, set(ids[side::2]))) for side in (0, 1)]
            whole = self._at(rows)
            for cell in whole.values:
                parts = [half.numbers.get(cell) for half in halves]
                total, people = sum(part or 0 for part in parts), sum(half.people.get(cell, 0) for half in halves)
                what = f"`{self._subject.label(cell)}` of two halves of the people"
                _holds(total == (whole.numbers[cell] or 0), f"{what} adds up {total}, of all {whole.numbers[cell]}")
                _holds(
                    people == whole.people[cell], f"{what} is over {people} people, of all over {whole.people[cell]}"
                )

        self._tried(law, world.rows(least=3))

    def test_duplicates_count_as_declared(self) -> None:
        """A row that is there twice counts again, or counts once: as the measure is said to."""
        if self.duplicates is None:
            pytest.skip("nothing is said of duplicates")
        times = 2 if self.duplicates == "count again" else 1
        counted = self._subject.measure.records

        def law(rows: Rows) -> None:
            before = self._at(rows)
            after = self._at({**rows, counted: [*rows[counted], *rows[counted]]})
            if times == 1:
                self._same(before, after, "with every row there twice")
                return
            for cell, number in before.numbers.items():
                what = (
                    f"with every row there twice, what is added up in `{self._subject.label(cell)}` goes from {number}"
                )
                now = after.numbers[cell]
                _holds(
                    number is None or now == number * 2, f"{what} to {now}, though duplicates are said to count again"
                )

        self._tried(law, self._subject.world.rows(least=1))

    def test_another_row_moves_it_as_declared(self) -> None:
        """Another row never makes a rising figure lower, nor a falling one higher."""
        if self.monotone is None:
            pytest.skip("it is said neither to rise nor to fall")
        world, counted = self._subject.world, self._subject.measure.records

        def law(rows: Rows) -> None:
            before = self._at({**rows, counted: rows[counted][:-1]})
            after = self._at(rows)
            for cell, old in before.exact.items():
                new = after.exact.get(cell)
                what = f"with one more row, `{self._subject.label(cell)}` goes from {old} to {new}"
                if isinstance(old, Fraction | date) and isinstance(new, type(old)):
                    up = new >= old if self.monotone == "rising" else new <= old  # type: ignore[operator]
                    _holds(up, f"{what}, though it is said to be {self.monotone}")

        self._tried(law, world.rows(least=1))

    def test_an_open_window_is_not_yet(self) -> None:
        """While a window goes on beyond the file, none found is not none: the figure waits."""
        world = self._subject.world
        if not self._subject.count.closing:
            pytest.skip("no window of the measure ends")

        def law(rows: Rows) -> None:
            nothing: dict[str, tuple[Row, ...]] = dict.fromkeys(rows, ())
            found = self._at({**nothing, world.people or "": rows[world.people or ""]}, BEFORE)
            for cell, value in found.exact.items():
                if found.answer.people.get(self._subject.over(cell)):
                    what = f"`{self._subject.label(cell)}` is {value} while the window is open, and should be not yet"
                    _holds(value == str(State.NOT_YET), what)

        self._tried(law, world.rows())

    def test_every_engine_gives_the_same(self) -> None:
        """Every engine gives the figures that the first gives, and the same reasons for each row that does not count."""
        others = [name for name in self.engines[1:] if find_spec(name) and find_spec("narwhals")]
        if not others:
            pytest.skip("there is no other engine to compare with")
        engines = [(name, self._engine(name)) for name in others]

        def law(rows: Rows) -> None:
            found = self._at(rows)
            fates = list(self._definition.fates(found.count, found.tables))
            for name, engine in engines:
                answer = engine.answer(found.count, found.tables)
                for part in ("counted", "people", "closes", "undecided", "days", "reasons"):
                    theirs, ours = getattr(answer, part), getattr(found.answer, part)
                    _holds(theirs == ours, f"{name} answers {part} {theirs}, and {self.engines[0]} {ours}")
                differ = [(a, b) for a, b in zip(engine.fates(found.count, found.tables), fates, strict=True) if a != b]
                _holds(not differ, f"{name} says otherwise of a row: {differ[:1]}")

        self._tried(law, self._subject.world.rows(), self.examples // 2 + 1)  # each is counted by every engine

    # ---- what they stand on

    @classmethod
    @cache
    def _prepared(cls) -> Subject:
        plugin = cls.plugin or _module(cls.measure)
        return Subject.compiled(f"{cls.world}\n{cls.text}", cls.figure, (plugin,))

    @classmethod
    @cache
    def _engine(cls, name: str) -> Engine:
        return cls.engine(name, cls._prepared().contract)

    @property
    def _subject(self) -> Subject:
        subject = self._prepared()
        if not issubclass(subject.measure.provided.what, self.measure):
            word = subject.measure.provided.what.word
            raise Broken(f"`{self.figure}` in the text is a {word}, and not a {self.measure.word}")
        return subject

    @property
    def _definition(self) -> Engine:
        return self._engine(self.engines[0])

    def _at(self, rows: Rows, complete: date | None = None) -> Found:
        return self._subject.at(rows, self._definition, *([complete] if complete else []))

    def _same(self, before: Found, after: Found, what: str) -> None:
        for cell, value in before.exact.items():
            now = after.exact[cell]
            _holds(value == now, f"{what}, `{self._subject.label(cell)}` goes from {value} to {now}".replace(",,", ","))

    def _tried(
        self,
        law: Callable[..., None],
        rows: st.SearchStrategy[Rows],
        examples: int | None = None,
        more: st.SearchStrategy[object] | None = None,
    ) -> None:
        """Tries a law on so many sets of records: the same ones each time, so that a test does not fail by luck."""
        few = settings(
            max_examples=examples or self.examples,
            deadline=None,
            derandomize=True,
            database=None,
            phases=(Phase.generate, Phase.shrink) if self.shrinks else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        few(given(rows, more)(law) if more is not None else given(rows)(law))()


LAWS: tuple[str, ...] = tuple(name for name in vars(Laws) if name.startswith("test_"))
"""The laws by name, in order."""


def _holds(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Broken(otherwise)


def _module(measure: type[measures.Measure]) -> ModuleType:
    """The module whose hook adds a measure: its own, else one of its package, else one made for it alone."""
    own = sys.modules[measure.__module__]
    package = measure.__module__.partition(".")[0]
    loaded = [module for name, module in list(sys.modules.items()) if name.partition(".")[0] == package]
    for module in (own, core, *loaded):
        hook: Any = vars(module).get("pbr_rules_measures")
        if hasattr(hook, "pbr_rules_impl") and measure in hook():
            return module
    alone = ModuleType(f"pbr_rules_{measure.word}")

    @hookimpl
    def pbr_rules_measures() -> list[type[measures.Measure]]:
        return [measure]

    vars(alone)["pbr_rules_measures"] = pbr_rules_measures
    return alone


def _shuffler(random: object) -> Callable[[list[Row]], None]:
    return random.shuffle  # type: ignore[attr-defined,no-any-return]


def _renamed(subject: Subject, rows: Rows, new: Mapping[str, str]) -> Rows:
    """The same rows, with other ids for their people."""
    people = subject.world.people
    named = {
        name: [c.name for c in records.columns.values() if c.kind.name == "id" and c.kind.detail == people]
        for name, records in subject.contract.records.items()
    }
    return {
        name: [{c: new.get(cell, cell) if c in named[name] else cell for c, cell in row.items()} for row in listed]
        for name, listed in rows.items()
    }


def _only(rows: Rows, whose: Mapping[str, list[str | None]], people: set[str]) -> Rows:
    """The rows of some people, and the rows that are nobody's."""
    return {
        name: [row for row, person in zip(listed, whose[name], strict=True) if person is None or person in people]
        for name, listed in rows.items()
    }
