"""Rows of text against a records clause: typed where they fit, set aside with line, column, value and reason where not."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from attrs import evolve, frozen

from pbr_rules import bounds
from pbr_rules import expressions as x
from pbr_rules.checked.model import Contract, RecordColumn, Records
from pbr_rules.diagnostics import DataError, did_you_mean, listing
from pbr_rules.evidence.read import EVERY, Raw, Tell, silent
from pbr_rules.evidence.stored import Taker, taker
from pbr_rules.evidence.tables import Cell, Rejected, Table, indexed, places
from pbr_rules.evidence.typed import EXCEL_ERRORS, Reader, UnfitError, reader

Tables = Mapping[str, Table]


def fit(
    contract: Contract,
    raws: Mapping[str, Raw],
    exclude: Callable[[Tables], Tables],
    tell: Tell = silent,
    known_at: date | None = None,
) -> dict[str, Table]:
    """Typed tables for files of text.

    `exclude` marks the rows that the contract leaves out, once all are typed (an exclusion may read another file). `known_at`:
    rows that came to be known after that day are not read.

    Raises:
        DataError: a column is missing, or is there twice.
    """
    must_have(contract, raws)
    tables = {name: _typed(contract, contract.records[name], raw, tell, known_at) for name, raw in raws.items()}
    return dict(exclude(point(contract, tables, raws)))


def must_have(contract: Contract, raws: Mapping[str, Raw]) -> None:
    """Sees that files have the columns that their records need, each once.

    Raises:
        DataError: a column is missing, or is there twice.
    """
    problems = [problem for name, raw in raws.items() for problem in _missing(contract.records[name], raw)]
    if problems:
        raise DataError("\n".join(problems))


def heading(column: RecordColumn) -> str:
    """A column's heading in its file."""
    return column.written.heading or column.name


def folded(text: str) -> str:
    """A heading as it is compared: capitals, spaces around it, and how an accent is stored do not matter."""
    return unicodedata.normalize("NFC", text).strip().casefold()


def _missing(records: Records, raw: Raw) -> list[str]:
    problems = []
    have = [folded(name) for name in raw.heading]
    for column in records.columns.values():
        wanted = heading(column)
        number = have.count(folded(wanted))
        if number > 1:
            problems.append(f'{raw.name} has {number} columns "{wanted}", and `{records.name}` reads one')
        if number:
            continue
        near = did_you_mean(wanted, raw.heading) or did_you_mean(folded(wanted), have)
        shown = [f'"{name}"' for name in raw.heading if name]
        more = [f"{len(shown) - 12:,} more"] if len(shown) > 12 else []
        problems.append(
            f'{raw.name} has no column "{wanted}", which `{records.name}` needs'
            f"{' (' + near[0].replace('`', chr(34)) + ')' if near else ''}; it has {listing([*shown[:12], *more])}"
        )
    return problems


@frozen
class Kept:
    """A row that fits: its line, its cells as received, its cells typed."""

    line: int
    cells: tuple[str, ...]
    row: list[Cell]


@frozen
class Looked:
    """Rows one by one: those that fit, those set aside, and the keys of those that are not known yet."""

    kept: list[Kept]
    rejected: list[Rejected]
    later: list[tuple[Cell, ...]]


