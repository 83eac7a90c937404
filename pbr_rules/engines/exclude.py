"""Rows that the contract leaves out, with the first reason that holds; rows that point at them go with the same reason."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from pbr_rules.checked.model import Contract
from pbr_rules.engines.rows import reader
from pbr_rules.engines.working import calendar_of, put_in
from pbr_rules.evidence.tables import Table


def exclude(contract: Contract, tables: Mapping[str, Table]) -> Mapping[str, Table]:
    """The tables with each row's reason for being left out. Days that are closed come first: others may be counted by them."""
    if not any(table.records.excludes for table in tables.values()):
        return tables
    found = dict(tables)
    closed = contract.closed_in
    for name in sorted(tables, key=lambda each: each != closed):
        table = tables[name]
        calendar = None if name == closed else calendar_of(contract, found)
        rules = [
            (reader(put_in(condition, calendar), tables, contract.periods), why)
            for condition, why in contract.records[name].excludes
        ]
        if rules:
            whys = [next((why for read, why in rules if read(row)), None) for row in range(len(table))]
            found[name] = evolve(table, excluded=whys)
    changed = True
    while changed:
        changed = False
        for name, table in found.items():
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
