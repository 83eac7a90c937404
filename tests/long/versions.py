"""What the long run ran on, in one line: `python -m tests.long.versions`."""

from __future__ import annotations

import platform
from importlib.metadata import version

LIBRARIES = ("duckdb", "polars", "pyspark", "narwhals", "pyarrow", "hypothesis", "pbr-rules")


def versions() -> str:
    """Python's, and those of what counts."""
    return ", ".join([f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in LIBRARIES)])


if __name__ == "__main__":
    print(versions())
