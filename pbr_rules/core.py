"""The core's own measures and library. They come through the same hooks as every other plugin's; they only happen to be installed."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from attrs import frozen

from pbr_rules.plugin import Days, Expression, Measure, Over, People, Rows, Sum, Tally, hookimpl, setting


@frozen
class Binary(Measure):
    """The share of people with any row that counts: R / n. Grain: people. Unit: a rate, kept as two counts."""

    word = "binary"
    summary = "The share of people with at least one row that counts."
    source = "the binary measure of HMP Doncaster and of the national statistics on proven reoffending"
    endings = ("for",)

    def tally(self, per: int | None) -> Tally:
        return Tally(People(), over=Over.BASE)


@frozen
class Frequency(Measure):
    """Rows that count for each so many people: E / n. Grain: rows over people. Unit: events per people, as two counts."""

    word = "frequency"
    summary = "Rows that count, for each so many people."
    source = "reconviction events per 100 people, HMP Peterborough"
    endings = ("per",)

    def tally(self, per: int | None) -> Tally:
        return Tally(Rows(), over=Over.BASE)


@frozen
class Count(Measure):
    """The number of rows that count. Unit: a count. With `for`, people without a row count none."""

    word = "count"
    summary = "The number of rows that count."
    source = "outcomes counted on a rate card"
    endings = ("none", "for")

    def tally(self, per: int | None) -> Tally:
        return Tally(Rows())


@frozen
class Total(Measure):
    """The sum of a value over the rows that count. Unit: the value's own. With `per 1`, an average; with `per 100`, for each 100 people."""

    word = "sum"
    summary = "The sum of a value over the rows that count."
    source = "the cost of demand on courts and prisons: counts times unit values"
    endings = ("none", "for", "per")

    value: Expression = setting("what is added up for each row: a column, or a figure looked up by the row's columns")

    def tally(self, per: int | None) -> Tally:
        return Tally(Sum(self.value), over=Over.BASE if per is not None else None)


@frozen
class Covered(Measure):
    """Different calendar days that stretches cover, person by person; a day that two stretches cover is one day.

    Grain: people. Unit: days, as a count; with `per 1`, days for each person.
    """

    word = "days"
    summary = "Different calendar days that stretches of days cover."
    source = "care days and bed nights: the days of a period that a stay overlaps"
    endings = ("none", "for", "per")
    stretches = True

    def tally(self, per: int | None) -> Tally:
        return Tally(Days(), over=Over.BASE if per is not None else None)


@hookimpl
def pbr_rules_measures() -> list[type[Measure]]:
    """The measures of the core."""
    return [Binary, Frequency, Count, Total, Covered]


@hookimpl
def pbr_rules_contracts() -> list[Path]:
    """The library of real schemes."""
    library = Path(str(files("pbr_rules"))) / "contracts"
    return [folder for folder in sorted(library.iterdir()) if folder.is_dir() and not folder.name.startswith("__")]
