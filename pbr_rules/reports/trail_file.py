"""A trail as it lies there: what it is of, and the rows that concern a figure or somebody, read batch by batch."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import field, frozen

from pbr_rules.diagnostics import UsageError
from pbr_rules.evidence.frame import needs_pyarrow
from pbr_rules.reports.statement import Json
from pbr_rules.reports.trail import SCHEMA

Row = Mapping[str, Any]

SHOWN = ("line", "key", "person", "counted", "reason", "cell", "amount")


@frozen
class Asked:
    """Rows of one part of a trail: those at a cell, as far as it is named, and of one person or of everybody.

    Attributes:
        part: what the trail says of the part. cell: the member of each thing that is named; ids in quotes.
    """

    part: Json
    cell: Mapping[str, str]
    person: str | None

    @property
    def label(self) -> str:
        """As the contract names it: `events[c1, treated]`."""
        members = [self.cell[d] for d in self.part["by"] if d in self.cell]
        return f"{self.part['measure']}[{', '.join(members)}]" if members else str(self.part["measure"])

    @property
    def is_one_cell(self) -> bool:
        """Whether it is one figure: every member is named."""
        return all(d in self.cell for d in self.part["by"])

    def of_part(self) -> Any:
        """Whether a row is of the part."""
        from pyarrow import compute as pc

        here = {"measure": self.part["measure"], "sort": self.part["sort"], "counted_by": ", ".join(self.part["by"])}
        under = ", ".join(self.part["under"])
        found = (pc.field("under") == under) if under else pc.field("under").is_null()
        for name, text in here.items():
            found &= pc.field(name) == text
        return found

    def at_cell(self) -> Any:
        """Whether a row falls there, or does not say where it falls."""
        from pyarrow import compute as pc

        by, cell = self.part["by"], pc.field("cell")
        if not self.cell or not by:
            return pc.scalar(True)
        if self.is_one_cell:
            return (cell == ", ".join(self.cell[d] for d in by)) | cell.is_null()
        pieces = [re.escape(self.cell[d]) if d in self.cell else ".*" for d in by]
        return pc.match_substring_regex(cell, f"^{', '.join(pieces)}$") | cell.is_null()

    def of_person(self) -> Any:
        """Whether a row is that person's, by its key or by whom it is for."""
        from pyarrow import compute as pc

        if self.person is None:
            return pc.scalar(True)
        return (pc.field("person") == self.person) | (pc.field("key") == self.person)


@frozen
class Found:
    """How many rows count, and how many do not by reason; and the first of each, or all of them."""

    counted: int
    reasons: Counter[str]
    rows: Mapping[bool, Sequence[Row]]

    @property
    def number(self) -> int:
        """How many rows in all."""
        return self.counted + self.reasons.total()


@frozen
class TrailFile:
    """A trail.

    Attributes:
        about: its contract, its hashes and its dates, as text. counts: each part of its rows. figures: which counts each figure and
            line came from.
    """

    path: Path
    about: Mapping[str, str]
    counts: Sequence[Json]
    figures: Sequence[Json]
    _rows: Any = field(repr=False)

    def part(self, **named: object) -> Json | None:
        """The part of whose description so much is said."""
        return next((part for part in self.counts if all(part[name] == said for name, said in named.items())), None)

    def found(self, asked: Asked, most: int | None) -> Found:
        """The rows asked for. `most`: how many are kept of those that count and of those that do not; None: all."""
        counted, reasons = 0, Counter[str]()
        rows: dict[bool, list[Row]] = {True: [], False: []}
        where = asked.of_part() & asked.at_cell() & asked.of_person()
        for batch in self._batches(where, SHOWN):
            why = batch.column("reason")
            counted += why.null_count
            for each in why.drop_null().value_counts().to_pylist():
                reasons[each["values"]] += each["counts"]
            for counts in rows:
                left = None if most is None else most - len(rows[counts])
                if left is None or left > 0:
                    here = batch.filter(batch.column("counted") if counts else _not(batch.column("counted")))
                    rows[counts] += here.slice(0, left).to_pylist()
        return Found(counted, reasons, rows)

    def counted_for(self, asked: Asked, people: Sequence[str]) -> Counter[str]:
        """How many rows counted for each of some people."""
        from pyarrow import compute as pc

        where = asked.of_part() & asked.at_cell() & pc.field("counted") & pc.field("person").isin(list(people))
        found: Counter[str] = Counter()
        for batch in self._batches(where, ("person",)):
            found.update(batch.column("person").to_pylist())
        return found

    def people_counted(self, asked: Asked) -> int:
        """How many people have a row that counted."""
        from pyarrow import compute as pc

        where = asked.of_part() & asked.at_cell() & asked.of_person() & pc.field("counted")
        return int(pc.count_distinct(self._rows.to_table(columns=["person"], filter=where).column("person")).as_py())

    def _batches(self, where: Any, columns: Sequence[str]) -> Iterator[Any]:
        yield from self._rows.scanner(filter=where, columns=list(columns)).to_batches()


def _not(column: Any) -> Any:
    from pyarrow import compute as pc

    return pc.invert(column)


def opened(path: Path) -> TrailFile:
    """A trail.

    Raises:
        UsageError: pyarrow is not installed, or it is no trail, or one of another version, or it cannot be read.
    """
    needs_pyarrow(str(path))
    import pyarrow as pa
    from pyarrow import dataset, parquet

    if not path.is_file():
        raise UsageError(f"there is no file `{path}`")
    try:
        stored = parquet.read_metadata(path).metadata or {}
        rows = dataset.dataset(path, format="parquet")
    except (pa.ArrowException, OSError) as error:
        raise UsageError(f"`{path}` cannot be read as Parquet: {str(error).splitlines()[0]}") from error
    about = {name.decode(): text.decode() for name, text in stored.items() if name.startswith(b"pbr.")}
    schema = about.get("pbr.schema")
    if schema is None:
        raise UsageError(f"`{path}` is no trail: `pbr settle CONTRACT --trail FILE.parquet` writes one")
    if schema != SCHEMA:
        raise UsageError(f"`{path}` is a trail of another version, `{schema}`; `{SCHEMA}` is read here")
    return TrailFile(path, about, json.loads(about["pbr.counts"]), json.loads(about["pbr.figures"]), rows)
