"""What the figures were taken on: without it a figure in seconds says little."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = ("duckdb", "polars", "narwhals", "pyarrow", "pandas", "zen-engine", "lark")


def _line(file: str, word: str) -> str | None:
    try:
        text = Path(file).read_text(encoding="utf-8")
    except OSError:
        return None
    return next((line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith(word)), None)


def memory() -> int | None:
    """Bytes of memory in the machine, where it can be told."""
    total = _line("/proc/meminfo", "MemTotal")
    return None if total is None else int(total.split()[0]) * 1024


def machine() -> str:
    """One paragraph: processor, cores, memory, Python, libraries."""
    cpu = _line("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    gib = "" if memory() is None else f", {memory() / 2**30:.0f} GiB"
    found = []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    return (
        f"{cpu}, {cores} cores{gib}; {platform.system()}; Python {platform.python_version()}; {', '.join(found)}; "
        f"pbr-rules {version('pbr-rules')}"
    )
