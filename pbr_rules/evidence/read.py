"""A CSV file to rows of text: encoding, headings, line numbers. Nothing is typed here."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from attrs import evolve, frozen

from pbr_rules import bounds
from pbr_rules.diagnostics import DataError, UsageError


@frozen
class Raw:
    """A file as received: its headings, and its rows with the line each begins on."""

    name: str
    heading: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    encoding: str
    content: bytes = b""


def read(path: Path) -> Raw:
    """A CSV file, whole.

    Raises:
        UsageError: the file cannot be read.
        DataError: it is not text, or has no heading.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
    text, encoding = decode(content, str(path))
    return evolve(parse(text, str(path), encoding), content=content)


def decode(content: bytes, name: str) -> tuple[str, str]:
    """UTF-8, with or without its mark, else Windows-1252, as Excel saves.

    Raises:
        DataError: neither fits.
    """
    if b"\0" in content[:4096]:
        raise DataError(f"{name} is not a text file; save the sheet as CSV (UTF-8)")
    try:
        return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError as error:
        raise DataError(f"{name} is neither UTF-8 nor Windows-1252 text (byte {error.start:,})") from error


def parse(text: str, name: str, encoding: str = "UTF-8") -> Raw:
    """Rows of text, with the first as the heading. The comma separates, or the semicolon where only it is in the heading."""
    first = text.split("\n", 1)[0]
    delimiter = ";" if ";" in first and "," not in first else "\t" if "\t" in first and "," not in first else ","
    csv.field_size_limit(max(bounds.CELL_CHARACTERS, len(text) + 1))
    rows = list(_numbered(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))
    if not rows:
        raise DataError(f"{name} is empty: its first line should name the columns")
    heading = tuple(cell.strip() for cell in rows[0][1])
    return Raw(name, heading, tuple(rows[1:]), encoding)


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, tuple[str, ...]]]:
    line = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield line, tuple(cells)
        line = reader.line_num + 1  # type: ignore[attr-defined]
