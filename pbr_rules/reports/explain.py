"""One figure explained: the tree of its working, then its records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from pbr_rules.reports.layout import Section, counted_words
from pbr_rules.reports.statement import working_json
from pbr_rules.reports.table import table as as_table
from pbr_rules.settlement.ids import with_ids
from pbr_rules.settlement.trail import Explained, Trail, TrailRow
from pbr_rules.settlement.values import Working

SCHEMA = "pbr/explanation/1"

FEW = 20
"""Records of one kind that are shown where not all are asked for."""


def table(found: Explained, everything: bool = False) -> str:
    """For people."""
    first, *rest = _tree(found.working, "")
    clause = [f"    clause: {found.clause}"] if found.clause else []
    under = [f"    under {said}" for said in found.under]
    own = [f"    under {under.text}" for under in found.working.under]
    parts = [first, *clause, *under, *(line for line in rest if line not in own), ""]
    parts += [_records(trail, everything) for trail in found.trails]
    return with_ids("\n".join(parts).rstrip("\n") + "\n")


def as_json(found: Explained) -> dict[str, Any]:
    """For machines: every record, with the reason for each that did not count."""
    return {
        "schema": SCHEMA,
        "clause": found.clause,
        **({"under": [with_ids(said) for said in found.under]} if found.under else {}),
        "working": working_json(found.working, with_ids),
        "records": [
            {
                "figure": with_ids(t.of),
                "measure": t.measure,
                "title": t.title,
                "conditions": list(t.conditions),
                "records": t.records,
                "rows": [_row(r) for r in t.rows],
                "elsewhere": t.elsewhere,
                "people": None
                if t.base is None
                else {"records": t.base, "rows": [_row(r) for r in t.people], "elsewhere": t.others},
            }
            for t in found.trails
        ],
    }


def _row(r: TrailRow) -> dict[str, Any]:
    found: dict[str, Any] = {
        "line": r.line,
        "row": dict(r.cells),
        "counted": r.counted,
        "why": with_ids(r.why) or None,
        "windows": [
            {"window": w.words, "first": None if w.first is None else w.first.isoformat(), "last": w.last.isoformat()}
            for w in r.windows
        ],
    }
    return found if r.rows is None else {**found, "rows_counted": r.rows}


def _tree(working: Working, indent: str) -> list[str]:
    """A figure, how it came about, and below it, set in, the figures it read."""
    title = f"  {working.title}" if working.title else ""
    lines = [f"{indent}{working.of} = {working.shown}{title}"]
    inside = indent + "    "
    if working.exact is not None and working.exact not in working.shown.replace(",", ""):
        lines.append(f"{inside}exactly {working.exact}")
    lines += [f"{inside}under {under.text}" for under in working.under]
    if working.why:
        lines.append(f"{inside}{working.state}: {working.why}")
    if working.formula and working.formula != working.with_numbers:
        lines.append(f"{inside}{working.formula}")
    if working.with_numbers and working.with_numbers not in (working.shown, working.formula):
        lines.append(f"{inside}= {working.with_numbers}" if working.formula else f"{inside}{working.with_numbers}")
    lines += [f"{inside}{step}" for step in working.steps]
    for inner in working.inputs:
        lines += _tree(inner, inside)
    return lines


def _records(trail: Trail, everything: bool) -> str:
    """The rows behind one measure: how many counted and why the others did not, then the rows themselves."""
    counted = [r for r in trail.rows if r.counted]
    others = [r for r in trail.rows if not r.counted]
    title = f"  {trail.title}" if trail.title else ""
    head = [f"Records of {trail.of} = {trail.shown}{title}", *(f"    {said}" for said in trail.conditions), ""]
    head += [f"  {len(counted):>7,}  {'row' if len(counted) == 1 else 'rows'} of `{trail.records}` counted"]
    head += [f"  {number:>7,}  {why}" for why, number in _reasons(others)]
    if trail.elsewhere:
        head.append(f"  {trail.elsewhere:>7,}  belong to other cells, or to other people, and are not shown")
    parts = ["\n".join(head) + "\n"]
    parts += _sections((("Counted", counted), ("Did not count", others)), everything)
    if trail.base is not None:
        over = [r for r in trail.people if r.counted]
        left = [r for r in trail.people if not r.counted]
        said = [f"People of `{trail.base}` that {trail.of} is counted over", ""]
        said.append(
            f"  {len(over):>7,}  counted over, {sum(bool(r.rows) for r in over):,} of them with a row that counted"
        )
        said += [f"  {number:>7,}  {why}" for why, number in _reasons(left)]
        if trail.others:
            said.append(f"  {trail.others:>7,}  belong to other cells, and are not shown")
        parts.append("\n".join(said) + "\n")
        parts += _sections((("Counted over", over), ("Not counted over", left)), everything)
    return "\n".join(parts)


def _reasons(rows: Sequence[TrailRow]) -> list[tuple[str, int]]:
    """Why rows did not count, the most frequent reason first."""
    return sorted(Counter(r.why for r in rows).items(), key=lambda item: (-item[1], item[0]))


def _sections(named: Sequence[tuple[str, list[TrailRow]]], everything: bool) -> list[str]:
    return [as_table(_section(name, rows, everything)) for name, rows in named if rows]


def _section(name: str, rows: list[TrailRow], everything: bool) -> Section:
    shown = rows if everything else rows[:FEW]
    columns = list(rows[0].cells)
    windows = list(dict.fromkeys(w.words for r in shown for w in r.windows))
    why = ["Why not"] if any(r.why for r in shown) else []
    number = ["Rows that counted"] if any(r.rows is not None for r in shown) else []
    heading = ("Line", *columns, *windows, *why, *number)
    listed = []
    for r in shown:
        days = {w.words: f"{'' if w.first is None else w.first.isoformat()} to {w.last.isoformat()}" for w in r.windows}
        cells = (f"{r.line:,}", *r.cells.values(), *(days.get(w, "") for w in windows))
        listed.append((*cells, *([r.why] if why else []), *([f"{r.rows or 0:,}"] if number else [])))
    more = len(rows) - len(shown)
    notes = (f"and {counted_words(more, 'row')} more: --all shows them.",) if more else ()
    figures = (0, len(heading) - 1) if number else (0,)
    return Section(name, heading, tuple(listed), figures, notes)
