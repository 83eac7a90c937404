"""A CSV file to rows of text: encoding, headings, line numbers. Nothing is typed here."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from attrs import evolve, frozen

from pbr_rules import bounds
from pbr_rules.diagnostics import DataError, UsageError

Tell = Callable[[str, int, int], None]
"""Told what is being done, how far it is, and of how much."""

EVERY = 20_000
"""Rows between two reports of progress."""


def silent(what: str, done: int, of: int) -> None:
    """Tells nobody."""


@frozen
class Raw:
    """A file as received: its headings, and its rows with the line each begins on. Of a large file that is typed where it is read
    (`quick`), the rows are not here: `size` is how many there are, and `sha256` the hash of its bytes."""

    name: str
    heading: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    encoding: str
    content: bytes = b""
    sha256: str = ""
    size: int = 0

    @property
    def digest(self) -> str:
        """The hash of the file's bytes."""
        return self.sha256 or hashlib.sha256(self.content).hexdigest()

    @property
    def known_as(self) -> str:
        """The file's name without its folders."""
        return Path(self.name).name


def read(path: Path, tell: Tell = silent) -> Raw:
    """A CSV file, whole; `-` is standard input.

    Raises:
        UsageError: the file cannot be read.
        DataError: it is not text, its quotes do not close, or it has no heading.
    """
    name = "standard input" if str(path) == "-" else str(path)
    try:
        content = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
    text, encoding = decode(content, name)
    return evolve(parse(text, name, encoding, tell), content=content)


_MAGIC = (
    (b"PK\x03\x04", "is an Excel workbook or another packed file"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook"),
    (b"PAR1", "is a Parquet file"),
    (b"%PDF", "is a PDF"),
)


def decode(content: bytes, name: str) -> tuple[str, str]:
    """UTF-8, with or without its mark, else Windows-1252, as Excel saves.

    Raises:
        DataError: neither fits.
    """
    repair = "save the sheet as CSV UTF-8"
    for magic, what in _MAGIC:
        if content.startswith(magic):
            raise DataError(f"{name} {what}, and records are read from CSV; {repair}")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(f"{name} is saved in an encoding called UTF-16 (Excel calls it Unicode Text); {repair}")
    at = content.find(b"\0")
    if at >= 0:
        line = content.count(b"\n", 0, at) + 1
        raise DataError(f"{name} is not a text file: line {line:,} has a byte that no text has; {repair}")
    try:
        return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{name} is neither UTF-8 nor Windows-1252 text: line {line:,} has a letter that cannot be read; {repair}"
        ) from error


def parse(text: str, name: str, encoding: str = "UTF-8", tell: Tell = silent) -> Raw:
    """Rows of text, with the first as the heading. The comma separates; where the heading has none, a semicolon or a tab.

    Raises:
        DataError: there is no heading, or a quote does not close.
    """
    first = re.split(r"[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0]
    delimiter = next((mark for mark in ",;\t" if mark in first), ",")
    csv.field_size_limit(max(bounds.CELL_CHARACTERS, len(text) + 1))
    rows = list(_numbered(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), name, tell))
    if not rows:
        raise DataError(f"{name} is empty: its first line should name the columns")
    heading = tuple(cell.strip() for cell in rows[0][1])
    return Raw(name, heading, tuple(rows[1:]), encoding)


def _numbered(reader: Iterator[list[str]], name: str, tell: Tell) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Rows that are not blank, each with the line it begins on: a cell in quotes may hold several lines."""
    line, number = 1, 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, tuple(cells)
            line = reader.line_num + 1  # type: ignore[attr-defined]
            number += 1
            if number % EVERY == 0:
                tell(f"Reading {Path(name).name}", number, 0)
    except csv.Error as error:
        ended = "unexpected end" in str(error)
        what = "is never closed" if ended else "does not end where its cell ends"
        raise DataError(
            f"{name}: in the row that begins on line {line:,}, a quote {what}. From there on it cannot be told where rows end: "
            'mend that line (a quote inside a cell is written twice: "")'
        ) from error
