"""A figure or a person explained from a trail alone: which rows were counted, and why the others were not.

It is said as `reports/explain` says it, as far as the trail carries it: the formulas of figures and the days of windows are not there.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from pbr_rules.dates import long_text, read_day
from pbr_rules.diagnostics import UsageError, did_you_mean, listing
from pbr_rules.reports.explain import FEW
from pbr_rules.reports.layout import Section, counted_words
from pbr_rules.reports.statement import Json
from pbr_rules.reports.table import table as as_table
from pbr_rules.reports.trail_file import Asked, Found, Row, TrailFile

Members = list[tuple[str | None, str]]
"""Members as they are named, each with what it is a member of, where that is said."""


def table(trail: TrailFile, line: str | None, person: str | None, everything: bool = False) -> str:
    """For people: the rows behind a figure, or those of one person in every measure, or both.

    Raises:
        UsageError: neither is named, or nothing of that name is in the trail.
    """
    if line is None and person is None:
        raise UsageError("say what to explain: --line FIGURE, as the contract writes it, or --person ID, or both")
    said, asked = _every(trail, person) if line is None else _figure(trail, line, person)
    if not asked and person is None:
        said += ["    no rows were counted for it"]
    parts = ["\n".join((*_head(trail), *said)) + "\n"]
    for each in asked:
        found = trail.found(each, None if everything else FEW)
        over = _over(trail, each)
        people = None if over is None else trail.found(over, None if everything else FEW)
        if person is not None and not found.number and not (people is not None and people.number):
            continue
        parts.append(_records(trail, each, found))
        if over is not None and people is not None:
            parts.append(_people(trail, each, over, people))
    if len(parts) == 1 and person is not None:
        raise UsageError(
            f'--person {person}: no row of the trail{f" for `{line}`" if line else ""} is of "{person}"; rows that did not fit the contract '
            "are in the file of rows set aside"
        )
    return "\n".join(parts).rstrip("\n") + "\n"


def _head(trail: TrailFile) -> list[str]:
    """What the trail is of."""
    about = trail.about
    on = json.loads(about["pbr.dates"])["on"]
    settled = f", settled on {long_text(read_day(on))}" if on else ""
    return [f"{about['pbr.contract']}  {about['pbr.title']}{settled}, terms sha256 {about['pbr.terms_sha256'][:16]}…"]


# ---- what is asked


def _every(trail: TrailFile, person: str | None) -> tuple[list[str], list[Asked]]:
    """Every measure, at its own grain."""
    found: dict[tuple[str, tuple[str, ...]], Json] = {}
    for part in trail.counts:
        if part["sort"] == "record":
            found.setdefault((part["measure"], tuple(part["under"])), part)
    return [], [Asked(part, {}, person) for part in found.values()]


def _figure(trail: TrailFile, line: str, person: str | None) -> tuple[list[str], list[Asked]]:
    """What is said of a figure, and the rows that it came from."""
    name, members = _named(line)
    own = [part for part in trail.counts if part["sort"] == "record" and part["measure"] == name]
    figures = [figure for figure in trail.figures if figure["figure"] == name]
    if not own and not figures:
        known = dict.fromkeys([*(p["measure"] for p in trail.counts), *(f["figure"] for f in trail.figures)])
        near = did_you_mean(name, known)
        has = f"; it has {listing([f'`{each}`' for each in known])}" if known else ""
        raise UsageError(f"--line {line}: nothing in the trail is called `{name}`" + (f"; {near[0]}" if near else has))
    if own:
        return _measure(trail, line, own, figures, members, person)
    by = figures[0]["by"]
    cell = _placed(line, by, members) if members else {}
    here = [f for f in figures if all(m is None or cell.get(d, m) == m for d, m in zip(f["by"], f["at"], strict=True))]
    _must_be(line, here, figures)
    found: dict[tuple[str, str, str], Asked] = {}
    for read in (read for figure in here for read in figure["reads"]):
        part = trail.part(sort="record", measure=read["measure"], under=read["under"], by=read["by"])
        if part is not None:
            at = {d: cell.get(d) if m is None else m for d, m in zip(read["by"], read["at"], strict=True)}
            each = Asked(part, {d: m for d, m in at.items() if m is not None}, person)
            found[each.label, ", ".join(part["under"]), ", ".join(part["by"])] = each
    return [text for figure in here for text in _said(figure)], list(found.values())


def _measure(
    trail: TrailFile, line: str, own: list[Json], figures: list[Json], members: Members, person: str | None
) -> tuple[list[str], list[Asked]]:
    """The rows of a measure: at every cell, or at the one that is named."""
    if not members:
        return [], [Asked(part, {}, person) for part in own if part["by"] == own[0]["by"]]
    parts = [part for part in own if len(part["by"]) == len(members)]
    if not parts:
        raise UsageError(
            f"--line {line}: the trail has `{own[0]['measure']}` "
            + listing([f"by {', '.join(part['by'])}" if part["by"] else "as one figure" for part in own], "or")
        )
    asked = [Asked(part, _placed(line, part["by"], members), None) for part in parts]
    closed = [figure for figure in figures if None not in figure["at"] and figure["by"] == parts[0]["by"]]
    if closed:
        at = list(asked[0].cell.values())
        _must_be(line, [figure for figure in closed if figure["at"] == at], closed)
    elif not any(trail.found(each, 0).number for each in asked):
        raise UsageError(f"--line {line}: no row of the trail falls there")
    return [], [Asked(each.part, each.cell, person) for each in asked]


def _must_be(line: str, here: Sequence[Json], figures: Sequence[Json]) -> None:
    if not here:
        near = did_you_mean(line, [_label(figure) for figure in figures])
        raise UsageError(f"--line {line}: the trail has no such cell" + (f"; {near[0]}" if near else ""))


def _named(line: str) -> tuple[str, Members]:
    """A figure as it is written: its name, and its members."""
    whole = re.fullmatch(r"\s*(\w+)\s*(?:\[(.*)\])?\s*", line, re.DOTALL)
    pieces = [] if whole is None or whole[2] is None else re.findall(r'(?:"[^"]*"|[^",])+', whole[2])
    each = [re.fullmatch(r'\s*(?:(\w+)\s*:)?\s*("[^"]*"|\w+)\s*', piece) for piece in pieces]
    if whole is None or (whole[2] is not None and (not pieces or None in each)):
        raise UsageError(f"--line {line}: name one figure, as the contract does: `early[c1]`")
    return whole[1], [(found[1], found[2]) for found in each if found is not None]


def _placed(line: str, by: Sequence[str], members: Members) -> dict[str, str]:
    """Each member at what it is a member of, in their order."""
    named = {dimension: member for dimension, member in members if dimension is not None}
    left = [dimension for dimension in by if dimension not in named]
    plain = [member for dimension, member in members if dimension is None]
    if len(members) != len(by) or not named.keys() <= set(by):
        over = f"runs over {', '.join(by)}" if by else "is one figure"
        raise UsageError(f"--line {line}: `{_named(line)[0]}` {over}")
    found = named | dict(zip(left, plain, strict=True))
    return {dimension: found[dimension] for dimension in by}


def _over(trail: TrailFile, asked: Asked) -> Asked | None:
    """The people that a measure is counted over, where they are other records than those counted."""
    over = asked.part["over"]
    if over is None or over["records"] == asked.part["records"]:
        return None
    people = trail.part(sort="person", measure=asked.part["measure"], under=asked.part["under"], by=over["by"])
    at = {d: m for d, m in asked.cell.items() if d in over["by"]}
    return None if people is None else Asked(people, at, asked.person)


# ---- for people


def _label(figure: Json) -> str:
    members = ", ".join('"…"' if member is None else member for member in figure["at"])
    return f"{figure['figure']}[{members}]" if members else str(figure["figure"])


def _said(figure: Json) -> list[str]:
    """A figure and what it came to; of the figures of people, nothing."""
    if figure["shown"] is None:
        return []
    title = f"  {figure['title']}" if figure["title"] else ""
    return [f"{_label(figure)} = {figure['shown']}{title}", *([f"    {figure['why']}"] if figure["why"] else [])]


def _records(trail: TrailFile, asked: Asked, found: Found) -> str:
    part = asked.part
    title = f"  {part['title']}" if part["title"] else ""
    head = [f"Records of {asked.label}{_came_to(trail, asked)}{title}"]
    head += [f"    under {name}" for name in part["under"]]
    head += [*(f"    {said}" for said in part["conditions"]), ""]
    head += [f"  {found.counted:>7,}  {'row' if found.counted == 1 else 'rows'} of `{part['records']}` counted"]
    head += _reasons(found.reasons)
    if others := part["rows"] - found.number:
        head.append(f"  {others:>7,}  belong to other cells, or to other people, and are not shown")
    named = (("Counted", True, found.counted), ("Did not count", False, found.reasons.total()))
    return "\n".join(("\n".join(head) + "\n", *_sections(asked, found, named)))


def _people(trail: TrailFile, asked: Asked, over: Asked, found: Found) -> str:
    some = trail.people_counted(asked)
    said = [f"People of `{over.part['records']}` that {asked.label} is counted over", ""]
    said += [f"  {found.counted:>7,}  counted over, {some:,} of them with a row that counted"]
    said += _reasons(found.reasons)
    if others := over.part["rows"] - found.number:
        said.append(f"  {others:>7,}  belong to other cells, and are not shown")
    shown = [row["person"] for rows in found.rows.values() for row in rows if row["person"] is not None]
    number = trail.counted_for(asked, shown)
    named = (("Counted over", True, found.counted), ("Not counted over", False, found.reasons.total()))
    return "\n".join(("\n".join(said) + "\n", *_sections(over, found, named, number)))


def _came_to(trail: TrailFile, asked: Asked) -> str:
    """What the figure came to, where it is one and the trail says so."""
    at = [asked.cell.get(d) for d in asked.part["by"]]
    for figure in trail.figures:
        same = figure["figure"] == asked.part["measure"] and figure["by"] == asked.part["by"] and figure["at"] == at
        if same and figure["shown"] is not None:
            return f" = {figure['shown']}"
    return ""


def _reasons(reasons: Counter[str]) -> list[str]:
    return [f"  {n:>7,}  {why}" for why, n in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))]


def _sections(
    asked: Asked, found: Found, named: Sequence[tuple[str, bool, int]], number: Counter[str] | None = None
) -> Iterator[str]:
    """The rows that count, and those that do not."""
    for title, counts, total in named:
        rows = found.rows[counts]
        if not rows:
            continue
        columns = [("Line", [f"{row['line']:,}" for row in rows]), *_columns(asked, rows, counts)]
        if number is not None:
            columns.append(("Rows that counted", [f"{number[row['person']]:,}" for row in rows]))
        more = total - len(rows)
        notes = (f"and {counted_words(more, 'row')} more: --all shows them.",) if more else ()
        right = [n for n, (name, _) in enumerate(columns) if name in ("Line", "Adds", "Rows that counted")]
        listed = tuple(zip(*(cells for _, cells in columns), strict=True))
        yield as_table(Section(title, tuple(name for name, _ in columns), listed, tuple(right), notes))


def _columns(asked: Asked, rows: Sequence[Row], counts: bool) -> Iterator[tuple[str, list[str]]]:
    """What is shown of rows beside their line."""
    part = asked.part

    def texts(name: str) -> list[str]:
        return ["(blank)" if row[name] is None else str(row[name]) for row in rows]

    if part["key"]:
        yield ", ".join(part["key"]), texts("key")
    if part["person"] is not None and part["key"] != [part["person"]]:
        yield part["person"], texts("person")
    if part["by"] and not asked.is_one_cell:
        yield ", ".join(part["by"]), texts("cell")
    if counts and part["unit"] not in (None, "row"):
        yield "Adds", texts("amount")
    if not counts:
        yield "Why not", texts("reason")
