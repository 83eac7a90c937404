"""The schemas of all JSON that the commands write: JSON Schema 2020-12, one file for each name, `pbr/statement/1` in
`statement-1.json`."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def names() -> list[str]:
    """Every name that a document may carry under `"schema"`."""
    found = (place.name.removesuffix(".json") for place in files(__name__).iterdir() if place.name.endswith(".json"))
    return sorted(f"pbr/{name.replace('-', '/')}" for name in found)


def schema(name: str) -> dict[str, Any]:
    """The schema of a name, as in `pbr/statement/1`.

    Raises:
        KeyError: nothing is written under that name.
    """
    if name not in names():
        raise KeyError(name)
    place = files(__name__).joinpath(f"{name.removeprefix('pbr/').replace('/', '-')}.json")
    found: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return found
