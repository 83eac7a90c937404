"""Where the cells of a sheet hold an error (`#N/A`): the reader of workbooks gives them as blank, and a blank may be allowed."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

Errors = dict[tuple[int, int], str]
"""Errors by row and column, both counted from 0."""


def errors(content: bytes, sheet: str) -> Errors:
    """The errors of one sheet of a workbook, `.xlsx` or `.ods`."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return _ods(parts, sheet) if "content.xml" in parts.namelist() else _xlsx(parts, sheet)


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _attribute(element: ElementTree.Element, name: str) -> str | None:
    """An attribute by its name alone: strict and ordinary workbooks differ in their namespaces."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), None)


def _xlsx(parts: zipfile.ZipFile, sheet: str) -> Errors:
    part = _part(parts, sheet)
    content = parts.read(part) if part is not None else b""
    if b't="e"' not in content and b"t='e'" not in content:
        return {}
    found: Errors = {}
    row = column = -1
    for event, element in ElementTree.iterparse(io.BytesIO(content), ("start", "end")):
        name = _local(element)
        if event == "start" and name == "row":
            row, column = int(element.get("r", row + 2)) - 1, -1
        elif event == "start" and name == "c":
            at = element.get("r")
            column = column + 1 if at is None else _column(at)
        elif event == "end" and name == "c" and element.get("t") == "e":
            found[row, column] = next((child.text for child in element if _local(child) == "v" and child.text), "#N/A")
        elif event == "end" and name == "row":
            element.clear()
    return found


def _column(reference: str) -> int:
    number = 0
    for letter in reference.rstrip("0123456789"):
        number = number * 26 + ord(letter.upper()) - ord("A") + 1
    return number - 1


def _part(parts: zipfile.ZipFile, sheet: str) -> str | None:
    """Which part of the file holds a sheet."""
    book = ElementTree.fromstring(parts.read("xl/workbook.xml"))
    key = next(
        (_attribute(e, "id") for e in book.iter() if _local(e) == "sheet" and e.get("name") == sheet),
        None,
    )
    links = ElementTree.fromstring(parts.read("xl/_rels/workbook.xml.rels"))
    target = next((e.get("Target") for e in links if e.get("Id") == key), None)
    return None if target is None else posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")


def _ods(parts: zipfile.ZipFile, sheet: str) -> Errors:
    content = parts.read("content.xml")
    if b"#" not in content and b"Err:" not in content:
        return {}
    whole = ElementTree.fromstring(content)
    tables = (e for e in whole.iter() if _local(e) == "table" and _attribute(e, "name") == sheet)
    found: Errors = {}
    row = 0
    for line in (e for table in tables for e in table.iter() if _local(e) == "table-row"):
        times = int(_attribute(line, "number-rows-repeated") or 1)
        for column, text in _ods_errors(line):
            found.update({(row + n, column): text for n in range(times)})
        row += times
    return found


def _ods_errors(line: ElementTree.Element) -> Iterator[tuple[int, str]]:
    column = 0
    for cell in line:
        times = int(_attribute(cell, "number-columns-repeated") or 1)
        kinds = [value for key, value in cell.attrib.items() if key.rpartition("}")[2] == "value-type"]
        if "error" in kinds:
            text = "".join(cell.itertext()).strip() or "#N/A"
            yield from ((column + n, text) for n in range(times))
        column += times