def looked_at(
    contract: Contract, records: Records, raw: Raw, tell: Tell = silent, known_at: date | None = None
) -> Looked:
    """Each row by itself: what it is, or why it does not fit. Whether two have one key is not asked here."""
    outside = _outside(contract, records)
    fields = columns_in(contract, records, raw)
    size = len(raw.heading)
    nothing: tuple[object, ...] = (None,) * size
    kept: list[Kept] = []
    rejected: list[Rejected] = []
    later: list[tuple[Cell, ...]] = []
    is_later = _later(records, fields, known_at)
    key = [list(records.columns).index(name) for name in records.key or ()]
    for number, (line, cells) in enumerate(raw.rows):
        if number % EVERY == 0:
            tell(f"Checking {raw.known_as}", number, len(raw.rows))
        if len(cells) != size and (len(cells) < size or any(map(str.strip, cells[size:]))):
            reason = f"the row has {len(cells):,} cell{'' if len(cells) == 1 else 's'}, and the heading {size:,}"
            rejected.append(Rejected(line, cells, "", "", reason))
            continue
        stored = nothing if raw.values is None else raw.values[number]
        if is_later(cells, stored):
            later.append(tuple(unicodedata.normalize("NFC", cells[fields[at][0]].strip()) for at in key))
            continue
        row: list[Cell] = []
        for at, name, optional, read, take in fields:
            text = cells[at].strip()
            value = stored[at]
            try:
                if not text:
                    if not optional:
                        raise UnfitError("is blank")
                    row.append(None)
                    continue
                if len(text) > bounds.CELL_CHARACTERS:
                    raise UnfitError("is too long to be one value")
                row.append(
                    take(value)
                    if value is not None
                    else read(text if text.isascii() else unicodedata.normalize("NFC", text))
                )
            except UnfitError as error:
                shown = text if len(text) <= bounds.CELL_CHARACTERS else f"{text[:40]}…"
                reason = "is an error of the spreadsheet, not a value" if text in EXCEL_ERRORS else str(error)
                rejected.append(Rejected(line, cells, name, shown, reason))
                break
        else:
            why = outside(row)
            if why:
                rejected.append(Rejected(line, cells, "", "", why))
            else:
                kept.append(Kept(line, cells, row))
    return Looked(kept, rejected, later)


def _typed(contract: Contract, records: Records, raw: Raw, tell: Tell, known_at: date | None) -> Table:
    looked = looked_at(contract, records, raw, tell, known_at)
    fields = columns_in(contract, records, raw)
    kept, corrected = _as_corrected(records, looked.kept)
    kept, repeated, differing = one_each(records, fields, kept)
    by_column = {name: [item.row[i] for item in kept] for i, name in enumerate(records.columns)}
    return Table(
        records,
        by_column,
        [item.line for item in kept],
        [None] * len(kept),
        indexed(records, by_column, len(kept)),
        tuple(sorted((*looked.rejected, *differing), key=lambda r: r.line)),
        repeated,
        raw.heading,
        tuple(looked.later),
        corrected,
        _numbered(records, fields, raw),
    )


def _numbered(records: Records, fields: Sequence[Field], raw: Raw) -> tuple[str, ...]:
    """Headings of columns of text in which some cells are stored as numbers."""
    texts = [
        (at, name)
        for (at, name, *_), column in zip(fields, records.columns.values(), strict=True)
        if column.kind.name in ("id", "text")
    ]
    rows = raw.values or ()
    return tuple(name for at, name in texts if any(_is_number(row[at]) for row in rows if at < len(row)))


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


Field = tuple[int, str, bool, Reader, Taker]


def columns_in(contract: Contract, records: Records, raw: Raw) -> list[Field]:
    """For each column: where it is in the file, its heading there, whether it may be blank, and what reads it, as text
    and as stored."""
    have = [folded(name) for name in raw.heading]
    found = []
    for column in records.columns.values():
        at = have.index(folded(heading(column)))
        read = reader(column, contract)
        found.append((at, raw.heading[at], column.optional, read, taker(column, contract, read)))
    return found


def _outside(contract: Contract, records: Records) -> Callable[[Sequence[Cell]], str | None]:
    """Says why a row lies outside the contract's scope, where its own columns say so."""
    names, _ = contract.scope
    at: dict[str, int] = {}
    for number, column in enumerate(records.columns.values()):
        if column.kind.name == "category" and column.kind.detail in names:
            at.setdefault(column.kind.detail, number)
    if not names or set(names) - set(at):
        return lambda row: None

    def why(row: Sequence[Cell]) -> str | None:
        cell = tuple(str(row[at[name]]) for name in names)
        return f"is outside the contract's scope: {', '.join(cell)}" if contract.excepted(tuple(names), cell) else None

    return why


_IsLater = Callable[[Sequence[str], Sequence[object]], bool]


