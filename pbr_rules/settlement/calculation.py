"""Expressions calculated exactly, one place at a time. A state is a value: what is not known is only asked for where it is read."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Self, cast

from attrs import evolve

from pbr_rules import expressions as x
from pbr_rules import kinds
from pbr_rules.calendars import NotCovered
from pbr_rules.checked.model import Constraint, Figure, Measure, Parameter
from pbr_rules.dates import Duration, add, long_text
from pbr_rules.diagnostics import DataError
from pbr_rules.engines.rows import COMPARE
from pbr_rules.engines.windows import closing_day, lies_in
from pbr_rules.engines.working import known_days
from pbr_rules.engines.working import put_in as put_in_days
from pbr_rules.evidence.tables import places
from pbr_rules.plan.from_checked import TURNED, undecided
from pbr_rules.plan.model import Undecided, ends
from pbr_rules.settlement.cells import Cells
from pbr_rules.settlement.frame import Env, Frame, Result, any_one, every_one, first_without, round_off
from pbr_rules.settlement.gather import gathered
from pbr_rules.settlement.scales import on_scale
from pbr_rules.settlement.values import Reading, State, Under, Value, known, put_in, shown, without, worked
from pbr_rules.words import length_words, words

PASSED = (x.Comparator.AT_LEAST, x.Comparator.ABOVE, x.Comparator.IS_NOT)
"""Comparisons that hold once a count has passed the figure it is compared with; of all others the contrary holds."""


class Calculation(Cells):
    """The value of every expression of the terms."""

    @abstractmethod
    def figure(self, name: str, at: Env) -> Result:
        """A figure at a cell, and its working."""

    @abstractmethod
    def measure(self, figure: Measure, at: Env, kept: tuple[str, ...]) -> Result:
        """A measure at a grain of its own or coarser."""

    @abstractmethod
    def people_in(self, node: x.PeopleIn, env: Env, frame: Frame) -> Value:
        """The people that a measure is counted over, or what it counted."""

    @abstractmethod
    def parameter(self, figure: Parameter, at: Env, day: date | None = None) -> Result:
        """An agreed figure; `day` picks the one in force."""

    @abstractmethod
    def here(self, clause: Figure | Constraint, at: Env) -> Self:
        """The terms that hold at a cell of a clause."""

    @abstractmethod
    def held(self, name: str) -> Value | None:
        """Why a clause cannot be read here."""

    @abstractmethod
    def applied(self, name: str) -> tuple[Under, ...]:
        """The dated variations by which a clause is what it is here."""

    @abstractmethod
    def counted_as(self, measure: str) -> str:
        """What the counts of a measure are kept by, here."""

    def value(self, node: x.Expression, env: Env, frame: Frame) -> Value:
        """The value of an expression at a place."""
        match node:
            case x.Literal(value=Duration() as length):
                return self._length(length)
            case x.Literal(value=of, kind=kind):
                return known(kind, of)
            case x.Nothing():
                return known(kinds.NOTHING, Fraction(0))
            case x.Unknown(why=why):
                return without(State.UNKNOWN, why)
            case x.Missing():
                return without(State.MISSING, "written as missing")
            case x.Bracket(inner=inner):
                return self.value(inner, env, frame)
            case x.Argument(name=name):
                return self._noted(node, frame.arguments[name], frame)
            case x.AmountSoFar():
                return self._noted(node, frame.amount or without(State.UNKNOWN, "no amount yet"), frame)
            case x.Here(dimension=dimension):
                return known(self._dimension_kind(dimension), env[dimension])
            case x.Member(dimension=dimension, name=name):
                return known(self._dimension_kind(dimension), name)
            case x.PeriodOf() | x.ParentOf():
                return self._period(node, env, frame)
            case x.Column():
                return self._column(node, env, frame)
            case x.Read():
                return self._read(node, env, frame)
            case x.PeopleIn():
                return self.people_in(node, env, frame)
            case x.Call():
                return self._call(node, env, frame)
            case x.Negative(of=of):
                value = self.value(of, env, frame)
                return evolve(value, of=-value.number, counts=None) if value.known else value
            case x.Rounded(of=of, rounding=rounding):
                value = self.value(of, env, frame)
                return round_off(value, rounding, frame) if value.known else value
            case x.Arithmetic() | x.PercentOf():
                return self._arithmetic(node, env, frame)
            case x.Change():
                return self._change(node, env, frame)
            case x.Extreme(lower=lower, first=first, second=second):
                a, b = self.value(first, env, frame), self.value(second, env, frame)
                missing = first_without(a, b)
                return missing or (a if (a.of <= b.of) is lower else b)  # type: ignore[operator]
            case x.Compare() | x.OneOf() | x.Known() | x.Within() | x.Between() | x.Not():
                return self._condition(node, env, frame)
            case x.Both(conditions=conditions):
                return every_one(self.value(c, env, frame) for c in conditions)
            case x.Either(conditions=conditions):
                return any_one(self.value(c, env, frame) for c in conditions)
            case x.Aggregate():
                return gathered(self, node, env, frame)
            case x.ForEvery():
                return self._for_every(node, env, frame)
            case x.Cases():
                return self._cases(node, env, frame)
            case x.Timing(length=length, after=after):
                value, lasts = self.value(after, env, frame), self.value(length, env, frame)
                return first_without(value, lasts) or self._moved(value, lasts, 1, frame)
        raise TypeError(f"no value of {type(node).__name__}")

    def _length(self, length: Duration) -> Value:
        """A length of time that knows which days are working days."""
        if length.is_working and length.calendar is None and self.calendar is None:
            closed = self.contract.closed_in
            return without(State.UNKNOWN, f"no rows of `{closed}` were given, which say the days that are closed")
        return known(kinds.DURATION, known_days(length, self.calendar))

    def _moved(self, day: Value, length: Value, sign: int, frame: Frame) -> Value:
        """A day, a length of time before or after another."""
        start, lasts = cast(date, day.of), cast(Duration, length.of)
        try:
            found = add(start, lasts, sign)
        except NotCovered as error:
            return without(State.REFUSED, str(error))
        if lasts.is_working:
            side = "after" if sign > 0 else "before"
            frame.steps.append(f"{length_words(lasts)} {side} {long_text(start)}: {long_text(found)}")
        return known(kinds.DATE, found)

    def _period(self, node: x.PeriodOf | x.ParentOf, env: Env, frame: Frame) -> Value:
        if isinstance(node, x.ParentOf):
            child = self.value(node.of, env, frame)
            if not child.known:
                return child
            return known(kinds.category(node.period), self.contract.periods[node.child].parents[str(child.of)])
        day = self.value(node.day, env, frame)
        if not day.known:
            return day
        member = self.contract.periods[node.period].holding(day.of)  # type: ignore[arg-type]
        if member is None:
            return without(State.MISSING, f"{long_text(day.of)} lies in no `{node.period}`")  # type: ignore[arg-type]
        return known(kinds.category(node.period), member)

    def _column(self, node: x.Column, env: Env, frame: Frame) -> Value:
        if node in frame.row:
            return frame.row[node]
        table = self.inputs.tables.get(node.records)
        if table is None:
            return without(State.UNKNOWN, f"no rows of `{node.records}` were given", node.kind, (node.name,))
        key, key_words = [], []
        for _, way in node.key:
            part = self.value(way, env, frame)
            if not part.known:
                return part
            key.append(part.of)
            key_words.append(shown(part))
        row = table.index.get(tuple(key))  # type: ignore[arg-type]
        text = f"{node.records}[{', '.join(key_words)}]" if key else node.records
        if row is None:
            return self._noted(node, without(State.MISSING, f"`{text}` has no row", node.kind, (node.name,)), frame)
        if table.excluded[row] is not None:
            return self._noted(
                node,
                without(State.MISSING, f"`{text}` is excluded: {table.excluded[row]}", node.kind, (node.name,)),
                frame,
            )
        cell = table.columns[node.name][row]
        if cell is None:
            return self._noted(
                node, without(State.MISSING, f"`{node.name}` is blank in `{text}`", node.kind, (node.name,)), frame
            )
        if isinstance(cell, int) and not isinstance(cell, bool):
            value = known(node.kind, Fraction(cell, 10 ** places(node.kind)))
        else:
            value = known(node.kind, cell)
        of = f"{node.name} of {text}" if key else f"{node.name} of {node.records}"
        frame.inputs.append(worked(of, None, value, kind=node.kind))
        return self._noted(node, value, frame)

    def _read(self, node: x.Read, env: Env, frame: Frame) -> Value:
        figure = self.contract.figures[node.figure]
        at: Env = {}
        for dimension, way in node.at:
            member = self.value(way, env, frame)
            if not member.known:
                return member
            at[dimension] = str(member.of)
        day: date | None = None
        if node.dated is not None:
            dated = self.value(node.dated, env, frame)
            if not dated.known:
                return dated
            day = dated.of  # type: ignore[assignment]
        value, working = self._at(figure, at, day)
        if working not in frame.inputs:
            frame.inputs.append(working)
        return self._noted(node, value, frame)

    def read_at(self, node: x.Read, at: Env, day: date | None = None) -> Value:
        """A figure where the cell, and the day that picks the entry in force, are found already."""
        return self._at(self.contract.figures[node.figure], at, day)[0]

    def _at(self, figure: Figure, at: Env, day: date | None) -> Result:
        """A figure at a cell, or a measure at a part of one; `day` picks the entry in force."""
        if isinstance(figure, Measure) and len(at) < len(figure.axes):
            return self.measure(figure, at, tuple(d for d in figure.dimensions if d in at))
        if isinstance(figure, Parameter) and day is not None:
            return self.parameter(figure, at, day)
        return self.figure(figure.name, {d: at[d] for d in figure.dimensions})

    def _call(self, node: x.Call, env: Env, frame: Frame) -> Value:
        arguments = [self.value(a, env, frame) for a in node.arguments]
        missing = first_without(*arguments)
        if missing is not None:
            return missing
        if node.name == "whole":
            number = arguments[0].number
            if number < 0:
                return without(State.REFUSED, f"`whole(…)` of a number below zero: {put_in(arguments[0])}")
            return self._noted(node, known(kinds.COUNT, Fraction(number.numerator // number.denominator)), frame)
        for name, at, value in self.inputs.points:
            if name == node.name and [v.of for v in at] == [v.of for v in arguments]:
                return self._noted(node, value, frame)
        value = (self.held(node.name) or self._on_scale(node.name, arguments, frame)).through(node.name)
        return self._noted(node, value, frame)

    def _on_scale(self, name: str, arguments: list[Value], frame: Frame) -> Value:
        scale, under = self.contract.scales[name], self.applied(name)
        value = on_scale(self, scale, arguments, frame)
        frame.readings.append(Reading(name, tuple(arguments), value))
        if under:
            of = f"{name}({', '.join(map(put_in, arguments))})"
            frame.inputs.append(evolve(worked(of, scale.title, value), under=under))
        return value

    def _arithmetic(self, node: x.Arithmetic | x.PercentOf, env: Env, frame: Frame) -> Value:
        if isinstance(node, x.PercentOf):
            left, right, sign = self.value(node.percent, env, frame), self.value(node.of, env, frame), "*"
        else:
            left, right, sign = self.value(node.left, env, frame), self.value(node.right, env, frame), node.sign
        missing = first_without(left, right)
        if missing is not None:
            return missing
        a, b = left.of, right.of
        if isinstance(a, date):
            if isinstance(b, date):
                return known(kinds.COUNT, Fraction((a - b).days))
            return self._moved(left, right, 1 if sign == "+" else -1, frame)
        if isinstance(a, Duration) or isinstance(b, Duration):
            length, times = (a, b) if isinstance(a, Duration) else (b, a)
            return known(kinds.DURATION, length.times(int(times)))  # type: ignore[arg-type, union-attr]
        x_, y = left.number, right.number
        match sign:
            case "+" | "-":
                kind = kinds.widest(left.kind, right.kind)
                return known(
                    kinds.NUMBER if kind.name == "count" and sign == "-" else kind, x_ + y if sign == "+" else x_ - y
                )
            case "*":
                return known(kinds.product(left.kind, right.kind) or kinds.NUMBER, x_ * y)
        if y == 0:
            return without(State.MISSING, f"`{frame.text(node)}` divides by zero")
        return known(kinds.quotient(left.kind, right.kind) or kinds.NUMBER, x_ / y)

    def _change(self, node: x.Change, env: Env, frame: Frame) -> Value:
        before, after = self.value(node.before, env, frame), self.value(node.after, env, frame)
        missing = first_without(before, after)
        if missing is not None:
            return missing
        change = before.number - after.number if node.fall else after.number - before.number
        if not node.relative:
            return known(kinds.POINTS, change)
        if before.number == 0:
            return without(State.MISSING, f"`{frame.text(node)}` begins at zero")
        if before.number < 0:
            return without(State.REFUSED, f"`{frame.text(node)}` begins below zero")
        return known(kinds.PERCENT, change / before.number)

    def _condition(self, node: x.Expression, env: Env, frame: Frame) -> Value:
        if isinstance(node, x.Not):
            value = self.value(node.of, env, frame)
            return known(kinds.FLAG, not value.of) if value.known else value
        if isinstance(node, x.Known):
            value = self.value(node.of, env, frame)
            if value.state not in (State.KNOWN, State.MISSING):
                return value
            return known(kinds.FLAG, value.known is node.known)
        if isinstance(node, x.OneOf):
            of = self.value(node.of, env, frame)
            values = [self.value(v, env, frame) for v in node.values]
            missing = first_without(of, *values)
            return missing or known(kinds.FLAG, any(of.of == v.of for v in values) is not node.negated)
        if isinstance(node, x.Compare):
            left, right = self.value(node.left, env, frame), self.value(node.right, env, frame)
            missing = first_without(left, right)
            decided = self._already(node, left, right, env) if missing is not None else None
            return decided or missing or known(kinds.FLAG, COMPARE[node.how](left.of, right.of))
        if isinstance(node, x.Within):
            day, anchor = self.value(node.day, env, frame), self.value(node.anchor, env, frame)
            lasts = self._length(node.length)
            missing = first_without(day, anchor, lasts)
            if missing is not None:
                return missing
            try:
                lies = lies_in(evolve(node, length=lasts.of))(day.of, anchor.of)  # type: ignore[arg-type]
            except NotCovered as error:
                return without(State.REFUSED, str(error))
            return known(kinds.FLAG, lies)
        between: x.Between = node  # type: ignore[assignment]
        parts = [self.value(p, env, frame) for p in (between.first, between.day, between.last)]
        missing = first_without(*parts)
        return missing or known(kinds.FLAG, parts[0].of <= parts[1].of <= parts[2].of)  # type: ignore[operator]

    def _already(self, node: x.Compare, left: Value, right: Value, env: Env) -> Value | None:
        """What a comparison comes to though a count still waits: a count that can only grow has passed a figure for good."""
        how, of, waits, end = node.how, node.left, left, right
        if right.state is State.NOT_YET:
            how, of, waits, end = TURNED[node.how], node.right, right, left
        while isinstance(of, x.Bracket):
            of = of.inner
        if (
            waits.state is not State.NOT_YET
            or not end.known
            or not isinstance(of, x.Read)
            or not isinstance(end.of, Fraction)
        ):
            return None
        so_far = self.so_far(of, env)
        if so_far is None:
            return None
        passed = so_far >= end.of if how in (x.Comparator.AT_LEAST, x.Comparator.BELOW) else so_far > end.of
        return known(kinds.FLAG, how in PASSED) if passed else None

    @abstractmethod
    def so_far(self, node: x.Read, env: Env) -> Fraction | None:
        """What a measure that can only grow has come to, while it waits for its window; None for any other."""

    def not_yet(self, records: str, what: str, closes: date) -> Value:
        """A figure that waits for a file to go further."""
        why = f"`{records}` goes to {long_text(self.inputs.complete[records])}, and {what} is only known from {long_text(closes)}"
        return without(State.NOT_YET, why)

    def still_open(self, waiting: Iterable[Undecided], at: Env) -> Value | None:
        """Not yet, where a day that may still be filled in is blank at a place, and its window ends after its file does."""
        for each in waiting:
            end = ends(each.window)[-1]
            if not _fixed(at, each.day, end) or self.value(each.day, at, Frame()).state is not State.MISSING:
                continue
            day = self.value(end, at, Frame()).of
            if not isinstance(day, date):
                continue
            try:
                closes = closing_day(put_in_days(each.window, self.calendar), day)
            except DataError as error:
                return without(State.REFUSED, str(error))
            if self.inputs.is_open(each.records, closes):
                return self.not_yet(each.records, words(each.window), closes)
        return None

    def _for_every(self, node: x.ForEvery, env: Env, frame: Frame) -> Value:
        waiting = tuple(undecided(self.contract, (node.condition,)))
        values = [
            self.still_open(waiting, inside) or self.value(node.condition, inside, frame)
            for inside, _ in self.inner(node.across, env, node.condition)
        ]
        if not values:
            if node.if_any:
                return known(kinds.FLAG, node.every)
            return without(State.MISSING, f"there is no `{', '.join(node.across)}` to ask `{words(node)}` of")
        return self._noted(node, every_one(values) if node.every else any_one(values), frame)

    def _cases(self, node: x.Cases, env: Env, frame: Frame) -> Value:
        for condition, value in node.cases:
            held = self.value(condition, env, frame)
            if not held.known:
                return held
            frame.steps.append(f"{frame.text(condition)}: {'yes' if held.of else 'no'}")
            if held.of:
                return self.value(value, env, frame)
        return self.value(node.otherwise, env, frame)


def _fixed(at: Env, *nodes: x.Expression) -> bool:
    """Whether a place fixes all that nodes read."""
    return all(
        not isinstance(part, x.Argument | x.AmountSoFar) and (not isinstance(part, x.Here) or part.dimension in at)
        for node in nodes
        for part in x.walk(node)
    )
