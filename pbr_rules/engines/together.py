"""Several counts over the same rows in one pass: each row is asked every question of any count once, and rows that answer alike are
counted together. What each count makes of such a picture of a row, its first reason or that it counts, is said once for all of them.
"""

from __future__ import annotations

import operator
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import reduce
from typing import cast

import narwhals.stable.v2 as nw

from pbr_rules.checked.model import Cell, Period
from pbr_rules.engines.figures import LoweringError
from pbr_rules.engines.joined import Joined
from pbr_rules.engines.loaded import EVERY, UNITS, WHY, Frame, Loaded, Store
from pbr_rules.engines.people import closes, people
from pbr_rules.engines.tally import Tally, any_may_stand
from pbr_rules.evidence.tables import Table
from pbr_rules.plan import words
from pbr_rules.plan.model import Answer, Count, Ending, Key, What

Asked = tuple[Count, Mapping[str, Table]]

MOST = 62
"""Questions, and counts, of which a whole number of 64 bits holds the answers."""

PICTURE, ROWS, WHO = "picture", "rows", "who"


def alike(asked: Sequence[Asked]) -> Iterator[list[int]]:
    """Counts that may be made in one pass, by their numbers: of rows, by the same axes, once for each of the same."""
    by_shape: dict[object, list[int]] = defaultdict(list)
    for number, (count, tables) in enumerate(asked):
        rows = count.what is What.ROWS and count.most is None and count.covering is None and not count.keys
        if rows and (not count.once or any_may_stand(count)):
            shape = (count.records, count.base, count.link, count.axes, count.members, count.scope, count.excepted)
            by_shape[*shape, count.once, tuple((name, id(table)) for name, table in tables.items())].append(number)
    for numbers in by_shape.values():
        questions: set[object] = set()
        part: list[int] = []
        for number in numbers:
            more = questions | {*asked[number][0].among, *asked[number][0].where}
            if part and (len(more) > MOST // 2 or len(part) == MOST):
                yield part
                part, more = [], {*asked[number][0].among, *asked[number][0].where}
            part, questions = [*part, number], more
        if len(part) > 1:
            yield part


def together(
    counts: Sequence[Count], load: Callable[[str], Loaded], periods: Mapping[str, Period], store: Store
) -> list[Answer]:
    """The answers of counts that are alike.

    Raises:
        LoweringError: one cannot be counted exactly over frames, or they ask more than one number holds.
    """
    joined = Joined(load, counts[0].records, store)
    tallies = [Tally(count, load, periods, store, joined) for count in counts]
    pictures = _Pictures(tallies, store)
    over = _people(tallies)
    answers = []
    for number, tally in enumerate(tallies):
        count = tally.count
        found, last = over[count.among]
        closing = closes(count.closing, last)
        counted: dict[Cell, dict[Key, int]] = {cell: {(): rows} for cell, rows in pictures.counted[number].items()}
        answers.append(Answer(counted, found, closing, dict(pictures.reasons[number]), tally.undecided()))
    return answers


def _people(tallies: Sequence[Tally]) -> dict[object, tuple[dict[Cell, int], dict[Ending, dict[Cell, date]]]]:
    """For the people of each set of conditions, how many there are, and the last days of all windows that any count asks."""
    asked: dict[object, tuple[Tally, dict[Ending, None]]] = {}
    for tally in tallies:
        _, windows = asked.setdefault(tally.count.among, (tally, {}))
        windows |= dict.fromkeys(tally.count.closing)
    return {among: people(t.count, t.load, t.periods, t.store, tuple(windows)) for among, (t, windows) in asked.items()}


class _Pictures:
    """How many rows give each set of answers, and what each count makes of it.

    Attributes:
        counted: for each count, how many rows count in each cell, those of one key once.
        reasons: for each count, how many rows do not, by their first reason.
    """

    def __init__(self, tallies: Sequence[Tally], store: Store) -> None:
        self.counted: list[Counter[Cell]] = [Counter() for _ in tallies]
        self.reasons: list[Counter[str]] = [Counter() for _ in tallies]
        self._store, self._first = store, tallies[0]
        self._joined = tallies[0].joined
        questions: dict[object, nw.Expr] = {}
        self._asked: list[list[tuple[str, int]]] = []
        for tally in tallies:
            fails = list(tally.failing())
            questions |= {each.of: each.rows() for each in fails if each.of not in questions}
            bits = {of: 1 << at for at, of in enumerate(questions)}
            self._asked.append([(each.said, bits[each.of]) for each in fails])
        if len(questions) > MOST:
            raise LoweringError("it asks too much of a row at once")
        rows = self._rows(list(questions.values()))
        once = bool(tallies[0].count.once)
        if once:
            rows = store.settled(rows)  # they are read twice
        seen = self._seen(rows)
        if once:
            self._once(rows, seen)

    def _rows(self, questions: Sequence[nw.Expr]) -> Frame:
        """Each row with its picture, one bit for each question that it fails; a row that is in no count has the number of its reason,
        below nought."""
        first = self._first
        once = {f"once{at}": first.once(node) for at, node in enumerate(first.count.once)}
        axes = first.axes()
        bits = [
            nw.when(fails).then(nw.lit(1 << at, dtype=nw.Int64())).otherwise(nw.lit(0, dtype=nw.Int64()))
            for at, fails in enumerate(questions)
        ]
        picture = nw.coalesce(-1 - nw.col(WHY), reduce(operator.add, bits, nw.lit(0, dtype=nw.Int64())))
        frame = self._joined.frame().with_columns(EVERY, **axes, **once)
        return frame.with_columns(picture.alias(PICTURE)).select(PICTURE, *axes, *once)

    def _seen(self, frame: Frame) -> set[int]:
        """Counts every row, and says which pictures there are."""
        cells = self._first.cells
        seen: set[int] = set()
        frame = frame.group_by(PICTURE, *cells).agg(nw.len().alias(ROWS))
        for picture, rows, *cell in self._store.rows(frame.select(PICTURE, ROWS, *cells)):
            seen.add(cast(int, picture))
            for number, asked in enumerate(self._asked):
                reason = self._reason(cast(int, picture), asked)
                if reason is None:
                    self.counted[number][cast(Cell, tuple(cell))] += cast(int, rows)
                else:
                    self.reasons[number][reason] += cast(int, rows)
        return seen

    def _reason(self, picture: int, asked: Sequence[tuple[str, int]]) -> str | None:
        if picture < 0:
            return words.excluded(self._joined[()].whys[-1 - picture])
        return next((said for said, bit in asked if picture & bit), None)

    def _once(self, frame: Frame, seen: set[int]) -> None:
        """Of rows that count, those of one key as one: it counts in all counts in which any of them does."""
        counting = {
            picture: sum(1 << at for at, asked in enumerate(self._asked) if self._reason(picture, asked) is None)
            for picture in seen
        }
        counting = {picture: counts for picture, counts in counting.items() if counts}
        once = [f"once{at}" for at in range(len(self._first.count.once))]
        cells = self._first.cells
        known = self._store.frame("pictures", {"of": (UNITS, list(counting)), WHO: (UNITS, list(counting.values()))})
        rows = frame.join(known, how="inner", left_on=PICTURE, right_on="of")
        each = self._store.united(rows, [*once, *cells], WHO)
        each = each.group_by(WHO, *cells).agg(nw.len().alias(ROWS))
        all_rows, self.counted = self.counted, [Counter() for _ in self.counted]
        for counts, rows_, *cell in self._store.rows(each.select(WHO, ROWS, *cells)):
            for number, found in enumerate(self.counted):
                if cast(int, counts) >> number & 1:
                    found[cast(Cell, tuple(cell))] += cast(int, rows_)
        for number, found in enumerate(self.counted):
            again = all_rows[number].total() - found.total()
            if again:
                self.reasons[number][words.already(self._first.count)] += again
