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
    Several,
    Worked,
    as_money,
    cell_text,
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
from pbr_rules.reports.totals import compared, netted, payers, summary

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
    if s["contract"]["calendar"]:
        found.append(("Working days", _calendar(s["contract"]["calendar"])))
    found.append(("Settled on", shown_day(s["dates"]["on"])))
    if s["dates"]["known_at"]:
        found.append(("As known on", shown_day(s["dates"]["known_at"])))
    if s["earlier"]:
        found.append(("Less what was paid", f"by the statement of {shown_day(s['earlier']['on'])} and those before it"))
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


def _calendar(calendar: Json) -> str:
    """Which days are working days."""
    if calendar["records"]:
        return f"weekends and the days of `{calendar['records']}` are closed"
    years = f", {calendar['from']} to {calendar['to']}" if calendar["from"] else ""
    return f"{calendar['name']}{years}"


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


def _varied(variation: Json, whole: Json) -> str:
    """A variation with dates: its days, what it is for, and what it replaces."""
    said = days_words(variation["from"], variation["to"])
    if variation["by"] is not None:
        said += f" by {variation['by']}"
    if variation["only"] is not None:
        dimension = variation["only"]["dimension"]
        said += f", for {listing([member_title(dimension, m, whole) for m in variation['only']['members']])} only"
    return f"{said}: {listing(variation['replaces'])}"


def sections(whole: Json, every: bool = False) -> list[Section]:
    """The sections that have anything to say, in the order of reading, without columns that say nothing.

    `every`: for a format that can fold, with a section for every payment, and each row's working behind it.
    """
    s = whole["settlement"]
    payments = dict.fromkeys(line["line"] for line in s["lines"] if line["kind"] == "payment")
    settled = [payment(whole, [line for line in _settled(whole) if line["line"] == name], every) for name in payments]
    found = [
        ("summary", summary(whole)),
        ("summary", payers(whole)),
        ("summary", compared(whole)),
        *(("lines", section) for section in settled),
        ("lines", netted(whole)),
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
                under_text(first),
                as_money(total_of(lines), whole),
            )
        )
    heading = ("Limit", "For", "Clause", "Reached", "Under", "Took")
    return Section("Limits", heading, tuple(rows), (5,), worked=tuple(worked))


def _held_back(whole: Json) -> Section:
    """What is withheld or returned because a duty was not met."""
    lines = [line for line in whole["settlement"]["lines"] if line["kind"] == "duty"]
    rows = tuple(
        (
            line_name(line),
            cell_text(line["cell"], whole),
            line["clause"] or "",
            "; ".join(line["working"]["steps"]),
            under_text(line),
            as_money(line["amount"], whole),
        )
        for line in lines
    )
    heading = ("Duty", "For", "Clause", "Working", "Under", "Amount")
    return Section("Withheld or to be returned", heading, rows, (5,), worked=_each_worked(lines))


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
            under_text(c),
        )
        for c in whole["settlement"]["constraints"]
    )
    heading = ("Condition", "For", "Clause", "Result", "Working", "Under")
    return Section("Conditions", heading, rows, worked=_each_worked(whole["settlement"]["constraints"]))


# ---- figures and working


def _figures(whole: Json) -> Section:
    figures = [f for f in whole["settlement"]["figures"] if f["exact"] is not None]
    rows = tuple(
        (f["title"] or f["figure"], f["working"]["of"], under_text(f), f["shown"], exactly(f)) for f in figures
    )
    heading = ("Figure", "Name", "Under", "Shown", "Exactly")
    return Section("Figures", heading, rows, (3,), grouped=1, worked=_each_worked(figures))


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
        name = (c["title"] or c["measure"]) + (f", under {', '.join(c['under'])}" if "under" in c else "")
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
