"""One figure explained: the tree of its working, then its records."""

from __future__ import annotations

from typing import Any

from pbr_rules.reports.layout import Section
from pbr_rules.reports.statement import working_json
from pbr_rules.reports.table import table as as_table
from pbr_rules.settlement.trail import Explained, Trail, TrailRow
from pbr_rules.settlement.values import Working

FEW = 20


def table(found: Explained, everything: bool = False) -> str:
    """For people."""
    parts = [*_tree(found.working, ""), ""]
    for trail in found.trails:
        parts.append(_records(trail, everything))
    return "\n".join(parts).rstrip("\n") + "\n"


def as_json(found: Explained) -> dict[str, Any]:
    """For machines: every record, with the reason for each that did not count."""
    return {
        "schema": "pbr/explanation/1",
        "working": working_json(found.working),
        "records": [
            {
                "figure": t.of,
                "measure": t.measure,
                "records": t.records,
                "rows": [
                    {
                        "line": r.line,
                        "row": dict(r.cells),
                        "counted": r.counted,
                        "why": r.why or None,
                        "windows": list(r.windows),
                    }
                    for r in t.rows
                ],
            }
            for t in found.trails
        ],
    }


def _tree(working: Working, indent: str) -> list[str]:
    title = f"  {working.title}" if working.title else ""
    lines = [f"{indent}{working.of} = {working.shown}{title}"]
    inside = indent + "    "
    if working.exact is not None and working.exact not in working.shown.replace(",", ""):
        lines.append(f"{inside}exactly {working.exact}")
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
    counted = [r for r in trail.rows if r.counted]
    others = [r for r in trail.rows if not r.counted]
    found = f"Records of {trail.of}: {len(counted):,} counted, {len(others):,} did not\n"
    for name, rows in (("Counted", counted), ("Did not count", others)):
        if rows:
            found += "\n" + as_table(_section(name, rows, everything))
    return found


def _section(name: str, rows: list[TrailRow], everything: bool) -> Section:
    shown = rows if everything else rows[:FEW]
    columns = list(rows[0].cells)
    why = any(r.why for r in shown)
    windows = any(r.windows for r in shown)
    heading = ("Line", *columns, *(("Why not",) if why else ()), *(("Windows",) if windows else ()))
    listed = tuple(
        (f"{r.line:,}", *r.cells.values(), *((r.why,) if why else ()), *(("\n".join(r.windows),) if windows else ()))
        for r in shown
    )
    more = len(rows) - len(shown)
    return Section(name, heading, listed, (0,), f"and {more:,} more: --all shows them" if more else "")
