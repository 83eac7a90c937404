"""Rows that the contract leaves out, where the records are in a database: found there, with what `exclude` says of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import narwhals.stable.v2 as nw
from attrs import evolve

from pbr_rules.checked.model import Contract
from pbr_rules.engines.exclude import rules_of
from pbr_rules.engines.joined import Joined
from pbr_rules.engines.loaded import ROW, WHY, DuckDB, load
from pbr_rules.engines.lowering import Lowering
from pbr_rules.evidence.database import Place, Reasons, Stored, named, place_of
from pbr_rules.evidence.tables import Table, targets_first

SAID = "said"


def exclude_stored(contract: Contract, tables: Mapping[str, Table]) -> Mapping[str, Table]:
    """The tables with each row's reason for being left out.

    Raises:
        LoweringError: a condition cannot be said exactly over frames.
    """
    found = dict(tables)
    for name in targets_first({name: table.records for name, table in tables.items()}) or ():
        parts = [*_own(contract, name, tables), *_pointing(name, found)]
        if parts:
            found[name] = _without(found[name], parts)
    return found


def _own(contract: Contract, name: str, tables: Mapping[str, Table]) -> Iterator[str]:
    """A query for the rows for which a condition holds, with the reason of the first."""
    rules = rules_of(contract, name, tables)
    if not rules:
        return
    store = DuckDB()
    joined = Joined(lambda other: load(store, tables[other]), name, store)
    at = Lowering(joined, contract.periods)
    whys = [nw.when(at.condition(condition)).then(nw.lit(why)) for condition, why in rules]
    frame = joined.frame().with_columns(nw.coalesce(*whys).alias(SAID)).filter(~nw.col(SAID).is_null())
    frame.select(ROW, nw.col(SAID).alias(WHY)).to_native().create_view(f"own_{name}")
    yield f"select {ROW}, {WHY} from {named(f'own_{name}')}"


def _pointing(name: str, tables: Mapping[str, Table]) -> Iterator[str]:
    """For each column that points at rows of which some are left out, a query for the rows that go with them."""
    table = tables[name]
    for column in table.records.columns.values():
        target = tables.get(column.kind.detail) if column.kind.name == "id" else None
        if target is None or target.records.name == name or not isinstance(target.excluded, Stored):
            continue
        here, there = table.columns[column.name], target.columns[str(target.records.identity)]
        if isinstance(here, Stored) and isinstance(there, Stored):
            yield (
                f"select a.{ROW}, b.{WHY} from {named(here.place.view)} a join {named(there.place.view)} b "
                f"on a.{here.sql} = b.{there.sql} where b.{WHY} is not null"
            )


def _without(table: Table, parts: Iterable[str]) -> Table:
    """The table with its reasons, of which the first stands."""
    place: Place = place_of(table)  # type: ignore[assignment]
    whys, view = named(f"whys_{table.records.name}"), f"x_{table.records.name}"
    each = " union all ".join(f"select *, {at} as part from ({part})" for at, part in enumerate(parts))
    place.database.ask(
        f"create table {whys} as select {ROW}, {WHY} from ({each}) qualify row_number() over (partition by {ROW} order by part) = 1"
    )
    tally = dict(place.database.ask(f"select {WHY}, count(*) from {whys} group by all"))
    if not tally:
        return table
    place.database.ask(f"create view {named(view)} as select * from {named(place.view)} left join {whys} using ({ROW})")
    there = evolve(place, view=view)
    columns = {name: evolve(cells, place=there) for name, cells in table.columns.items() if isinstance(cells, Stored)}
    lines = evolve(table.lines, place=there) if isinstance(table.lines, Stored) else table.lines
    return evolve(table, columns=columns, lines=lines, excluded=Reasons(there, WHY, left_out=tally))  # type: ignore[arg-type]
