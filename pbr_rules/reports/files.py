"""A file that is written whole or not at all, and never over another unless that is asked for."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pbr_rules.diagnostics import UsageError


def is_free(path: Path, force: bool) -> None:
    """Says before anything is written that a file may not be written over.

    Raises:
        UsageError: it is there already and `force` is not given.
    """
    if path.exists() and not force:
        raise UsageError(f"`{path}` is there already; `--force` writes over it")


@contextmanager
def whole_file(path: Path, force: bool) -> Iterator[Path]:
    """A file beside it to write to, which takes its name once all is written; else nothing is left.

    Raises:
        UsageError: it is there already and `force` is not given, or it cannot be written.
    """
    is_free(path, force)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            temporary.chmod(0o644)
            temporary.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        raise UsageError(f"`{path}` cannot be written: {error.strerror or error}") from error
