"""The section of one payment: what each cell comes to, subtotals, and people who come to the same together."""

from __future__ import annotations

import re
from fractions import Fraction

from attrs import frozen

from pbr_rules.reports.layout import (
    Row,
    Section,
    Worked,
    as_money,
    cell_text,
    clauses_of,
    dimension_text,
    line_name,
    member_title,
    people_words,
    under_text,
)
from pbr_rules.reports.statement import Json
from pbr_rules.reports.workings import ways

MOST_ROWS = 40
"""Rows of one payment to people: past that, what each comes to is left out and every cell is one row."""

SHORT = 36
"""Characters of a working that stands beside its amount."""


def payment(whole: Json, lines: list[Json], every: bool = False) -> Section:
    """A payment with more than one cell, or to people, with what each cell comes to. `every`: any payment, with each row's
    working."""
    if not lines or (not every and len(lines) == 1 and lines[0]["people"] is None):
        return Section("", (), ())
    dimensions = _widest_first(lines)
    lines = sorted(lines, key=lambda line: _place(line, dimensions[:1], whole))
    to_people = lines[0]["people"] is not None
    heading = [dimension_text(d, whole) for d in dimensions]
    if to_people:
        rows, extra, notes = _to_people(whole, lines, dimensions, every)
    else:
        worked = [_at_length(line) if every else short_working(line) for line in lines]
        beside = {"Working": worked, "Under": [under_text(line) for line in lines]}
        beside = {word: said for word, said in beside.items() if (all(said) if word == "Working" else any(said))}
        extra = list(beside)
        rows = [
            _Laid(
                line["cell"],
                Fraction(line["amount"]),
                (*said, as_money(line["amount"], whole)),
                (("", line["working"]),),
            )
            for line, *said in zip(lines, *beside.values(), strict=True)
        ]
        notes = ()
    words = sum(word in ("Working", "Under") for word in extra)
    numbers = tuple(range(len(heading) + words, len(heading) + len(extra) + 1))
    laid, strong, behind = _with_subtotals(whole, rows, dimensions, len(extra))
    clauses = clauses_of(lines)
    text = line_name(lines[0]) + (f" ({clauses})" if clauses else "")
    grouped = 1 if len(dimensions) > 1 else 0
    heading += [*extra, "Amount"]
    return Section(text, tuple(heading), tuple(laid), numbers, notes, frozenset(strong), grouped, worked=tuple(behind))


def _widest_first(lines: list[Json]) -> list[str]:
    """The dimensions of a payment, the one with the fewest members first: it is subtotalled."""
    dimensions = list(lines[0]["cell"])
    fewest = min(dimensions, key=lambda d: len({line["cell"][d] for line in lines}), default=None)
    return dimensions if fewest is None else [fewest, *(d for d in dimensions if d != fewest)]


def _place(line: Json, dimensions: list[str], whole: Json) -> tuple[int, ...]:
    members = whole["settlement"]["contract"]["members"]
    return tuple(list(members.get(d, {})).index(line["cell"][d]) for d in dimensions)


@frozen
class _Laid:
    """A row to be: its cell, its amount, the cells after those of its dimensions, and the workings behind it."""

    cell: dict[str, str]
    amount: Fraction
    cells: Row
    worked: tuple[Worked, ...] = ()


