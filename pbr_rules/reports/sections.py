"""The statement laid out in sections of rows, the same for every format that people read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction

from attrs import evolve

from pbr_rules.diagnostics import listing
from pbr_rules.reports.layout import (
    Cell,
    Money,
    Row,
    Section,
    Several,
    Worked,
    as_money,
    cell_text,
    counted_words,
    line_name,
    people_words,
    total_of,
)
from pbr_rules.reports.one_payment import payment, short_working
from pbr_rules.reports.statement import Json, shown_day

FEW = 12
"""Rows of a working that a terminal shows."""


def title(whole: Json) -> str:
    """What the statement is of."""
    contract = whole["settlement"]["contract"]
    return str(contract["title"] or contract["name"])


def facts(whole: Json) -> list[tuple[str, str]]:
    """The head of a statement: parties, dates, terms, what was given."""
    s, r = whole["settlement"], whole["receipt"]
    found = [(p["role"].capitalize(), p["title"]) for p in s["contract"]["parties"]]
    if s["contract"]["runs"]:
        first, last = s["contract"]["runs"]
        found.append(("Runs", f"{shown_day(first)} to {shown_day(last)}"))
    found.append(("Settled on", shown_day(s["dates"]["on"])))
    if s["dates"]["known_at"]:
        found.append(("As known on", shown_day(s["dates"]["known_at"])))
    if s["earlier"]:
        found.append(("Less what was paid", f"by the statement of {shown_day(s['earlier']['on'])} and those before it"))
    found += [(f"`{name}` complete to", shown_day(day)) for name, day in s["dates"]["complete"].items()]
    if s["readings"]:
        found.append(("Under", ", ".join(s["readings"])))
    found += [(f"Given: {given['figure']}", given["value"]) for given in s["given"]]
    found.append(("Terms", f"sha256 {s['contract']['terms_sha256'][:16]}…"))
    if s["contract"]["rounding"]:
        found.append(("Payments", f"rounded to {s['contract']['rounding']}"))
    found.append(("Counted by", f"{r['engine']['name']} {r['engine']['version']}, pbr_rules {r['pbr_rules']}"))
    return found


PARTS = {
    "summary": "Summary",
    "lines": "Lines",
    "limits": "Limits and what is withheld",
    "not settled": "Not settled",
    "conditions": "Conditions",
    "figures": "Figures",
    "working": "Working",
    "records": "Records: what counted and what did not",
    "signatures": "Signatures",
    "receipt": "Receipt: how this statement was made",
}
"""The parts of a statement in the order of reading. A section of none of them stands by itself after the limits."""


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


def sections(whole: Json, every: bool = False) -> list[Section]:
    """The sections that have anything to say, in the order of reading, without columns that say nothing.

    `every`: for a format that can fold, with a section for every payment, and each row's working behind it.
    """
    s = whole["settlement"]
    payments = dict.fromkeys(line["line"] for line in s["lines"] if line["kind"] == "payment")
    settled = [payment(whole, [line for line in _settled(whole) if line["line"] == name], every) for name in payments]
    found = [
        ("summary", _summary(whole)),
        ("summary", _payers(whole)),
        ("summary", _compared(whole)),
        *(("lines", section) for section in settled),
        ("lines", _netted(whole)),
        ("not settled", _not_settled(whole)),
        ("limits", _limits(whole)),
        ("limits", _held_back(whole)),
        ("conditions", _conditions(whole)),
        ("figures", _figures(whole)),
        ("figures", _figures_without(whole)),
        *([] if every else [("working", _working(whole))]),
        ("records", _records(whole)),
        ("records", _counted(whole)),
        ("signatures", _signatures(whole)),
        ("receipt", _made_with(whole)),
    ]
    return [_without_empty_columns(evolve(section, part=part)) for part, section in found if section.rows]


def _without_empty_columns(section: Section) -> Section:
    if section.blank:
        return section
    keep = [n for n in range(len(section.heading)) if any(str(row[n]) for row in section.rows)]
    return evolve(
        section,
        heading=tuple(section.heading[n] for n in keep),
        rows=tuple(tuple(row[n] for n in keep) for row in section.rows),
        numbers=tuple(at for at, n in enumerate(keep) if n in section.numbers),
        grouped=sum(n < section.grouped for n in keep),
    )


def _settled(whole: Json) -> list[Json]:
    return [line for line in whole["settlement"]["lines"] if line["amount"] is not None and line["kind"] == "payment"]


def _summary(whole: Json) -> Section:
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
        rows.append((line_name(lines[0]), lines[0]["clause"] or "", left_out(lines), amount, *_net(lines, whole)))
    totals = s["totals"]
    owed = "Owed to the payer" if Fraction(totals["amount"]) < 0 else "Total"
    rows.append((owed, "", "", as_money(totals["amount"], whole), *_net([totals], whole)))
    return Section(
        "Total",
        ("Line", "Clause", "Left out", *_net_heading("Amount", whole)),
        tuple(rows),
        (3, 4, 5),
        tuple(_of_the_total(whole)),
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


def _of_the_total(whole: Json) -> Iterator[str]:
    """What must be known of the total: what it leaves out, and where it may be more than the terms allow."""
    lines = whole["settlement"]["lines"]
    without = left_out([line for line in lines if line["amount"] is None])
    if without:
        yield f"This total leaves out {without}: see “Not settled”."
    limits = dict.fromkeys(line_name(line) for line in lines if line["kind"] == "limit" and line["amount"] is None)
    if limits:
        yield f"It may be more than the terms allow: {listing([f'“{name}”' for name in limits])} could not be applied."


def left_out(lines: list[Json]) -> str:
    """`3 refused and 1 not yet due`."""
    refused = sum(line["state"] == "refused" for line in lines)
    not_yet = sum(line["state"] == "not yet" for line in lines)
    parts = [f"{refused:,} refused" if refused else "", f"{not_yet:,} not yet due" if not_yet else ""]
    return " and ".join(part for part in parts if part)


def _payers(whole: Json) -> Section:
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


def _netted(whole: Json) -> Section:
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


def _compared(whole: Json) -> Section:
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
    """How many rows agree. Nothing is made to."""
    told = [Fraction(row["difference"]) for row in comparison["rows"] if row["difference"] is not None]
    unlike = sum(1 for difference in told if difference)
    agree = f"{counted_words(len(told) - unlike, 'row')} of {comparison['file']} {_agrees(len(told) - unlike)} with the terms, {unlike:,} {_agrees(unlike, ' not')}"
    without = len(comparison["rows"]) - len(told)
    rest = f", and of {without:,} it cannot be told" if without else ""
    return f"{agree}{rest}. A difference is what was paid less what the terms come to; it is shown, and nothing is made to agree."


def _agrees(number: int, no: str = "") -> str:
    if no:
        return "does not" if number == 1 else "do not"
    return "agrees" if number == 1 else "agree"


# ---- what is not settled, limits, conditions


def _alike(found: Iterable[tuple[str, str, str, dict[str, str], int | None]], whole: Json) -> Iterator[Row]:
    """Rows of one name, state and reason together: name, cells, people, state, reason."""
    groups: dict[tuple[str, str, str], list[tuple[dict[str, str], int | None]]] = {}
    for name, state, why, cell, people in found:
        groups.setdefault((name, state, why), []).append((cell, people))
    for (name, state, why), members in groups.items():
        cells = list(dict.fromkeys(cell_text(cell, whole) for cell, _ in members))
        short = f"{len(cells):,} cells: {'; '.join(cells[:2])} …"
        said: Cell = "; ".join(cells) if len(cells) <= 3 else Several(short, tuple(cells))
        number = sum(people or 0 for _, people in members)
        yield name, said, f"{number:,}" if members[0][1] is not None else "", state, why


def _not_settled(whole: Json) -> Section:
    lines = [line for line in whole["settlement"]["lines"] if line["amount"] is None]
    rows = _alike(((line_name(x), x["state"], x["why"] or "", x["cell"], x["people"]) for x in lines), whole)
    return Section("Not settled", ("Line", "For", "People", "State", "Why"), tuple(rows), (2,))


def _limits(whole: Json) -> Section:
    """What each limit took. Of a limit for each person, the people that it took from, together."""
    groups: dict[tuple[str, tuple[str, ...]], list[Json]] = {}
    for line in whole["settlement"]["lines"]:
        if line["kind"] == "limit" and line["amount"] is not None:
            groups.setdefault((line["line"], tuple(line["cell"].values())), []).append(line)
    rows: list[Row] = []
    worked: list[tuple[Worked, ...]] = []
    for lines in groups.values():
        first = lines[0]
        worked.append((("", first["working"]),) if first["people"] is None else ())
        people = sum(line["people"] or 0 for line in lines if Fraction(line["amount"]))
        steps = first["working"]["steps"]
        reached = steps[0] if first["people"] is None and steps else f"took from {people_words(people)}"
        rows.append(
            (
                line_name(first),
                cell_text(first["cell"], whole),
                first["clause"] or "",
                reached,
                as_money(total_of(lines), whole),
            )
        )
    heading = ("Limit", "For", "Clause", "Reached", "Took")
    return Section("Limits", heading, tuple(rows), (4,), worked=tuple(worked))


def _held_back(whole: Json) -> Section:
    """What is withheld or returned because a duty was not met."""
    lines = [line for line in whole["settlement"]["lines"] if line["kind"] == "duty"]
    rows = tuple(
        (
            line_name(line),
            cell_text(line["cell"], whole),
            line["clause"] or "",
            "; ".join(line["working"]["steps"]),
            as_money(line["amount"], whole),
        )
        for line in lines
    )
    heading = ("Duty", "For", "Clause", "Working", "Amount")
    return Section("Withheld or to be returned", heading, rows, (4,), worked=_each_worked(lines))


def _each_worked(found: Iterable[Json]) -> tuple[tuple[Worked, ...], ...]:
    return tuple((("", each["working"]),) for each in found)


def _conditions(whole: Json) -> Section:
    rows = tuple(
        (
            c["title"] or c["constraint"],
            cell_text(c["cell"], whole),
            c["clause"] or "",
            c["result"],
            c["why"] or c["working"]["with_numbers"] or "",
        )
        for c in whole["settlement"]["constraints"]
    )
    heading = ("Condition", "For", "Clause", "Result", "Working")
    return Section("Conditions", heading, rows, worked=_each_worked(whole["settlement"]["constraints"]))


# ---- figures and working


def _figures(whole: Json) -> Section:
    figures = [f for f in whole["settlement"]["figures"] if f["exact"] is not None]
    rows = tuple((f["title"] or f["figure"], f["working"]["of"], f["shown"], exactly(f)) for f in figures)
    heading = ("Figure", "Name", "Shown", "Exactly")
    return Section("Figures", heading, rows, (2,), grouped=1, worked=_each_worked(figures))


def exactly(figure: Json) -> str:
    """The exact value, where what is shown is rounded."""
    exact, shown = figure["exact"] or "", figure["shown"]
    if not exact or " of " in shown or " over " in shown:
        return ""
    found = re.search(r"[\d,.]+", shown)
    digits = found[0].replace(",", "").replace(".", "") if found else shown
    whole_digits = exact.lstrip("-").replace(".", "")
    return "" if whole_digits.strip("0") == digits.strip("0") or exact == shown else str(exact)


def _figures_without(whole: Json) -> Section:
    figures = [f for f in whole["settlement"]["figures"] if f["exact"] is None]
    found = ((f["title"] or f["figure"], f["state"], f["why"] or "", f["cell"], None) for f in figures)
    rows = tuple((name, cells, state, why) for name, cells, _, state, why in _alike(found, whole))
    return Section("Figures without a value", ("Figure", "For", "State", "Why"), rows)


def _working(whole: Json) -> Section:
    """How each amount came about, where it does not stand beside it. Of people, each way that anyone's came about, once."""
    ways: dict[tuple[str, str, str], int | None] = {}
    beside = _worked_beside(whole)
    for line in whole["settlement"]["lines"]:
        w = line["working"]
        if line["line"] in beside or line["kind"] != "payment" or line["amount"] is None:
            continue
        if line["people"] is not None and not Fraction(line["amount"]):
            continue
        numbers = "" if w["with_numbers"] == w["formula"] else f"= {w['with_numbers']}"
        said = [w["formula"] or "", numbers, *w["steps"]]
        key = (w["of"], "\n".join(part for part in said if part), line["each"])
        ways[key] = None if line["people"] is None else (ways.get(key) or 0) + line["people"]
    rows = tuple(
        (of, "" if people is None else f"{people:,}", said, as_money(each, whole))
        for (of, said, each), people in ways.items()
    )
    return Section("Working", ("Line", "People", "How it came about", "Comes to"), rows, (1, 3), few=FEW)


