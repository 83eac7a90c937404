"""The trail of a settlement as a Parquet file: for every row and every person, in each measure, whether it counted and where, or why
not. It is written as the engine gives it, batch by batch, and never held whole.

`COLUMNS` says what each column holds. What the file is of stands beside the rows, under names that begin with `pbr.`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from attrs import define, field

from pbr_rules.api import Settled, unchanged
from pbr_rules.checked.model import Contract
from pbr_rules.diagnostics import UsageError
from pbr_rules.engines.marks import BATCH
from pbr_rules.evidence.tables import places
from pbr_rules.expressions import Column
from pbr_rules.plan.codes import EXCLUDED, codes
from pbr_rules.reports.files import is_free, whole_file
from pbr_rules.reports.reads import figures
from pbr_rules.reports.statement import Json
from pbr_rules.settlement.traced import Part, parts
from pbr_rules.settlement.trail import conditions

SCHEMA = "pbr/trail/1"

ENDING = ".parquet"

COLUMNS = {
    "measure": "the measure, by its name",
    "under": "the variations with dates that it is counted under; blank for none",
    "counted_by": "what it is counted by here, with commas: `cohort, arm`; empty where it is one figure",
    "sort": "`record` for a row that is counted; `person` for one of the people that the measure counts over",
    "records": "the records that the row is of",
    "line": "its line in the file",
    "key": "its key as text: its id, or several columns with commas; blank where rows have no key",
    "person": "the id of the person that it is for",
    "counted": "whether it counts; of a person, whether they are counted over",
    "code": "why it does not count, as one word that stays the same",
    "reason": "why it does not count, in the contract's words",
    "cell": "where it counts, in the order of `counted_by`: `c1, treated`; ids in quotes; where it does not count, where it would, as far as it says",
    "amount": "what a row that counts adds to what is counted: 1, or the number that is added up, before any price is put on it",
}
"""Every column, with what it holds."""

TEXT = ("measure", "under", "counted_by", "sort", "records", "code", "reason")
"""Columns of few different texts."""

ALWAYS = ("measure", "counted_by", "sort", "records", "line", "counted")
"""Columns that are never blank."""

PACKED: Any = {
    "compression": "zstd",
    "compression_level": 1,
    "use_dictionary": [*TEXT, "cell", "amount"],
    "column_encoding": {"line": "DELTA_BINARY_PACKED"},
    "write_statistics": ["measure", "counted_by", "sort", "line", "key", "person", "cell"],
    "write_batch_size": BATCH,
}
"""How the file is packed, which every reader of Parquet knows, and which columns rows are looked up by."""

DIGITS = 38
"""Digits of an amount: more than any number of units that an engine counts in."""


def may_be_written(path: Path, force: bool) -> None:
    """Says what stands in the way of a trail, before anything is settled.

    Raises:
        UsageError: its name does not end as Parquet does, its folder is not there, it is there already and `force` is not given, or
            pyarrow is not installed.
    """
    if path.suffix.lower() != ENDING:
        raise UsageError(f"a trail is a Parquet file, and `{path}` does not end in `{ENDING}`")
    if not path.parent.is_dir():
        raise UsageError(f"`{path}` cannot be written: there is no folder `{path.parent}`")
    is_free(path, force)
    if find_spec("pyarrow") is None:
        raise UsageError('a trail is written with a package that is not installed: pip install "pbr-rules[duckdb]"')


def write(settled: Settled, receipt: Json, path: Path, force: bool = False) -> int:
    """Writes the trail of a settlement, whole or not at all; how many rows it has. `receipt`: that of its statement.

    Raises:
        UsageError: the file is there already, or cannot be written, or a figure is too large for it. DataError: a file of records
            changed meanwhile.
    """
    may_be_written(path, force)
    from pyarrow import parquet

    made = list(parts(settled.settlement))
    scale = max((places(part.adds.kind) for part in made if isinstance(part.adds, Column)), default=0)
    trail = _Trail(settled.settlement.contract, scale)
    with (
        whole_file(path, force) as temporary,
        parquet.ParquetWriter(temporary, trail.schema, **PACKED) as writer,
    ):
        batches = (table for part in made for table in trail.tables(part, part.marked(settled.engine)))
        _written(writer, batches)
        unchanged(settled.raws)  # large files are read again for it
        writer.add_key_value_metadata(_described(settled, receipt, made, trail.rows))
    return sum(trail.rows)


def _written(writer: Any, batches: Iterator[Any]) -> None:
    """Writes one batch while the next is counted."""
    with ThreadPoolExecutor(1) as beside:
        before: Future[None] | None = None
        for batch in batches:
            if before is not None:
                before.result()
            before = beside.submit(writer.write_table, batch)
        if before is not None:
            before.result()


@define
class _Trail:
    """Batches of an engine as rows of the file. `scale`: decimal places of an amount; `rows`: how many each part came to."""

    contract: Contract
    scale: int
    rows: list[int] = field(factory=list)

    @property
    def schema(self) -> Any:
        """The columns, with their types."""
        import pyarrow as pa

        types = dict.fromkeys(COLUMNS, pa.string()) | dict.fromkeys(TEXT, pa.dictionary(pa.int32(), pa.string()))
        types |= {"line": pa.int64(), "counted": pa.bool_(), "amount": pa.decimal128(DIGITS, self.scale)}
        return pa.schema([pa.field(name, types[name], nullable=name not in ALWAYS) for name in COLUMNS])

    def tables(self, part: Part, batches: Iterator[Any]) -> Iterator[Any]:
        """The rows of one part.

        Raises:
            AssertionError: an engine gave them in another order than that of their lines.
        """
        import pyarrow as pa
        from pyarrow import compute as pc

        coded, last = codes(part.count), 0
        said = {
            "measure": part.count.measure,
            "under": ", ".join(part.count.under) or None,
            "counted_by": ", ".join(part.by),
            "sort": part.sort,
            "records": part.records.name,
        }
        self.rows.append(0)
        alike = {name: _same(text, BATCH) for name, text in said.items()}
        for batch in batches:
            rows, line = len(batch), batch.column("line")
            first = line[0].as_py()
            if first <= last or not (rows == 1 or pc.all(pc.greater(line.slice(1), line.slice(0, rows - 1))).as_py()):
                raise AssertionError(f"rows of `{part.records.name}` came in another order than that of their lines")
            last = line[rows - 1].as_py()
            found = {name: column.slice(0, rows) for name, column in alike.items()}
            reason = batch.column("reason")
            counted = pc.is_null(reason)
            found |= {"line": line, "counted": counted, "reason": reason, "code": _coded(reason, coded)}
            found["cell"] = self._cell(part, batch)
            found["key"] = _key(part, batch)
            person = part.person is not None
            found["person"] = batch.column(f"shown{len(part.key)}") if person else pa.nulls(rows, pa.string())
            found["amount"] = self._amount(part, batch, counted)
            self.rows[-1] += rows
            yield pa.table([found[name] for name in COLUMNS], self.schema)

    def _cell(self, part: Part, batch: Any) -> Any:
        """Where a row counts, as a figure of the contract is named: ids in quotes. Blank where it does not say."""
        import pyarrow as pa
        from pyarrow import compute as pc

        if not part.by:
            return pa.repeat(pa.scalar("", pa.string()), len(batch))
        members = [batch.column(f"cell{n}") for n in range(len(part.by))]
        if all(self.contract.members(dimension) is not None for dimension in part.by):
            return _joined([column.dictionary_encode() for column in members])
        pieces: list[Any] = []
        for dimension, column in zip(part.by, members, strict=True):
            mark = "" if self.contract.members(dimension) is not None else '"'
            pieces += [mark, column, f"{mark}, "]
        pieces[-1] = pieces[-1].removesuffix(", ")
        return pc.binary_join_element_wise(*pieces, "")

    def _amount(self, part: Part, batch: Any, counted: Any) -> Any:
        """What each row adds: whole units times what one of them is, which is exact."""
        import pyarrow as pa
        from pyarrow import compute as pc

        form = pa.decimal128(DIGITS, self.scale)
        if part.adds is None:
            return pa.nulls(len(batch), form)
        if isinstance(part.adds, Column):
            units = pc.fill_null(batch.columns[-1], 0)
            one = Decimal(f"1E-{places(part.adds.kind)}")
        else:
            units, one = pa.repeat(pa.scalar(1, pa.int64()), len(batch)), Decimal(1)
        amount = pc.multiply(units.cast(pa.decimal128(19, 0)), pa.scalar(one, pa.decimal128(18, self.scale)))
        every = batch.column("reason").null_count == len(batch)
        return amount if every else pc.if_else(counted, amount, pa.scalar(None, form))


def _same(text: str | None, rows: int) -> Any:
    """A column of one text."""
    import pyarrow as pa

    at = pa.repeat(pa.scalar(None if text is None else 0, pa.int32()), rows)
    return pa.DictionaryArray.from_arrays(at, pa.array([] if text is None else [text], pa.string()))


def _joined(members: list[Any]) -> Any:
    """Members of several axes as one text, each text made once."""
    import pyarrow as pa
    from pyarrow import compute as pc

    first, *others = members
    at, texts = first.indices, first.dictionary.to_pylist()
    for column in others:
        more = column.dictionary.to_pylist()
        at = pc.add(pc.multiply(at, len(more)), column.indices)
        texts = [f"{text}, {member}" for text in texts for member in more]
    return pa.DictionaryArray.from_arrays(at.cast(pa.int32()), pa.array(texts, pa.string())).cast(pa.string())


def _coded(reason: Any, coded: dict[str, str]) -> Any:
    import pyarrow as pa

    words = reason.dictionary.to_pylist()
    each = pa.array([coded.get(text, EXCLUDED) for text in words], pa.string()).dictionary_encode()
    return pa.DictionaryArray.from_arrays(each.indices.take(reason.indices), each.dictionary)


def _key(part: Part, batch: Any) -> Any:
    import pyarrow as pa
    from pyarrow import compute as pc

    if not part.key:
        return pa.nulls(len(batch), pa.string())
    texts = [_text(batch.column(f"shown{n}"), column) for n, column in enumerate(part.key)]
    return texts[0] if len(texts) == 1 else pc.binary_join_element_wise(*texts, ", ")


def _text(cells: Any, column: Column) -> Any:
    """Cells as they are written: a day as in files, yes or no, a number with its point."""
    import pyarrow as pa
    from pyarrow import compute as pc

    if column.kind.name == "flag":
        return pc.if_else(cells, "yes", "no")
    at = places(column.kind) if column.kind.is_number else 0
    if at:
        texts = [None if units is None else f"{Decimal(f'{units}E-{at}'):f}" for units in cells.to_pylist()]
        return pa.array(texts, pa.string())
    return cells.cast(pa.string())


# ---- what the file is of


def _described(settled: Settled, receipt: Json, made: list[Part], rows: list[int]) -> dict[str, str]:
    settlement = settled.settlement
    contract = settlement.contract
    dates = {
        "on": settlement.on and settlement.on.isoformat(),
        "known_at": settlement.known_at and settlement.known_at.isoformat(),
        "complete": {name: day.isoformat() for name, day in settlement.complete.items()},
    }
    counts = [_part(part, number, settled) for part, number in zip(made, rows, strict=True)]
    return {
        "pbr.schema": SCHEMA,
        "pbr.contract": contract.written.name,
        "pbr.title": contract.written.title or "",
        "pbr.terms_sha256": hashlib.sha256(contract.source.text.encode()).hexdigest(),
        "pbr.readings": _json(list(contract.under)),
        "pbr.dates": _json(dates),
        "pbr.receipt": _json(receipt),
        "pbr.counts": _json(counts),
        "pbr.figures": _json(figures(settlement)),
    }


def _part(part: Part, rows: int, settled: Settled) -> Json:
    """What one part of the rows is: whose, in how many rows, under which conditions, and in which unit its amounts are."""
    contract, count = settled.settlement.contract, part.count
    adds = part.adds.kind if isinstance(part.adds, Column) else None
    unit = None if part.adds is None else "row" if adds is None else adds.name
    return {
        "measure": count.measure,
        "title": contract.figures[count.measure].title,
        "under": list(count.under),
        "by": list(part.by),
        "sort": part.sort,
        "records": count.records,
        "rows": rows,
        "over": None if part.over is None else {"records": count.base, "by": list(part.over)},
        "conditions": list(conditions(count)) if part.sort == "record" else [],
        "key": [column.name for column in part.key],
        "person": None if part.person is None else part.person.name,
        "unit": contract.currency if unit == "money" else unit,
    }


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False)
