"""The statement in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pbr_rules.reports.layout import Section, Several
from pbr_rules.reports.sections import facts, sections, title
from pbr_rules.reports.statement import Json
from pbr_rules.reports.totals import headline


def statement(whole: Json) -> str:
    """The statement, its head and each section as a table."""
    head = Section("", ("Statement", ""), tuple(facts(whole)))
    parts = [f"# {_text(title(whole))}\n"]
    parts += [f"**{_text(label)}: {_text(str(amount))}**\n" for label, amount in headline(whole)]
    parts += [*_table(head), ""]
    for section in sections(whole):
        parts += [f"## {_text(section.title)}\n", *_table(section), ""]
        parts += [f"{_text(note)}\n" for note in section.notes]
    return "\n".join(parts)


def _table(section: Section) -> list[str]:
    marks = ["---:" if n in section.numbers else "---" for n in range(len(section.heading))]
    rows = [_row(row, n in section.strong) for n, row in enumerate(section.rows)]
    return [_row(section.heading), f"| {' | '.join(marks)} |", *rows]


def _row(cells: Iterable[object], strong: bool = False) -> str:
    texts = [_text("\n".join(cell.each) if isinstance(cell, Several) else str(cell)) for cell in cells]
    return f"| {' | '.join(f'**{text}**' if strong and text else text for text in texts)} |"


_CODE = re.compile(r"(`[^`\n]*`)")


def _text(text: str) -> str:
    """Text that Markdown shows as it is; what stands between backticks is code already."""
    parts = _CODE.split(text)
    plain = [
        part if n % 2 else re.sub(r"([\\*_\[\]#~])", r"\\\1", part.replace("&", "&amp;").replace("<", "&lt;"))
        for n, part in enumerate(parts)
    ]
    return "".join(plain).replace("|", "\\|").replace("\r", "").replace("\n", "<br>")
