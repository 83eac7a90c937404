"""The statement as one web page: no scripts, nothing fetched, readable on paper, on a telephone and with a screen reader.

The page is laid out by the templates beside this module, which escape every text that is put in.
"""

from __future__ import annotations

import re
from typing import Any

from attrs import evolve, frozen

from pbr_rules.reports.charts import Chart, charts
from pbr_rules.reports.layout import Section
from pbr_rules.reports.sections import PARTS, exactly, facts, sections, title
from pbr_rules.reports.statement import Json, shown_day
from pbr_rules.reports.totals import MAY_BE_MORE, headline, left_out, of_the_total
from pbr_rules.reports.workings import once, plainly

MOST_WAYS = 40
"""Workings behind one row: the page stays one that a browser opens."""

SAID = {
    "limits": "A limit is a line of its own: what it takes stands here, and other lines stay as they are.",
    "not settled": "Nothing more is paid for these until the reason is gone, and what was paid on them stays. None of them is counted as nothing.",
    "charts": "Drawn from the figures of this statement.",
    "signatures": "Agreed as the statement for the dates given above.",
}


@frozen
class _Part:
    """A part of the page under one heading."""

    id: str
    title: str
    said: str = ""
    sections: tuple[Section, ...] = ()
    charts: tuple[Chart, ...] = ()


def statement(whole: Json) -> str:
    """The page."""
    settled = whole["settlement"]
    on = settled["dates"]["on"]
    every = sections(whole, every=True)
    return str(
        _environment()
        .get_template("statement.html.jinja")
        .render(
            title=title(whole),
            purpose=settled["contract"]["purpose"],
            headline=headline(whole),
            left_out=left_out([line for line in settled["lines"] if line["amount"] is None]),
            may_be_more=[note for note in of_the_total(whole) if note.startswith(MAY_BE_MORE)],
            facts=[fact for fact in facts(whole) if fact[0] not in ("Terms", "Counted by")],
            summary=[_unsaid(section) for section in every if section.part == "summary"],
            parts=_parts(whole, every),
            settled=f"settled on {shown_day(on)}" if on else "day of settlement not stated",
            terms=settled["contract"]["terms_sha256"],
        )
    )


def _parts(whole: Json, every: list[Section]) -> list[_Part]:
    """The parts that have anything to say; a section of no part is one by itself, after the limits."""
    found: list[_Part] = []
    for name, heading in PARTS.items():
        inside = tuple(section for section in every if section.part == name)
        if inside and name != "summary":
            found.append(_Part(name.replace(" ", "-"), heading, SAID.get(name, ""), inside))
        if name == "limits":
            others = [section for section in every if section.part not in PARTS]
            found += [_Part(f"more-{n}", section.title, "", (section,)) for n, section in enumerate(others, 1)]
        if name == "conditions" and (drawn := charts(whole)):
            found.append(_Part("charts", "Charts", SAID["charts"], charts=tuple(_safe(chart) for chart in drawn)))
    return found


def _unsaid(section: Section) -> Section:
    """A section of the summary without the note that the page has said above it, with a link."""
    above = ("This total leaves out ", MAY_BE_MORE)
    return evolve(section, notes=tuple(note for note in section.notes if not note.startswith(above)))


def _safe(chart: Chart) -> Chart:
    """A drawing is escaped where it is drawn."""
    from markupsafe import Markup

    return evolve(chart, svg=Markup(chart.svg))


def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("pbr_rules.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(text=_text, plain=_plain, exactly=exactly, once=once, plainly=plainly)
    made.globals["most"] = MOST_WAYS
    return made


def _text(text: object) -> Any:
    """Text as it is; what stands between backticks as code."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`\n]*)`", r"<code>\1</code>", str(escape(str(text)))))


def _plain(text: str) -> str:
    return text.replace("`", "")
