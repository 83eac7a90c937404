"""The statement laid out in sections of rows, the same for every format that people read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

from attrs import evolve, frozen

from pbr_rules.exact import decimal_text, ratio_text
from pbr_rules.reports.statement import Json, shown_day, shown_money

MOST_ROWS = 40
"""Rows of one payment to people: past that, what each comes to is left out and every cell is one row."""

FEW = 12
"""Rows of a working that a terminal shows."""

SHORT = 36
"""Characters of a working that stands beside its amount."""


@frozen
class Money:
    """A cell that holds an amount: plain, for a machine; as text, for people."""

    amount: str
    currency: str

    def __str__(self) -> str:
        return shown_money(self.amount, self.currency)


Cell = str | Money
Row = tuple[Cell, ...]


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
    """

    title: str
    heading: tuple[str, ...]
    rows: tuple[Row, ...]
    numbers: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    strong: frozenset[int] = frozenset()
    grouped: int = 0
    few: int | None = None


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
    found += [(f"Given: {given['figure']}", given["value"]) for given in s["given"]]
    found.append(("Terms", f"sha256 {s['contract']['terms_sha256'][:16]}…"))
    if s["contract"]["rounding"]:
        found.append(("Payments", f"rounded to {s['contract']['rounding']}"))
    found.append(("Counted by", f"{r['engine']['name']} {r['engine']['version']}, pbr_rules {r['pbr_rules']}"))
    return found


