"""What the fuzzers begin from comes through, or is refused with a reason; and a fuzzer does find what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pbr_rules.diagnostics import DataError, InternalError
from tests.fuzz import parser, records, workbooks
from tests.fuzz.harness import Target, tried

TARGETS: dict[str, Target] = {"parser": parser, "records": records, "workbooks": workbooks}


@pytest.mark.parametrize("name", TARGETS)
def test_every_seed_is_answered(name: str) -> None:
    answers = [tried(TARGETS[name], content) for content in TARGETS[name].seeds()]
    assert any(answers), "no seed comes through, so nothing behind the first refusal is tried"
    assert list(TARGETS[name].words())


@pytest.mark.parametrize("path", sorted(Path(__file__).parent.glob("found/*/*")), ids=lambda path: path.name)
def test_what_was_found_is_answered(path: Path) -> None:
    tried(TARGETS[path.parent.name], path.read_bytes())


@pytest.mark.parametrize(
    ("raised", "is_a_find"),
    [
        (DataError("why"), False),
        (DataError(""), True),
        (InternalError("a promise of our own"), True),
        (KeyError("x"), True),
        (RecursionError(), True),
    ],
)
def test_only_a_refusal_with_a_reason_is_no_find(raised: Exception, is_a_find: bool) -> None:
    class Raises:
        def seeds(self) -> Iterator[bytes]:
            yield b""

        def words(self) -> Iterator[str]:
            yield ""

        def one(self, content: bytes) -> None:
            raise raised

    if not is_a_find:
        assert not tried(Raises(), b"")
        return
    with pytest.raises((AssertionError, type(raised))):
        tried(Raises(), b"")
