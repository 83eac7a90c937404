"""Problems as text for people, in full or on one line, and as JSON for tools."""

from __future__ import annotations

import unicodedata

from pbr_rules.diagnostics import Diagnostic, Label
from pbr_rules.source import Source, Span

WIDTH = 100
"""Columns of a line of the contract that are shown; of a longer line, the part around the place."""

_BOLD, _RED, _YELLOW, _BLUE, _PLAIN = "\x1b[1m", "\x1b[1;31m", "\x1b[1;33m", "\x1b[1;34m", "\x1b[0m"


def full(source: Source, diagnostic: Diagnostic, color: bool = False) -> str:
    """Headline, place, the lines themselves with the places marked, and the help."""
    paint = _Paint(color)
    shade = _RED if diagnostic.is_error else _YELLOW
    lines = [f"{paint(f'{diagnostic.level}[{diagnostic.code}]', shade)}: {paint(diagnostic.headline, _BOLD)}"]
    labels = [Label(diagnostic.span, diagnostic.caption), *diagnostic.labels]
    numbers = [source.place(label.span.start).line for label in labels]
    width = len(str(max(numbers)))
    gutter = " " * width
    lines.append(f"{gutter} {paint('-->', _BLUE)} {_where(source, diagnostic.span)}")
    if source.text:
        lines += _excerpt(source, labels, width, paint, shade)
    if diagnostic.expected:
        lines.append(f"{gutter} {paint('=', _BLUE)} expected: {diagnostic.expected}")
    lines += [f"{gutter} {paint('=', _BLUE)} help: {text}" for text in diagnostic.help]
    lines += [f"{gutter} {paint('=', _BLUE)} note: {text}" for text in diagnostic.notes]
    return "\n".join(lines)


def concise(source: Source, diagnostic: Diagnostic) -> str:
    """One line: `area.pbr:14:13: error[kinds]: …`."""
    place = source.place(diagnostic.span.start)
    said = f"{source.name}:{place.line}:{place.column}: {diagnostic.level}[{diagnostic.code}]: {diagnostic.headline}"
    return f"{said} ({diagnostic.help[0]})" if diagnostic.help else said


def as_json(source: Source, diagnostic: Diagnostic) -> dict[str, object]:
    """The same for tools; lines and columns are counted from 1, and `end` is the column after the last."""
    return {
        "code": diagnostic.code,
        "level": str(diagnostic.level),
        "message": diagnostic.headline,
        "file": source.name,
        "range": _range(source, diagnostic.span),
        "section": source.trail(diagnostic.span.start),
        "caption": diagnostic.caption,
        "labels": [{"range": _range(source, label.span), "text": label.text} for label in diagnostic.labels],
        "expected": diagnostic.expected,
        "help": list(diagnostic.help),
        "notes": list(diagnostic.notes),
    }


class _Paint:
    def __init__(self, color: bool) -> None:
        self.color = color

    def __call__(self, text: str, shade: str) -> str:
        return f"{shade}{text}{_PLAIN}" if self.color else text


def _where(source: Source, span: Span) -> str:
    place = source.place(span.start)
    trail = source.trail(span.start)
    return f"{source.name}:{place.line}:{place.column}" + (f"   {trail}" if trail else "")


def _range(source: Source, span: Span) -> dict[str, dict[str, int]]:
    start, end = source.place(span.start), source.place(max(span.start, span.end))
    return {"start": {"line": start.line, "column": start.column}, "end": {"line": end.line, "column": end.column}}


def _excerpt(source: Source, labels: list[Label], width: int, paint: _Paint, shade: str) -> list[str]:
    """The lines that have a place in them, each place marked below its line; a gap between lines far apart."""
    bar = paint("|", _BLUE)
    done = [f"{' ' * width} {bar}"]
    by_line: dict[int, list[tuple[Label, bool]]] = {}
    for index, label in enumerate(labels):
        by_line.setdefault(source.place(label.span.start).line, []).append((label, index == 0))
    before = 0
    for number in sorted(by_line):
        if before and number > before + 1:
            done.append(f"{' ' * width} {paint('…', _BLUE)}")
        before = number
        places = sorted(by_line[number], key=lambda item: item[0].span.start)
        line = _Window(source, number, places[0][0].span if len(places) == 1 else _main(places).span)
        done.append(f"{paint(f'{number:>{width}}', _BLUE)} {bar} {line.text}".rstrip())
        for label, main in places:
            mark, shown = ("^", shade) if main else ("-", _BLUE)
            start, length = line.columns(label.span)
            said = f" {label.text}" if label.text else ""
            done.append(f"{' ' * width} {bar} {' ' * start}{paint(mark * length + said, shown)}")
    return done


def _main(places: list[tuple[Label, bool]]) -> Label:
    return next((label for label, main in places if main), places[0][0])


class _Window:
    """The part of a line that is shown: all of it, or what is around a place."""

    def __init__(self, source: Source, number: int, around: Span) -> None:
        whole = source.line(number)
        self.begins = around.start - source.place(around.start).column + 1
        column = around.start - self.begins
        first = 0
        if len(whole) > WIDTH:
            first = max(0, min(column - WIDTH // 3, len(whole) - WIDTH))
        shown = whole[first : first + WIDTH]
        self.first, self.shown = first, shown
        self.lead = "…" if first else ""
        self.text = self.lead + _visible(shown) + ("…" if first + WIDTH < len(whole) else "")

    def columns(self, span: Span) -> tuple[int, int]:
        """Where a place begins in the text shown, and how many columns it takes."""
        start = min(max(0, span.start - self.begins - self.first), len(self.shown))
        end = min(max(start, span.end - self.begins - self.first), len(self.shown))
        before = _columns(self.lead + _visible(self.shown[:start]))
        return before, max(1, _columns(_visible(self.shown[start:end])))


def _visible(text: str) -> str:
    """Text that takes one line: a tab as two spaces, a character that does not show as a dot."""
    return "".join(_shown(letter) for letter in text)


def _shown(letter: str) -> str:
    if letter == "\t":
        return "  "
    return "·" if unicodedata.category(letter) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp") else letter


def _columns(text: str) -> int:
    """Columns that text takes on a screen: two for a wide character, none for a mark set over another."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