def sections(whole: Json) -> list[Section]:
    """The sections that have anything to say, in the order of reading, without columns that say nothing."""
    s = whole["settlement"]
    payments = dict.fromkeys(line["line"] for line in s["lines"] if line["kind"] == "payment")
    found = [
        _summary(whole),
        _payers(whole),
        *(_payment(whole, [line for line in _settled(whole) if line["line"] == name]) for name in payments),
        _not_settled(whole),
        _limits(whole),
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


# ---- words


def cell_text(cell: dict[str, str], whole: Json) -> str:
    """A cell by the titles of its members: `Reboot West, Enters employment`."""
    return ", ".join(_member(dimension, member, whole) for dimension, member in cell.items())


def _member(dimension: str, member: str, whole: Json) -> str:
    return str(whole["settlement"]["contract"]["members"].get(dimension, {}).get(member, member))


def dimension_text(dimension: str, whole: Json) -> str:
    """A category or a period by its title: `Line of the card`, `Project`."""
    named = whole["settlement"]["contract"]["dimensions"].get(dimension)
    return str(named or dimension.replace("_", " ").capitalize())


def counted_words(number: int, one: str, more: str | None = None) -> str:
    """`1 person`, `1,000 people`."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def _people(number: int) -> str:
    return counted_words(number, "person", "people")


def _name(line: Json) -> str:
    return str(line["title"] or line["line"])


# ---- money


def _money(amount: Fraction | str, whole: Json) -> Money:
    text = amount if isinstance(amount, str) else _plain(amount)
    return Money(text, whole["settlement"]["contract"]["currency"] or "")


def _plain(amount: Fraction) -> str:
    """A sum of amounts of the statement, as the statement writes amounts."""
    written = decimal_text(amount, 2, commas=False)
    return written if Fraction(written) == amount else ratio_text(amount)


def _sum(lines: Iterable[Json]) -> Fraction:
    return sum((Fraction(line["amount"]) for line in lines), Fraction(0))


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
        amount: Cell = _money(_sum(with_amount), whole) if with_amount else "not settled"
        rows.append((_name(lines[0]), lines[0]["clause"] or "", _left_out(lines), amount))
    totals = s["totals"]
    owed = "Owed to the payer" if Fraction(totals["amount"]) < 0 else "Total"
    rows.append((owed, "", "", _money(totals["amount"], whole)))
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
    rows = [(names.get(p["payer"], p["payer"]), _money(p["amount"], whole)) for p in payers]
    total = sum((Fraction(p["amount"]) for p in payers), Fraction(0))
    notes: tuple[str, ...] = ()
    if total != Fraction(s["totals"]["amount"]):
        notes = ("Lines whose parties the contract names apart are not shared, and are not in this table.",)
    return Section("Who pays", ("Payer", "Amount"), tuple(rows) if len(rows) > 1 else (), (1,), notes)


# ---- one payment


def _payment(whole: Json, lines: list[Json]) -> Section:
    """A payment with more than one cell, or to people, with what each cell comes to."""
    if not lines or (len(lines) == 1 and lines[0]["people"] is None):
        return Section("", (), ())
    dimensions = _widest_first(lines)
    lines = sorted(lines, key=lambda line: _place(line, dimensions[:1], whole))
    to_people = lines[0]["people"] is not None
    heading = [dimension_text(d, whole) for d in dimensions]
    if to_people:
        rows, extra, notes = _to_people(whole, lines, dimensions)
    else:
        worked = [_short_working(line) for line in lines]
        extra = ["Working"] if all(worked) else []
        rows = [
            (line["cell"], Fraction(line["amount"]), (*([work] if extra else []), _money(line["amount"], whole)))
            for line, work in zip(lines, worked, strict=True)
        ]
        notes = ()
    numbers = tuple(range(len(heading) + (0 if to_people else len(extra)), len(heading) + len(extra) + 1))
    laid, strong = _with_subtotals(whole, rows, dimensions, len(extra))
    text = _name(lines[0]) + (f" ({lines[0]['clause']})" if lines[0]["clause"] else "")
    grouped = 1 if len(dimensions) > 1 else 0
    return Section(text, (*heading, *extra, "Amount"), tuple(laid), numbers, tuple(notes), frozenset(strong), grouped)


def _widest_first(lines: list[Json]) -> list[str]:
    """The dimensions of a payment, the one with the fewest members first: it is subtotalled."""
    dimensions = list(lines[0]["cell"])
    fewest = min(dimensions, key=lambda d: len({line["cell"][d] for line in lines}), default=None)
    return dimensions if fewest is None else [fewest, *(d for d in dimensions if d != fewest)]


def _place(line: Json, dimensions: list[str], whole: Json) -> tuple[int, ...]:
    members = whole["settlement"]["contract"]["members"]
    return tuple(list(members.get(d, {})).index(line["cell"][d]) for d in dimensions)


_Laid = tuple[dict[str, str], Fraction, Row]


def _with_subtotals(whole: Json, rows: list[_Laid], dimensions: list[str], extra: int) -> tuple[list[Row], set[int]]:
    """The rows with their cells before them, a subtotal below each member of the first dimension, and the total."""
    laid: list[Row] = []
    strong: set[int] = set()
    groups: dict[str, list[_Laid]] = {}
    for row in rows:
        groups.setdefault(row[0][dimensions[0]] if dimensions else "", []).append(row)
    subtotals = len(dimensions) > 1 and len(groups) > 1 and any(len(group) > 1 for group in groups.values())
    blank = ("",) * (len(dimensions) - 2 + extra)
    for member, group in groups.items():
        laid += [(*(_member(d, cell[d], whole) for d in dimensions), *cells) for cell, _, cells in group]
        if subtotals:
            strong.add(len(laid))
            amount = _money(sum((a for _, a, _ in group), Fraction(0)), whole)
            laid.append((_member(dimensions[0], member, whole), "Subtotal", *blank, amount))
    if len(rows) > 1:
        strong.add(len(laid))
        total = _money(sum((a for _, a, _ in rows), Fraction(0)), whole)
        laid.append(("Total", *("",) * (len(dimensions) - 1 + extra), total))
    return laid, strong


def _short_working(line: Json) -> str:
    """The formula with its figures, where it is short enough to stand beside its amount and nothing else was done."""
    text = re.sub(r"^(pay|deduct) ", "", line["working"]["with_numbers"] or "")
    return text if len(text) <= SHORT and not line["working"]["steps"] else ""


def _to_people(whole: Json, lines: list[Json], dimensions: list[str]) -> tuple[list[_Laid], list[str], tuple[str, ...]]:
    """People who come to the same together; those who come to nothing are counted in a note."""
    groups: dict[tuple[str, ...], dict[Fraction, int]] = {}
    cells: dict[tuple[str, ...], dict[str, str]] = {}
    for line in lines:
        key = tuple(line["cell"][d] for d in dimensions)
        cells[key] = line["cell"]
        by_amount = groups.setdefault(key, {})
        each = Fraction(line["each"])
        by_amount[each] = by_amount.get(each, 0) + line["people"]
    nothing = {key: by_amount.pop(Fraction(0), 0) for key, by_amount in groups.items()}
    notes = _come_to_nothing(whole, [(cells[key], number) for key, number in nothing.items() if number])
    rows: list[_Laid] = []
    apart = sum(map(len, groups.values())) <= MOST_ROWS
    for key, by_amount in groups.items():
        if apart:
            for each, number in sorted(by_amount.items(), reverse=True):
                shown = (f"{number:,}", _money(each, whole), _money(each * number, whole))
                rows.append((cells[key], each * number, shown))
        elif by_amount:
            amount = sum((each * number for each, number in by_amount.items()), Fraction(0))
            rows.append((cells[key], amount, (f"{sum(by_amount.values()):,}", _money(amount, whole))))
    return rows, ["People", "Each"] if apart else ["People"], notes


def _come_to_nothing(whole: Json, cells: list[tuple[dict[str, str], int]]) -> tuple[str, ...]:
    if not cells:
        return ()
    if len(cells) == 1 and not cells[0][0]:
        number = cells[0][1]
        return (
            f"{_people(number)} {'comes' if number == 1 else 'come'} to nothing and {'is' if number == 1 else 'are'} not shown.",
        )
    said = [f"{_people(number)} in {cell_text(cell, whole)}" for cell, number in cells[:8]]
    more = [f"and in {len(cells) - 8:,} more rows"] if len(cells) > 8 else []
    return (f"Not shown, because they come to nothing: {'; '.join([*said, *more])}.",)


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
    rows = _alike(((_name(x), x["state"], x["why"] or "", x["cell"], x["people"]) for x in lines), whole)
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
        reached = steps[0] if first["people"] is None and steps else f"took from {_people(people)}"
        rows.append(
            (_name(first), cell_text(first["cell"], whole), first["clause"] or "", reached, _money(_sum(lines), whole))
        )
    return Section("Limits", ("Limit", "For", "Clause", "Reached", "Took"), tuple(rows), (4,))


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
    return Section("Conditions", ("Condition", "For", "Clause", "Result", "Working"), rows)


# ---- figures and working


def _figures(whole: Json) -> Section:
    rows = tuple(
        (f["title"] or f["figure"], f["working"]["of"], f["shown"], _exactly(f))
        for f in whole["settlement"]["figures"]
        if f["exact"] is not None
    )
    return Section("Figures", ("Figure", "Name", "Shown", "Exactly"), rows, (2,), grouped=1)


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
        if line["line"] in beside or line["kind"] == "limit" or line["amount"] is None:
            continue
        if line["people"] is not None and not Fraction(line["amount"]):
            continue
        numbers = "" if w["with_numbers"] == w["formula"] else f"= {w['with_numbers']}"
        said = [w["formula"] or "", numbers, *w["steps"]]
        key = (w["of"], "\n".join(part for part in said if part), line["each"])
        ways[key] = None if line["people"] is None else (ways.get(key) or 0) + line["people"]
    rows = tuple(
        (of, "" if people is None else f"{people:,}", said, _money(each, whole))
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
        if len(lines) > 1 and lines[0]["people"] is None and all(map(_short_working, lines))
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
        name = c["title"] or c["measure"]
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
    heading = (
        *("line", "kind", "title", "clause", *used, *people, "people", "each", "amount", "currency", "state", "why"),
        *("to", "working", *(f"borne by {payer}" for payer in payers)),
    )
    rows = []
    for line in s["lines"]:
        shares = {share["payer"]: share["amount"] for share in line["shares"]}
        rows.append(
            (
                *(line["line"], line["kind"], line["title"] or "", line["clause"] or ""),
                *(_member(d, line["cell"][d], whole) if d in line["cell"] else "" for d in used),
                *(line.get("person", {}).get(d, "") for d in people),
                *("" if line["people"] is None else str(line["people"]), line["each"] or "", line["amount"] or ""),
                *(line["currency"] or "", line["state"], line["why"] or "", line["to"] or ""),
                *(line["working"]["with_numbers"] or "", *(shares.get(payer, "") for payer in payers)),
            )
        )
    at = {name: n for n, name in enumerate(heading)}
    numbers = [at["people"], at["each"], at["amount"], *(at[f"borne by {payer}"] for payer in payers)]
    return heading, rows, tuple(numbers)


Format = Callable[[Json], str | bytes]