def _worked_beside(whole: Json) -> set[str]:
    """Payments whose working stands beside their amounts."""
    groups: dict[str, list[Json]] = {}
    for line in _settled(whole):
        groups.setdefault(line["line"], []).append(line)
    return {
        n
        for n, lines in groups.items()
        if len(lines) > 1 and lines[0]["people"] is None and all(map(short_working, lines))
    }


# ---- rows


def _records(whole: Json) -> Section:
    rows: list[Row] = []
    for r in whole["settlement"]["records"]:
        excluded = sum(e["rows"] for e in r["excluded"])
        numbers = (r["read"], r["used"], r["rejected"], r["repeated"], excluded, r["later"], r["corrected"])
        rows.append(
            (r["records"], r["title"] or "", *(f"{n:,}" if n or at < 2 else "" for at, n in enumerate(numbers)))
        )
    notes = [
        f"Excluded from `{r['records']}`: {counted_words(e['rows'], 'row')} {e['reason']}."
        for r in whole["settlement"]["records"]
        for e in r["excluded"]
    ]
    fates = ("Set aside: do not fit", "Repeated: kept once", "Excluded", "Not known yet", "Corrected by a later row")
    heading = ("Records", "Title", "Rows read", "Used", *fates)
    return Section("Records", heading, tuple(rows), (2, 3, 4, 5, 6, 7, 8), tuple(notes))


