"""Lines up a layout: values after a colon, `=` of worked figures, `use`, and the bars of a grid."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pbr_rules.surface.layout import Line

_NUMBER = r"\d[\d,]*"
_FIGURE = re.compile(
    rf"(?P<units>-?(?:£|\$|€|[A-Z]{{3}} )?{_NUMBER})"
    rf"(?P<rest>(?:\.\d+)?(?:%|/{_NUMBER}| million| billion| percentage points?| per {_NUMBER})?)"
)


def aligned(lines: list[Line], breaks: set[int]) -> list[str]:
    """The lines as text. A run of lines that line up ends before each line in `breaks`."""
    texts = [line.plain for line in lines]
    for first, last in _runs(lines, breaks):
        run = lines[first:last]
        done = _grid(run) if run[0].cells else _values(run)
        texts[first:last] = [" " * line.indent + text for line, text in zip(run, done, strict=True)]
    return texts


def _runs(lines: list[Line], breaks: set[int]) -> Iterator[tuple[int, int]]:
    """Neighbours that line up: of one run, at one indent."""
    first = 0
    for index in range(1, len(lines) + 1):
        here = lines[index] if index < len(lines) else None
        start = lines[first]
        together = here is not None and (here.run, here.indent) == (start.run, start.indent)
        if together and (start.run == "grid" or index not in breaks):
            continue
        if start.run:
            yield first, index
        first = index


def _values(run: list[Line]) -> list[str]:
    width = max(len(line.text) for line in run)
    values = [line.value for line in run]
    if run[0].run == "colon":
        values = _units_under_units(values)
    return [f"{line.text:{width}} {value}".rstrip() for line, value in zip(run, values, strict=True)]


def _grid(run: list[Line]) -> list[str]:
    """Bars under bars; figures to the right with units under units, everything else to the left."""
    columns = [_column([line.cells[index] for line in run]) for index in range(len(run[0].cells))]
    return [f"| {' | '.join(cells)} |" for cells in zip(*columns, strict=True)]


def _column(cells: list[str]) -> list[str]:
    figures = _units_under_units(cells)
    longest = max((len(text) for cell, text in zip(cells, figures, strict=True) if _FIGURE.fullmatch(cell)), default=0)
    width = max(longest, *(len(cell) for cell in cells))
    done = []
    for cell, text in zip(cells, figures, strict=True):
        done.append(f"{text:{longest}}".rjust(width) if _FIGURE.fullmatch(cell) else f"{cell:{width}}")
    return done


def _units_under_units(values: list[str]) -> list[str]:
    """Each figure pushed right until its units stand under those of the longest."""
    found = [_FIGURE.fullmatch(value) for value in values]
    width = max((len(match["units"]) for match in found if match), default=0)
    return [
        match["units"].rjust(width) + match["rest"] if match else value
        for match, value in zip(found, values, strict=True)
    ]
