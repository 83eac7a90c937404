"""What every table for people is made of: sections of rows, cells that hold money, and titles in place of names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from attrs import frozen

from pbr_rules.dates import days_text
from pbr_rules.exact import decimal_text, ratio_text
from pbr_rules.reports.statement import Json, shown_money


@frozen
class Money:
    """A cell that holds an amount: plain, for a machine; as text, for people."""

    amount: str
    currency: str

    def __str__(self) -> str:
        return shown_money(self.amount, self.currency)


@frozen
class Several:
    """A cell that stands for many: in short, and each by itself for a format that can fold or has room."""

    short: str
    each: tuple[str, ...]

    def __str__(self) -> str:
        return self.short


Cell = str | Money | Several
Row = tuple[Cell, ...]

Worked = tuple[str, Json]
"""Whose working it is, where that must be said, and the working."""


@frozen
class Section:
    """A table of the statement.

    Attributes:
        title, heading, rows: what it holds; every row is as long as the heading.
        numbers: the columns that are figures, set to the right.
        notes: sentences below it.
        strong: the rows that add others up.
        grouped: how many columns at the left say the same in rows that follow one another.
        few: how many rows a terminal shows, where not all.
        worked: for each row the workings behind it, for a format that can fold them away; empty where there are none.
        part: which part of the statement it belongs to, for a format that has parts; one of its own where empty.
        blank: whether a column may be empty, because it is to be written on.
        unbroken: the columns whose text a terminal keeps on one line: names to be typed.
    """

    title: str
    heading: tuple[str, ...]
    rows: tuple[Row, ...]
    numbers: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    strong: frozenset[int] = frozenset()
    grouped: int = 0
    few: int | None = None
    worked: tuple[tuple[Worked, ...], ...] = ()
    part: str = ""
    blank: bool = False
    unbroken: tuple[int, ...] = ()


# ---- words


def cell_text(cell: dict[str, str], whole: Json) -> str:
    """A cell by the titles of its members: `Reboot West, Enters employment`."""
    return ", ".join(member_title(dimension, member, whole) for dimension, member in cell.items())


def member_title(dimension: str, member: str, whole: Json) -> str:
    return str(whole["settlement"]["contract"]["members"].get(dimension, {}).get(member, member))


def dimension_text(dimension: str, whole: Json) -> str:
    """A category or a period by its title: `Line of the card`, `Project`."""
    named = whole["settlement"]["contract"]["dimensions"].get(dimension)
    return str(named or dimension.replace("_", " ").capitalize())


def counted_words(number: int, one: str, more: str | None = None) -> str:
    """`1 person`, `1,000 people`."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def people_words(number: int) -> str:
    return counted_words(number, "person", "people")


def line_name(line: Json) -> str:
    return str(line["title"] or line["line"])


def days_words(first: str, last: str | None) -> str:
    """Days from one to another, or from one on, as people write them."""
    return days_text(date.fromisoformat(first), None if last is None else date.fromisoformat(last))


def under_text(found: Json) -> str:
    """The dated variations that bear on something: `order (16 March 2023 to 30 September 2023)`."""
    return ", ".join(f"{u['variation']} ({days_words(u['from'], u['to'])})" for u in found.get("under", ()))


def clauses_of(lines: Iterable[Json]) -> str:
    """Where lines stand in the signed terms: one place, or that of each version of the clause."""
    return "; ".join(dict.fromkeys(line["clause"] for line in lines if line["clause"]))


# ---- money


def as_money(amount: Fraction | str, whole: Json) -> Money:
    text = amount if isinstance(amount, str) else plain_amount(amount)
    return Money(text, whole["settlement"]["contract"]["currency"] or "")


def plain_amount(amount: Fraction) -> str:
    """A sum of amounts of the statement, as the statement writes amounts."""
    written = decimal_text(amount, 2, commas=False)
    return written if Fraction(written) == amount else ratio_text(amount)


def total_of(lines: Iterable[Json]) -> Fraction:
    return sum((Fraction(line["amount"]) for line in lines), Fraction(0))
