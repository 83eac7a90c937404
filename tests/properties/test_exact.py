"""Numbers that are not exact are refused where they would enter, and none is anywhere in a settlement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

import attrs
import pytest

from pbr_rules import api, exact, kinds, library
from pbr_rules import expressions as x
from pbr_rules.dates import Duration
from pbr_rules.settlement.values import Value, known
from pbr_rules.surface.files import load

INEXACT = [0.5, float("nan"), float("inf"), True, False]


@pytest.mark.parametrize("number", INEXACT)
@pytest.mark.parametrize(
    "made",
    [
        exact.exact,
        exact.whole,
        exact.places,
        exact.ratio_text,
        exact.plain_text,
        lambda n: exact.decimal_text(n, 2),
        lambda n: exact.rounded(n, Fraction(1), exact.Mode.HALF_UP),
        lambda n: exact.rounded(Fraction(1), n, exact.Mode.HALF_UP),
        lambda n: known(kinds.COUNT, n),
        lambda n: known(kinds.money("GBP"), n),
        lambda n: x.Literal(n, kinds.COUNT, "written"),
    ],
)
def test_floats_and_flags_are_no_numbers(made: Any, number: Any) -> None:
    with pytest.raises(TypeError):
        made(number)


@pytest.mark.parametrize("number", [3, Fraction(3), Decimal(3), "3"])
def test_exact_numbers_are_taken_in(number: Any) -> None:
    assert exact.exact(number) == 3


EXACT = (int, Fraction, str, bytes, date, Enum, Duration, type(None))
"""bool is an int: a flag is one."""


def inside(found: Any, path: str, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """Every value that is not made of others, with the way to it."""
    if isinstance(found, EXACT):
        yield path, found
    elif id(found) in seen:
        return
    else:
        seen.add(id(found))
        if isinstance(found, Mapping):
            for key, inner in found.items():
                yield from inside(key, f"{path} key", seen)
                yield from inside(inner, f"{path}[{key!r}]", seen)
        elif isinstance(found, list | tuple | set | frozenset):
            for number, inner in enumerate(found):
                yield from inside(inner, f"{path}[{number}]", seen)
        elif attrs.has(type(found)):
            for field in attrs.fields(type(found)):
                yield from inside(getattr(found, field.name), f"{path}.{field.name}", seen)
        else:
            yield path, found


@pytest.mark.parametrize("name", [c.name for c in library.contracts() if c.records])
def test_a_settlement_is_made_of_exact_values(name: str) -> None:
    found = library.find(name)
    assert found is not None
    settled = api.settle(load(found.path), api.Request(dict(found.records), dict(found.complete))).settlement
    leaves = [
        leaf
        for part in ("figures", "lines", "constraints", "rows", "counted", "given")
        for leaf in inside(getattr(settled, part), part, set())
    ]
    assert len(leaves) > 100
    assert [(path, type(value)) for path, value in leaves if not isinstance(value, EXACT)] == []
    numbers = [value for path, value in leaves if isinstance(value, Fraction)]
    assert numbers, "no exact numbers were found: the walk does not reach them"


def test_the_walk_finds_a_float() -> None:
    hidden = {"a": [Value(kinds.COUNT, Fraction(1)), (1, 0.5)]}
    assert [value for _, value in inside(hidden, "", set()) if not isinstance(value, EXACT)] == [0.5]
