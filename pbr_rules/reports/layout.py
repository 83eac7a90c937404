"""The statement laid out in sections of rows, the same for every format that people read."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attrs import frozen

from pbr_rules.reports.statement import Json, shown_day, shown_money


@frozen
class Section:
    """A table of the statement. `numbers`: the columns that are figures, set to the right. `note`: a sentence below it."""

    title: str
    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()
    note: str = ""


def title(whole: Json) -> str:
    """What the statement is of."""
    contract = whole["settlement"]["contract"]
    return str(contract["title"] or contract["name"])


def facts(whole: Json) -> list[tuple[str, str]]:
    """The head of a statement: parties, dates, terms, what was given."""
    s, r = whole["settlement"], whole["receipt"]
    found = [(p["role"].capitalize(), p["title"]) for p in s["contract"]["parties"]]
    found.append(("Settled on", shown_day(s["dates"]["on"])))
    found += [(f"`{name}` complete to", shown_day(day)) for name, day in s["dates"]["complete"].items()]
    if s["readings"]:
        found.append(("Under", ", ".join(s["readings"])))
    found += [(f"Given: {name}", value) for name, value in s["given"].items()]
    found.append(("Terms", f"sha256 {s['contract']['terms_sha256'][:16]}…"))
    found.append(("Payments", f"rounded to {s['contract']['rounding']}" if s["contract"]["rounding"] else "none"))
    found.append(("Counted by", f"{r['engine']['name']} {r['engine']['version']}, pbr_rules {r['pbr_rules']}"))
    return found


def sections(whole: Json) -> list[Section]:
    """The sections that have anything to say, in the order of reading."""
    found = [
        _lines(whole),
        *_subtotals(whole),
        _totals(whole),
        _not_paid(whole),
        _limits(whole),
        _constraints(whole),
        _figures(whole),
        _rows(whole),
    ]
    return [section for section in found if section.rows]


def cell_text(cell: dict[str, str], whole: Json) -> str:
    """A cell by the titles of its members: `Reboot West, Enters employment`."""
    titles = whole["settlement"]["contract"]["members"]
    return ", ".join(titles.get(dimension, {}).get(member, member) for dimension, member in cell.items())


def _grouped(lines: list[Json]) -> Iterator[tuple[Json, int, Fraction, int, int]]:
    """Payable lines of one payment and cell together: the line, people, amount, how many lines, how many of them £0."""
    groups: dict[tuple[str, tuple[str, ...]], list[Json]] = {}
    for line in lines:
        groups.setdefault((line["line"], tuple(line["cell"].values())), []).append(line)
    for group in groups.values():
        paid = [line for line in group if Fraction(line["amount"])]
        amount = sum((Fraction(line["amount"]) for line in group), Fraction(0))
        people = sum(line["people"] or 0 for line in paid)
        yield group[0], people, amount, len(group), len(group) - len(paid)


def _lines(whole: Json) -> Section:
    s = whole["settlement"]
    currency = s["contract"]["currency"] or ""
    payable = [line for line in s["lines"] if line["state"] == "payable" and line["kind"] == "payment"]
    by_person = any(line["people"] is not None for line in payable)
    rows = []
    for line, people, amount, _, _ in _grouped(payable):
        row = [line["title"] or line["line"], cell_text(line["cell"], whole), line["clause"] or ""]
        if by_person:
            row.append(f"{people:,}" if line["people"] is not None else "")
        rows.append((*row, shown_money(str(amount), currency)))
    heading = ("Payment", "For", "Clause", *(("People paid",) if by_person else ()), "Amount")
    return Section("Payments", heading, tuple(rows), tuple(range(3, len(heading))))


def _subtotals(whole: Json) -> Iterator[Section]:
    """For a payment over several dimensions, what each member of the first comes to."""
    s = whole["settlement"]
    currency = s["contract"]["currency"] or ""
    groups: dict[str, dict[str, Fraction]] = {}
    titles: dict[str, str] = {}
    dimensions: dict[str, str] = {}
    for line in s["lines"]:
        if line["kind"] != "payment" or line["amount"] is None or len(line["cell"]) < 2:
            continue
        first = next(iter(line["cell"].values()))
        titles[line["line"]] = f"{line['title'] or line['line']}, by {next(iter(line['cell']))}"
        dimensions[line["line"]] = next(iter(line["cell"]))
        by_member = groups.setdefault(line["line"], {})
        by_member[first] = by_member.get(first, Fraction(0)) + Fraction(line["amount"])
    for name, by_member in groups.items():
        rows = tuple(
            (cell_text({dimensions[name]: m}, whole), shown_money(str(a), currency)) for m, a in by_member.items()
        )
        yield Section(titles[name], ("For", "Amount"), rows, (1,))


def _totals(whole: Json) -> Section:
    s = whole["settlement"]
    totals = s["totals"]
    if not s["lines"]:
        return Section("Total", (), ())
    currency = totals["currency"] or ""
    names = {p["name"]: p["title"] for p in s["contract"]["parties"]}
    rows = [(names.get(p["payer"], p["payer"]), shown_money(p["amount"], currency)) for p in totals["payers"]]
    rows = rows if len(rows) > 1 else []
    amount = Fraction(totals["amount"])
    rows.append(("Owed to the payer" if amount < 0 else "Total", shown_money(totals["amount"], currency)))
    left = [
        f"{totals['refused']:,} refused" if totals["refused"] else "",
        f"{totals['not_yet']:,} not yet due" if totals["not_yet"] else "",
    ]
    words = " and ".join(part for part in left if part)
    note = f"This total leaves out {words}: see below." if words else ""
    return Section("Total", ("", "Amount"), tuple(rows), (1,), note)


def _not_paid(whole: Json) -> Section:
    rows = []
    for line in whole["settlement"]["lines"]:
        if line["amount"] is None:
            what = line["title"] or line["line"]
            people = f"{line['people']:,}" if line["people"] is not None else ""
            rows.append((what, cell_text(line["cell"], whole), people, line["state"], line["why"] or ""))
    return Section("Not settled", ("Payment", "For", "People", "State", "Why"), tuple(rows), (2,))


def _limits(whole: Json) -> Section:
    s = whole["settlement"]
    currency = s["contract"]["currency"] or ""
    rows = []
    for line, people, amount, _, _ in _grouped(
        [x for x in s["lines"] if x["kind"] == "limit" and x["amount"] is not None]
    ):
        by_person = line["people"] is not None
        took = f"{people:,} people" if by_person else ""
        step = line["working"]["steps"][0] if not by_person else "for each person"
        rows.append(
            (
                line["title"] or line["line"],
                cell_text(line["cell"], whole),
                took or step,
                shown_money(str(amount), currency),
            )
        )
    return Section("Limits", ("Limit", "For", "Reached", "Took"), tuple(rows), (3,))


def _constraints(whole: Json) -> Section:
    rows = [
        (
            c["title"] or c["constraint"],
            cell_text(c["cell"], whole),
            c["result"],
            c["why"] or c["working"]["with_numbers"] or "",
        )
        for c in whole["settlement"]["constraints"]
    ]
    return Section("Conditions", ("Condition", "For", "Result", "Working"), tuple(rows))


def _figures(whole: Json) -> Section:
    rows = [
        (
            f["title"] or f["figure"],
            f["working"]["of"],
            f["shown"],
            f["why"] or (f["exact"] if f["exact"] != f["shown"] else ""),
        )
        for f in whole["settlement"]["figures"]
    ]
    return Section("Figures", ("Figure", "Name", "Shown", "Exactly"), tuple(rows), (2,))


def _rows(whole: Json) -> Section:
    rows: list[tuple[str, ...]] = []
    for r in whole["settlement"]["records"]:
        rows.append((r["records"], "read", f"{r['read']:,}"))
        if r["rejected"]:
            rows.append((r["records"], "set aside: they do not fit", f"{r['rejected']:,}"))
        if r["repeated"]:
            rows.append((r["records"], "identical to another row, kept once", f"{r['repeated']:,}"))
        rows += [(r["records"], f"excluded: {e['reason']}", f"{e['rows']:,}") for e in r["excluded"]]
    for c in whole["settlement"]["counted"]:
        rows.append((c["measure"], "rows counted", f"{c['rows']:,}"))
        rows += [(c["measure"], e["reason"], f"{e['rows']:,}") for e in c["not_counted"]]
    return Section("Rows", ("Records or measure", "What became of them", "Rows"), tuple(rows), (2,))
