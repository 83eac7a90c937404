"""The statement in Markdown."""

from __future__ import annotations

from pbr_rules.reports.layout import Section, facts, sections, title
from pbr_rules.reports.statement import Json


def statement(whole: Json) -> str:
    """The statement, its head and each section as a table."""
    head = "\n".join(f"- {_cell(name)}: {_cell(value)}" for name, value in facts(whole))
    return f"# {_cell(title(whole))}\n\n{head}\n\n" + "\n".join(_section(section) for section in sections(whole))


def _section(section: Section) -> str:
    marks = ["---:" if n in section.numbers else "---" for n in range(len(section.heading))]
    lines = [f"## {_cell(section.title)}", "", _row(section.heading), _row(tuple(marks)), *map(_row, section.rows)]
    return "\n".join([*lines, "", section.note, ""] if section.note else [*lines, ""])


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