def _later(records: Records, fields: Sequence[Field], known_at: date | None) -> _IsLater:
    """Says whether a row came to be known after a day. A cell that is no day is read like any other, and set aside for it."""
    if records.known_from is None or known_at is None:
        return lambda cells, stored: False
    at, _, _, read, take = fields[list(records.columns).index(records.known_from)]

    def is_later(cells: Sequence[str], stored: Sequence[object]) -> bool:
        try:
            day = take(stored[at]) if stored[at] is not None else read(cells[at].strip()) if cells[at].strip() else None
        except UnfitError:
            return False
        return isinstance(day, date) and day > known_at

    return is_later


def _as_corrected(records: Records, kept: list[Kept]) -> tuple[list[Kept], int]:
    """Of rows of one key that came to be known on different days, those of the last: they correct the others."""
    if records.known_from is None or records.key is None:
        return kept, 0
    names = list(records.columns)
    day, at = names.index(records.known_from), [names.index(name) for name in records.key]
    last: dict[tuple[Cell, ...], Cell] = {}
    for item in kept:
        key = tuple(item.row[i] for i in at)
        last[key] = max(last.get(key, item.row[day]), item.row[day])  # type: ignore[type-var]
    left = [item for item in kept if item.row[day] == last[tuple(item.row[i] for i in at)]]
    return left, len(kept) - len(left)


def one_each(records: Records, fields: Sequence[Field], kept: list[Kept]) -> tuple[list[Kept], int, list[Rejected]]:
    """Rows of one key: identical rows are kept once (and how many were not kept), different ones are all set aside."""
    if records.key is None:
        return kept, 0, []
    names = list(records.columns)
    at = [names.index(name) for name in records.key]
    by_key: dict[tuple[Cell, ...], list[Kept]] = defaultdict(list)
    for item in kept:
        by_key[tuple(item.row[i] for i in at)].append(item)
    repeated = 0
    good: list[Kept] = []
    rejected: list[Rejected] = []
    for key, items in by_key.items():
        if all(item.row == items[0].row for item in items):
            good.append(items[0])
            repeated += len(items) - 1
            continue
        reason = (
            "is the key of more than one row, and they differ" if key else "the file must have one row, and has more"
        )
        column = ", ".join(fields[i][1] for i in at)
        for item in items:
            value = ", ".join(item.cells[fields[i][0]].strip() for i in at)
            rejected.append(Rejected(item.line, item.cells, column, value, reason))
    return sorted(good, key=lambda item: item.line), repeated, rejected


def point(contract: Contract, tables: Mapping[str, Table], raws: Mapping[str, Raw]) -> dict[str, Table]:
    """Sets aside rows whose `id of` names nobody, going round until none is left."""
    found = dict(tables)
    changed = True
    while changed:
        changed = False
        for name in found:
            waiting = _pointing_later(found[name], found)
            found[name] = _set_later(found[name], waiting)
            bad = {r.line: r for r in _pointing_nowhere(contract, found[name], found, raws)}
            found[name] = without(found[name], bad, bad.values()) if bad else found[name]
            changed = changed or bool(waiting or bad)
    return found


def _pointing_later(table: Table, tables: Mapping[str, Table]) -> set[int]:
    """Lines of rows whose `id of` names a row that is not known yet: they are not read either."""
    found: set[int] = set()
    for column in table.records.columns.values():
        target = tables.get(column.kind.detail) if column.kind.name == "id" else None
        if target is None or target.records.name == table.records.name or not target.later:
            continue
        later = {key[0] for key in target.later if len(key) == 1} - {key[0] for key in target.index}
        found |= {line for line, value in zip(table.lines, table.columns[column.name], strict=True) if value in later}
    return found


def _set_later(table: Table, lines: set[int]) -> Table:
    if not lines:
        return table
    at = [list(table.records.columns).index(name) for name in table.records.key or ()]
    cells = list(table.columns.values())
    keys = [tuple(cells[i][n] for i in at) for n, line in enumerate(table.lines) if line in lines]
    return evolve(without(table, lines, ()), later=(*table.later, *keys))


