"""Exact numbers: no float ever enters, and every rounding is named.

Source of the rules: a comparison uses the exact value and never the one shown; rounding happens only where a contract
says so, in the way it says.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction


def exact(number: int | Fraction | Decimal | str) -> Fraction:
    """An exact ratio.

    Raises:
        TypeError: for a float or a bool, which have no exact meaning here.
        ValueError: for text that is not a number.
    """
    if isinstance(number, bool) or not isinstance(number, int | Fraction | Decimal | str):
        raise TypeError(f"an exact number cannot be made from {type(number).__name__} {number!r}")
    return Fraction(number)


def whole(number: int) -> int:
    """A count.

    Raises:
        TypeError: for anything but an int.
    """
    if isinstance(number, bool) or not isinstance(number, int):
        raise TypeError(f"a count cannot be made from {type(number).__name__} {number!r}")
    return number


class Mode(StrEnum):
    """How a figure that lies between two places is rounded. Sizes are rounded, so a deduction rounds as a payment does."""

    HALF_UP = "half up"
    HALF_DOWN = "half down"
    HALF_EVEN = "half even"
    UP = "up"
    DOWN = "down"


def rounded(number: Fraction, place: Fraction, mode: Mode) -> Fraction:
    """`number` at the nearest multiple of `place`; halves and directions are taken on the size, away from nothing."""
    exact(number)
    steps = abs(number) / exact(place)
    down = steps.numerator // steps.denominator
    rest = steps - down
    half = Fraction(1, 2)
    match mode:
        case Mode.UP:
            step = 1 if rest else 0
        case Mode.DOWN:
            step = 0
        case Mode.HALF_UP:
            step = 1 if rest >= half else 0
        case Mode.HALF_DOWN:
            step = 1 if rest > half else 0
        case Mode.HALF_EVEN:
            step = 1 if rest > half or (rest == half and down % 2) else 0
    size = (down + step) * place
    return -size if number < 0 else size


def places(number: Fraction) -> int | None:
    """Decimal places that write `number` in full, or None when no number of them does (as for 1/3)."""
    denominator, twos, fives = exact(number).denominator, 0, 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    return max(twos, fives) if denominator == 1 else None


def decimal_text(number: Fraction, at: int, commas: bool = True) -> str:
    """`number` with `at` decimal places, rounded half up, for showing only."""
    units = rounded(number, Fraction(1, 10**at), Mode.HALF_UP) * 10**at
    size = abs(units.numerator)
    head, tail = divmod(size, 10**at)
    text = f"{head:,}" if commas else str(head)
    if at:
        text += f".{tail:0{at}d}"
    return f"-{text}" if number < 0 and size else text


def plain_text(number: Fraction, at_most: int = 4) -> str:
    """`number` written in full where that takes `at_most` places, else rounded to that many, for showing only."""
    needed = places(number)
    return decimal_text(number, at_most if needed is None else min(needed, at_most))


def ratio_text(number: Fraction) -> str:
    """The exact value in full: `13/155`, or `9.25` where decimals write it."""
    needed = places(number)
    if needed is not None and needed <= 12:
        return decimal_text(number, needed, commas=False)
    return f"{number.numerator}/{number.denominator}"
