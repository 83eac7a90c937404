"""What a fuzzer is: bytes to begin from, what is done with any bytes, and which endings are allowed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from pbr_rules.diagnostics import InternalError, PbrError

ROOT = Path(__file__).parents[2]


class Target(Protocol):
    """A module of this folder that can be fuzzed."""

    def seeds(self) -> Iterator[bytes]:
        """What a fuzzer begins from."""

    def words(self) -> Iterator[str]:
        """Words that it puts in."""

    def one(self, content: bytes) -> None:
        """Does with some bytes what the package does with a file of them."""


def tried(target: Target, content: bytes) -> bool:
    """Whether some bytes came through, or were refused with an exception of the package's own. Anything else is raised."""
    try:
        target.one(content)
    except InternalError:
        raise
    except PbrError as refused:
        assert str(refused), "a refusal says why"
        return False
    return True


_FOLDER = tempfile.TemporaryDirectory(prefix="pbr-fuzz-")


def file(name: str, content: bytes) -> Path:
    """A file of some bytes. The next of its name takes its place."""
    path = Path(_FOLDER.name) / name
    path.write_bytes(content)
    return path
