"""Numbers, rounded and written: held to the decimal module, which rounds by itself, and to what is written by hand."""

from __future__ import annotations

import decimal
import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbr_rules import exact
from pbr_rules.exact import Mode

WAYS = {
    Mode.HALF_UP: decimal.ROUND_HALF_UP,
    Mode.HALF_DOWN: decimal.ROUND_HALF_DOWN,
    Mode.HALF_EVEN: decimal.ROUND_HALF_EVEN,
    Mode.UP: decimal.ROUND_UP,
    Mode.DOWN: decimal.ROUND_DOWN,
}
"""Each of our ways of rounding, which act on the size, and the one of the decimal module."""

DECIMALS = st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize("mode", Mode)
@given(DECIMALS, st.integers(0, 3))
def test_rounding_is_that_of_decimals(mode: Mode, number: Decimal, at: int) -> None:
    expected = number.quantize(Decimal(1).scaleb(-at), rounding=WAYS[mode])
    assert exact.rounded(Fraction(number), Fraction(1, 10**at), mode) == Fraction(expected)


@pytest.mark.parametrize(
    ("number", "mode", "comes_to"),
    [
        ("7.5", "half up", 10),
        ("7.5", "half down", 5),
        ("7.5", "half even", 10),
        ("12.5", "half even", 10),
        ("12.5", "half up", 15),
        ("7.4", "half up", 5),
        ("7.6", "half down", 10),
        ("7.6", "half even", 10),
        ("0.001", "up", 5),
        ("10", "up", 10),
        ("9.999", "down", 5),
        ("-7.5", "half up", -10),
        ("-0.001", "up", -5),
    ],
)
def test_a_place_may_be_any_size(number: str, mode: str, comes_to: int) -> None:
    assert exact.rounded(Fraction(number), Fraction(5), Mode(mode)) == comes_to


@pytest.mark.parametrize(
    ("number", "places"),
    [("0", 0), ("7", 0), ("0.1", 1), ("1/4", 2), ("1/8", 3), ("1/5", 1), ("1/25", 2), ("3/40", 3), ("1/3", None),
     ("7/12", None), ("1/1000", 3), ("-1/16", 4), ("21/7", 0)],
)  # fmt: skip
def test_how_many_places_write_a_number_in_full(number: str, places: int | None) -> None:
    assert exact.places(Fraction(number)) == places


def test_places_are_counted_beyond_what_a_float_holds() -> None:
    assert exact.places(Fraction(1, 10**40)) == 40
    assert exact.places(Fraction(1, 2**90)) == 90 and exact.places(Fraction(1, 5**90)) == 90
    assert exact.places(Fraction(1, 2**90 + 1)) is None and exact.places(Fraction(1, 3 * 10**40)) is None


@pytest.mark.parametrize(
    ("number", "at", "text"),
    [
        ("1234567.5", 0, "1,234,568"),
        ("1234567.5", 2, "1,234,567.50"),
        ("0.005", 2, "0.01"),
        ("0.004", 2, "0.00"),
        ("-0.004", 2, "0.00"),
        ("-0.005", 2, "-0.01"),
        ("-1234.5", 1, "-1,234.5"),
        ("0.05", 3, "0.050"),
        ("999.995", 2, "1,000.00"),
        ("-0.4", 0, "0"),
        ("1/3", 4, "0.3333"),
        ("2/3", 4, "0.6667"),
    ],
)
def test_a_number_at_some_places(number: str, at: int, text: str) -> None:
    assert exact.decimal_text(Fraction(number), at) == text
    assert exact.decimal_text(Fraction(number), at, commas=False) == text.replace(",", "")


@pytest.mark.parametrize(
    ("number", "at_most", "text"),
    [
        ("1500", 4, "1,500"),
        ("9.25", 4, "9.25"),
        ("1/3", 4, "0.3333"),
        ("0.00004", 4, "0.0000"),
        ("0.12345", 4, "0.1235"),
        ("0.1234", 4, "0.1234"),
        ("1/8", 2, "0.13"),
    ],
)
def test_a_number_in_full_where_it_is_short(number: str, at_most: int, text: str) -> None:
    assert exact.plain_text(Fraction(number), at_most) == text
    if at_most == 4:
        assert exact.plain_text(Fraction(number)) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("13/155", "13/155"),
        ("9.25", "9.25"),
        ("1234.5", "1234.5"),
        ("-1/3", "-1/3"),
        ("1/4096", "0.000244140625"),
        ("1/8192", "1/8192"),
        ("12", "12"),
    ],
)
def test_a_ratio_in_full(number: str, text: str) -> None:
    assert exact.ratio_text(Fraction(number)) == text


def test_what_is_no_number_is_named() -> None:
    with pytest.raises(TypeError, match=re.escape("an exact number cannot be made from float 0.5")):
        exact.exact(0.5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=re.escape("an exact number cannot be made from bool True")):
        exact.exact(True)
    with pytest.raises(TypeError, match=re.escape("a count cannot be made from float 2.0")):
        exact.whole(2.0)  # type: ignore[arg-type]
    assert exact.whole(-3) == -3
