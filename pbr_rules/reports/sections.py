"""The statement laid out in sections of rows, the same for every format that people read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction

from attrs import evolve

from pbr_rules.diagnostics import listing
from pbr_rules.reports.layout import (
    Cell,
    Row,
    Section,
    as_money,
    cell_text,
    clauses_of,
    counted_words,
    days_words,
    line_name,
    member_title,
    people_words,
    total_of,
    under_text,
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
    found += [(f"`{name}` complete to", shown_day(day)) for name, day in s["dates"]["complete"].items()]
    if s["readings"]:
        found.append(("Under", ", ".join(s["readings"])))
    found += [(f"Varied by {v['variation']}", _varied(v, whole)) for v in s.get("variations", ())]
    found += [(f"Given: {given['figure']}", given["value"]) for given in s["given"]]
    found.append(("Terms", f"sha256 {s['contract']['terms_sha256'][:16]}…"))
    if s["contract"]["rounding"]:
        found.append(("Payments", f"rounded to {s['contract']['rounding']}"))
    found.append(("Counted by", f"{r['engine']['name']} {r['engine']['version']}, pbr_rules {r['pbr_rules']}"))
    return found


def _varied(variation: Json, whole: Json) -> str:
    """A variation with dates: its days, what it is for, and what it replaces."""
    said = days_words(variation["from"], variation["to"])
    if variation["by"] is not None:
        said += f" by {variation['by']}"
    if variation["only"] is not None:
        dimension = variation["only"]["dimension"]
        said += f", for {listing([member_title(dimension, m, whole) for m in variation['only']['members']])} only"
    return f"{said}: {listing(variation['replaces'])}"


def sections(whole: Json) -> list[Section]:
    """The sections that have anything to say, in the order of reading, without columns that say nothing."""
    s = whole["settlement"]
    payments = dict.fromkeys(line["line"] for line in s["lines"] if line["kind"] == "payment")
    found = [
        _summary(whole),
        _payers(whole),
        *(payment(whole, [line for line in _settled(whole) if line["line"] == name]) for name in payments),
        _not_settled(whole),
        _limits(whole),
        _held_back(whole),
        _conditions(whole),
        _figures(whole),
        _figures_without(whole),
        _working(whole),
        _records(whole),
        _counted(whole),
        _made_with(whole),
    ]
    return [_without_empty_columns(section) for section in found if section.rows]


def _without_empty_columns(section: Section) -> Section:
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
        rows.append((line_name(lines[0]), clauses_of(lines), _left_out(lines), amount))
    totals = s["totals"]
    owed = "Owed to the payer" if Fraction(totals["amount"]) < 0 else "Total"
    rows.append((owed, "", "", as_money(totals["amount"], whole)))
    without = _left_out([line for line in s["lines"] if line["amount"] is None])
    notes = (f"This total leaves out {without}: see “Not settled”.",) if without else ()
    return Section(
        "Total", ("Line", "Clause", "Left out", "Amount"), tuple(rows), (3,), notes, frozenset((len(rows) - 1,))
    )


def _left_out(lines: list[Json]) -> str:
    """`3 refused and 1 not yet due`."""
    refused = sum(line["state"] == "refused" for line in lines)
    not_yet = sum(line["state"] == "not yet" for line in lines)
    parts = [f"{refused:,} refused" if refused else "", f"{not_yet:,} not yet due" if not_yet else ""]
    return " and ".join(part for part in parts if part)


def _payers(whole: Json) -> Section:
    s = whole["settlement"]
    names = {p["name"]: p["title"] for p in s["contract"]["parties"]}
    payers = s["totals"]["payers"]
    rows = [(names.get(p["payer"], p["payer"]), as_money(p["amount"], whole)) for p in payers]
    total = sum((Fraction(p["amount"]) for p in payers), Fraction(0))
    notes: tuple[str, ...] = ()
    if total != Fraction(s["totals"]["amount"]):
        notes = ("Lines whose parties the contract names apart are not shared, and are not in this table.",)
    return Section("Who pays", ("Payer", "Amount"), tuple(rows) if len(rows) > 1 else (), (1,), notes)


# ---- what is not settled, limits, conditions


def _alike(found: Iterable[tuple[str, str, str, dict[str, str], int | None]], whole: Json) -> Iterator[Row]:
    """Rows of one name, state and reason together: name, cells, people, state, reason."""
    groups: dict[tuple[str, str, str], list[tuple[dict[str, str], int | None]]] = {}
    for name, state, why, cell, people in found:
        groups.setdefault((name, state, why), []).append((cell, people))
    for (name, state, why), members in groups.items():
        cells = list(dict.fromkeys(cell_text(cell, whole) for cell, _ in members))
        said = "; ".join(cells) if len(cells) <= 3 else f"{len(cells):,} cells: {'; '.join(cells[:2])} …"
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
    for lines in groups.values():
        first = lines[0]
        people = sum(line["people"] or 0 for line in lines if Fraction(line["amount"]))
        steps = first["working"]["steps"]
        reached = steps[0] if first["people"] is None and steps else f"took from {people_words(people)}"
        rows.append(
            (
                line_name(first),
                cell_text(first["cell"], whole),
                first["clause"] or "",
                reached,
                under_text(first),
                as_money(total_of(lines), whole),
            )
        )
    return Section("Limits", ("Limit", "For", "Clause", "Reached", "Under", "Took"), tuple(rows), (5,))


def _held_back(whole: Json) -> Section:
    """What is withheld or returned because a duty was not met."""
    rows = tuple(
        (
            line_name(line),
            cell_text(line["cell"], whole),
            line["clause"] or "",
            "; ".join(line["working"]["steps"]),
            under_text(line),
            as_money(line["amount"], whole),
        )
        for line in whole["settlement"]["lines"]
        if line["kind"] == "duty"
    )
    return Section("Withheld or to be returned", ("Duty", "For", "Clause", "Working", "Under", "Amount"), rows, (5,))


def _conditions(whole: Json) -> Section:
    rows = tuple(
        (
            c["title"] or c["constraint"],
            cell_text(c["cell"], whole),
            c["clause"] or "",
            c["result"],
            c["why"] or c["working"]["with_numbers"] or "",
            under_text(c),
        )
        for c in whole["settlement"]["constraints"]
    )
    return Section("Conditions", ("Condition", "For", "Clause", "Result", "Working", "Under"), rows)


# ---- figures and working


def _figures(whole: Json) -> Section:
    rows = tuple(
        (f["title"] or f["figure"], f["working"]["of"], under_text(f), f["shown"], _exactly(f))
        for f in whole["settlement"]["figures"]
        if f["exact"] is not None
    )
    return Section("Figures", ("Figure", "Name", "Under", "Shown", "Exactly"), rows, (3,), grouped=1)


def _exactly(figure: Json) -> str:
    """The exact value, where what is shown is rounded."""
    exact, shown = figure["exact"], figure["shown"]
    if " of " in shown or " over " in shown:
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
        said = [w["formula"] or "", numbers, *w["steps"], f"under {under_text(line)}" if "under" in line else ""]
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
        numbers = (r["read"], r["used"], r["rejected"], r["repeated"], excluded)
        rows.append(
            (r["records"], r["title"] or "", *(f"{n:,}" if n or at < 2 else "" for at, n in enumerate(numbers)))
        )
    notes = [
        f"Excluded from `{r['records']}`: {counted_words(e['rows'], 'row')} {e['reason']}."
        for r in whole["settlement"]["records"]
        for e in r["excluded"]
    ]
    heading = ("Records", "Title", "Rows read", "Used", "Set aside: do not fit", "Repeated: kept once", "Excluded")
    return Section("Records", heading, tuple(rows), (2, 3, 4, 5, 6), tuple(notes))


def _counted(whole: Json) -> Section:
    rows: list[Row] = []
    for c in whole["settlement"]["counted"]:
        name = (c["title"] or c["measure"]) + (f", under {', '.join(c['under'])}" if "under" in c else "")
        rows.append((name, "counted", f"{c['rows']:,}"))
        rows += [(name, e["reason"], f"{e['rows']:,}") for e in c["not_counted"]]
    return Section("Rows counted", ("Measure", "What became of them", "Rows"), tuple(rows), (2,), grouped=1)


def _made_with(whole: Json) -> Section:
    r = whole["receipt"]
    rows: list[Row] = [("Terms", f"sha256 {whole['settlement']['contract']['terms_sha256']}")]
    rows += [(f"File of `{f['records']}`", f"{f['file']}, {f['encoding']}, sha256 {f['sha256']}") for f in r["files"]]
    rows.append(("Counted by", f"{r['engine']['name']} {r['engine']['version']}"))
    rows.append(("pbr_rules", r["pbr_rules"]))
    rows += [(f"Plugin {p['name']}", f"{p['distribution']} {p['version']}") for p in r["plugins"]]
    rows.append(("Command", r["command"]))
    return Section("Made with", ("What", "Which"), tuple(rows), few=0)


# ---- every line by itself, for files of data


def lines(whole: Json) -> tuple[tuple[str, ...], list[tuple[str, ...]], tuple[int, ...]]:
    """Every line, settled or not: the headings, the rows, and the columns that hold plain numbers."""
    s = whole["settlement"]
    used = dict.fromkeys(d for line in s["lines"] for d in line["cell"])
    payers = dict.fromkeys(share["payer"] for line in s["lines"] for share in line["shares"])
    people = [d for d in dict.fromkeys(d for line in s["lines"] for d in line.get("person", {})) if d not in used]
    varied = "variations" in s
    heading = (
        *("line", "kind", "title", "clause", *used, *people, "people", "each", "amount", "currency", "state", "why"),
        *("to", "working", *(["under"] if varied else []), *(f"borne by {payer}" for payer in payers)),
    )
    rows = []
    for line in s["lines"]:
        shares = {share["payer"]: share["amount"] for share in line["shares"]}
        rows.append(
            (
                *(line["line"], line["kind"], line["title"] or "", line["clause"] or ""),
                *(member_title(d, line["cell"][d], whole) if d in line["cell"] else "" for d in used),
                *(line.get("person", {}).get(d, "") for d in people),
                *("" if line["people"] is None else str(line["people"]), line["each"] or "", line["amount"] or ""),
                *(line["currency"] or "", line["state"], line["why"] or "", line["to"] or ""),
                *(
                    line["working"]["with_numbers"] or "",
                    *([under_text(line)] if varied else []),
                    *(shares.get(payer, "") for payer in payers),
                ),
            )
        )
    at = {name: n for n, name in enumerate(heading)}
    numbers = [at["people"], at["each"], at["amount"], *(at[f"borne by {payer}"] for payer in payers)]
    return heading, rows, tuple(numbers)
