"""Categories, periods and records: the declarations that hold no formula."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from pbr_rules import kinds
from pbr_rules.checked.model import Period, PeriodDays, RecordColumn, Records, Stretch
from pbr_rules.checked.places import Declared
from pbr_rules.dates import add
from pbr_rules.diagnostics import Diagnostic, did_you_mean, listing
from pbr_rules.expressions import Column, Literal
from pbr_rules.kinds import Kind
from pbr_rules.surface import tree as t

Report = Callable[[Diagnostic], None]

MEMBER_LIMIT = 2_000


def categories(clauses: list[t.Category], report: Report) -> dict[str, t.Category]:
    """Categories by name. A category is never empty, and no member is named twice."""
    found = {}
    for clause in clauses:
        seen: set[str] = set()
        spelled: set[str] = set()
        for member in clause.members:
            if member.name in seen:
                report(
                    Diagnostic("declared-twice", f"`{member.name}` is a member of `{clause.name}` twice", member.span)
                )
            if member.name == clause.name:
                report(
                    Diagnostic(
                        "declared-twice",
                        f"`{member.name}` is both a category and its own member",
                        member.span,
                        help=("give the member another name",),
                    )
                )
            spelling = member.written or member.name
            if spelling in spelled and member.name not in seen:
                report(
                    Diagnostic(
                        "declared-twice", f'two members of `{clause.name}` are written "{spelling}"', member.span
                    )
                )
            seen.add(member.name)
            spelled.add(spelling)
        found[clause.name] = clause
    return found


def periods(clauses: list[t.Period], report: Report) -> dict[str, Period]:
    """Periods by name, those made with `each` laid out in full."""
    found: dict[str, Period] = {}
    for clause in clauses:
        if clause.each is None:
            members = tuple(PeriodDays(m.name, m.title, m.first, m.last) for m in clause.members)
            names = [m.name for m in members]
            for member in clause.members:
                if names.count(member.name) > 1:
                    report(
                        Diagnostic(
                            "declared-twice", f"`{member.name}` is a member of `{clause.name}` twice", member.span
                        )
                    )
            found[clause.name] = Period(clause.name, clause.title, members)
            continue
        each = clause.each
        if each.of is not None:
            parent = found.get(each.of)
            if parent is None:
                report(
                    Diagnostic(
                        "unknown-name",
                        f"no period is called `{each.of}`, above `{clause.name}`",
                        clause.span,
                        help=did_you_mean(each.of, found),
                    )
                )
                continue
            parts: list[tuple[date, date, str]] = [(m.first, m.last, m.name) for m in parent.members]
        else:
            parts = [(each.first, each.last, "")]  # type: ignore[list-item]
        members_, parents = _laid_out(clause, each, parts, report)
        found[clause.name] = Period(clause.name, clause.title, members_, each.of, parents)
    return found


def _laid_out(
    clause: t.Period, each: t.PeriodEach, parts: list[tuple[date, date, str]], report: Report
) -> tuple[tuple[PeriodDays, ...], dict[str, str]]:
    members: list[PeriodDays] = []
    parents: dict[str, str] = {}
    for first, last, parent in parts:
        number = 0
        start = first
        while start <= last and len(members) < MEMBER_LIMIT:
            number += 1
            next_start = add(first, each.length.value.times(number))  # type: ignore[union-attr]
            if next_start <= start:
                break
            end = next_start - timedelta(days=1)
            if end > last:
                report(
                    Diagnostic(
                        "incomplete",
                        f"`{clause.name}` does not fill its dates: {each.length.written} from "
                        f"{start} end on {end}, after {last}",
                        clause.span,
                    )
                )
                return tuple(members), parents
            name = f"{clause.name}_{len(members) + 1}"
            members.append(PeriodDays(name, None, start, end))
            if parent:
                parents[name] = parent
            start = next_start
    if len(members) >= MEMBER_LIMIT:
        report(Diagnostic("too-long", f"`{clause.name}` would have more than {MEMBER_LIMIT:,} members", clause.span))
    return tuple(members), parents


def records(
    clauses: list[t.Records],
    found_categories: dict[str, t.Category],
    found_periods: dict[str, Period],
    currency: str,
    report: Report,
) -> dict[str, Records]:
    """Records by name, with the kind of each column and the key. Exclusions come later, when names can be resolved."""
    names = {clause.name: clause for clause in clauses}
    found: dict[str, Records] = {}
    for clause in clauses:
        columns: dict[str, RecordColumn] = {}
        for column in clause.columns:
            kind = _kind(clause, column, names, found_categories, found_periods, currency, report)
            if column.name in columns:
                report(
                    Diagnostic("declared-twice", f"`{clause.name}` has two columns called `{column.name}`", column.span)
                )
            columns[column.name] = RecordColumn(column.name, kind, column.optional, column)
        _headings(clause, report)
        found[clause.name] = Records(
            clause.name,
            clause.title,
            columns,
            _key(clause, columns, report),
            (),
            _tolerance(clause, report),
            _stretches(clause, columns, report),
            _known_from(clause, columns, report),
            span=clause.span,
        )
    return found


def _kind(
    clause: t.Records,
    column: t.RecordColumn,
    names: dict[str, t.Records],
    categories_: dict[str, t.Category],
    periods_: dict[str, Period],
    currency: str,
    report: Report,
) -> Kind:
    written = column.kind
    wrong_option = (column.date_format and written.name != "date") or (column.flag_words and written.name != "flag")
    if wrong_option:
        report(
            Diagnostic(
                "kinds",
                f"`written` says how a date or a flag is spelled, and `{column.name}` is neither",
                column.span,
                help=('a category\'s members say their own spelling: `open "Open entry" written "1"`',),
            )
        )
    match written.name:
        case "id":
            if column.optional:
                report(Diagnostic("kinds", f"`{column.name}` is the id of its row and cannot be blank", column.span))
            return kinds.identity(clause.name)
        case "id of":
            target = names.get(written.detail)
            if target is None:
                report(
                    Diagnostic(
                        "unknown-name",
                        f"there are no records called `{written.detail}`",
                        written.span,
                        help=did_you_mean(written.detail, names),
                    )
                )
            elif not any(c.kind.name == "id" for c in target.columns):
                report(
                    Diagnostic(
                        "incomplete",
                        f"`{written.detail}` has no id for `{column.name}` to be one of",
                        written.span,
                        help=(f"give `{written.detail}` a column of kind `id`",),
                    )
                )
            return kinds.identity(written.detail)
        case "category":
            if written.detail in categories_ or written.detail in periods_:
                return kinds.category(written.detail)
            choices = [*categories_, "id", "date", "flag", "count", "money", "text"]
            report(
                Diagnostic(
                    "unknown-name",
                    f"`{written.detail}` is not a kind of column, nor a category",
                    written.span,
                    expected="a category, or `id`, `id of …`, `date`, `flag`, `count`, `number, 2 places`, `money` or `text`",
                    help=did_you_mean(written.detail, choices),
                )
            )
            return kinds.UNKNOWN
        case "number":
            return Kind("number", places=written.places)
        case "money":
            return kinds.money(currency)
        case name:
            return Kind(name)


def _headings(clause: t.Records, report: Report) -> None:
    seen: dict[str, str] = {}
    for column in clause.columns:
        heading = (column.heading or column.name).strip().casefold()
        if heading in seen and seen[heading] != column.name:
            report(
                Diagnostic(
                    "declared-twice",
                    f'`{seen[heading]}` and `{column.name}` both read the column "{column.heading or column.name}"',
                    column.span,
                )
            )
        seen[heading] = column.name


def _key(clause: t.Records, columns: dict[str, RecordColumn], report: Report) -> tuple[str, ...] | None:
    keys = [line for line in clause.lines if isinstance(line, t.Key)]
    ids = [c.name for c in columns.values() if c.kind == kinds.identity(clause.name)]
    if len(ids) > 1:
        report(
            Diagnostic(
                "declared-twice", f"`{clause.name}` has two ids: {listing([f'`{i}`' for i in ids])}", clause.name_span
            )
        )
    if len(keys) > 1 or (keys and ids):
        report(
            Diagnostic(
                "declared-twice",
                f"`{clause.name}` says twice what one row is for",
                keys[-1].span,
                help=("keep the id, or `one row per …`",),
            )
        )
    if not keys:
        return (ids[0],) if ids else None
    for name in keys[0].columns:
        if name not in columns:
            report(
                Diagnostic(
                    "unknown-name",
                    f"`{clause.name}` has no column `{name}`",
                    keys[0].span,
                    help=did_you_mean(name, columns),
                )
            )
        elif columns[name].optional:
            report(Diagnostic("kinds", f"`{name}` says which row it is and cannot be blank", keys[0].span))
        elif columns[name].kind.name not in ("category", "id", "unknown"):
            report(
                Diagnostic(
                    "kinds",
                    f"one row per `{name}` needs a category or an id, and `{name}` is {columns[name].kind.words}",
                    keys[0].span,
                )
            )
    return tuple(name for name in keys[0].columns if name in columns)


def _tolerance(clause: t.Records, report: Report) -> Literal | None:
    lines = [line for line in clause.lines if isinstance(line, t.Tolerance)]
    if len(lines) > 1:
        report(
            Diagnostic("declared-twice", f"`{clause.name}` says twice how many rows may be rejected", lines[-1].span)
        )
    return lines[0].limit if lines else None


def _stretches(clause: t.Records, columns: dict[str, RecordColumn], report: Report) -> dict[str, Stretch]:
    """Stretches of days, each between two columns that hold dates."""
    found: dict[str, Stretch] = {}
    for line in clause.stretches:
        if line.name in columns or line.name in found:
            report(Diagnostic("declared-twice", f"`{clause.name}` has two columns called `{line.name}`", line.span))
        ends = [columns.get(name) for name in (line.first, line.last)]
        for name, column in zip((line.first, line.last), ends, strict=True):
            if column is None:
                days = [c.name for c in columns.values() if c.kind.name == "date"]
                said = f"`{line.name}` is a stretch of days, and `{clause.name}` has no column `{name}`"
                report(Diagnostic("unknown-name", said, line.span, help=did_you_mean(name, days)))
            elif column.kind.name not in ("date", "unknown"):
                said = f"a stretch of days lies between two dates, and `{name}` is {column.kind.words}"
                report(Diagnostic("kinds", said, line.span))
        first, last = ends
        if first is not None and first.optional:
            report(
                Diagnostic(
                    "kinds",
                    f"`{line.name}` begins on `{line.first}`, which may be blank, and a stretch without a first day covers nothing",
                    line.span,
                    help=(f"leave out `optional` after `{line.first}`: a blank last day is a stretch that goes on",),
                )
            )
        if first is not None and last is not None:
            begin, end = (Column(clause.name, (), column.name, kinds.DATE) for column in (first, last))
            found[line.name] = Stretch(clause.name, line.name, begin, end, line.until)
    return found


def _known_from(clause: t.Records, columns: dict[str, RecordColumn], report: Report) -> str | None:
    """The column of the day on which a row came to be known: a date that is never blank."""
    lines = [line for line in clause.lines if isinstance(line, t.KnownFrom)]
    if not lines:
        return None
    name, span = lines[0].column, lines[0].span
    column = columns.get(name)
    days = [c.name for c in columns.values() if c.kind.name == "date"]
    if len(lines) > 1:
        report(Diagnostic("declared-twice", f"`{clause.name}` says twice from when a row is known", lines[1].span))
    if column is None:
        help_ = did_you_mean(name, days)
        report(Diagnostic("unknown-name", f"`{clause.name}` has no column `{name}`", span, help=help_))
    elif column.kind.name not in ("date", "unknown"):
        report(Diagnostic("kinds", f"a row is known from a day, and `{name}` is {column.kind.words}", span))
    elif column.optional:
        said = f"`{name}` says from when a row is known and cannot be blank"
        report(Diagnostic("kinds", said, span, help=("leave out `optional`",)))
    return name


def declared(clauses: tuple[t.Node, ...], currency: str, report: Report) -> Declared:
    """All of them, from the clauses of a contract."""
    found_categories = categories([c for c in clauses if isinstance(c, t.Category)], report)
    found_periods = periods([c for c in clauses if isinstance(c, t.Period)], report)
    found_records = records(
        [c for c in clauses if isinstance(c, t.Records)], found_categories, found_periods, currency, report
    )
    return Declared(found_categories, found_periods, found_records)
