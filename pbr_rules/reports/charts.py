"""Charts of a statement, drawn as SVG from its JSON alone: where a scale was read, each change with its two sides, payments by period.

Every place is calculated exactly and written with two decimals, so a mark lies where its value is. Each chart has its figures as a
table, so nothing is said by colour or place alone.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from fractions import Fraction
from html import escape

from attrs import define, field, frozen

from pbr_rules.exact import decimal_text, plain_text
from pbr_rules.kinds import SIGNS
from pbr_rules.reports.layout import (
    Row,
    Section,
    as_money,
    cell_text,
    counted_words,
    dimension_text,
    line_name,
    member_title,
    people_words,
)
from pbr_rules.reports.statement import Json, shown_day

WIDTH = 480
"""Units that a chart is wide: on a telephone its words are still to be read."""

MOST_MARKS, MOST_GROUPS, MOST_ROWS = 12, 8, 200
"""Marks that are numbered, changes that are drawn, and rows of the table below."""

LINE_CHARACTERS = 58

FAR = 10
"""How many times wider one pair of bars may be than another before each is drawn to a scale of its own."""


@frozen
class Chart:
    """A picture, what it is called, and its figures."""

    title: str
    svg: str
    table: Section
    notes: tuple[str, ...] = ()


def charts(whole: Json) -> list[Chart]:
    """Those that the statement has figures for."""
    return [*_scales(whole), *_changes(whole), *_periods(whole)]


# ---- numbers and places


def unit_text(number: Fraction, kind: str, at_most: int = 2) -> str:
    """A number of a kind, for people: `8.4%`, `£1,200`, `155 per 100`."""
    if kind.startswith("money"):
        currency = kind[len("money (") : -1]
        places = 2 if number.denominator > 1 else 0
        text = SIGNS.get(currency, f"{currency} ".lstrip()) + decimal_text(abs(number), places)
        return f"-{text}" if number < 0 else text
    if kind == "percentage points":
        return f"{plain_text(number * 100, at_most)} pts"
    if kind in ("a percentage", "a rate", "a share"):
        return f"{plain_text(number * 100, at_most)}%"
    if kind.startswith("a frequency"):
        per = int(kind.rsplit(" ", 1)[1].rstrip(")").replace(",", ""))
        return plain_text(number * per, at_most)
    return plain_text(number, at_most)


def steps(low: Fraction, high: Fraction, most: int = 5) -> list[Fraction]:
    """Round numbers from `low` to `high`, at most so many steps apart."""
    size = Fraction(1)
    while (high - low) / size > most:
        size *= 10
    while (high - low) / size <= most:
        size /= 10
    size = next(size * times for times in (1, 2, 5, 10) if (high - low) / (size * times) <= most)
    first = -((-low) // size)
    return [size * n for n in range(int(first), int(high // size) + 1)]


@frozen
class Axis:
    """Where a value lies between two places of the picture."""

    low: Fraction
    high: Fraction
    first: Fraction
    last: Fraction

    def place(self, value: Fraction) -> Fraction:
        """Exactly as far along as the value is between the two ends."""
        return self.first + (self.last - self.first) * (value - self.low) / (self.high - self.low)


def at(place: Fraction | int) -> str:
    """A place as SVG has it."""
    text = decimal_text(Fraction(place), 2, commas=False)
    return text.rstrip("0").rstrip(".") if "." in text else text


@define
class Picture:
    """The parts of a drawing, in the order in which they are drawn."""

    name: str
    title: str
    desc: str
    height: Fraction = Fraction(0)
    parts: list[str] = field(factory=list)

    def add(self, tag: str, css: str, text: str | None = None, **places: Fraction | int | str) -> None:
        written = "".join(
            f' {key.replace("_", "-")}="{escape(value) if isinstance(value, str) else at(value)}"'
            for key, value in places.items()
        )
        end = "/>" if text is None else f">{escape(text)}</{tag}>"
        self.parts.append(f'<{tag} class="{css}"{written}{end}')

    def line(self, css: str, x1: Fraction, y1: Fraction, x2: Fraction, y2: Fraction) -> None:
        self.add("line", css, x1=x1, y1=y1, x2=x2, y2=y2)

    def text(self, css: str, x: Fraction | int, y: Fraction | int, text: str) -> None:
        self.add("text", css, text, x=x, y=y)

    def svg(self) -> str:
        """The whole drawing, with its title and what it shows in words."""
        ids = f"{self.name}-title {self.name}-desc"
        head = (
            f'<svg class="chart" role="img" aria-labelledby="{ids}" viewBox="0 0 {WIDTH} {at(self.height)}" '
            f'xmlns="http://www.w3.org/2000/svg">'
        )
        said = f'<title id="{self.name}-title">{escape(self.title)}</title><desc id="{self.name}-desc">{escape(self.desc)}</desc>'
        return "\n".join([head, said, *self.parts, "</svg>"])


# ---- a scale and where it was read


def _scales(whole: Json) -> list[Chart]:
    found = []
    for number, scale in enumerate(whole["settlement"]["scales"], 1):
        if any(band["points"] for band in scale["bands"]):
            found.append(_scale(scale, f"scale-{number}", whole))
    return found


def _scale(scale: Json, name: str, whole: Json) -> Chart:
    title = scale["title"] or scale["scale"]
    if scale["beside"]:
        beside = [f"{each['argument'].replace('_', ' ')} {each['shown']}" for each in scale["beside"]]
        title += f" ({', '.join(beside)})"
    numbered = _numbered(scale["marks"])
    along, gives = scale["along"]["kind"], scale["gives"]
    lines = [[(Fraction(x), Fraction(y)) for x, y in band["points"]] for band in scale["bands"]]
    ups = [y for line in lines for _, y in line]
    ups += [Fraction(mark["gave"]) for mark in scale["marks"] if mark["gave"] is not None]
    bottom, top = min([Fraction(0), *ups]), max([Fraction(0), *ups])
    top = top if top > bottom else bottom + 1
    room = (top - bottom) / 6
    left = 14 + 8 * max(len(unit_text(step, gives)) for step in steps(bottom, top + room))
    across = Axis(Fraction(scale["over"][0]), Fraction(scale["over"][1]), Fraction(left), Fraction(WIDTH - 16))
    up = Axis(bottom - (room if bottom < 0 else 0), top + room, Fraction(262), Fraction(48))
    said = [_mark_words(n, marks, whole) for n, marks in numbered]
    if len(said) > MOST_MARKS:
        said = [f"{len(said):,} places, from {numbered[0][1][0]['at_shown']} to {numbered[-1][1][0]['at_shown']}"]
    bands = "; ".join(f"{band['ends']}: {band['gives']}" for band in scale["bands"])
    desc = f"{scale['how'].capitalize()}: {bands}. Read at {'; '.join(said)}." if said else f"{bands}."
    picture = Picture(name, f"Scale: {title}", desc)
    _frame(picture, across, up, along, gives)
    _ends(picture, scale, across, up, along)
    for band, line in zip(scale["bands"], lines, strict=True):
        _band(picture, band, line, across, up)
    ends = _edges(picture, scale["bands"], lines, across, up)
    _marks(picture, numbered, across, up)
    picture.text("axis middle", (across.first + across.last) / 2, 300, scale["along"]["argument"].replace("_", " "))
    picture.add("path", "mark", d="M12 317l6 -6l6 6l-6 6z")
    numbers = ", numbered as in the table" if len(numbered) <= MOST_MARKS else ""
    picture.text("small", 30, 321, f"where the scale was read{numbers}")
    picture.height = Fraction(330)
    if ends:
        picture.add("circle", "edge in", cx=18, cy=338, r=4)
        picture.text("small", 30, 343, "the end belongs to the band")
        picture.add("circle", "edge out", cx=248, cy=338, r=4)
        picture.text("small", 260, 343, "the end does not")
        picture.height += 20
    return Chart(f"Scale: {title}", picture.svg(), _scale_table(numbered, whole))


def _numbered(marks: Sequence[Json]) -> list[tuple[int, list[Json]]]:
    """Marks at one place together, numbered from the left."""
    groups: dict[tuple[Fraction, str | None], list[Json]] = {}
    for mark in marks:
        groups.setdefault((Fraction(mark["at"]), mark["gave"]), []).append(mark)
    return list(enumerate((groups[key] for key in sorted(groups, key=lambda key: key[0])), 1))


def _mark_words(number: int, marks: list[Json], whole: Json) -> str:
    return f"{number}, {marks[0]['at_shown']}, which gives {marks[0]['gave_shown']} ({_whose(marks, whole)})"


def _whose(marks: Iterable[Json], whole: Json) -> str:
    said = []
    for mark in marks:
        name = cell_text(mark["cell"], whole) or mark["title"] or mark["of"]
        said.append(f"{name}, {people_words(mark['people'])}" if mark["people"] is not None else name)
    return "; ".join(dict.fromkeys(said))


def _scale_table(numbered: list[tuple[int, list[Json]]], whole: Json) -> Section:
    rows = tuple(
        (str(number), _whose(marks, whole), marks[0]["at_shown"], marks[0]["gave_shown"], marks[0]["why"] or "")
        for number, marks in numbered[:MOST_ROWS]
    )
    notes = (f"The first {MOST_ROWS} of {len(numbered):,}; the statement as JSON has all.",)
    heading = ("Mark", "For", "At", "Gives", "Why")
    return Section("Where the scale was read", heading, rows, (2, 3), notes if len(numbered) > MOST_ROWS else ())


def _frame(picture: Picture, across: Axis, up: Axis, along: str, gives: str) -> None:
    for step in steps(up.low, up.high):
        y = up.place(step)
        picture.line("grid" if step else "base", across.first, y, across.last, y)
        picture.text("axis end", across.first - 6, y + 4, unit_text(step, gives))
    for step in steps(across.low, across.high):
        x = across.place(step)
        picture.line("base", x, up.first, x, up.first + 5)
        picture.add("text", "axis middle tick", unit_text(step, along), x=x, y=up.first + 19)
    picture.line("base", across.first, up.first, across.last, up.first)


def _ends(picture: Picture, scale: Json, across: Axis, up: Axis, along: str) -> None:
    """Where bands end, with the value above; one that would lie on the one before stands a line higher."""
    ends = sorted({Fraction(end) for band in scale["bands"] for end in (band["from"], band["to"]) if end is not None})
    before, row = Fraction(-1000), 0
    for end in ends:
        x, text = across.place(end), unit_text(end, along)
        wide = Fraction(9 * len(text))
        row = 1 - row if x - before < wide else 0
        before = x
        picture.line("end-of-band", x, up.last - 6, x, up.first)
        place = min(max(x, across.first + wide / 2), across.last + 8 - wide / 2)
        picture.text("small middle strong", place, up.last - 12 - 15 * row, text)


def _band(picture: Picture, band: Json, line: list[tuple[Fraction, Fraction]], across: Axis, up: Axis) -> None:
    if line:
        places = [(across.place(x), up.place(y)) for x, y in line]
        picture.add("path", "curve", d="M" + "L".join(f"{at(x)} {at(y)}" for x, y in places))
        return
    low = across.low if band["from"] is None else Fraction(band["from"])
    high = across.high if band["to"] is None else Fraction(band["to"])
    first, last = across.place(max(low, across.low)), across.place(min(high, across.high))
    if last > first and band["why"]:
        picture.add("rect", "unknown", x=first, y=up.last, width=last - first, height=up.first - up.last)
        if last - first > 70:
            picture.text("small middle", (first + last) / 2, (up.first + up.last) / 2, "not known")


def _edges(
    picture: Picture, bands: list[Json], lines: list[list[tuple[Fraction, Fraction]]], across: Axis, up: Axis
) -> bool:
    """A full ring where an end belongs to its band, an open one where it does not; none where the answer runs on."""
    drawn = False
    met: dict[tuple[Fraction, Fraction], list[bool]] = {}
    for band, line in zip(bands, lines, strict=True):
        if line and band["from"] is not None:
            met.setdefault(line[0], []).append(band["from_in"])
        if line and band["to"] is not None:
            met.setdefault(line[-1], []).append(band["to_in"])
    for (x, y), belongs in met.items():
        if len(belongs) == 1:
            drawn = True
            picture.add("circle", "edge in" if belongs[0] else "edge out", cx=across.place(x), cy=up.place(y), r=4)
    return drawn


def _marks(picture: Picture, numbered: list[tuple[int, list[Json]]], across: Axis, up: Axis) -> None:
    taken: list[tuple[Fraction | int, Fraction | int]] = []
    for number, marks in numbered:
        gave = marks[0]["gave"]
        x = across.place(Fraction(marks[0]["at"]))
        y = up.place(Fraction(gave)) if gave is not None else up.first
        kind = "mark" if gave is not None else "mark not"
        if len(numbered) > MOST_MARKS:
            place = (x // 2, y // 2)  # of many that lie on one another, one is drawn
            if place not in taken:
                picture.add("path", kind, d=f"M{at(x - 3)} {at(y)}l3 -3l3 3l-3 3z", data_mark=str(number))
                taken.append(place)
            continue
        picture.line("drop", x, y, x, up.first)
        picture.add("path", kind, d=f"M{at(x - 6)} {at(y)}l6 -6l6 6l-6 6z", data_mark=str(number))
        label = y - 10
        while any(abs(x - a) < 13 and abs(label - b) < 13 for a, b in taken):
            label -= 13
        taken.append((x, label))
        picture.text("small middle mark-number", x, label, str(number))


# ---- bars: changes, and payments by period


@define
class Bars:
    """Bars below one another, each with its words above it, so that no word is cut."""

    picture: Picture
    axis: Axis
    y: Fraction = Fraction(4)

    def heading(self, text: str) -> None:
        self.y += 8
        for line in textwrap.wrap(text, LINE_CHARACTERS - 6):
            self.y += 17
            self.picture.text("strong", 0, self.y, line)

    def bar(self, css: str, text: str, value: Fraction, shown: str) -> None:
        for line in textwrap.wrap(text, LINE_CHARACTERS):
            self.y += 17
            self.picture.text("small", 0, self.y, line)
        self.y += 5
        zero, end = self.axis.place(Fraction(0)), self.axis.place(value)
        width = max(abs(end - zero), Fraction(1, 2))
        self.picture.add("rect", css, x=min(zero, end), y=self.y, width=width, height=16, data_value=str(value))
        self.picture.text("small", max(zero, end) + 5, self.y + 13, shown)
        self.y += 18

    def done(self) -> str:
        self.picture.height = self.y + 6
        return self.picture.svg()


def _bars(name: str, title: str, desc: str, values: Iterable[Fraction], longest: int) -> Bars:
    """Bars from 0, with room at the right for the longest number."""
    return Bars(Picture(name, title, desc), _from_zero(values, longest))


def _from_zero(values: Iterable[Fraction], longest: int) -> Axis:
    listed = list(values)
    low, high = min([Fraction(0), *listed]), max([Fraction(0), *listed])
    return Axis(low, high if high > low else low + 1, Fraction(1), Fraction(WIDTH - 12 - 9 * longest))


def _changes(whole: Json) -> list[Chart]:
    """Changes of one figure, of sides of one kind, as one chart."""
    groups: dict[tuple[str, str], list[Json]] = {}
    for change in whole["settlement"]["changes"]:
        if change["before"]["kind"] == change["after"]["kind"]:
            groups.setdefault((change["figure"], change["before"]["kind"]), []).append(change)
    return [_change(list(group), f"change-{n}", whole) for n, group in enumerate(groups.values(), 1)]


def _change(changes: list[Json], name: str, whole: Json) -> Chart:
    title = changes[0]["title"] or changes[0]["figure"]
    of = {side["title"] for change in changes for side in (change["before"], change["after"])}
    if len(of) == 1 and None not in of:
        title = f"{of.pop()}: {title[0].lower()}{title[1:]}"
    rows: list[Row] = []
    for change in changes:
        before, after = _sides(change, whole)
        where = cell_text(change["cell"], whole) or title
        rows.append((where, before, change["before"]["shown"], after, change["after"]["shown"], change["shown"]))
    drawn = changes[:MOST_GROUPS]
    said = [
        f"{row[0]}: {row[1]} {row[2]}, {row[3]} {row[4]}, {c['how']} {row[5]}"
        for row, c in zip(rows, drawn, strict=False)
    ]
    sides = [side for change in drawn for side in (change["before"], change["after"])]
    longest = max(len(side["shown"]) for side in sides)
    bars = _bars(name, title, ". ".join(said) + ".", (Fraction(side["exact"]) for side in sides), longest)
    pairs = [[Fraction(change[side]["exact"]) for side in ("before", "after")] for change in drawn]
    widest = [max(map(abs, pair)) for pair in pairs]
    apart = max(widest) > FAR * min(widest)
    for change, row, pair in zip(drawn, rows, pairs, strict=False):
        bars.axis = _from_zero(pair, longest) if apart else bars.axis
        where = f"{row[0]}: " if change["cell"] else ""
        words = f"{where}{change['how']} {change['shown']}"
        bars.heading(words[0].upper() + words[1:])
        bars.bar("bar before", str(row[1]), Fraction(change["before"]["exact"]), change["before"]["shown"])
        bars.bar("bar after", str(row[3]), Fraction(change["after"]["exact"]), change["after"]["shown"])
    notes: tuple[str, ...] = ()
    if len(changes) > len(drawn):
        notes = (f"The picture shows the first {MOST_GROUPS}.",)
    if apart:
        notes = (*notes, "In the picture each pair of bars is drawn to a scale of its own.")
    heading = ("For", "From", "Figure", "To", "Figure", "Change")
    return Chart(title, bars.done(), Section("What was compared", heading, tuple(rows), (2, 4, 5)), notes)


def _sides(change: Json, whole: Json) -> tuple[str, str]:
    """What each side is: of one figure, the members that tell the two apart; else its title, or its words."""
    before, after = change["before"], change["after"]
    if before["figure"] is not None and before["figure"] == after["figure"]:
        apart = [d for d in after["cell"] if before["cell"].get(d) != after["cell"][d]]
        if apart:
            one, other = (", ".join(member_title(d, side["cell"][d], whole) for d in apart) for side in (before, after))
            return one, other
    return before["title"] or before["words"], after["title"] or after["words"]


def _periods(whole: Json) -> list[Chart]:
    s = whole["settlement"]
    found = []
    for dimension, members in s["contract"]["periods"].items():
        lines = [line for line in s["lines"] if dimension in line["cell"]]
        if not any(line["kind"] == "payment" for line in lines):
            continue  # limits alone are no picture of what is paid
        there = [member for member in members if any(line["cell"][dimension] == member for line in lines)]
        if len(there) > 1 and any(line["amount"] is not None for line in lines):
            found.append(_period(dimension, there, lines, whole))
    return found


def _period(dimension: str, there: list[str], lines: list[Json], whole: Json) -> Chart:
    days = whole["settlement"]["contract"]["periods"][dimension]
    title = f"Payments by {dimension_text(dimension, whole)[0].lower()}{dimension_text(dimension, whole)[1:]}"
    names = dict.fromkeys(line["line"] for line in lines)
    titles = {line["line"]: line_name(line) for line in lines}
    rows: list[Row] = []
    drawn = []
    for member in there:
        of = [line for line in lines if line["cell"][dimension] == member]
        sums = {name: _sum(line for line in of if line["line"] == name) for name in names}
        known = [amount for amount in sums.values() if amount is not None]
        left = sum(line["amount"] is None for line in of)
        total = sum(known, Fraction(0))
        money = as_money(total, whole)
        first, last = days[member]
        label = f"{member_title(dimension, member, whole)}, {shown_day(first)} to {shown_day(last)}"
        out = f"; {counted_words(left, 'line')} not settled" if left else ""
        drawn.append((label + out, total, str(money) if known else "not settled"))
        each = tuple("not settled" if a is None else as_money(a, whole) for a in sums.values())
        whole_row = (money if known else "not settled",) if len(names) > 1 else ()
        rows.append((member_title(dimension, member, whole), *each, *whole_row, str(left) if left else ""))
    desc = ". ".join(f"{label}: {shown}" for label, _, shown in drawn) + "."
    bars = _bars(f"period-{dimension}", title, desc, (v for _, v, _ in drawn), max(len(text) for *_, text in drawn))
    for label, value, shown in drawn:
        bars.bar("bar after", label, value, shown)
    heading = (
        dimension_text(dimension, whole),
        *(titles[name] for name in names),
        *(("Together",) if len(names) > 1 else ()),
        "Lines not settled",
    )
    numbers = tuple(range(1, len(heading)))
    table = Section("What each period comes to", heading, tuple(rows), numbers)
    others = [line for line in whole["settlement"]["lines"] if dimension not in line["cell"]]
    notes = (
        ("Lines that fall in none of these, such as limits over several, are not in this picture.",) if others else ()
    )
    return Chart(title, bars.done(), table, notes)


def _sum(lines: Iterable[Json]) -> Fraction | None:
    """What lines come to, or None where none of them has an amount."""
    amounts = [Fraction(line["amount"]) for line in lines if line["amount"] is not None]
    return sum(amounts, Fraction(0)) if amounts else None