def _pointing_nowhere(
    contract: Contract, table: Table, tables: Mapping[str, Table], raws: Mapping[str, Raw]
) -> Iterator[Rejected]:
    """Rows with an id that no row of the other file has, each once, as received."""
    raw = raws[table.records.name]
    seen: set[int] = set()
    for column in table.records.columns.values():
        target = tables.get(column.kind.detail) if column.kind.name == "id" else None
        if target is None or target.records.name == table.records.name:
            continue
        set_aside: set[str] | None = None
        for number, value in enumerate(table.columns[column.name]):
            line = table.lines[number]
            if value is None or line in seen or (value,) in target.index:
                continue
            if set_aside is None:
                set_aside = ids_set_aside(target.records, target.heading, target.rejected)
            seen.add(line)
            yield pointing_nowhere(
                column, str(value), target.records.name, set_aside, line, _row_as_received(raw, line)
            )


def pointing_nowhere(
    column: RecordColumn, value: str, target: str, set_aside: Collection[str], line: int, cells: tuple[str, ...]
) -> Rejected:
    """A row with an id that no row of another file has; `set_aside`: the ids of that file's rows that were."""
    reason = f"its row of `{target}` is set aside" if value in set_aside else f"names no row of `{target}`"
    return Rejected(line, cells, heading(column), value, reason)


def ids_set_aside(records: Records, headings: Sequence[str], rejected: Iterable[Rejected]) -> set[str]:
    """Ids of rows that were set aside."""
    have = [folded(name) for name in headings]
    if records.identity is None:
        return set()
    at = have.index(folded(heading(records.columns[records.identity])))
    return {unicodedata.normalize("NFC", row.cells[at].strip()) for row in rejected if at < len(row.cells)}


def _row_as_received(raw: Raw, line: int) -> tuple[str, ...]:
    return raw.rows[bisect_left(raw.rows, line, key=lambda row: row[0])][1]


def without(table: Table, lines: Collection[int], rejected: Iterable[Rejected]) -> Table:
    """The table without the rows of some lines, and with what is set aside of them."""
    keep = [n for n, line in enumerate(table.lines) if line not in lines]
    columns = {name: [cells[n] for n in keep] for name, cells in table.columns.items()}
    return evolve(
        table,
        columns=columns,
        lines=[table.lines[n] for n in keep],
        excluded=[table.excluded[n] for n in keep],
        index=indexed(table.records, columns, len(keep)),
        rejected=tuple(sorted((*table.rejected, *rejected), key=lambda r: r.line)),
    )


def given(contract: Contract, rows: Mapping[str, object], exclude: Callable[[Tables], Tables]) -> dict[str, Table]:
    """Typed tables for the rows an example gives: records by name, each a list of rows of expressions by column."""
    tables = {}
    for name, listed in rows.items():
        records = contract.records[name]
        typed = [[_cell(row.get(c), records, c, contract) for c in records.columns] for row in listed]  # type: ignore[attr-defined]
        left, _ = _as_corrected(records, [Kept(n, (), row) for n, row in enumerate(typed)])
        columns = {c: [item.row[i] for item in left] for i, c in enumerate(records.columns)}
        lines = list(range(1, len(left) + 1))
        index = indexed(records, columns, len(lines))
        if records.key is not None and len(index) != len(lines):
            raise DataError(f"the rows given for `{name}` have the same {', '.join(records.key) or 'row'} twice")
        tables[name] = Table(records, columns, lines, [None] * len(lines), index)
    for name, table in tables.items():
        for column in table.records.columns.values():
            target = tables.get(column.kind.detail) if column.kind.name == "id" else None
            if target is None or column.kind.detail == name:
                continue
            lost = next((v for v in table.columns[column.name] if v is not None and (v,) not in target.index), None)
            if lost is not None:
                raise DataError(
                    f'a row given for `{name}` names "{lost}", which is not given in `{column.kind.detail}`'
                )
    return dict(exclude(tables))


def _cell(node: x.Expression | None, records: Records, name: str, contract: Contract) -> Cell:
    kind = records.columns[name].kind
    match node:
        case None | x.Missing():
            if not records.columns[name].optional:
                raise DataError(f"`{records.name}`: `{name}` is not optional, and a row given here has none")
            return None
        case x.Name(name=member) if kind.name == "flag" and member in ("yes", "no"):
            return member == "yes"
        case x.Name(name=member) if kind.name == "category" and member in (contract.members(kind.detail) or ()):
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
