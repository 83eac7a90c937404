"""Figures of the terms, calculated exactly, one cell at a time, with their working.

A state is a value: an unknown price on a branch that is not taken is never asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import cached_property
from itertools import product

from attrs import define, evolve, field

from pbr_rules import expressions as x
from pbr_rules import kinds
from pbr_rules.checked.model import Axis, Cell, Contract, Define, Figure, Limit, Measure, Parameter, Payment
from pbr_rules.dates import Duration, add, long_text
from pbr_rules.engines.rows import COMPARE, bounds_of
from pbr_rules.evidence.tables import places
from pbr_rules.exact import rounded
from pbr_rules.kinds import Kind
from pbr_rules.settlement.gather import gathered
from pbr_rules.settlement.ids import marked
from pbr_rules.settlement.inputs import Inputs
from pbr_rules.settlement.lines import Line, all_lines
from pbr_rules.settlement.payments import entitlement
from pbr_rules.settlement.people import People
from pbr_rules.settlement.scales import on_scale
from pbr_rules.settlement.values import State, Value, Working, exact_text, known, put_in, shown, without
from pbr_rules.words import words

Env = dict[str, str]
Result = tuple[Value, Working]


@define
class Frame:
    """What one figure's working is gathered in, and what only it can see."""

    inputs: list[Working] = field(factory=list)
    numbers: dict[x.Expression, str] = field(factory=dict)
    steps: list[str] = field(factory=list)
    arguments: dict[str, Value] = field(factory=dict)
    amount: Value | None = None
    row: dict[x.Expression, Value] = field(factory=dict)

    def text(self, node: x.Expression) -> str:
        """The formula with the figures put in."""
        return words(node, self.numbers.get)


