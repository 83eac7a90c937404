"""Writes what the last long run found into `docs/explanation/engines.md`: `python -m tests.long.report FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "engines.md"
BEGIN, END = "<!-- the last long run -->\n", "<!-- the end of it -->\n"


def rows(table: str) -> tuple[list[str], dict[str, list[str]]]:
    """The engines of a table, and what stands beside each of its first cells."""
    cells = [[cell.strip() for cell in line.strip("| \n").split("|")] for line in table.splitlines()]
    return cells[0][1:], {first: rest for first, *rest in cells[2:]}


def merged(tables: list[str]) -> str:
    """Tables of the same nodes, beside one another."""
    engines: list[str] = []
    found: dict[str, list[str]] = {}
    for table in tables:
        names, nodes = rows(table)
        engines += names
        for node, cases in nodes.items():
            found.setdefault(node, []).extend(cases)
    lines = ["| Node | " + " | ".join(engines) + " |", "| --- |" + " ---: |" * len(engines)]
    return "\n".join([*lines, *(f"| {node} | {' | '.join(cases)} |" for node, cases in found.items())])


def written(page: str, date: str, versions: str, tables: list[str]) -> str:
    """The page, with the last run in place of the one before it."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{date.strip()}. {versions.strip()}.\n\n{merged(tables)}\n\n{END}{after}"


def main(folder: Path) -> None:
    """From the files that `.ci/long` leaves."""
    said = [(folder / name).read_text(encoding="utf-8") for name in ("date", "versions", "cases.md", "spark.md")]
    page = written(PAGE.read_text(encoding="utf-8"), said[0], said[1], said[2:])
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