def _counted(whole: Json) -> Section:
    rows: list[Row] = []
    for c in whole["settlement"]["counted"]:
        name = c["title"] or c["measure"]
        rows.append((name, "counted", f"{c['rows']:,}"))
        rows += [(name, e["reason"], f"{e['rows']:,}") for e in c["not_counted"]]
    return Section("Rows counted", ("Measure", "What became of them", "Rows"), tuple(rows), (2,), grouped=1)


def _signatures(whole: Json) -> Section:
    """Where each party signs."""
    rows = tuple(
        (f"{p['title'] or p['name']} ({p['role']})", "", "", "", "") for p in whole["settlement"]["contract"]["parties"]
    )
    heading = ("For", "Name", "Role", "Signature", "Date")
    return Section("Signatures", heading, rows, few=0, blank=True)


def _made_with(whole: Json) -> Section:
    r = whole["receipt"]
    rows: list[Row] = [("Terms", f"sha256 {whole['settlement']['contract']['terms_sha256']}")]
    rows += [(f"File of `{f['records']}`", f"{f['file']}, {f['encoding']}, sha256 {f['sha256']}") for f in r["files"]]
    rows.append(("Counted by", f"{r['engine']['name']} {r['engine']['version']}"))
    rows.append(("pbr_rules", r["pbr_rules"]))
    rows += [(f"Plugin {p['name']}", f"{p['distribution']} {p['version']}") for p in r["plugins"]]
    rows.append(("Command", r["command"]))
    return Section("Made with", ("What", "Which"), tuple(rows), few=0)
