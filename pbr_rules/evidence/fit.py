"""Rows of text against a records clause: typed where they fit, set aside with line, column, value and reason where not."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from attrs import evolve, frozen

from pbr_rules import bounds
from pbr_rules import expressions as x
from pbr_rules.checked.model import Contract, Records
from pbr_rules.diagnostics import DataError, did_you_mean, listing
from pbr_rules.evidence.read import Raw
from pbr_rules.evidence.tables import Cell, Rejected, Table, indexed, places
from pbr_rules.evidence.typed import Unfit, reader
from pbr_rules.exact import plain_text

Tables = Mapping[str, Table]


@frozen
class Tolerance:
    """How many rows of a file may be rejected: a share of its rows, or a number of them. None: what the contract says."""

    share: Fraction | None = None
    number: int | None = None


def fit(contract: Contract, raws: Mapping[str, Raw], exclude: Callable[[Tables], Tables]) -> dict[str, Table]:
    """Typed tables for files of text.

    `exclude` marks the rows that the contract leaves out, once all are typed (an exclusion may read another file).

    Raises:
        DataError: a column is missing.
    """
    missing = [problem for name, raw in raws.items() for problem in _missing(contract.records[name], raw)]
    if missing:
        raise DataError("\n".join(missing))
    tables = {name: _typed(contract, contract.records[name], raw) for name, raw in raws.items()}
    return dict(exclude(point(contract, tables)))


def too_many(table: Table, tolerance: Tolerance | None) -> str | None:
    """Why too many rows of a table were rejected for a statement, or None."""
    rejected = len(table.rejected)
    if not rejected:
        return None
    rows = rejected + len(table) + table.repeated
    share, number = (tolerance.share, tolerance.number) if tolerance else (None, None)
    written = table.records.tolerance
    if tolerance is None and written is not None and isinstance(written.value, Fraction):
        share, number = (written.value, None) if written.kind.percent else (None, int(written.value))
    allowed = number if number is not None else int(share * rows) if share is not None else 0
    if rejected <= allowed:
        return None
    said = f"at most {plain_text(share * 100)}%" if share is not None else f"at most {allowed:,}" if allowed else "none"
    return f"{rejected:,} of {rows:,} rows of `{table.records.name}` do not fit, and {said} may be rejected"


def _missing(records: Records, raw: Raw) -> list[str]:
    problems = []
    have = [heading.casefold() for heading in raw.heading]
    for column in records.columns.values():
        heading = column.written.heading or column.name
        if have.count(heading.casefold()) == 0:
            near = did_you_mean(heading, raw.heading)
            problems.append(
                f'{raw.name} has no column "{heading}", which `{records.name}` needs'
                f"{' (' + near[0].replace('`', chr(34)) + ')' if near else ''}; it has {listing([chr(34) + h + chr(34) for h in raw.heading[:12]])}"
            )
        elif have.count(heading.casefold()) > 1:
            problems.append(f'{raw.name} has two columns "{heading}"')
    return problems


def _typed(contract: Contract, records: Records, raw: Raw) -> Table:
    have = [heading.casefold() for heading in raw.heading]
    columns = list(records.columns.values())
    where = [have.index((c.written.heading or c.name).casefold()) for c in columns]
    readers = [reader(c, contract) for c in columns]
    kept: list[tuple[int, tuple[str, ...], list[Cell]]] = []
    rejected: list[Rejected] = []
    for line, cells in raw.rows:
        row: list[Cell] = []
        if len(cells) > len(raw.heading):
            rejected.append(
                Rejected(line, cells, "", "", f"the row has {len(cells)} cells and the heading {len(raw.heading)}")
            )
            continue
        for column, at, read in zip(columns, where, readers, strict=True):
            text = unicodedata.normalize("NFC", cells[at]).strip() if at < len(cells) else ""
            if len(text) > bounds.CELL_CHARACTERS:
                rejected.append(Rejected(line, cells, column.name, text[:40] + "…", "is too long to be one value"))
                break
            if not text:
                if column.optional:
                    row.append(None)
                    continue
                rejected.append(Rejected(line, cells, column.name, "", "is blank"))
                break
            try:
                row.append(read(text))
            except Unfit as error:
                rejected.append(Rejected(line, cells, column.name, text, str(error)))
                break
        else:
            outside = _outside(contract, records, row)
            if outside:
                rejected.append(Rejected(line, cells, "", "", outside))
                continue
            kept.append((line, cells, row))
    kept, repeated = _keyed(records, kept, rejected)
    by_column = {c.name: [row[i] for _, _, row in kept] for i, c in enumerate(columns)}
    lines = [line for line, _, _ in kept]
    return Table(
        records,
        by_column,
        lines,
        [None] * len(lines),
        indexed(records, by_column, len(lines)),
        tuple(sorted(rejected, key=lambda r: r.line)),
        repeated,
        raw.heading,
    )


def _outside(contract: Contract, records: Records, row: Sequence[Cell]) -> str | None:
    """Why a row lies outside the contract's scope, where its own columns say so."""
    names, _ = contract.scope
    if not names:
        return None
    at: dict[str, Cell] = {}
    for column, cell in zip(records.columns.values(), row, strict=True):
        if column.kind.name == "category" and column.kind.detail in names:
            at.setdefault(column.kind.detail, cell)
    if set(names) - set(at):
        return None
    cell_ = tuple(str(at[name]) for name in names)
    return f"outside the contract's scope: {', '.join(cell_)}" if contract.excepted(tuple(names), cell_) else None


