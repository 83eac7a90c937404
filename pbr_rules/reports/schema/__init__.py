"""The schemas of all JSON that the commands write: JSON Schema 2020-12, one file for each `"schema"` name."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

NAMES = ("statement", "problems", "examples", "explanation", "contracts", "records", "plugins")


def name_of(kind: str) -> str:
    """The name that a document carries: `pbr/statement/1`."""
    return f"pbr/{kind}/1"


def schema(name: str) -> dict[str, Any]:
    """The schema of a name, as in `pbr/statement/1`.

    Raises:
        KeyError: nothing is written under that name.
    """
    known = {name_of(kind): kind for kind in NAMES}
    found: dict[str, Any] = json.loads(files(__name__).joinpath(f"{known[name]}-1.json").read_text(encoding="utf-8"))
    return found
