"""The statement as one web page: no scripts, nothing fetched, readable on paper and with a screen reader."""

from __future__ import annotations

import re
from html import escape

from pbr_rules.reports.layout import Cell, Section
from pbr_rules.reports.sections import facts, sections, title
from pbr_rules.reports.statement import Json

STYLE = """
:root { color-scheme: light; }
body { font: 1rem/1.5 Arial, Helvetica, sans-serif; color: #0b0c0c; background: #fff; max-width: 72rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 1rem; }
table { border-collapse: collapse; margin: 0 0 .5rem; }
caption { text-align: left; font-size: 1.2rem; font-weight: bold; padding: 1.5rem 0 .5rem; }
th, td { border-bottom: 1px solid #b1b4b6; padding: .35rem 1.25rem .35rem 0; text-align: left; vertical-align: top; white-space: pre-line; }
thead th { border-bottom: 2px solid #0b0c0c; vertical-align: bottom; }
tbody th { font-weight: normal; }
.figure { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.strong > * { font-weight: bold; border-top: 1px solid #0b0c0c; }
code { font-family: Consolas, Menlo, monospace; font-size: .95em; }
.wide { overflow-x: auto; }
p { max-width: 45rem; margin: .25rem 0; }
@media print {
  @page { margin: 1.5cm; }
  body { font-size: 10pt; max-width: none; padding: 0; }
  thead { display: table-header-group; }
  tr, caption { break-inside: avoid; }
  caption { break-after: avoid; }
  .wide { overflow: visible; }
}
"""

POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def statement(whole: Json) -> str:
    """The statement, its head and each section as a table with its caption."""
    name = escape(title(whole))
    head = "\n".join(f'<tr><th scope="row">{_text(k)}</th><td>{_text(v)}</td></tr>' for k, v in facts(whole))
    body = "\n".join(map(_section, sections(whole)))
    return f"""<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>{name}: statement</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>{name}</h1>
<table>
<caption>Statement</caption>
<tbody>
{head}
</tbody>
</table>
{body}
</main>
</body>
</html>
"""


def _section(section: Section) -> str:
    heads = "".join(f'<th scope="col"{_figure(section, n)}>{_text(h)}</th>' for n, h in enumerate(section.heading))
    rows = "\n".join(_row(section, n, row) for n, row in enumerate(section.rows))
    notes = "".join(f"<p>{_text(note)}</p>\n" for note in section.notes)
    return (
        f'<div class="wide"><table>\n<caption>{_text(section.title)}</caption>\n<thead><tr>{heads}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody>\n</table></div>\n{notes}"
    )


def _row(section: Section, number: int, row: tuple[Cell, ...]) -> str:
    strong = ' class="strong"' if number in section.strong else ""
    first = f'<th scope="row"{_figure(section, 0)}>{_text(str(row[0]))}</th>'
    rest = "".join(f"<td{_figure(section, n)}>{_text(str(cell))}</td>" for n, cell in enumerate(row[1:], 1))
    return f"<tr{strong}>{first}{rest}</tr>"


def _figure(section: Section, number: int) -> str:
    return ' class="figure"' if number in section.numbers else ""


def _text(text: str) -> str:
    """Text as it is; what stands between backticks as code."""
    return re.sub(r"`([^`\n]*)`", r"<code>\1</code>", escape(text))
