"""The statement as one web page: no scripts, readable on paper."""

from __future__ import annotations

from html import escape

from pbr_rules.reports.layout import Section, facts, sections, title
from pbr_rules.reports.statement import Json

STYLE = """
body { font-family: Arial, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #0b0c0c; }
table { border-collapse: collapse; margin: 0 0 1.5rem; } caption { text-align: left; font-weight: bold; padding: .5rem 0; }
th, td { border-bottom: 1px solid #b1b4b6; padding: .3rem 1rem .3rem 0; text-align: left; vertical-align: top; }
.figure { text-align: right; white-space: nowrap; } @media print { body { margin: 0; max-width: none; } }
"""


def statement(whole: Json) -> str:
    """The statement, its head and each section as a table with its caption."""
    name = escape(title(whole))
    head = "".join(f"<tr><th scope='row'>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in facts(whole))
    body = "".join(map(_section, sections(whole)))
    return (
        f"<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><title>{name}</title><style>{STYLE}</style></head>"
        f"<body><h1>{name}</h1><table><caption>Statement</caption>{head}</table>{body}</body></html>\n"
    )


def _section(section: Section) -> str:
    heads = "".join(f"<th scope='col'{_figure(section, n)}>{escape(h)}</th>" for n, h in enumerate(section.heading))
    rows = "".join(
        "<tr>" + "".join(f"<td{_figure(section, n)}>{escape(c)}</td>" for n, c in enumerate(row)) + "</tr>"
        for row in section.rows
    )
    note = f"<p>{escape(section.note)}</p>" if section.note else ""
    return f"<table><caption>{escape(section.title)}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{note}"


def _figure(section: Section, number: int) -> str:
    return " class='figure'" if number in section.numbers else ""
