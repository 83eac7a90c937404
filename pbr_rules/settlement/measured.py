"""Measures: from the counts that an engine answered to exact figures."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from attrs import evolve

from pbr_rules import expressions as x
from pbr_rules import kinds
from pbr_rules.checked.model import Cell, Figure, Measure
from pbr_rules.diagnostics import listing
from pbr_rules.evidence.tables import places
from pbr_rules.plan.from_checked import count, records_read
from pbr_rules.plan.model import Answer
from pbr_rules.settlement.calculation import Calculation
from pbr_rules.settlement.frame import Env, Frame, Result, label
from pbr_rules.settlement.values import State, Value, Working, known, put_in, shown, without, worked
from pbr_rules.tallies import Latest, Over, People, Rows
from pbr_rules.words import words


class Measured(Calculation):
    """The figure of every measure, at its own grain or counted together across some of it."""

    def measure(self, figure: Measure, at: Env, kept: tuple[str, ...]) -> Result:
        frame = Frame()
        cell = tuple(at[d] for d in kept)
        value = self._counted(figure, at, kept, cell, frame).through(figure.name)
        recounted = [d for d in figure.dimensions if d not in kept]
        if recounted:
            frame.steps.append(f"counted together across {', '.join(recounted)}, from the rows")
        working = self.working(
            figure,
            at,
            value,
            frame,
            _head(figure),
            put_in(value),
            label(self.contract, figure.name, {d: at[d] for d in kept}),
        )
        name = self.counted_as(figure.name)
        if (name, kept) in self.inputs.answers:
            working = evolve(working, counted=(name, kept, cell))
        return value, working

    def _counted(self, figure: Measure, at: Env, kept: tuple[str, ...], cell: Cell, frame: Frame) -> Value:
        pooled = self._pooled(figure, at, kept)
        if pooled is not None:
            return pooled
        answer = self.inputs.answers.get((self.counted_as(figure.name), kept))
        if answer is None:
            return self._uncounted(figure)
        over = _over(figure, at, kept)
        held = self._held(figure, over, kept)
        if held is not None:
            return held
        still_open = self._still_open(figure, at, kept, answer)
        if figure.tally.dated:
            return self._day(figure, answer.days.get(cell), still_open, at)
        if still_open is not None:
            return still_open
        people = (
            answer.people.get(over, 0) if figure.tally.over is not Over.COUNTED else (answer.some or {}).get(cell, 0)
        )
        counts = answer.counted.get(cell, {})
        total = self._weighed(figure, counts, frame)
        if not total.known:
            return total
        if figure.tally.over is None:
            return evolve(total, kind=figure.kind)
        if people == 0:
            name = label(self.contract, figure.name, at)
            nobody = (
                "nobody has a row that counts in" if figure.tally.over is Over.COUNTED else "nobody is counted over in"
            )
            return without(State.MISSING, f"{nobody} `{name}`", figure.kind)
        number = total.number
        if figure.kind.name not in (
            "rate",
            "frequency",
        ):  # these keep how many people they are over; a sum is for so many
            return known(figure.kind, number * (figure.per or 1) / people)
        return known(figure.kind, number / people, (int(number), people) if number.denominator == 1 else None)

    def so_far(self, node: x.Read, env: Env) -> Fraction | None:
        figure = self.contract.figures[node.figure]
        if not isinstance(figure, Measure) or not _only_grows(figure):
            return None
        at = {dimension: self.value(way, env, Frame()) for dimension, way in node.at}
        if not all(member.known for member in at.values()):
            return None
        kept = tuple(d for d in figure.dimensions if d in at)
        cell = tuple(str(at[d].of) for d in kept)
        answer = self.inputs.answers.get((self.counted_as(figure.name), kept))
        if answer is None or answer.undecided.get(cell):
            return None  # a day that is filled in later may take a row out again
        return Fraction(sum(answer.counted.get(cell, {}).values()))

    def _day(self, figure: Measure, day: date | None, still_open: Value | None, at: Env) -> Value:
        """The day that a measure comes to. The first day of something is known once it has come; that it never came, and the
        latest day, are known only when no more can come."""
        if day is not None and (still_open is None or not isinstance(figure.tally.counts, Latest)):
            return known(figure.kind, day)
        name = label(self.contract, figure.name, at)
        return still_open or without(State.MISSING, f"`{name}` is not reached", figure.kind)

    def _held(self, figure: Measure, over: Cell, kept: tuple[str, ...]) -> Value | None:
        """Why nothing can be said of some people of a cell."""
        made = self.inputs.counts.get((self.counted_as(figure.name), kept))
        if made is None:
            return None
        value = made.held.get(over) or made.held.get(())
        return None if value is None else evolve(value, kind=figure.kind)

    def _uncounted(self, figure: Measure) -> Value:
        """Why a measure was not counted: an agreed figure that its conditions read is not known, or there are no rows."""
        for condition in (*figure.where, *figure.among):
            for node in x.walk(condition):
                if isinstance(node, x.Read):
                    value = self.value(node, {}, Frame())
                    if not value.known:
                        return value
        absent = sorted(
            records_read(count(self.contract, figure, figure.dimensions), self.contract) - self.inputs.tables.keys()
        )
        return without(State.UNKNOWN, f"no rows of {listing([f'`{name}`' for name in absent])} were given", figure.kind)

    def _weighed(self, figure: Measure, counts: object, frame: Frame) -> Value:
        total = Fraction(0)
        scale = 10 ** places(figure.value.column.kind) if figure.value and figure.value.column is not None else 1  # type: ignore[attr-defined]
        for key, number in sorted(counts.items(), key=repr):  # type: ignore[attr-defined]
            if figure.value is None:
                total += number
                continue
            row = {node: known(node.kind, part) for node, part in zip(figure.value.keys, key, strict=True)}  # type: ignore[attr-defined]
            frame.row = row
            factor = self.value(figure.value.factor, {}, frame)
            frame.row = {}
            if not factor.known:
                return factor
            total += Fraction(number, scale) * factor.number
            if figure.value.column is None:
                frame.steps.append(f"{number:,} × {put_in(factor)} ({', '.join(map(shown, row.values()))})")
        return known(figure.kind, total)

    def _still_open(self, figure: Measure, at: Env, kept: tuple[str, ...], answer: Answer) -> Value | None:
        ends: list[tuple[date | None, str]] = [
            (day, figure.records) for day in (answer.closes.get(_over(figure, at, kept)), answer.known_from)
        ]
        ends += [(day, file) for file, day in answer.undecided.get(tuple(at[d] for d in kept), {}).items()]
        for axis in figure.placed:
            if isinstance(axis.at, x.PeriodOf) and axis.dimension in kept and not axis.on_base:
                members = self.contract.periods[axis.dimension].members
                ends.append((next(m.last for m in members if m.name == at[axis.dimension]), figure.records))
        still = [(day, file) for day, file in ends if day is not None and self.inputs.is_open(file, day)]
        if not still:
            return None
        day, file = max(still)
        return evolve(self.not_yet(file, f"`{label(self.contract, figure.name, at)}`", day), kind=figure.kind)

    def _pooled(self, figure: Measure, at: Env, kept: tuple[str, ...]) -> Value | None:
        """A measure given in an example, read coarser: it pools only where every part was given with its counts."""
        if kept == figure.dimensions or not any(name == figure.name for name, _ in self.inputs.figures):
            return None
        counted = people = 0
        for env, _ in self.cells(tuple(a for a in figure.axes if a.dimension not in kept)):
            whole = {**at, **env}
            cell = tuple(whole[d] for d in figure.dimensions)
            part = self.inputs.figures.get((figure.name, cell))
            if part is None or part.counts is None:
                return without(
                    State.UNKNOWN,
                    f"`{label(self.contract, figure.name, dict(zip(figure.dimensions, cell, strict=True)))}` is given without how many people it is over, and "
                    "cannot be counted together with others",
                    figure.kind,
                )
            counted, people = counted + part.counts[0], people + part.counts[1]
        return known(figure.kind, Fraction(counted, people), (counted, people))

    def people_in(self, node: x.PeopleIn, env: Env, frame: Frame) -> Value:
        read: x.Read = node.of  # type: ignore[assignment]
        figure: Measure = self.contract.figures[read.figure]  # type: ignore[assignment]
        at = {d: str(self.value(way, env, frame).of) for d, way in read.at}
        here = self.here(figure, at)
        held = here.held(figure.name)
        return here.in_measure(node, at, frame) if held is None else self._noted(node, held, frame)

    def in_measure(self, node: x.PeopleIn, at: Env, frame: Frame) -> Value:
        """The people that a measure is counted over at a cell, or what it counted."""
        figure: Measure = self.contract.figures[node.of.figure]  # type: ignore[attr-defined, assignment]
        kept = tuple(d for d in figure.dimensions if d in at)
        given = (
            self.inputs.figures.get((figure.name, tuple(at[d] for d in kept))) if kept == figure.dimensions else None
        )
        pooled = self._pooled(figure, at, kept)
        name = label(self.contract, figure.name, at)
        if given is not None or pooled is not None:
            source = given or pooled
            if source is None or source.counts is None:
                value = without(
                    State.UNKNOWN, f"`{name}` is given without how many people it is over", kinds.COUNT, (figure.name,)
                )
            else:
                value = known(kinds.COUNT, Fraction(source.counts[0 if node.counted else 1]))
            return self._noted(node, value, frame)
        answer = self.inputs.answers.get((self.counted_as(figure.name), kept))
        if answer is None:
            value = evolve(self._uncounted(figure), kind=kinds.COUNT).through(figure.name)
        elif node.counted and (still_open := self._still_open(figure, at, kept, answer)) is not None:
            value = evolve(still_open, kind=kinds.COUNT).through(figure.name)
        elif node.counted:
            value = known(kinds.COUNT, Fraction(sum(answer.counted.get(tuple(at[d] for d in kept), {}).values())))
        else:
            value = known(kinds.COUNT, Fraction(answer.people.get(_over(figure, at, kept), 0)))
        under = self.applied(figure.name)
        frame.inputs.append(evolve(worked(words(node), None, value, kind=kinds.COUNT), under=under))
        return self._noted(node, value, frame)

    def working(
        self, figure: Figure, at: Env, value: Value, frame: Frame, formula: str, numbers: str, of: str | None = None
    ) -> Working:
        name = of or label(self.contract, figure.name, at)
        return worked(
            name, figure.title, value, formula, numbers, frame.steps, frame.inputs, figure.kind, frame.readings
        )


def _over(figure: Measure, at: Env, kept: tuple[str, ...]) -> Cell:
    """The part of a cell that people fall in."""
    return tuple(at[a.dimension] for a in figure.placed if a.on_base and a.dimension in kept)


def _only_grows(figure: Measure) -> bool:
    """Whether rows that come later can only add: a plain count of rows, of which none stands for others."""
    tally = figure.tally
    return (
        tally.over is None
        and isinstance(tally.counts, Rows | People)
        and tally.pick is None
        and figure.survivor is None
    )


def _head(figure: Measure) -> str:
    """What a measure counts, with the lines that its plugin reads: the head and each `word: value`, as written."""
    head = f"{figure.provided.what.word} of {figure.records}"
    if figure.covering is not None:
        head += f".{figure.covering.stretch.name}"
    if figure.base:
        head += f" per {figure.per:,} {figure.base}" if figure.per else f" for {figure.base}"
    if figure.covering is not None and figure.covering.clip is not None:
        head += " from {} until {}".format(*map(words, figure.covering.clip))
    lines = (f"{word}: {value if isinstance(value, str) else words(value)}" for word, value in figure.settings.items())
    return ", ".join((head, *lines))
