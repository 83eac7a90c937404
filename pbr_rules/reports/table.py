"""The statement as tables on a terminal, and anything else that is a table."""

from __future__ import annotations

import io
import os
import shutil
import sys

from pbr_rules.reports.layout import Section, facts, sections, title
from pbr_rules.reports.statement import Json


def statement(whole: Json) -> str:
    """The statement for people."""
    lines = [title(whole), ""]
    width = max(len(name) for name, _ in facts(whole))
    lines += [f"{name:<{width}}  {value}" for name, value in facts(whole)]
    return "\n".join(lines) + "\n\n" + "\n".join(table(section) for section in sections(whole))


def table(section: Section) -> str:
    """One section."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(title=section.title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for number, heading in enumerate(section.heading):
        figure = number in section.numbers
        made.add_column(heading, justify="right" if figure else "left", no_wrap=figure, overflow="fold")
    for row in section.rows:
        made.add_row(*(Text(cell) for cell in row))
    out = io.StringIO()
    terminal = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    width = shutil.get_terminal_size((120, 40)).columns
    Console(file=out, width=max(width, 80), force_terminal=terminal, color_system="auto" if terminal else None).print(
        made
    )
    text = "\n".join(line.rstrip() for line in out.getvalue().rstrip("\n").split("\n"))
    return f"{text}\n{section.note}\n" if section.note else f"{text}\n"