class Terms:
    """Every figure of a contract, each cell once."""

    def __init__(self, contract: Contract, inputs: Inputs) -> None:
        self.contract, self.inputs = contract, inputs
        self.people = People(contract, inputs)
        self._results: dict[tuple[str, Cell], Result] = {}

    @staticmethod
    def frame() -> Frame:
        """A fresh frame for one figure."""
        return Frame()

    def label(self, name: str, at: Env) -> str:
        """A figure and its cell, as written."""
        return label(self.contract, name, at)

    # ---- cells

    def cells(self, axes: tuple[Axis, ...]) -> Iterator[tuple[Env, int]]:
        """The cells that a figure has, in the contract's order, and how many people each stands for.

        Closed dimensions give their members within the scope; an open one gives the pictures of its people.
        """
        dimensions = tuple(axis.dimension for axis in axes)
        choices: list[list[tuple[str, int]]] = []
        for axis in axes:
            if axis.members is not None:
                choices.append([(member, 1) for member in axis.members])
            else:
                choices.append([(p.representative, p.people) for p in self.people.pictures(axis.dimension)])
        for combination in product(*choices):
            cell = tuple(member for member, _ in combination)
            if self.contract.excepted(dimensions, cell):
                continue
            people = 1
            for _, number in combination:
                people *= number
            yield dict(zip(dimensions, cell, strict=True)), people

    def inner(self, across: tuple[str, ...], env: Env, reading: x.Expression) -> Iterator[tuple[Env, int]]:
        """The cells that an aggregate gathers: the members consistent with the place it stands in."""
        axes = tuple(Axis(name, self._allowed(name, reading)) for name in across)
        for cell, people in self.cells(axes):
            inside = {**env, **cell}
            names = tuple(inside)
            if self._consistent(cell, env) and not self.contract.excepted(names, tuple(inside.values())):
                yield inside, people

    def _allowed(self, dimension: str, reading: x.Expression) -> tuple[str, ...] | None:
        members = self.contract.members(dimension)
        if members is None:
            return None
        for node in x.walk(reading):
            if isinstance(node, x.Read) and dict(node.at).get(dimension) == x.Here(dimension):
                axis = next(a for a in self.contract.figures[node.figure].axes if a.dimension == dimension)
                if axis.members is not None:
                    members = tuple(m for m in members if m in axis.members)
        return members

    def _consistent(self, cell: Env, env: Env) -> bool:
        for dimension, member in cell.items():
            period = self.contract.periods.get(dimension)
            if period and period.parent in env and period.parents[member] != env[period.parent]:
                return False
            owner = self.contract.owner(dimension)
            table = self.inputs.tables.get(owner.name) if owner else None
            if owner is None or table is None or (member,) not in table.index:
                continue
            row = table.index[(member,)]
            for column in owner.columns.values():
                if (
                    column.kind.name == "category"
                    and column.kind.detail in env
                    and table.columns[column.name][row] != env[column.kind.detail]
                ):
                    return False
                if column.kind.name == "id" and column.kind.detail != owner.name:
                    target = self.contract.records[column.kind.detail].identity
                    value = table.columns[column.name][row]
                    if (
                        target in env
                        and value is not None
                        and self.people.representative(target, str(value)) != env[target]
                    ):
                        return False
        return True

    # ---- figures

    def figure(self, name: str, at: Env) -> Result:
        """A figure at a cell, and its working."""
        figure = self.contract.figures[name]
        cell = []
        for dimension in figure.dimensions:
            member = at[dimension]
            if self.contract.members(dimension) is None:
                stands = self.people.representative(dimension, member)
                if stands is None:
                    return self._no_such(figure, at, dimension, member)
                member = stands
            cell.append(member)
        key = (name, tuple(cell))
        if key not in self._results:
            self._results[key] = self._settle(figure, dict(zip(figure.dimensions, cell, strict=True)))
        return self._results[key]

    def _no_such(self, figure: Figure, at: Env, dimension: str, member: str) -> Result:
        owner = self.contract.owner(dimension)
        value = without(
            State.OUTSIDE,
            f'there is no "{marked(member)}" in `{owner.name if owner else dimension}`',
            figure.kind,
            (figure.name,),
        )
        return value, self._working(figure, at, value, Frame(), "", "")

    def _settle(self, figure: Figure, at: Env) -> Result:
        cell = tuple(at.values())
        if self.contract.excepted(figure.dimensions, cell):
            where = ", ".join(_member(self.contract, d, m) for d, m in at.items())
            value = without(State.OUTSIDE, f"[{where}] is outside the contract's scope", figure.kind, (figure.name,))
            return value, self._working(figure, at, value, Frame(), "", "")
        given = self.inputs.figures.get((figure.name, cell))
        if given is not None:
            return given, self._working(figure, at, given, Frame(steps=["given"]), "given", put_in(given))
        for axis, member in zip(figure.axes, cell, strict=True):
            if axis.members is not None and member not in axis.members:
                value = without(State.OUTSIDE, f"`{figure.name}` leaves out `{member}`", figure.kind, (figure.name,))
                return value, self._working(figure, at, value, Frame(), "", "")
        match figure:
            case Parameter():
                return self._parameter(figure, at)
            case Measure():
                return self._measure(figure, at, figure.dimensions)
            case Define():
                frame = Frame()
                value = self.value(figure.value, at, frame)
                formula, numbers = words(figure.value), frame.text(figure.value)
                if figure.rounding is not None and value.known:
                    value = _round(value, figure.rounding, frame)
                if value.known and value.kind.same(figure.kind):
                    value = evolve(value, kind=figure.kind if figure.kind.name != "rate" else value.kind)
                value = value.through(figure.name)
                return value, self._working(figure, at, value, frame, formula, numbers)
            case Payment():
                return entitlement(self, figure, at)
            case Limit():
                return self._limit(figure, at)
        raise TypeError(type(figure))

    def _working(
        self, figure: Figure, at: Env, value: Value, frame: Frame, formula: str, numbers: str, of: str | None = None
    ) -> Working:
        return Working(
            of or label(self.contract, figure.name, at),
            figure.title,
            figure.kind.words,
            formula,
            numbers,
            exact_text(value),
            shown(value),
            str(value.state),
            value.why,
            tuple(frame.steps),
            tuple(frame.inputs),
        )

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every line of the statement."""
        return all_lines(self)

    def _limit(self, figure: Limit, at: Env) -> Result:
        """What a limit took at a cell, from its line. Only worked examples and explanations read it."""
        wanted = self.label(figure.name, at)
        line = next(line for line in self.lines if line.working.of == wanted)
        value = (
            known(figure.kind, line.each)
            if line.each is not None
            else without(line.state, line.why, figure.kind, line.because)
        )
        return value, line.working

    # ---- parameters

    def _parameter(self, figure: Parameter, at: Env, day: date | None = None) -> Result:
        frame = Frame()
        cell = tuple(at.values())
        node: x.Expression | None = None
        given = self.inputs.given.get(figure.name)
        if given is not None:
            node = given.get(cell, given.get(()))
            value = (
                self.value(node, at, frame)
                if node is not None
                else without(State.UNKNOWN, f"`{label(self.contract, figure.name, at)}` was not given", figure.kind)
            )
        elif figure.is_given:
            value = without(
                State.UNKNOWN,
                f"`{figure.name}` was not given{'' if self.inputs.example else f'; it is given with --set {figure.name}=…'}",
                figure.kind,
            )
        elif figure.dated:
            node, value = self._in_force(figure, day, at, frame)
        elif figure.rising is not None:
            value = self._risen(figure, at, frame)
        elif figure.cells is not None:
            node = figure.cells.get(cell)
            value = (
                self.value(node, at, frame)
                if node is not None
                else without(State.MISSING, f"`{figure.name}` has no value here", figure.kind)
            )
        else:
            node = figure.value
            value = self.value(node, at, frame) if node is not None else without(State.UNKNOWN, "no value", figure.kind)
        if value.state is State.UNKNOWN and isinstance(node, x.Unknown):
            value = evolve(value, why=f"`{figure.name}` is unknown: {node.why}")
        value = evolve(value, kind=figure.kind) if value.known else value.through(figure.name)
        formula = words(node) if node is not None else ""
        return value, self._working(figure, at, value, frame, formula, frame.text(node) if node is not None else "")

    def _in_force(
        self, figure: Parameter, day: date | None, at: Env, frame: Frame
    ) -> tuple[x.Expression | None, Value]:
        if day is None:
            return None, without(State.MISSING, f"no day says which value of `{figure.name}` is in force", figure.kind)
        runs = self.contract.written.runs
        before = [(first, node) for first, node in figure.dated if first <= day]
        if not before:
            return None, without(State.REFUSED, f"`{figure.name}` has no value yet on {long_text(day)}", figure.kind)
        if runs is not None and day > runs[1]:
            return None, without(
                State.REFUSED,
                f"{long_text(day)} is after the contract ends, and `{figure.name}` is not carried on",
                figure.kind,
            )
        first, node = before[-1]
        frame.steps.append(f"in force on {long_text(day)}: from {long_text(first)}")
        return node, self.value(node, at, frame)

    def _risen(self, figure: Parameter, at: Env, frame: Frame) -> Value:
        first, rate, period = figure.rising  # type: ignore[misc]
        value = self.value(first, at, frame)
        if not value.known:
            return value
        times = [m.name for m in self.contract.periods[period].members].index(at[period])
        frame.steps.append(
            f"{put_in(value)} rising {rate.written} each {period}, {times} time{'' if times == 1 else 's'}"
        )
        return evolve(value, of=value.number * (1 + rate.value) ** times)  # type: ignore[operator]

    # ---- measures

    def _measure(self, figure: Measure, at: Env, kept: tuple[str, ...]) -> Result:
        frame = Frame()
        cell = tuple(at[d] for d in kept)
        value = self._counted(figure, at, kept, cell, frame).through(figure.name)
        recounted = [d for d in figure.dimensions if d not in kept]
        if recounted:
            frame.steps.append(f"counted together across {', '.join(recounted)}, from the rows")
        head = f"{figure.provided.what.word} of {figure.records}"
        if figure.base:
            head += f" per {figure.per:,} {figure.base}" if figure.per else f" for {figure.base}"
        working = self._working(
            figure, at, value, frame, head, put_in(value), label(self.contract, figure.name, {d: at[d] for d in kept})
        )
        if (figure.name, kept) in self.inputs.answers:
            working = evolve(working, counted=(figure.name, kept, cell))
        return value, working

    def _counted(self, figure: Measure, at: Env, kept: tuple[str, ...], cell: Cell, frame: Frame) -> Value:
        pooled = self._pooled(figure, at, kept)
        if pooled is not None:
            return pooled
        answer = self.inputs.answers.get((figure.name, kept))
        if answer is None:
            return self._uncounted(figure)
        over = tuple(at[a.dimension] for a in figure.placed if a.on_base and a.dimension in kept)
        still_open = self._still_open(figure, at, kept, answer.closes.get(over))
        if still_open is not None:
            return still_open
        people = answer.people.get(over, 0)
        counts = answer.counted.get(cell, {})
        total = self._weighed(figure, counts, frame)
        if not total.known:
            return total
        if not figure.tally.over:
            return evolve(total, kind=figure.kind)
        if people == 0:
            return without(
                State.MISSING, f"nobody is counted over in `{label(self.contract, figure.name, at)}`", figure.kind
            )
        number = total.number
        pair = (int(number), people) if number.denominator == 1 and figure.kind.name in ("rate", "frequency") else None
        return known(figure.kind, number / people, pair)

    def _uncounted(self, figure: Measure) -> Value:
        """Why a measure was not counted: an agreed figure that its conditions read is not known, or there are no rows."""
        for condition in (*figure.where, *figure.among):
            for node in x.walk(condition):
                if isinstance(node, x.Read):
                    value = self.value(node, {}, Frame())
                    if not value.known:
                        return value
        return without(State.UNKNOWN, f"no rows of `{figure.records}` were given", figure.kind)

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

    def _still_open(self, figure: Measure, at: Env, kept: tuple[str, ...], closes: date | None) -> Value | None:
        complete = self.inputs.complete.get(figure.records)
        for axis in figure.placed:
            if isinstance(axis.at, x.PeriodOf) and axis.dimension in kept and not axis.on_base:
                last = next(
                    m.last for m in self.contract.periods[axis.dimension].members if m.name == at[axis.dimension]
                )
                closes = max(closes, last) if closes else last
        if complete is None or closes is None or closes <= complete:
            return None
        return without(
            State.NOT_YET,
            f"`{figure.records}` goes to {long_text(complete)}, and `{label(self.contract, figure.name, at)}` is only known "
            f"from {long_text(closes)}",
            figure.kind,
        )

    def _pooled(self, figure: Measure, at: Env, kept: tuple[str, ...]) -> Value | None:
        """A measure given in an example, read coarser: it pools only where every part was given with its counts."""
        if kept == figure.dimensions or not any(name == figure.name for name, _ in self.inputs.figures):
            return None
        counted = people = 0
        for env, _ in self.cells(tuple(a for a in figure.axes if a.dimension not in kept)):
            cell = tuple({**at, **env}[d] for d in figure.dimensions)
            part = self.inputs.figures.get((figure.name, cell))
            if part is None or part.counts is None:
                return without(
                    State.UNKNOWN,
                    f"`{label(self.contract, figure.name, {**at, **env})}` is given without how many people it is over, and "
                    "cannot be counted together with others",
                    figure.kind,
                )
            counted, people = counted + part.counts[0], people + part.counts[1]
        return known(figure.kind, Fraction(counted, people), (counted, people))

    # ---- expressions

    def value(self, node: x.Expression, env: Env, frame: Frame) -> Value:
        """The value of an expression at a place."""
        match node:
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
                return self._people_in(node, env, frame)
            case x.Call():
                return self._call(node, env, frame)
            case x.Negative(of=of):
                value = self.value(of, env, frame)
                return evolve(value, of=-value.number, counts=None) if value.known else value
            case x.Rounded(of=of, rounding=rounding):
                value = self.value(of, env, frame)
                return _round(value, rounding, frame) if value.known else value
            case x.Arithmetic() | x.PercentOf():
                return self._arithmetic(node, env, frame)
            case x.Change():
                return self._change(node, env, frame)
            case x.Extreme(lower=lower, first=first, second=second):
                a, b = self.value(first, env, frame), self.value(second, env, frame)
                missing = _first_without(a, b)
                return missing or (a if (a.number <= b.number) is lower else b)
            case x.Compare() | x.OneOf() | x.Known() | x.Within() | x.Between() | x.Not():
                return self._condition(node, env, frame)
            case x.Both(conditions=conditions):
                return _all(self.value(c, env, frame) for c in conditions)
            case x.Either(conditions=conditions):
                return _any(self.value(c, env, frame) for c in conditions)
            case x.Aggregate():
                return gathered(self, node, env, frame)
            case x.ForEvery():
                return self._for_every(node, env, frame)
            case x.Cases():
                return self._cases(node, env, frame)
            case x.Timing(length=length, after=after):
                value = self.value(after, env, frame)
                return known(kinds.DATE, add(value.of, length.value)) if value.known else value  # type: ignore[arg-type, attr-defined]
        raise TypeError(f"no value of {type(node).__name__}")

    def _noted(self, node: x.Expression, value: Value, frame: Frame) -> Value:
        """The value, with its text kept for the formula with numbers."""
        frame.numbers[node] = put_in(value)
        return value

    def _dimension_kind(self, dimension: str) -> Kind:
        owner = self.contract.owner(dimension)
        return kinds.identity(owner.name) if owner else kinds.category(dimension)

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
        frame.inputs.append(
            Working(
                f"{node.name} of {text}" if key else f"{node.name} of {node.records}",
                None,
                node.kind.words,
                "",
                put_in(value),
                exact_text(value),
                shown(value),
            )
        )
        return self._noted(node, value, frame)

    def _read(self, node: x.Read, env: Env, frame: Frame) -> Value:
        figure = self.contract.figures[node.figure]
        at: Env = {}
        for dimension, way in node.at:
            member = self.value(way, env, frame)
            if not member.known:
                return member
            at[dimension] = str(member.of)
        if isinstance(figure, Measure) and len(at) < len(figure.axes):
            value, working = self._measure(figure, at, tuple(d for d in figure.dimensions if d in at))
        elif isinstance(figure, Parameter) and node.dated is not None:
            day = self.value(node.dated, env, frame)
            if not day.known:
                return day
            value, working = self._parameter(figure, at, day.of)  # type: ignore[arg-type]
        else:
            value, working = self.figure(node.figure, {d: at[d] for d in figure.dimensions})
        if working not in frame.inputs:
            frame.inputs.append(working)
        return self._noted(node, value, frame)

    def _people_in(self, node: x.PeopleIn, env: Env, frame: Frame) -> Value:
        read: x.Read = node.of  # type: ignore[assignment]
        figure: Measure = self.contract.figures[read.figure]  # type: ignore[assignment]
        at = {d: str(self.value(way, env, frame).of) for d, way in read.at}
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
        answer = self.inputs.answers.get((figure.name, kept))
        if answer is None:
            value = without(State.UNKNOWN, f"no rows of `{figure.records}` were given", kinds.COUNT, (figure.name,))
        elif node.counted:
            value = known(kinds.COUNT, Fraction(sum(answer.counted.get(tuple(at[d] for d in kept), {}).values())))
        else:
            over = tuple(at[a.dimension] for a in figure.placed if a.on_base and a.dimension in kept)
            value = known(kinds.COUNT, Fraction(answer.people.get(over, 0)))
        text = words(node)
        frame.inputs.append(
            Working(
                text, None, "a count", "", put_in(value), exact_text(value), shown(value), str(value.state), value.why
            )
        )
        return self._noted(node, value, frame)

    def _call(self, node: x.Call, env: Env, frame: Frame) -> Value:
        arguments = [self.value(a, env, frame) for a in node.arguments]
        missing = _first_without(*arguments)
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
        value = on_scale(self, self.contract.scales[node.name], arguments, frame)
        return self._noted(node, value.through(node.name), frame)

    def _arithmetic(self, node: x.Arithmetic | x.PercentOf, env: Env, frame: Frame) -> Value:
        if isinstance(node, x.PercentOf):
            left, right, sign = self.value(node.percent, env, frame), self.value(node.of, env, frame), "*"
        else:
            left, right, sign = self.value(node.left, env, frame), self.value(node.right, env, frame), node.sign
        missing = _first_without(left, right)
        if missing is not None:
            return missing
        a, b = left.of, right.of
        if isinstance(a, date):
            if isinstance(b, date):
                return known(kinds.COUNT, Fraction((a - b).days))
            return known(kinds.DATE, add(a, b, 1 if sign == "+" else -1))  # type: ignore[arg-type]
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
        missing = _first_without(before, after)
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
            missing = _first_without(of, *values)
            return missing or known(kinds.FLAG, any(of.of == v.of for v in values) is not node.negated)
        if isinstance(node, x.Compare):
            left, right = self.value(node.left, env, frame), self.value(node.right, env, frame)
            missing = _first_without(left, right)
            return missing or known(kinds.FLAG, COMPARE[node.how](left.of, right.of))
        if isinstance(node, x.Within):
            day, anchor = self.value(node.day, env, frame), self.value(node.anchor, env, frame)
            missing = _first_without(day, anchor)
            if missing is not None:
                return missing
            first, last = bounds_of(node, anchor.of)  # type: ignore[arg-type]
            return known(kinds.FLAG, (first is None or first <= day.of) and day.of <= last)  # type: ignore[operator]
        between: x.Between = node  # type: ignore[assignment]
        parts = [self.value(p, env, frame) for p in (between.first, between.day, between.last)]
        missing = _first_without(*parts)
        return missing or known(kinds.FLAG, parts[0].of <= parts[1].of <= parts[2].of)  # type: ignore[operator]

    def _for_every(self, node: x.ForEvery, env: Env, frame: Frame) -> Value:
        values = [
            self.value(node.condition, inside, frame) for inside, _ in self.inner(node.across, env, node.condition)
        ]
        if not values:
            if node.if_any:
                return known(kinds.FLAG, node.every)
            return without(State.MISSING, f"there is no `{', '.join(node.across)}` to ask `{words(node)}` of")
        return _all(values) if node.every else _any(values)

    def _cases(self, node: x.Cases, env: Env, frame: Frame) -> Value:
        for condition, value in node.cases:
            held = self.value(condition, env, frame)
            if not held.known:
                return held
            frame.steps.append(f"{frame.text(condition)}: {'yes' if held.of else 'no'}")
            if held.of:
                return self.value(value, env, frame)
        return self.value(node.otherwise, env, frame)


def label(contract: Contract, name: str, at: Env) -> str:
    """A figure and its cell, as a contract writes them: `events[c1, treated]`, `outcomes["A1", entered]`."""
    if not at:
        return name
    return f"{name}[{', '.join(_member(contract, d, member) for d, member in at.items())}]"


def _member(contract: Contract, dimension: str, member: str) -> str:
    return member if contract.members(dimension) is not None else f'"{marked(member)}"'


def _first_without(*values: Value) -> Value | None:
    """The first value that is not there: what is not known decides before what is missing."""
    absent = [value for value in values if not value.known]
    return next((v for v in absent if v.state is not State.MISSING), absent[0] if absent else None)


def _all(values: object) -> Value:
    """By value, not by order: one no decides, whatever else is not known."""
    listed = list(values)  # type: ignore[call-overload]
    if any(v.known and v.of is False for v in listed):
        return known(kinds.FLAG, False)
    return _first_without(*listed) or known(kinds.FLAG, True)


def _any(values: object) -> Value:
    listed = list(values)  # type: ignore[call-overload]
    if any(v.known and v.of is True for v in listed):
        return known(kinds.FLAG, True)
    return _first_without(*listed) or known(kinds.FLAG, False)


def _round(value: Value, rounding: x.Rounding, frame: Frame) -> Value:
    place = rounding.place
    result = evolve(value, of=rounded(value.number, place.value, rounding.mode), counts=None)  # type: ignore[arg-type]
    frame.steps.append(f"rounded to {place.written} {rounding.mode}: {exact_text(value)} becomes {exact_text(result)}")
    return result
