"""The engines that tests hold to one another. `python`, the definition, is always the first.

`PBR_ENGINES=spark` tries others than the usual ones, by name and with commas. One that is not installed fails, and is never left out.
"""

from __future__ import annotations

import os

OTHERS = tuple(name for name in os.environ.get("PBR_ENGINES", "duckdb,polars").split(",") if name != "python")
"""The engines that are held to `python`."""

ENGINES = ("python", *OTHERS)
"""All of them, as a test takes them by name."""
