"""How far long work is, on standard error: only where somebody looks, and only once it has taken a while."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pbr_rules.evidence.read import Tell, silent

PATIENCE = 2.0
"""Seconds that nobody minds."""


@contextmanager
def progress() -> Iterator[Tell]:
    """What may be told how far work is: a bar on a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield silent
        return
    bar = _Bar()
    try:
        yield bar.tell
    finally:
        bar.stop()


class _Bar:
    """A bar that comes once work has taken a while, and goes when it is done."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._shown: Any = None
        self._task: Any = None

    def tell(self, what: str, done: int, of: int) -> None:
        """Shows what is being done, and how much of it."""
        if time.monotonic() - self._since < PATIENCE:
            return
        if self._shown is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
            self._shown = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._shown.add_task(what, total=of or None)
            self._shown.start()
        self._shown.update(self._task, description=what, completed=done, total=of or None)

    def stop(self) -> None:
        """Takes the bar away."""
        if self._shown is not None:
            self._shown.stop()
