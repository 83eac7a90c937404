"""Bytes as a contract's file: read, laid out, checked. Each problem is written for people and as data."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pbr_rules import api, bounds, host
from pbr_rules.render import as_json, concise, full
from pbr_rules.source import Source
from pbr_rules.surface.files import load
from pbr_rules.surface.parse import parse
from pbr_rules.surface.repair import spelled
from pbr_rules.surface.write import write
from tests.fuzz.harness import ROOT, file

CATALOGUE = host.load()
MOST = 60
"""Characters of a seed at which it is cut no further."""


def seeds() -> Iterator[bytes]:
    """Every clause of every contract of the library, and every case, good and bad. A whole contract is too long to be changed
    in many places; its clauses by themselves are not."""
    for path in sorted(ROOT.glob("pbr_rules/contracts/*/contract.pbr")):
        text = path.read_text(encoding="utf-8")
        yield from (part.encode() for part in re.split(r"\n\n(?=[a-z]+ )", text) if len(part) > MOST)
    for path in sorted([*ROOT.glob("tests/cases/*/*.md"), *ROOT.glob("tests/surface/contracts/*.pbr")]):
        yield path.read_bytes()


def words() -> Iterator[str]:
    """Phrases of the language, and figures."""
    yield from sorted(set(spelled().values()))
    yield from (
        "£1,500.50",
        "8.4%",
        "5pp",
        "142 per 100",
        "2010-07-01",
        "1 July 2010",
        "12 months",
        "```pbr\n",
        "\n```\n",
    )


def one(content: bytes) -> None:
    """Reads bytes as `pbr check` and `pbr format` do; as Markdown, where they have a fence."""
    name = "contract.md" if b"```" in content else "contract.pbr"
    source = load(file(name, content))
    document, problems = parse(source)
    _are_said(source, problems)
    if any(problem.is_error for problem in problems):
        return
    _are_said(source, api.check_contract(source, CATALOGUE).diagnostics)
    laid_out = write(source)
    again = load(file(name, laid_out.encode()))
    assert parse(again) == (document, problems)
    assert write(again) == laid_out


def _are_said(source: Source, problems: tuple[object, ...]) -> None:
    for problem in problems[: bounds.REPORTS]:
        assert full(source, problem)  # type: ignore[arg-type]
        assert concise(source, problem)  # type: ignore[arg-type]
        assert as_json(source, problem)["message"]  # type: ignore[arg-type]