def _with_subtotals(
    whole: Json, rows: list[_Laid], dimensions: list[str], extra: int
) -> tuple[list[Row], set[int], list[tuple[Worked, ...]]]:
    """The rows with their cells before them, a subtotal below each member of the first dimension, and the total."""
    laid: list[Row] = []
    strong: set[int] = set()
    behind: list[tuple[Worked, ...]] = []
    groups: dict[str, list[_Laid]] = {}
    for row in rows:
        groups.setdefault(row.cell[dimensions[0]] if dimensions else "", []).append(row)
    subtotals = len(dimensions) > 1 and len(groups) > 1 and any(len(group) > 1 for group in groups.values())
    blank = ("",) * (len(dimensions) - 2 + extra)
    for member, group in groups.items():
        laid += [(*(member_title(d, row.cell[d], whole) for d in dimensions), *row.cells) for row in group]
        behind += [row.worked for row in group]
        if subtotals:
            strong.add(len(laid))
            amount = as_money(sum((row.amount for row in group), Fraction(0)), whole)
            laid.append((member_title(dimensions[0], member, whole), "Subtotal", *blank, amount))
            behind.append(())
    if len(rows) > 1:
        strong.add(len(laid))
        total = as_money(sum((row.amount for row in rows), Fraction(0)), whole)
        laid.append(("Total", *("",) * (len(dimensions) - 1 + extra), total))
        behind.append(())
    return laid, strong, behind


def _at_length(line: Json) -> str:
    """The formula with its figures, or what was done in its place."""
    working = line["working"]
    return working["with_numbers"] or "; ".join(working["steps"]) or working["shown"]


def short_working(line: Json) -> str:
    """The formula with its figures, where it is short enough to stand beside its amount and nothing else was done."""
    text = re.sub(r"^(pay|deduct) ", "", line["working"]["with_numbers"] or "")
    return text if len(text) <= SHORT and not line["working"]["steps"] else ""


def _to_people(
    whole: Json, lines: list[Json], dimensions: list[str], every: bool
) -> tuple[list[_Laid], list[str], tuple[str, ...]]:
    """People who come to the same by the same terms together; those who come to nothing are counted in a note, unless `every`
    row is asked for."""
    groups: dict[tuple[str, ...], dict[tuple[Fraction, str], list[Json]]] = {}
    for line in lines:
        key = tuple(line["cell"][d] for d in dimensions)
        each = Fraction(line["each"])
        groups.setdefault(key, {}).setdefault((each, under_text(line) if each else ""), []).append(line)
    nothing = [] if every else [by_amount.pop((Fraction(0), ""), []) for by_amount in groups.values()]
    notes = _come_to_nothing(whole, [(of[0]["cell"], _number(of)) for of in nothing if of])
    rows: list[_Laid] = []
    apart = sum(map(len, groups.values())) <= MOST_ROWS
    varied = apart and any(under for by_amount in groups.values() for _, under in by_amount)
    for by_amount in groups.values():
        if apart:
            for (each, under), of in sorted(by_amount.items(), key=lambda item: item[0], reverse=True):
                amount = each * _number(of)
                said = (under,) if varied else ()
                shown = (*said, f"{_number(of):,}", as_money(each, whole), as_money(amount, whole))
                rows.append(_Laid(of[0]["cell"], amount, shown, ways(of)))
        elif by_amount:
            of = [line for same in by_amount.values() for line in same]
            amount = sum((Fraction(line["amount"]) for line in of), Fraction(0))
            rows.append(_Laid(of[0]["cell"], amount, (f"{_number(of):,}", as_money(amount, whole)), ways(of)))
    return rows, [*(["Under"] if varied else []), "People", *(["Each"] if apart else [])], notes


def _number(lines: list[Json]) -> int:
    return sum(line["people"] for line in lines)


def _come_to_nothing(whole: Json, cells: list[tuple[dict[str, str], int]]) -> tuple[str, ...]:
    if not cells:
        return ()
    if len(cells) == 1 and not cells[0][0]:
        number = cells[0][1]
        return (
            f"{people_words(number)} {'comes' if number == 1 else 'come'} to nothing and {'is' if number == 1 else 'are'} not shown.",
        )
    said = [f"{people_words(number)} in {cell_text(cell, whole)}" for cell, number in cells[:8]]
    more = [f"and in {len(cells) - 8:,} more rows"] if len(cells) > 8 else []
    return (f"Not shown, because they come to nothing: {'; '.join([*said, *more])}.",)
