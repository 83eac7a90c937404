"""A settlement beside what was really paid, row by row of a file. The difference is shown, and nothing is made to agree.

A row speaks of every line that it names: by `payment` (or limit), by a member of each thing that lines run over, or by both. What it leaves
blank is every line's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from attrs import frozen

from pbr_rules import kinds
from pbr_rules.checked.model import Contract
from pbr_rules.diagnostics import DataError, did_you_mean, listing
from pbr_rules.evidence.read import Raw
from pbr_rules.evidence.typed import UnfitError, figure, spellings
from pbr_rules.settlement.line import Line
from pbr_rules.settlement.statement import Settlement


@frozen
class Compared:
    """Lines of the settlement that one row of the file speaks of; no row: those that none speaks of.

    Attributes:
        line, cell: what the row names. lines: how many lines that is; left_out: how many of them are not settled.
        settled: what the settled ones come to; None where none is settled. paid: what the file says; None where it is blank.
    """

    line: str | None
    cell: Mapping[str, str]
    lines: int
    left_out: int
    settled: Fraction | None
    paid: Fraction | None

    @property
    def difference(self) -> Fraction | None:
        """What was paid less what the settled lines come to; None where a line that the row speaks of is not settled."""
        if self.paid is None or self.settled is None or self.left_out:
            return None
        return self.paid - self.settled


@frozen
class Comparison:
    """A settlement beside a file: its rows in order, and last for each payment or limit what no row speaks of."""

    file: str
    rows: tuple[Compared, ...]


def compared(settlement: Settlement, raw: Raw) -> Comparison:
    """A settlement beside a file of what was paid.

    Raises:
        DataError: the file has no column `paid`, a row names no line or a line that another row names too, or an amount does
            not fit.
    """
    contract = settlement.contract
    names = [heading.strip().casefold() for heading in raw.heading]
    if "paid" not in names:
        raise DataError(
            f'{raw.known_as} has no column "paid"; it may also have "payment", and a column for each thing that lines run over'
        )
    dimensions = [d for d in (*contract.categories, *contract.periods) if d.casefold() in names]
    _no_people(contract, names, raw.known_as)
    known = {d: _spelt(d, contract) for d in dimensions}
    titles = {line.title: line.of for line in settlement.lines if line.title}
    taken: dict[int, int] = {}
    found = []
    read = figure(kinds.money(contract.currency), contract.currency)
    for number, cells in raw.rows:
        row = dict(zip(names, (cell.strip() for cell in cells), strict=False))
        place = f"{raw.known_as}, line {number}"
        name = row.get("payment") or None
        name = titles.get(name, name) if name is not None else None
        cell = {d: _member(known[d], d, row[d.casefold()], place) for d in dimensions if row.get(d.casefold())}
        inside = [n for n, line in enumerate(settlement.lines) if _speaks_of(line, name, cell)]
        _named(settlement.lines, name, inside, place)
        for n in inside:
            if n in taken:
                other = settlement.lines[n].of
                raise DataError(f"{place}: a line of `{other}` that it speaks of is spoken of in line {taken[n]} too")
            taken[n] = number
        text = row.get("paid", "")
        try:
            paid = read(text) if text else None
        except UnfitError as error:
            raise DataError(f'{place}: "{text}" {error}') from error
        found.append(_row(name, cell, [settlement.lines[n] for n in inside], paid))
    unsaid = _unsaid([line for n, line in enumerate(settlement.lines) if n not in taken])
    return Comparison(raw.known_as, (*found, *unsaid))


def _spelt(dimension: str, contract: Contract) -> dict[str, str]:
    """How a file may name the members of something that lines run over: as a statement prints them, or as the records spell them."""
    titles = {contract.title_of(dimension, member): member for member in contract.members(dimension) or ()}
    return titles | spellings(dimension, contract)


def _no_people(contract: Contract, names: list[str], file: str) -> None:
    """People cannot be told apart on a statement, so a file cannot name them."""
    for records in contract.records.values():
        column = records.columns.get(records.identity or "")
        heading = (column.written.heading or column.name).casefold() if column is not None else ""
        if heading and heading in names:
            raise DataError(
                f"{file} has a column {heading!r}: a statement has no line for each of `{records.name}`, so what one was paid cannot be "
                "set beside it; leave the column out, and let a row say what all of a payment's people were paid"
            )


def _member(spelt: Mapping[str, str], dimension: str, text: str, place: str) -> str:
    if text not in spelt:
        near = did_you_mean(text, list(spelt)) or (f"it may say {listing(list(spelt)[:6], 'or')}",)
        raise DataError(f'{place}: "{text}" is no member of `{dimension}`; {near[0]}')
    return spelt[text]


def _speaks_of(line: Line, name: str | None, cell: Mapping[str, str]) -> bool:
    return (name is None or line.of == name) and all(line.cell.get(d) == m for d, m in cell.items())


def _named(lines: Iterable[Line], name: str | None, inside: list[int], place: str) -> None:
    if inside:
        return
    every = list(dict.fromkeys(line.of for line in lines))
    near = did_you_mean(name, every) if name is not None and name not in every else ()
    runs = (
        "no line of the settlement runs over what it names"
        if name is None
        else f"no line of `{name}` runs over what it names"
    )
    what = f"no line of the settlement is called `{name}`" if near or name not in (None, *every) else runs
    raise DataError(f"{place}: {what}" + (f"; {near[0]}" if near else ""))


def _row(name: str | None, cell: Mapping[str, str], lines: list[Line], paid: Fraction | None) -> Compared:
    amounts = [line.amount for line in lines if line.amount is not None]
    settled = sum(amounts, Fraction(0)) if amounts else None
    return Compared(name, cell, len(lines), len(lines) - len(amounts), settled, paid)


def _unsaid(lines: list[Line]) -> list[Compared]:
    """Lines that no row speaks of, together for each payment or limit. A line of nothing says nothing."""
    found = []
    for name in dict.fromkeys(line.of for line in lines):
        left = [line for line in lines if line.of == name and line.amount != 0]
        if left:
            found.append(_row(name, {}, left, None))
    return found
