"""Which days a contract counts as working days: a calendar that comes with the package, or days of its own records."""

from __future__ import annotations

from collections.abc import Callable

from pbr_rules import calendars
from pbr_rules.checked.places import Declared
from pbr_rules.diagnostics import Diagnostic, did_you_mean, listing
from pbr_rules.expressions import Column
from pbr_rules.surface import tree as t


def calendar(
    line: t.Calendar | None, declared: Declared, report: Callable[[Diagnostic], None]
) -> calendars.Calendar | Column | None:
    """The calendar that a contract names, or the column that says which days are closed. None where it names none."""
    if line is None:
        return None
    if line.name is not None:
        return _shipped(line, line.name, report)
    if line.records is None or line.column is None:
        return calendars.WEEKENDS
    records = declared.records.get(line.records)
    if records is None:
        said = f"there are no records called `{line.records}`, which the calendar is made of"
        report(Diagnostic("unknown-name", said, line.span, help=did_you_mean(line.records, declared.records)))
        return None
    column = records.columns.get(line.column)
    days = [c.name for c in records.columns.values() if c.kind.name == "date"]
    if column is None:
        said = f"`{records.name}` has no column `{line.column}`, which the calendar is made of"
        report(Diagnostic("unknown-name", said, line.span, help=did_you_mean(line.column, days)))
        return None
    if column.kind.name not in ("date", "unknown") or column.optional:
        what = "may be blank" if column.kind.name == "date" else f"is {column.kind.words}"
        said = f"a calendar is made of days that are closed, each a date, and `{records.name}.{column.name}` {what}"
        report(Diagnostic("kinds", said, line.span))
        return None
    return Column(records.name, (), column.name, column.kind)


def _shipped(line: t.Calendar, name: str, report: Callable[[Diagnostic], None]) -> calendars.Calendar | None:
    known = calendars.shipped()
    if name in known:
        return calendars.calendar(name)
    report(
        Diagnostic(
            "unknown-name",
            f"no calendar called `{name}` comes with the package; it has {listing([f'`{each}`' for each in known])}",
            line.span,
            help=(
                *did_you_mean(name, known),
                "or make one of your own records: `calendar: closed weekends and holidays.day`",
            ),
        )
    )
    return None
