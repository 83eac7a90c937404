"""Finds the grammar files and builds the parser from them, once; the table is kept in the user's cache folder."""

from __future__ import annotations

import hashlib
import os
import sys
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

from lark import Lark

from pbr_rules.surface.lexer import Lexer

FILES = ("lexical", "expression", "contract")
"""Read as one grammar, in this order: Lark would rename the rules of an imported file."""


def build(strict: bool = False, table: Path | None = None) -> Lark:
    """The parser. `strict`, for the tests, refuses every conflict that Lark would settle unsaid.

    `table` is a file that the parser's table is kept in: read where it fits this grammar, else written.
    """
    return Lark(
        _grammar(),
        parser="lalr",
        start="document",
        strict=strict,
        propagate_positions=True,
        maybe_placeholders=True,
        cache=False if table is None else str(table),
        _plugins={"ContextualLexer": Lexer},
    )


@cache
def parser() -> Lark:
    """The parser, built once in a process."""
    try:
        return build(table=_table())
    except OSError:
        return build()


@cache
def _grammar() -> str:
    packaged = files("pbr_rules") / "grammars"
    # An editable install keeps the files at the top of the repository, two folders above this one.
    folder = packaged if packaged.is_dir() else Path(__file__).parents[2] / "grammars"
    with as_file(folder) as place:
        return "\n".join((place / f"{name}.lark").read_text(encoding="utf-8") for name in FILES)


def _table() -> Path | None:
    """Where the table is kept, or None where there is no folder of the user's own to keep it in."""
    named = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    try:
        folder = (Path(named) if named else Path.home() / ".cache") / "pbr_rules"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The table is a pickle: one that somebody else may write is not read.
        if hasattr(os, "getuid") and (folder.stat().st_uid != os.getuid() or folder.stat().st_mode & 0o022):
            return None
    except (OSError, RuntimeError):
        return None
    key = hashlib.sha256(_grammar().encode()).hexdigest()[:16]
    return folder / f"grammar-{key}-{sys.version_info[0]}{sys.version_info[1]}.table"
