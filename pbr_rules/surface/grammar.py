"""Finds the grammar files and builds the parser from them, once."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

from lark import Lark

FILES = ("lexical", "expression", "contract")
"""Read as one grammar, in this order: Lark would rename the rules of an imported file."""


def build(strict: bool = False) -> Lark:
    """The parser. `strict`, for the tests, refuses every conflict that Lark would settle unsaid."""
    packaged = files("pbr_rules") / "grammars"
    # An editable install keeps the files at the top of the repository, two folders above this one.
    folder = packaged if packaged.is_dir() else Path(__file__).parents[2] / "grammars"
    with as_file(folder) as place:
        return Lark(
            "\n".join((place / f"{name}.lark").read_text(encoding="utf-8") for name in FILES),
            parser="lalr",
            start="document",
            strict=strict,
            propagate_positions=True,
            maybe_placeholders=True,
        )


@cache
def parser() -> Lark:
    """The parser, built once in a process."""
    return build()
