"""Working days: the calendar that a contract is settled with, and lengths of time that know it.

Until then a length in working days is only a number. Before an engine is asked, and before terms are calculated, the calendar is
put into it, so that whatever reads the length counts the same days.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from attrs import evolve

from pbr_rules import expressions as x
from pbr_rules.calendars import Calendar, of_days
from pbr_rules.checked.model import Contract
from pbr_rules.dates import Duration
from pbr_rules.diagnostics import DataError
from pbr_rules.evidence.tables import Table
from pbr_rules.plan.model import Count

E = TypeVar("E", bound=x.Expression)


def calendar_of(contract: Contract, tables: Mapping[str, Table]) -> Calendar | None:
    """The contract's calendar; None where it names none, or where the records that say its closed days are not there."""
    named = contract.calendar
    if not isinstance(named, x.Column):
        return named
    table = tables.get(named.records)
    if table is None:
        return None
    days = zip(table.columns[named.name], table.excluded, strict=True)
    return of_days(f"{named.records}.{named.name}", (day for day, why in days if why is None and isinstance(day, date)))


def known_days(length: Duration, calendar: Calendar | None) -> Duration:
    """A length that knows which days are working days.

    Raises:
        DataError: the records that say so are not there.
    """
    if not length.is_working or length.calendar is not None:
        return length
    if calendar is None:
        raise DataError(f"no rows were given of the days that are closed, and {length} are counted")
    return evolve(length, calendar=calendar)


def put_in(node: E, calendar: Calendar | None) -> E:
    """An expression whose lengths of time know which days are working days."""
    node = x.with_children(node, lambda child: put_in(child, calendar))
    match node:
        case x.Literal(value=Duration() as length) if length.is_working:
            return evolve(node, value=known_days(length, calendar))
        case x.Within(length=length) if length.is_working:
            return evolve(node, length=known_days(length, calendar))
    return node


def in_count(count: Count, calendar: Calendar | None) -> Count:
    """A count whose lengths of time know which days are working days."""

    def put(node: E) -> E:
        return put_in(node, calendar)

    covering = count.covering
    if covering is not None and covering.clip is not None:
        covering = evolve(covering, clip=(put(covering.clip[0]), put(covering.clip[1])))
    return evolve(
        count,
        among=tuple(map(put, count.among)),
        where=tuple(map(put, count.where)),
        closing=tuple(map(put, count.closing)),
        undecided=tuple(evolve(each, day=put(each.day), window=put(each.window)) for each in count.undecided),
        counts=x.with_expressions(count.counts, put),
        covering=covering,
        most=None if count.most is None else put(count.most),
    )
