"""What a statement comes to: the total, who bears it, what is due now, and how it stands beside what was really paid."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pbr_rules.diagnostics import listing
from pbr_rules.reports.layout import (
    Cell,
    Money,
    Row,
    Section,
    as_money,
    cell_text,
    clauses_of,
    counted_words,
    line_name,
    people_words,
    total_of,
)
from pbr_rules.reports.statement import Json


def headline(whole: Json) -> list[tuple[str, Money]]:
    """The amounts to be read first; none where the terms pay nothing."""
    s = whole["settlement"]
    if not s["lines"]:
        return []
    totals = s["totals"]
    due = totals["due"] if s["earlier"] else totals["amount"]
    owed = "Owed to the payer" if Fraction(due) < 0 else "Due now" if s["earlier"] else "Total to pay"
    found = [(owed, as_money(due, whole))]
    if s["earlier"]:
        found += [
            ("Comes to in all", as_money(totals["amount"], whole)),
            ("Paid by earlier statements", as_money(totals["paid"], whole)),
        ]
    return found


def summary(whole: Json) -> Section:
    """What each payment comes to, what each limit takes, and the total."""
    s = whole["settlement"]
    if not s["lines"]:
        return Section("Total", (), ())
    groups: dict[str, list[Json]] = {}
    for line in s["lines"]:
        groups.setdefault(line["line"], []).append(line)
    rows: list[Row] = []
    for lines in groups.values():
        with_amount = [line for line in lines if line["amount"] is not None]
        amount: Cell = as_money(total_of(with_amount), whole) if with_amount else "not settled"
        rows.append((line_name(lines[0]), clauses_of(lines), left_out(lines), amount, *_net(lines, whole)))
    totals = s["totals"]
    owed = "Owed to the payer" if Fraction(totals["amount"]) < 0 else "Total"
    rows.append((owed, "", "", as_money(totals["amount"], whole), *_net([totals], whole)))
    return Section(
        "Total",
        ("Line", "Clause", "Left out", *_net_heading("Amount", whole)),
        tuple(rows),
        (3, 4, 5),
        tuple(of_the_total(whole)),
        frozenset((len(rows) - 1,)),
    )


def _net_heading(amount: str, whole: Json) -> tuple[str, ...]:
    """The heading of an amount; where there is an earlier statement, of what it paid and what is due as well."""
    return ("Comes to", "Paid before", "Due now") if whole["settlement"]["earlier"] else (amount,)


def _net(found: list[Json], whole: Json) -> tuple[Cell, ...]:
    """What earlier statements paid and what is due, where there is an earlier statement."""
    if not whole["settlement"]["earlier"]:
        return ()
    paid = sum((Fraction(each["paid"]) for each in found), Fraction(0))
    due = sum((Fraction(each["due"] or 0) for each in found), Fraction(0))
    return as_money(paid, whole), as_money(due, whole)


MAY_BE_MORE = "It may be more than the terms allow"


def of_the_total(whole: Json) -> Iterator[str]:
    """What must be known of the total: what it leaves out, and where it may be more than the terms allow."""
    lines = whole["settlement"]["lines"]
    without = left_out([line for line in lines if line["amount"] is None])
    if without:
        yield f"This total leaves out {without}: see “Not settled”."
    stays = sum((Fraction(line["paid"]) for line in lines if line["amount"] is None), Fraction(0))
    if stays:
        yield f"{as_money(stays, whole)} of what was paid before was paid on lines that are not settled now. It stays, and is in none of these sums but “Paid before”."
    limits = dict.fromkeys(line_name(line) for line in lines if line["kind"] == "limit" and line["amount"] is None)
    if limits:
        yield f"{MAY_BE_MORE}: {listing([f'“{name}”' for name in limits])} could not be applied."


def left_out(lines: list[Json]) -> str:
    """`3 refused and 1 not yet due`."""
    refused = sum(line["state"] == "refused" for line in lines)
    not_yet = sum(line["state"] == "not yet" for line in lines)
    parts = [f"{refused:,} refused" if refused else "", f"{not_yet:,} not yet due" if not_yet else ""]
    return " and ".join(part for part in parts if part)


def payers(whole: Json) -> Section:
    s = whole["settlement"]
    names = {p["name"]: p["title"] for p in s["contract"]["parties"]}
    payers = s["totals"]["payers"]
    rows = [(names.get(p["payer"], p["payer"]), as_money(p["amount"], whole), *_net([p], whole)) for p in payers]
    total = sum((Fraction(p["amount"]) for p in payers), Fraction(0))
    notes: tuple[str, ...] = ()
    if total != Fraction(s["totals"]["amount"]):
        notes = ("Lines whose parties the contract names apart are not shared, and are not in this table.",)
    heading = ("Payer", *_net_heading("Amount", whole))
    return Section("Who pays", heading, tuple(rows) if len(rows) > 1 else (), (1, 2, 3), notes)


# ---- beside what was paid


def netted(whole: Json) -> Section:
    """What is due on each line and cell, where that is not what the summary says; people of whom it is the same together."""
    groups: dict[tuple[object, ...], list[Json]] = {}
    for line in whole["settlement"]["lines"] if whole["settlement"]["earlier"] else ():
        if not Fraction(line["due"] or 0) and not (line["amount"] is None and Fraction(line["paid"])):
            continue
        people = line["people"] or 1
        of_one = () if line["people"] is None else (line["each"], Fraction(line["paid"]) / people)
        groups.setdefault((line["line"], tuple(line["cell"].values()), line["state"], of_one), []).append(line)
    rows: list[Row] = []
    for lines in groups.values():
        first = lines[0]
        number = sum(line["people"] or 0 for line in lines)
        whose = [cell_text(first["cell"], whole), people_words(number) if first["people"] is not None else ""]
        amount: Cell = as_money(total_of(lines), whole) if first["amount"] is not None else first["state"]
        rows.append((line_name(first), ", ".join(part for part in whose if part), amount, *_net(lines, whole)))
    apart = tuple(rows) if any(str(row[1]) for row in rows) else ()
    notes = ("Lines of which nothing is due now are not shown.",) if apart else ()
    return Section("Due now", ("Line", "For", *_net_heading("", whole)), apart, (2, 3, 4), notes)


def compared(whole: Json) -> Section:
    """What was really paid beside what the terms come to. Nothing is made to agree."""
    comparison = whole["comparison"]
    rows: list[Row] = []
    names = {line["line"]: line_name(line) for line in whole["settlement"]["lines"]}
    for row in comparison["rows"] if comparison else ():
        settled: Cell = "not settled" if row["settled"] is None else as_money(row["settled"], whole)
        paid: Cell = "not in the file" if row["paid"] is None else as_money(row["paid"], whole)
        difference: Cell = "cannot be told" if row["difference"] is None else as_money(row["difference"], whole)
        name = names.get(row["line"], "") if row["line"] else "every line"
        rows.append((name, cell_text(row["cell"], whole), settled, paid, difference))
    notes = (_agreement(comparison),) if comparison else ()
    heading = ("Line", "For", "By the terms", "Paid", "Difference")
    return Section("Beside what was paid", heading, tuple(rows), (2, 3, 4), notes)


def _agreement(comparison: Json) -> str:
    """How many rows of the file agree. Nothing is made to."""
    rows = [row for row in comparison["rows"] if row["paid"] is not None]
    told = [Fraction(row["difference"]) for row in rows if row["difference"] is not None]
    unlike = sum(1 for difference in told if difference)
    alike = len(told) - unlike
    agree = f"{counted_words(alike, 'row')} of {comparison['file']} {_agrees(alike)} with the terms, {unlike:,} {_agrees(unlike, ' not')}"
    without = len(rows) - len(told)
    rest = f", and of {without:,} it cannot be told, since lines are not settled" if without else ""
    return f"{agree}{rest}. A difference is what was paid less what the terms come to; it is shown, and nothing is made to agree."


def _agrees(number: int, no: str = "") -> str:
    if no:
        return "does not" if number == 1 else "do not"
    return "agrees" if number == 1 else "agree"
