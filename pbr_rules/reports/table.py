"""The statement as tables on a terminal, and anything else that is a table."""

from __future__ import annotations

import io
import os
import shutil
import sys

from pbr_rules.reports.layout import Row, Section, counted_words
from pbr_rules.reports.sections import facts, sections, title
from pbr_rules.reports.statement import Json


def statement(whole: Json) -> str:
    """The statement for people."""
    lines = [title(whole), ""]
    width = max(len(name) for name, _ in facts(whole))
    lines += [f"{name:<{width}}  {value}" for name, value in facts(whole)]
    shown = [section for section in sections(whole) if section.few != 0]
    return "\n".join(lines) + "\n\n" + "\n".join(table(section, whole_width=False) for section in shown)


def table(section: Section, whole_width: bool = False) -> str:
    """One section."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, expand=whole_width)
    for number, heading in enumerate(section.heading):
        figure = number in section.numbers
        made.add_column(
            heading,
            justify="right" if figure else "left",
            no_wrap=figure or number in section.unbroken,
            overflow="fold",
        )
    rows = section.rows if section.few is None else section.rows[: section.few]
    before: Row = ()
    for number, row in enumerate(rows):
        strong = number in section.strong
        ends = strong or (number + 1 in section.strong and number + 1 == len(rows) - 1)
        cells = [
            "" if n < section.grouped and not strong and row[: n + 1] == before[: n + 1] else str(cell)
            for n, cell in enumerate(row)
        ]
        made.add_row(*map(Text, cells), style="bold" if strong else None, end_section=ends)
        before = row
    out = io.StringIO()
    terminal = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    width = max(shutil.get_terminal_size((120, 40)).columns, 80)
    console = Console(file=out, width=width, force_terminal=terminal, color_system="auto" if terminal else None)
    console.print(Text(section.title, style="bold"))
    console.print(made)
    text = "\n".join(line.rstrip() for line in out.getvalue().rstrip("\n").split("\n"))
    notes = list(section.notes)
    if len(rows) < len(section.rows):
        notes.insert(
            0, f"and {counted_words(len(section.rows) - len(rows), 'row')} more: --format html shows them all."
        )
    return "\n".join([text, *(("", *notes) if notes else ()), ""])
