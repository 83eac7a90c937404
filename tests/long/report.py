"""Writes what the last long run found into `docs/explanation/engines.md`: `python -m tests.long.report FOLDER`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "engines.md"
PARTS = {"cases": ("cases.md", "spark.md"), "changes": ("changes.md",)}
"""What stands between `<!-- long run: cases -->` and `<!-- end of cases -->` on the page, and the files it comes of."""


def rows(table: str) -> tuple[list[str], dict[str, list[str]]]:
    """The headings of a table, and what stands beside each of its first cells."""
    cells = [[cell.strip() for cell in line.strip("| \n").split("|")] for line in table.splitlines()]
    return cells[0], {first: rest for first, *rest in cells[2:]}


def merged(tables: list[str]) -> str:
    """Tables of the same things, beside one another."""
    headings: list[str] = []
    found: dict[str, list[str]] = {}
    for table in tables:
        (thing, *others), things = rows(table)
        headings = [*(headings or [thing]), *others]
        for name, cells in things.items():
            found.setdefault(name, []).extend(cells)
    lines = ["| " + " | ".join(headings) + " |", "| --- |" + " ---: |" * (len(headings) - 1)]
    return "\n".join([*lines, *(f"| {name} | {' | '.join(cells)} |" for name, cells in found.items())])


def written(page: str, part: str, said: str, tables: list[str]) -> str:
    """The page, with what a part of the last run found in place of what was found before. `said`: on which day, and on what."""
    begin, end = f"<!-- long run: {part} -->\n", f"<!-- end of {part} -->\n"
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{said}.\n\n{merged(tables)}\n\n{end}{after}"


def main(folder: Path) -> None:
    """From the files that `.ci/long` leaves."""
    page = PAGE.read_text(encoding="utf-8")
    versions = (folder / "versions").read_text(encoding="utf-8").strip()
    for part, names in PARTS.items():
        files = [folder / name for name in names if (folder / name).is_file()]
        if files:
            day = max(datetime.fromtimestamp(file.stat().st_mtime, UTC) for file in files).date()
            page = written(page, part, f"{day}. {versions}", [file.read_text(encoding="utf-8") for file in files])
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
