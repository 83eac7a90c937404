"""Exact figures inside a frame: whole numbers whose ends are known, and ratios of two of them.

A frame adds and multiplies in 64 bits, and some wrap around in silence. So every whole number carries the least and the
greatest that it can be, found from the records themselves, and a sum or a product that could leave 64 bits is refused
before any row is read. A column of pennies, a third, or a ratio of two columns is compared by multiplying across.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor, gcd

import narwhals.stable.v2 as nw
from attrs import frozen

from pbr_rules.expressions import Comparator as How

LARGEST = 2**63 - 1


class LoweringError(ValueError):
    """What a frame cannot say exactly; the message says what it is, for people."""


@frozen
class Whole:
    """A whole number for each row. `rows` is None where it is the same for every row: `low`, which is then `high`."""

    low: int
    high: int
    rows: nw.Expr | None = None

    def __attrs_post_init__(self) -> None:
        if self.rows is not None:
            self._fits()

    def _fits(self) -> None:
        if self.low < -LARGEST or self.high > LARGEST:
            raise LoweringError("a figure could be too large for 64 bits")

    @property
    def here(self) -> nw.Expr:
        """The number in each row."""
        if self.rows is not None:
            return self.rows
        self._fits()
        return nw.lit(self.low, dtype=nw.Int64())

    def plus(self, other: Whole) -> Whole:
        """The sum."""
        low, high = self.low + other.low, self.high + other.high
        if self.rows is None and other.rows is None:
            return Whole(low, high)
        return Whole(low, high, self.here + other.here)

    def times(self, other: Whole) -> Whole:
        """The product."""
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        if self.rows is None and other.rows is None:
            return Whole(ends[0], ends[0])
        for one, rest in ((self, other), (other, self)):
            if one.rows is None and one.low == 1:
                return rest
        return Whole(min(ends), max(ends), self.here * other.here)

    def negative(self) -> Whole:
        """The number with its sign turned."""
        return self.times(Whole(-1, -1))

    def size(self) -> Whole:
        """The number without its sign; nothing where it is nought, which divides nothing."""
        most = max(abs(self.low), abs(self.high), 1)
        return Whole(
            1, most, nw.when(self.here != 0).then(nw.when(self.here > 0).then(self.here).otherwise(0 - self.here))
        )

    def signed_by(self, other: Whole) -> Whole:
        """The number, its sign turned where `other` is below nought."""
        most = max(abs(self.low), abs(self.high))
        return Whole(-most, most, nw.when(other.here < 0).then(0 - self.here).otherwise(self.here))


ONE = Whole(1, 1)


@frozen
class Number:
    """An exact ratio for each row: `top / under`, where `under` is above nought."""

    top: Whole
    under: Whole = ONE

    @property
    def known(self) -> nw.Expr:
        """Whether the row has it."""
        parts = [~part.rows.is_null() for part in (self.top, self.under) if part.rows is not None]
        return nw.all_horizontal(*parts, ignore_nulls=False) if parts else nw.lit(True)

    @property
    def fixed(self) -> Fraction | None:
        """The figure, where it is one for all rows."""
        if self.top.rows is None and self.under.rows is None:
            return Fraction(self.top.low, self.under.low)
        return None


NONE = Number(Whole(0, 0, nw.lit(None, dtype=nw.Int64())))


def number(value: Fraction | int) -> Number:
    """One figure for every row."""
    ratio = Fraction(value)
    return Number(Whole(ratio.numerator, ratio.numerator), Whole(ratio.denominator, ratio.denominator))


def negative(of: Number) -> Number:
    """The figure with its sign turned."""
    return Number(of.top.negative(), of.under)


def arithmetic(sign: str, a: Number, b: Number) -> Number:
    """Two figures added, taken away, multiplied or divided. Nothing, where either is missing or a divisor is nought."""
    if a.fixed is not None and b.fixed is not None:
        return _folded(sign, a.fixed, b.fixed)
    match sign:
        case "+":
            left, right, under = level(a, b)
            return Number(left.plus(right), under)
        case "-":
            return arithmetic("+", a, negative(b))
        case "*":
            return _lowest(a.top.times(b.top), a.under.times(b.under))
    if b.fixed is not None:
        return NONE if b.fixed == 0 else arithmetic("*", a, number(1 / b.fixed))
    return Number(a.top.times(b.under).signed_by(b.top), a.under.times(b.top.size()))


def _folded(sign: str, a: Fraction, b: Fraction) -> Number:
    match sign:
        case "+":
            return number(a + b)
        case "-":
            return number(a - b)
        case "*":
            return number(a * b)
    return NONE if b == 0 else number(a / b)


def _lowest(top: Whole, under: Whole) -> Number:
    """The ratio; a fixed `top` and `under` in lowest terms."""
    if top.rows is None and under.rows is None:
        return number(Fraction(top.low, under.low))
    return Number(top, under)


def level(a: Number, b: Number) -> tuple[Whole, Whole, Whole]:
    """What stands over one common `under`, and that."""
    if a.under.rows is None and b.under.rows is None:
        shared = gcd(a.under.low, b.under.low)
        up, across = b.under.low // shared, a.under.low // shared
        under = a.under.low * up
        return a.top.times(Whole(up, up)), b.top.times(Whole(across, across)), Whole(under, under)
    return a.top.times(b.under), b.top.times(a.under), a.under.times(b.under)


_TURNED = {
    How.AT_LEAST: How.AT_MOST,
    How.AT_MOST: How.AT_LEAST,
    How.ABOVE: How.BELOW,
    How.BELOW: How.ABOVE,
    How.BEFORE: How.AFTER,
    How.AFTER: How.BEFORE,
    How.ON_OR_BEFORE: How.ON_OR_AFTER,
    How.ON_OR_AFTER: How.ON_OR_BEFORE,
    How.IS: How.IS,
    How.IS_NOT: How.IS_NOT,
}


def ordered(how: How, a: nw.Expr, b: nw.Expr) -> nw.Expr:
    """One column of a frame against another: no, where either is missing."""
    match how:
        case How.AT_LEAST | How.ON_OR_AFTER:
            said = a >= b
        case How.AT_MOST | How.ON_OR_BEFORE:
            said = a <= b
        case How.ABOVE | How.AFTER:
            said = a > b
        case How.BELOW | How.BEFORE:
            said = a < b
        case How.IS:
            said = a == b
        case _:
            said = a != b
    return yes(said)


def yes(condition: nw.Expr) -> nw.Expr:
    """The condition, and no where it is missing."""
    return condition.fill_null(False)


def compared(how: How, a: Number, b: Number) -> nw.Expr:
    """One figure against another, exactly: no, where either is missing."""
    if a.fixed is not None and b.fixed is None:
        a, b, how = b, a, _TURNED[how]
    if b.fixed is not None and a.under.rows is None:
        return _against(how, a.top, b.fixed * a.under.low)
    left, right, _ = level(a, b)
    return ordered(how, left.here, right.here)


def _against(how: How, a: Whole, b: Fraction) -> nw.Expr:
    """A whole number against one figure, which need not be whole."""
    known = Number(a).known
    whole = b.denominator == 1
    match how:
        case How.IS if not whole:
            return nw.lit(False)
        case How.IS_NOT if not whole:
            return known
        case How.AT_LEAST | How.BELOW | How.ON_OR_AFTER | How.BEFORE:
            least = ceil(b)
        case _:
            least = floor(b)
    if not a.low <= least <= a.high:
        # No row reaches it, so what it says of one end it says of all.
        return known if _says(how, a.low, b) else nw.lit(False)
    return ordered(how, a.here, nw.lit(least, dtype=nw.Int64()))


def _says(how: How, a: int, b: Fraction) -> bool:
    match how:
        case How.AT_LEAST | How.ON_OR_AFTER:
            return a >= b
        case How.AT_MOST | How.ON_OR_BEFORE:
            return a <= b
        case How.ABOVE | How.AFTER:
            return a > b
        case How.BELOW | How.BEFORE:
            return a < b
        case How.IS:
            return a == b
    return a != b
