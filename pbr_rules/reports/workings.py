"""Workings as they are laid out: each way once, each figure worked out where it is read first."""

from __future__ import annotations

from pbr_rules.reports.layout import Worked, people_words
from pbr_rules.reports.statement import Json


def ways(lines: list[Json]) -> tuple[Worked, ...]:
    """Each way that an amount came about, once, with for how many."""
    people: dict[str, int] = {}
    workings: dict[str, Json] = {}
    for line in lines:
        working = line["working"]
        key = "\n".join([working["of"], working["with_numbers"] or "", *working["steps"], line["each"] or ""])
        people[key] = people.get(key, 0) + (line["people"] or 0)
        workings.setdefault(key, working)
    said = {key: people_words(number) if number else "" for key, number in people.items()}
    return tuple((said[key], working) for key, working in workings.items())


def once(working: Json, seen: set[str] | None = None) -> Json:
    """A working in which a figure that is read twice is worked out where it is read first."""
    seen = set() if seen is None else seen
    if working["of"] in seen:
        return {**working, "formula": None, "with_numbers": None, "steps": [], "inputs": []}
    seen.add(working["of"])
    return {**working, "inputs": [once(inner, seen) for inner in working["inputs"]]}


def plainly(working: Json) -> bool:
    """Whether the formula is the value and nothing more: `£220` of £220.00."""
    formula, shown = working["formula"] or "", working["shown"]
    return not working["inputs"] and formula in (shown, shown.removesuffix(".00"))
