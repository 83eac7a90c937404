"""Literate cases: a contract in Markdown, and exactly what is said of it.

A case is a title, a sentence, a block of rules and a block of expectations, one `line:column code headline` for each error. A case in
`bad` has at least one, a case in `good` has none and its examples hold. `PBR_REWRITE=1` writes what is said anew, to be read as a diff.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from pbr_rules import api
from pbr_rules.source import Source

FOLDER = Path(__file__).parent
HEAD = 'contract c "A contract" { payer council: "The council"  provider trust: "The trust"  currency: GBP  payments: rounded to £0.01 half up }\n'
PARTS = re.compile(r"\A# .+\n\n(?:.+\n)+\n```pbr( whole)?\n(.*?)```\n(?:\n```text\n(.*?)```\n)?\Z", re.DOTALL)
LINE = re.compile(r"\d+:\d+ [a-z-]+ \S.*")


def parts(text: str) -> tuple[bool, str, list[str]]:
    """Whether the rules stand alone, the rules, and what is expected.

    Raises:
        ValueError: the case is not written as a case.
    """
    found = PARTS.match(text)
    if found is None:
        raise ValueError("a case is a title, a sentence, a block of rules and a block of expectations")
    expected = (found[3] or "").splitlines()
    if any(not LINE.fullmatch(line) for line in expected):
        raise ValueError("an expectation is `line:column code headline`")
    return bool(found[1]), found[2], expected


def said(rules: str, whole: bool, catalogue: Any) -> list[str]:
    """Every error, counted from the first line of the rules."""
    compiled = api.check_contract(Source("case.pbr", rules if whole else HEAD + rules), catalogue)
    errors = [d for d in compiled.diagnostics if d.is_error]
    places = [compiled.source.place(d.span.start) for d in errors]
    return [f"{p.line - (not whole)}:{p.column} {d.code} {d.headline}" for d, p in zip(errors, places, strict=True)]


@pytest.mark.parametrize("path", sorted((FOLDER / "bad").glob("*.md")), ids=lambda path: path.stem)
def test_a_bad_case_is_told_what_is_wrong(path: Path, catalogue: Any):
    text = path.read_text(encoding="utf-8")
    whole, rules, expected = parts(text)
    found = said(rules, whole, catalogue)
    if os.environ.get("PBR_REWRITE"):
        path.write_text(
            text.split("\n```text\n")[0].rstrip() + "\n\n```text\n" + "\n".join(found) + "\n```\n", encoding="utf-8"
        )
    assert found, "a bad case must have an error"
    assert found == expected


@pytest.mark.parametrize("path", sorted((FOLDER / "good").glob("*.md")), ids=lambda path: path.stem)
def test_a_good_case_is_well_formed_and_its_examples_hold(path: Path, catalogue: Any):
    whole, rules, expected = parts(path.read_text(encoding="utf-8"))
    assert not expected
    assert said(rules, whole, catalogue) == []
    _, worked = api.work_examples(Source("case.pbr", rules if whole else HEAD + rules), catalogue)
    assert worked and all(example.holds for example in worked)


@pytest.mark.parametrize("text", ["", "# T\n\nS.\n", "# T\n\nS.\n\n```pbr\nx\n```\n\n```text\n1 wrong\n```\n"])
def test_a_case_that_is_not_written_as_one_is_refused(text: str):
    with pytest.raises(ValueError, match=r"a case is|an expectation is"):
        parts(text)


def test_there_are_cases():
    assert len(list((FOLDER / "bad").glob("*.md"))) >= 20
    assert list((FOLDER / "good").glob("*.md"))
