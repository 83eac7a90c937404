"""Texts that no author writes are answered quickly, with a sentence."""

from __future__ import annotations

import time

import pytest

from pbr_rules import bounds
from pbr_rules.render import as_json, concise, full
from pbr_rules.source import Source
from pbr_rules.surface.parse import parse

HOSTILE = {
    "brackets": "define a by b = " + "(" * 100_000,
    "closed brackets": "define a by b = " + "(" * 100_000 + "x" + ")" * 100_000,
    "cells": "define a by b = x" + "[" * 50_000,
    "braces": "variation a {" * 20_000,
    "nots": "define a by b = " + "not " * 100_000 + "x",
    "minuses": "define a by b = " + "- " * 100_000 + "x",
    "terms": "define a by b = " + "+".join(["x"] * 50_000),
    "conditions": "define a by b = " + " and ".join(["x"] * 50_000),
    "one word": "x" * 1_900_000,
    "one number": "1" * 1_900_000,
    "one quote": '"' + "x" * 1_900_000,
    "quotes": '"' * 200_000,
    "bars": "parameter a by b: money { " + "| " * 200_000,
    "bad signs": "? ! ~ " * 100_000,
    "line ends": "\n" * 1_000_000,
    "headings": "measure m {\n" * 20_000,
    "closing": "}" * 100_000,
    "broken clauses": "payment p { pay }\n" * 2_000,
    "too long": "x" * (bounds.CONTRACT_CHARACTERS + 1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_answered(name: str) -> None:
    source = Source("hostile.pbr", HOSTILE[name])
    start = time.perf_counter()
    _, problems = parse(source)
    assert time.perf_counter() - start < 30
    assert len(problems) <= bounds.REPORTS
    assert problems or name in ("conditions", "line ends")
    for problem in problems:
        assert len(full(source, problem)) < 3_000
        assert len(concise(source, problem)) < 1_000
        assert as_json(source, problem)["message"]
