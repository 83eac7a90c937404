"""Rows that the contract leaves out, with the first reason that holds; rows that point at them go with the same reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from attrs import evolve

from pbr_rules.calendars import Calendar
from pbr_rules.checked.model import Contract
from pbr_rules.engines.rows import reader
from pbr_rules.engines.working import calendar_of, put_in
from pbr_rules.evidence.database import place_of
from pbr_rules.evidence.tables import Table, targets_first
from pbr_rules.expressions import Expression

Rules = Sequence[tuple[Expression, str]]


def exclude(contract: Contract, tables: Mapping[str, Table]) -> Mapping[str, Table]:
    """The tables with each row's reason for being left out. Days that are closed come first: others may be counted by them."""
    if not any(table.records.excludes for table in tables.values()):
        return tables
    if any(place_of(table) is not None for table in tables.values()):
        from pbr_rules.engines.figures import LoweringError
        from pbr_rules.engines.left_out import exclude_stored

        with suppress(LoweringError):
            return exclude_stored(contract, tables)
    found = dict(tables)
    closed = contract.closed_in
    for name in sorted(tables, key=lambda each: each != closed):
        table = tables[name]
        rules = [
            (reader(condition, tables, contract.periods), why) for condition, why in rules_of(contract, name, found)
        ]
        if rules:
            whys = [next((why for read, why in rules if read(row)), None) for row in range(len(table))]
            found[name] = evolve(table, excluded=whys)
    order = targets_first({name: table.records for name, table in found.items()}) or tuple(found)
    changed = True
    while changed:
        changed = False
        for name in order:
            table = found[name]
            for column in table.records.columns.values():
                target = found.get(column.kind.detail)
                if column.kind.name != "id" or column.kind.detail == name or target is None:
                    continue
                whys = list(found[name].excluded)
                for row, value in enumerate(table.columns[column.name]):
                    if whys[row] is None and value is not None:
                        why = target.excluded[target.index[(value,)]]
                        if why is not None:
                            whys[row] = why
                            changed = True
                found[name] = evolve(found[name], excluded=whys)
    return found


def rules_of(contract: Contract, name: str, tables: Mapping[str, Table]) -> Rules:
    """Conditions by which rows are left out, each with its reason."""
    calendar: Calendar | None = None if name == contract.closed_in else calendar_of(contract, tables)
    return [(put_in(condition, calendar), why) for condition, why in contract.records[name].excludes]
