"""Settled figures: a value in one of its states, and its working.

Zero, missing, not yet, unknown and outside the scope are different things, and a statement says which.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from fractions import Fraction

from attrs import evolve, field, frozen

from pbr_rules import kinds
from pbr_rules.dates import days_text, long_text
from pbr_rules.exact import decimal_text, places, plain_text, ratio_text
from pbr_rules.kinds import SIGNS, Exact, Kind, only_exact
from pbr_rules.settlement.ids import marked


class State(StrEnum):
    """What is known of a figure.

    `missing`: known to be none (no row, a blank, a division by zero). `not yet`: a window is still open. `unknown`: no source
    states it, or it was not given. `outside`: no such cell. `refused`: it cannot be calculated, and `why` says so.
    """

    KNOWN = "known"
    MISSING = "missing"
    NOT_YET = "not yet"
    UNKNOWN = "unknown"
    OUTSIDE = "outside"
    REFUSED = "refused"


@frozen
class Value:
    """A figure in its state.

    Attributes:
        kind: what kind of figure it is.
        of: the exact value, where the state is `known`.
        counts: for a rate or a frequency, the people or events and the people they are over.
        why: for any other state, the reason, for people.
        because: the figures that the state came through, the first cause first.
    """

    kind: Kind
    of: Exact = field(default=None, validator=only_exact)
    state: State = State.KNOWN
    counts: tuple[int, int] | None = None
    why: str = ""
    because: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.state is State.KNOWN

    @property
    def number(self) -> Fraction:
        """The exact number.

        Raises:
            TypeError: when it is not a number, or not known.
        """
        if not isinstance(self.of, Fraction):
            raise TypeError(f"{self.of!r} is not a number")
        return self.of

    def through(self, figure: str) -> Value:
        """The value as another figure passes it on: a state keeps the way it came."""
        if self.known or figure in self.because:
            return self
        return evolve(self, because=(*self.because, figure))


def known(kind: Kind, of: Exact, counts: tuple[int, int] | None = None) -> Value:
    """A value that is there."""
    return Value(kind, of, counts=counts)


def without(state: State, why: str, kind: Kind = kinds.UNKNOWN, because: tuple[str, ...] = ()) -> Value:
    """A value that is not there, and why."""
    return Value(kind, state=state, why=why, because=because)


def money_text(amount: Fraction, currency: str) -> str:
    """`£1,500.00`, `-£5.00`, `USD 12.30`: two places, for showing only."""
    sign = SIGNS.get(currency, f"{currency} ")
    text = decimal_text(abs(amount), 2)
    return f"-{sign}{text}" if amount < 0 and text.strip("0.,") else f"{sign}{text}"


def shown(value: Value) -> str:
    """A figure for people: with its unit, rounded for showing where it is long."""
    if not value.known:
        return {State.NOT_YET: "not yet", State.OUTSIDE: "no such cell"}.get(value.state, str(value.state))
    of = value.of
    if isinstance(of, bool):
        return "yes" if of else "no"
    if isinstance(of, date):
        return long_text(of)
    if not isinstance(of, Fraction):
        return marked(str(of)) if value.kind.name == "id" else str(of)
    kind = value.kind
    match kind.name:
        case "money":
            return money_text(of, kind.detail)
        case "nothing":
            return "nothing"
        case "points":
            text = plain_text(of * 100, 1)
            return f"{text} percentage point{'' if text == '1' else 's'}"
        case "rate":
            text = f"{plain_text(of * 100, 1)}%"
            return f"{value.counts[0]:,} of {value.counts[1]:,} ({text})" if value.counts else text
        case "frequency":
            per = kind.per or 1
            text = f"{plain_text(of * per, 2)} per {per:,}"
            return f"{text} ({value.counts[0]:,} over {value.counts[1]:,})" if value.counts else text
        case _ if kind.percent:
            return f"{plain_text(of * 100, 1)}%"
        case _:
            return plain_text(of)


def put_in(value: Value) -> str:
    """A figure as it is put into a formula: exact."""
    of = value.of
    if not value.known or not isinstance(of, Fraction) or isinstance(of, bool):
        return shown(value)
    kind = value.kind
    match kind.name:
        case "money" if (places(of) or 9) <= 2 or of.denominator == 1:
            return money_text(of, kind.detail)
        case "rate" if value.counts:
            return f"{value.counts[0]:,}/{value.counts[1]:,}"
        case "points" if (places(of * 100) or 0) <= 4 and places(of * 100) is not None:
            return shown_points(of)
        case "frequency":
            per = kind.per or 1
            if places(of * per) is not None and (places(of * per) or 0) <= 4:
                return f"{plain_text(of * per)} per {per:,}"
            return f"{value.counts[0]:,}/{value.counts[1]:,}" if value.counts else ratio_text(of)
        case _ if kind.percent and places(of * 100) is not None and (places(of * 100) or 0) <= 4:
            return f"{plain_text(of * 100)}%"
        case _ if places(of) is not None and (places(of) or 0) <= 4:
            return plain_text(of)
    return ratio_text(of)


def shown_points(of: Fraction) -> str:
    """Points in full."""
    text = plain_text(of * 100)
    return f"{text} percentage point{'' if text == '1' else 's'}"


def exact_text(value: Value) -> str | None:
    """The exact value in full, as text, or None where there is no value."""
    of = value.of
    if not value.known or of is None:
        return None
    if isinstance(of, bool):
        return "yes" if of else "no"
    if isinstance(of, Fraction):
        return ratio_text(of)
    if isinstance(of, date):
        return of.isoformat()
    return marked(str(of)) if value.kind.name == "id" else str(of)


@frozen
class Reading:
    """A scale read once: at which figures, its own first, and what it gave."""

    scale: str
    arguments: tuple[Value, ...]
    gave: Value


@frozen
class Under:
    """A dated variation by which a clause is what it is somewhere. No last day: it stays."""

    name: str
    first: date
    last: date | None

    @property
    def text(self) -> str:
        """`order (16 March 2023 to 30 September 2023)`."""
        return f"{self.name} ({days_text(self.first, self.last)})"


@frozen
class Working:
    """How one figure came about.

    Attributes:
        of: the figure and its cell, as written: `reduction[c1]`.
        title: its title.
        formula: the formula, as written; `with_numbers`: the same with the figures put in.
        exact: the exact value, a plain ratio; `shown`: the same for people.
        state, why: its state, and the reason where there is no value.
        steps: what was done in order: cases, steps on an amount, roundings.
        inputs: the figures it read.
        counted: for a measure counted from rows, what its counts are kept by, the dimensions it was counted at, and the cell.
        readings: the scales that it read.
        under: the dated variations by which the clause is what it is here.

    Ids stand marked in every text (`settlement/ids.py`): a report shows them, or leaves them out.
    """

    of: str
    title: str | None
    kind: str
    formula: str
    with_numbers: str
    exact: str | None
    shown: str
    state: str = "known"
    why: str = ""
    steps: tuple[str, ...] = ()
    inputs: tuple[Working, ...] = ()
    counted: tuple[str, tuple[str, ...], tuple[str, ...]] | None = None
    readings: tuple[Reading, ...] = ()
    under: tuple[Under, ...] = ()

    @property
    def all_under(self) -> tuple[Under, ...]:
        """The dated variations that bear on it, through all that it reads."""
        inner = (under for part in self.inputs for under in part.all_under)
        return tuple(dict.fromkeys((*self.under, *inner)))


def worked(
    of: str,
    title: str | None,
    value: Value,
    formula: str = "",
    with_numbers: str = "",
    steps: Iterable[str] = (),
    inputs: Iterable[Working] = (),
    kind: Kind | None = None,
    readings: Iterable[Reading] = (),
) -> Working:
    """The working of a value."""
    return Working(
        of,
        title,
        (kind or value.kind).words,
        formula,
        with_numbers,
        exact_text(value),
        shown(value),
        str(value.state),
        value.why,
        tuple(steps),
        tuple(inputs),
        readings=tuple(readings),
    )