def _keyed(
    records: Records, kept: list[tuple[int, tuple[str, ...], list[Cell]]], rejected: list[Rejected]
) -> tuple[list[tuple[int, tuple[str, ...], list[Cell]]], int]:
    """Rows of one key: identical rows are kept once, different ones are all set aside."""
    if records.key is None:
        return kept, 0
    names = list(records.columns)
    at = [names.index(name) for name in records.key]
    by_key: dict[tuple[Cell, ...], list[tuple[int, tuple[str, ...], list[Cell]]]] = defaultdict(list)
    for item in kept:
        by_key[tuple(item[2][i] for i in at)].append(item)
    repeated = 0
    good = []
    for key, items in by_key.items():
        if all(item[2] == items[0][2] for item in items):
            good.append(items[0])
            repeated += len(items) - 1
            continue
        value = ", ".join(str(part) for part in key)
        for line, cells, _ in items:
            reason = "is the key of more than one row, and they differ" if key else "the file has more than one row"
            rejected.append(Rejected(line, cells, ", ".join(records.key), value, reason))
    return sorted(good, key=lambda item: item[0]), repeated


def point(contract: Contract, tables: Mapping[str, Table]) -> dict[str, Table]:
    """Sets aside rows whose `id of` names nobody, going round until none is left."""
    found = dict(tables)
    changed = True
    while changed:
        changed = False
        for name, table in found.items():
            bad: dict[int, Rejected] = {}
            for column in table.records.columns.values():
                if column.kind.name != "id" or column.kind.detail == table.records.name:
                    continue
                target = found.get(column.kind.detail)
                if target is None:
                    continue
                for number, value in enumerate(table.columns[column.name]):
                    if value is not None and (value,) not in target.index and number not in bad:
                        bad[number] = Rejected(
                            table.lines[number],
                            _as_row(table, number),
                            column.name,
                            str(value),
                            f"there is no such row in `{column.kind.detail}`",
                        )
            if bad:
                found[name] = without(table, bad)
                changed = True
    return found


def _as_row(table: Table, number: int) -> tuple[str, ...]:
    return tuple("" if cells[number] is None else str(cells[number]) for cells in table.columns.values())


def without(table: Table, bad: Mapping[int, Rejected]) -> Table:
    """The table with some rows set aside."""
    keep = [n for n in range(len(table)) if n not in bad]
    columns = {name: [cells[n] for n in keep] for name, cells in table.columns.items()}
    return evolve(
        table,
        columns=columns,
        lines=[table.lines[n] for n in keep],
        excluded=[table.excluded[n] for n in keep],
        index=indexed(table.records, columns, len(keep)),
        rejected=tuple(sorted((*table.rejected, *bad.values()), key=lambda r: r.line)),
    )


def rejected_csv(tables: Mapping[str, Table]) -> bytes:
    """The rows set aside: records, line, column, value, reason, and the row as received. Holds personal data."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["records", "line", "column", "value", "reason", "row as received"])
    for name, table in tables.items():
        for row in table.rejected:
            writer.writerow([name, row.line, row.column, _safe(row.value), row.reason, _safe(" | ".join(row.cells))])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def _safe(text: str) -> str:
    """A cell that a spreadsheet will not take for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t" else text


def given(contract: Contract, rows: Mapping[str, object], exclude: Callable[[Tables], Tables]) -> dict[str, Table]:
    """Typed tables for the rows an example gives: records by name, each a list of rows of expressions by column."""
    tables = {}
    for name, listed in rows.items():
        records = contract.records[name]
        typed = [[_cell(row.get(c), records, c) for c in records.columns] for row in listed]  # type: ignore[attr-defined]
        columns = {c: [row[i] for row in typed] for i, c in enumerate(records.columns)}
        lines = list(range(1, len(typed) + 1))
        tables[name] = Table(records, columns, lines, [None] * len(lines), indexed(records, columns, len(lines)))
    return dict(exclude(tables))


def _cell(node: x.Expression | None, records: Records, name: str) -> Cell:
    kind = records.columns[name].kind
    match node:
        case None | x.Missing():
            if not records.columns[name].optional:
                raise DataError(f"`{records.name}`: `{name}` is not optional, and a row given here has none")
            return None
        case x.Name(name=member) if kind.name == "flag" and member in ("yes", "no"):
            return member == "yes"
        case x.Name(name=member) if kind.name == "category":
            return member
        case x.Literal(value=value) if kind.name in ("text", "id") and isinstance(value, str):
            return value
        case x.Literal(value=value) if kind.name == "date" and not isinstance(value, str | Fraction):
            return value  # type: ignore[return-value]
        case x.Literal(value=value, kind=found) if isinstance(value, Fraction) and kind.is_number and found.is_number:
            units = value * 10 ** places(kind)
            if units.denominator == 1 and (found.name == "money") == (kind.name == "money"):
                return int(units)
    raise DataError(f"`{records.name}`: what is given for `{name}` is not {kind.words}")
