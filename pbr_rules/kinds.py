"""What kind of thing a figure is. Kinds do not mix; their products are the table in `product` and `quotient`.

Source of the rule: percentage (relative) and percentage points are different kinds; a count, a rate, points, a frequency,
a duration, a date and money are different kinds, and money carries its currency.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from attrs import evolve, frozen

from pbr_rules.dates import Duration
from pbr_rules.exact import exact


@frozen
class Kind:
    """A kind of figure.

    `detail` tells apart members of one kind: the currency of money, the category of a member, the records of an id.
    `per` is how many people a frequency is counted over; `places` how many decimals a column of numbers may have.
    Neither changes what a figure may be compared with.
    """

    name: str
    detail: str = ""
    per: int | None = None
    places: int | None = None
    percent: bool = False

    @property
    def words(self) -> str:
        """The kind in the contract's words, with an article."""
        match self.name:
            case "money":
                return f"money ({self.detail})" if self.detail else "money"
            case "category":
                return f"a `{self.detail}`"
            case "id":
                return f"an id of `{self.detail}`"
            case "points":
                return "percentage points"
            case "number" if self.percent:
                return "a percentage"
            case "share":
                return "a share"
            case "frequency":
                return f"a frequency (per {self.per or 100:,})"
            case "nothing":
                return "nothing"
            case "text":
                return "text"
            case _:
                return f"a {self.name}"

    @property
    def is_number(self) -> bool:
        """Whether arithmetic is done on it."""
        return self.name in NUMERIC

    def same(self, other: Kind) -> bool:
        """Whether two figures may be compared, added, or stand for each other."""
        if self.name in PLAIN and other.name in PLAIN:
            return True
        if {self.name, other.name} == {"rate", "number"}:
            return self.percent or other.percent
        if self.name == other.name == "money" and "" in (self.detail, other.detail):
            return True  # the contract does not say its currency, which is reported where it should
        return (self.name, self.detail) == (other.name, other.detail)


COUNT = Kind("count")
NUMBER = Kind("number")
PERCENT = Kind("number", percent=True)
SHARE = PERCENT
RATE = Kind("rate")
POINTS = Kind("points")
FREQUENCY = Kind("frequency", per=100)
DATE = Kind("date")
DURATION = Kind("duration")
FLAG = Kind("flag")
TEXT = Kind("text")
NOTHING = Kind("nothing")
UNKNOWN = Kind("unknown")

PLAIN = {"count", "number"}
NUMERIC = {"count", "number", "rate", "points", "frequency", "money"}


def money(currency: str) -> Kind:
    """Money in a currency."""
    return Kind("money", currency)


def category(name: str) -> Kind:
    """A member of a category, or of a period."""
    return Kind("category", name)


def identity(records: str) -> Kind:
    """An id of a records clause."""
    return Kind("id", records)


def widest(a: Kind, b: Kind) -> Kind:
    """The kind of a sum, or of either of two branches, of kinds that are the `same`."""
    if a.name == "unknown":
        return b
    if b.name == "unknown":
        return a
    if a.name == "count" and b.name == "count":
        return COUNT
    if a.name in PLAIN and b.name in PLAIN:
        return evolve(NUMBER, percent=a.percent and b.percent)
    return b if a.name == "number" else a


def product(a: Kind, b: Kind) -> Kind | None:
    """The kind of a product, or None when there is no such product.

    A number or a share times anything is that thing. A count times money is money. A frequency or a rate times people
    is a number.
    """
    if "unknown" in (a.name, b.name):
        return b if a.name == "unknown" else a
    if not (a.is_number and b.is_number):
        return None
    if a.name == "count" and b.name == "count":
        return COUNT
    if a.name in PLAIN and b.name in PLAIN:
        return evolve(NUMBER, percent=a.percent and b.percent)
    for one, other in ((a, b), (b, a)):
        if one.name == "number" and other.name not in PLAIN:
            return other
        if one.name == "count" and other.name in ("frequency", "rate"):
            return NUMBER
        if one.name == "count" and other.name == "money":
            return other
    return None


def quotient(a: Kind, b: Kind) -> Kind | None:
    """The kind of a ratio, or None when there is no such ratio.

    Two figures of one kind make a number. Anything divided by a number or a count keeps its kind.
    """
    if "unknown" in (a.name, b.name):
        return a
    if not (a.is_number and b.is_number):
        return None
    if a.name in PLAIN and b.name in PLAIN:
        return NUMBER
    if (a.name, a.detail) == (b.name, b.detail):
        return NUMBER
    if b.name in PLAIN:
        return a
    return None


SIGNS = {"GBP": "£", "USD": "$", "EUR": "€"}
"""Currencies that are written with a sign; any other is written with its code."""

Exact = Fraction | date | bool | str | Duration | None
"""What a figure may be. A number is a ratio of integers; only a flag is a bool."""


def only_exact(made: Any, __: object, value: Any) -> None:
    """The attrs validator of whatever holds a value and its `kind`.

    Raises:
        TypeError: a float, or a bool where no flag stands.
    """
    if isinstance(value, bool) and made.kind.name == "flag":
        return
    if isinstance(value, date | str | Duration) or value is None:
        return
    exact(value)
