"""A file of records to rows of text: encoding, headings, line numbers of CSV; other files in rooms of their own. Nothing is typed
here."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import sys
from collections.abc import Callable, Iterator, Sequence
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
    """A file or a table as received: its headings, and its rows with the line each begins on.

    Attributes:
        encoding: how its text was written, or what kind of file or table it is.
        content: its bytes, for their hash.
        values: for each row, what is stored in each cell with a type of its own; None where the cell is text, and None for a file
            of text.
        sha256: the hash of a large file that is typed where it is read (`quick`), whose rows are not here.
        size: how many rows that file has.
        stamp: its bytes and when it was last changed, where it is read again while rows are counted.
    """

    name: str
    heading: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    encoding: str
    content: bytes = b""
    values: tuple[tuple[object, ...], ...] | None = None
    sha256: str = ""
    size: int = 0
    stamp: tuple[int, int] | None = None

    @property
    def digest(self) -> str:
        """The hash of the file's bytes."""
        return self.sha256 or hashlib.sha256(self.content).hexdigest()

    @property
    def known_as(self) -> str:
        """The file's name without its folders."""
        return Path(self.name).name


def stamp(path: Path) -> tuple[int, int]:
    """What shows that a file has changed: its bytes and when it was last written."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


_SHEETS = re.compile(r"(?P<file>.+\.(?:xlsx|xls|ods))(?:#(?P<sheet>.+))?", re.IGNORECASE | re.DOTALL)


def read(path: Path, tell: Tell = silent) -> Raw:
    """A file of records, whole: Parquet or a workbook by the end of its name, else CSV; `-` is CSV from standard input.

    Raises:
        UsageError: the file cannot be read, or the package that reads it is not installed.
        DataError: it is not text, its quotes do not close, or it has no heading.
    """
    if str(path) == "-":
        return _text(sys.stdin.buffer.read(), "standard input", tell)
    sheets = _SHEETS.fullmatch(str(path))
    if sheets is not None:
        from pbr_rules.evidence import excel

        whole = path.exists() or sheets["sheet"] is None
        file, sheet = (path, None) if whole else (Path(sheets["file"]), sheets["sheet"])
        return excel.read(_content(file), str(file), sheet, tell)
    content = _content(path)
    if path.suffix.lower() == ".parquet":
        from pbr_rules.evidence import parquet

        return parquet.read(content, str(path), tell)
    return _text(content, str(path), tell)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error


def _text(content: bytes, name: str, tell: Tell) -> Raw:
    text, encoding = decode(content, name)
    return evolve(parse(text, name, encoding, tell), content=content)


_MAGIC = (
    (b"PK\x03\x04", "is an Excel workbook or another packed file", "name a workbook .xlsx or .ods, as it is"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook", "name it .xls"),
    (b"PAR1", "is a Parquet file", "name it .parquet"),
    (b"%PDF", "is a PDF", "records are read from CSV, Excel and Parquet files"),
)


def decode(content: bytes, name: str) -> tuple[str, str]:
    """UTF-8, with or without its mark, or UTF-16 with it; else Windows-1252, as Excel saves.

    Raises:
        DataError: none fits, or the text ends within a letter.
    """
    repair = "save the sheet as CSV UTF-8"
    for magic, what, mend in _MAGIC:
        if content.startswith(magic):
            raise DataError(f"{name} {what}, and its name says that it is text; {mend}")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _sound(_utf_16(content, name), name), "UTF-16"
    try:
        return _sound(content.decode("utf-8-sig"), name), "UTF-8"
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and not content[: error.start].isascii():
            raise _cut(name, content.count(b"\n", 0, error.start) + 1) from error
    try:
        return _sound(content.decode("cp1252"), name), "Windows-1252"
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{name} is neither UTF-8 nor Windows-1252 text: line {line:,} has a letter that cannot be read; {repair}"
        ) from error


def _utf_16(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-16")
    except UnicodeDecodeError as error:
        line = content[: error.start].decode("utf-16", "replace").count("\n") + 1
        if error.end >= len(content):
            raise _cut(name, line) from error
        raise DataError(
            f"{name} begins as UTF-16 text (Excel calls it Unicode Text), and line {line:,} has a letter that cannot be read; "
            "save the sheet as CSV UTF-8"
        ) from error


def _sound(text: str, name: str) -> str:
    """The text, where no letter of it is one that no text has: a zero shows another kind of file, or a damaged one."""
    at = text.find("\0")
    if at >= 0:
        line = text.count("\n", 0, at) + 1
        raise DataError(
            f"{name} is not a text file: line {line:,} has a byte that no text has; save the sheet as CSV UTF-8"
        )
    return text


def _cut(name: str, line: int) -> DataError:
    return DataError(
        f"{name} is cut short: it ends on line {line:,} within a letter; fetch or save the whole file again"
    )


def parse(text: str, name: str, encoding: str = "UTF-8", tell: Tell = silent) -> Raw:
    """Rows of text, with the first as the heading. The comma separates; where the heading has none, a semicolon, a tab or a
    bar.

    Raises:
        DataError: there is no heading, a quote does not close, or the last row ends before its time.
    """
    mark = separator(re.split(r"[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0])
    csv.field_size_limit(max(bounds.CELL_CHARACTERS, len(text) + 1))
    rows = list(_numbered(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True), name, tell))
    if not rows:
        raise DataError(f"{name} is empty: its first line should name the columns")
    heading = tuple(cell.strip() for cell in rows[0][1])
    line, last = rows[-1]
    if (
        len(last) < len(heading)
        and len(rows) > 2
        and not text.endswith(("\n", "\r"))
        and _are_whole(rows[1:-1], heading)
    ):
        raise DataError(
            f"{name} is cut short: it ends on line {line:,}, where its row has {len(last):,} of {len(heading):,} cells; fetch or save "
            "the whole file again"
        )
    return Raw(name, heading, tuple(rows[1:]), encoding)


def separator(first: str) -> str:
    """What separates the cells of a file with this first line. A mark within quotes separates nothing."""
    bare = re.sub(r'"[^"]*"', "", first)
    return next((mark for mark in ",;\t|" if mark in bare), ",")


def _are_whole(rows: Sequence[tuple[int, tuple[str, ...]]], heading: tuple[str, ...]) -> bool:
    """Whether every row has all its cells: then a last row with fewer is no habit of what wrote the file."""
    return all(len(cells) >= len(heading) for _, cells in rows)


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
