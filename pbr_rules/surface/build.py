"""From Lark's tree to ours: one method for each rule of `grammars/contract.lark`, of the same name."""

from __future__ import annotations

import datetime
import unicodedata
from typing import Any

from attrs import evolve
from lark import Token
from lark.tree import Meta
from lark.visitors import v_args

from pbr_rules import expressions as x
from pbr_rules.diagnostics import Diagnostic, Label
from pbr_rules.source import Span
from pbr_rules.surface import figures
from pbr_rules.surface import tree as t
from pbr_rules.surface.build_expressions import Expressions, Items, checked, place_of, span_of, words
from pbr_rules.surface.figures import Problem
from pbr_rules.surface.vocabulary import RESERVED


def _name(token: Token) -> str:
    """A declared name: lower case, not a word of the language, in one normal form."""
    name = unicodedata.normalize("NFC", str(token))
    if name != name.lower():
        raise Problem(
            Diagnostic(
                "bad-name", f"names are in lower case: `{name}`", place_of(token), help=(f"write `{name.lower()}`",)
            )
        )
    if name in RESERVED:
        raise Problem(
            Diagnostic(
                "bad-name",
                f"`{name}` is a word of the language and cannot be a name",
                place_of(token),
                help=(f'call it something else; a column of that name in the file is read with `column "{name}"`',),
            )
        )
    return name


def _optional_text(token: Token | None) -> str | None:
    return None if token is None else str(token)[1:-1]


def _only(kind: type[Any], items: Items) -> Items:
    return [item for item in items if isinstance(item, kind)]


@v_args(meta=True)
class Builder(Expressions):
    """Builds the tree of one piece of text."""

    # ---- headings

    def document(self, meta: Meta, items: Items) -> t.Document:
        return t.Document(tuple(items))

    def language(self, meta: Meta, items: Items) -> t.Language:
        return t.Language(_whole(items[0]), span=span_of(meta))

    def uses(self, meta: Meta, items: Items) -> t.Uses:
        return t.Uses(str(items[0]), _whole(items[1]), span=span_of(meta))

    def by(self, meta: Meta, items: Items) -> t.By:
        *dimensions, members = items
        restriction, names = members if members is not None else (None, ())
        return t.By(tuple(dimensions), restriction, names, span=span_of(meta))

    def across(self, meta: Meta, items: Items) -> tuple[str, ...]:
        return tuple(str(item) for item in items)

    def dimension(self, meta: Meta, items: Items) -> t.Dimension:
        return t.Dimension(str(items[0]), None if items[1] is None else str(items[1]), span=span_of(meta))

    def members(self, meta: Meta, items: Items) -> tuple[str, tuple[str, ...]]:
        return str(items[0]), tuple(str(item) for item in items[1:])

    # ---- contract

    def contract(self, meta: Meta, items: Items) -> t.Contract:
        name, title, *lines = items
        found: dict[str, Any] = {}
        parties: list[t.Party] = []
        order: list[str] = []
        for line in lines:
            if isinstance(line, t.Party):
                parties.append(line)
                order.append(f"party {line.name}")
                continue
            word, value, span = line
            if word in found:
                raise Problem(Diagnostic("declared-twice", f"`{word}:` is written twice in the contract", span))
            found[word] = value
            order.append(word)
        return t.Contract(
            _name(name),
            _optional_text(title),
            tuple(parties),
            found.get("purpose"),
            found.get("currency"),
            found.get("runs"),
            found.get("payments"),
            found.get("scope"),
            found.get("calendar"),
            tuple(order),
            span=span_of(meta),
            name_span=place_of(name),
        )

    def party(self, meta: Meta, items: Items) -> t.Party:
        role, name, title = items
        return t.Party(str(role), _name(name), str(title)[1:-1], span=span_of(meta))

    def purpose(self, meta: Meta, items: Items) -> tuple[str, str, Span]:
        return "purpose", str(items[0])[1:-1], span_of(meta)

    def currency(self, meta: Meta, items: Items) -> tuple[str, str, Span]:
        return "currency", str(items[0]), span_of(meta)

    def runs(self, meta: Meta, items: Items) -> tuple[str, tuple[datetime.date, datetime.date], Span]:
        return "runs", _days(items), span_of(meta)

    def payments(self, meta: Meta, items: Items) -> tuple[str, x.Rounding, Span]:
        return "payments", items[0], span_of(meta)

    def scope(self, meta: Meta, items: Items) -> tuple[str, t.Scope, Span]:
        names = tuple(str(item) for item in items if isinstance(item, Token))
        cells = tuple(item for item in items if isinstance(item, tuple))
        return "scope", t.Scope(names, cells, span=span_of(meta)), span_of(meta)

    def cell(self, meta: Meta, items: Items) -> tuple[str, ...]:
        return tuple(str(item) for item in items)

    def calendar(self, meta: Meta, items: Items) -> tuple[str, t.Calendar, Span]:
        return "calendar", items[0], span_of(meta)

    def shipped_days(self, meta: Meta, items: Items) -> t.Calendar:
        return t.Calendar(str(items[0]), span=span_of(meta))

    def closed_days(self, meta: Meta, items: Items) -> t.Calendar:
        records, column = (None if item is None else str(item) for item in items)
        return t.Calendar(None, records, column, span=span_of(meta))

    def category(self, meta: Meta, items: Items) -> t.Category:
        name, title, *members = items
        return t.Category(
            _name(name), _optional_text(title), tuple(members), span=span_of(meta), name_span=place_of(name)
        )

    def member(self, meta: Meta, items: Items) -> t.Member:
        name, title, written = items
        return t.Member(_name(name), _optional_text(title), _optional_text(written), span=span_of(meta))

    def period(self, meta: Meta, items: Items) -> t.Period:
        name, title, body = items
        each = body if isinstance(body, t.PeriodEach) else None
        members = () if each else body
        return t.Period(_name(name), _optional_text(title), members, each, span=span_of(meta), name_span=place_of(name))

    def period_members(self, meta: Meta, items: Items) -> tuple[t.PeriodMember, ...]:
        return tuple(items)

    def period_member(self, meta: Meta, items: Items) -> t.PeriodMember:
        name, title, *days = items
        return t.PeriodMember(_name(name), _optional_text(title), *_days(days), span=span_of(meta))

    def period_each(self, meta: Meta, items: Items) -> t.PeriodEach:
        length = figures.duration(items[0], place_of(items[0]))
        if length.value.is_working:  # type: ignore[union-attr]
            raise Problem(
                Diagnostic(
                    "bad-number",
                    f"a period lasts so many days, weeks, months or years, and this is {length.written}",
                    length.span,
                )
            )
        if isinstance(items[1], str):
            return t.PeriodEach(length, items[1], None, None, span=span_of(meta))
        return t.PeriodEach(length, None, *items[1], span=span_of(meta))

    def period_of(self, meta: Meta, items: Items) -> str:
        return str(items[0])

    def period_from(self, meta: Meta, items: Items) -> tuple[datetime.date, datetime.date]:
        return _days(items)

    # ---- records

    def records(self, meta: Meta, items: Items) -> t.Records:
        name, title, *lines = items
        return t.Records(_name(name), _optional_text(title), tuple(lines), span=span_of(meta), name_span=place_of(name))

    def key(self, meta: Meta, items: Items) -> t.Key:
        return t.Key(tuple(str(item) for item in items[1:]), span=span_of(meta))

    def column(self, meta: Meta, items: Items) -> t.RecordColumn:
        name, kind, *options = items
        found: dict[str, Any] = {}
        for word, value in options:
            if word in found:
                raise Problem(Diagnostic("declared-twice", f"the column `{name}` says `{word}` twice", span_of(meta)))
            found[word] = value
        return t.RecordColumn(
            _name(name),
            kind,
            found.get("optional", False),
            found.get("column"),
            found.get("date format"),
            found.get("flag words"),
            span=span_of(meta),
        )

    def id(self, meta: Meta, items: Items) -> t.ColumnKind:
        return t.ColumnKind("id", span=span_of(meta))

    def id_of(self, meta: Meta, items: Items) -> t.ColumnKind:
        return t.ColumnKind("id of", str(items[0]), span=span_of(meta))

    def plain_kind(self, meta: Meta, items: Items) -> t.ColumnKind:
        return t.ColumnKind(str(items[0]), span=span_of(meta))

    def number_kind(self, meta: Meta, items: Items) -> t.ColumnKind:
        places = _whole(items[0])
        if places > 12:
            raise Problem(Diagnostic("bad-number", "a column of numbers has at most 12 places", place_of(items[0])))
        return t.ColumnKind("number", places=places, span=span_of(meta))

    def category_kind(self, meta: Meta, items: Items) -> t.ColumnKind:
        return t.ColumnKind("category", str(items[0]), span=span_of(meta))

    def stretch_to(self, meta: Meta, items: Items) -> t.Stretch:
        name, first, last = items
        return t.Stretch(_name(name), str(first), str(last), until=False, span=span_of(meta))

    def stretch_until(self, meta: Meta, items: Items) -> t.Stretch:
        return evolve(self.stretch_to(meta, items), until=True)

    def optional(self, meta: Meta, items: Items) -> tuple[str, bool]:
        return "optional", True

    def heading(self, meta: Meta, items: Items) -> tuple[str, str]:
        return "column", str(items[0])[1:-1]

    def written_date(self, meta: Meta, items: Items) -> tuple[str, str]:
        form = str(items[0])
        if set("".join(c if c.isalpha() else " " for c in form).split()) != {"day", "month", "year"}:
            raise Problem(
                Diagnostic("bad-date", f"`{form}` must name day, month and year, each once", place_of(items[0]))
            )
        return "date format", form

    def written_flag(self, meta: Meta, items: Items) -> tuple[str, tuple[str, str]]:
        return "flag words", (str(items[0])[1:-1], str(items[1])[1:-1])

    def exclude(self, meta: Meta, items: Items) -> t.Exclude:
        return t.Exclude(items[0], str(items[1])[1:-1], span=span_of(meta))

    def tolerance(self, meta: Meta, items: Items) -> t.Tolerance:
        return t.Tolerance(items[1], span=span_of(meta))

    def known_from(self, meta: Meta, items: Items) -> t.KnownFrom:
        return t.KnownFrom(str(items[0]), span=span_of(meta))

    # ---- parameters

    def parameter(self, meta: Meta, items: Items) -> t.Parameter:
        name, title, by, kind, value = items
        return t.Parameter(
            _name(name), _optional_text(title), by, kind, value, span=span_of(meta), name_span=place_of(name)
        )

    def kind(self, meta: Meta, items: Items) -> str:
        return str(items[0])

    def formula(self, meta: Meta, items: Items) -> x.Expression:
        return items[0]  # type: ignore[no-any-return]

    def rising(self, meta: Meta, items: Items) -> t.Rising:
        first, rate, each = items
        return t.Rising(first, rate, str(each), span=span_of(meta))

    def table(self, meta: Meta, items: Items) -> t.Table:
        *entries, grid, otherwise = items
        return t.Table(tuple(entries), grid, otherwise is not None, span=span_of(meta))

    def otherwise_missing(self, meta: Meta, items: Items) -> bool:
        return True

    def entry(self, meta: Meta, items: Items) -> t.Entry:
        key, value = items
        quoted = key.type == "TEXT"
        return t.Entry(str(key)[1:-1] if quoted else str(key), value, quoted, span=span_of(meta))

    def dated_entry(self, meta: Meta, items: Items) -> t.DatedEntry:
        first, value = items
        return t.DatedEntry(_day(first), value, span=span_of(meta))

    def grid(self, meta: Meta, items: Items) -> t.Grid:
        heading, *rows = items
        width = len(heading[0])
        uneven = [(cells, span) for cells, span in rows if len(cells) != width]
        if uneven and len(uneven) == len(rows) and len({len(cells) for cells, _ in rows}) == 1:
            count = len(rows[0][0])
            raise Problem(
                Diagnostic("grid", f"the heading has {_cells(width)}, and its rows {count}", heading[1], help=(_EMPTY,))
            )
        for cells, span in uneven:
            said = f"this row has {_cells(len(cells))}, and the heading {width}"
            raise Problem(Diagnostic("grid", said, span, help=(_EMPTY,), labels=(Label(heading[1], "the heading"),)))
        return t.Grid(
            heading[0], tuple(cells for cells, _ in rows), tuple(span for _, span in rows), span=span_of(meta)
        )

    def grid_row(self, meta: Meta, items: Items) -> tuple[tuple[x.Expression, ...], Span]:
        bars = [item for item in items if isinstance(item, Token)]
        cells = tuple(item for item in items if not isinstance(item, Token))
        if bars[0].line != bars[-1].line:
            first = [bar for bar in bars if bar.line == bars[0].line][-1]
            raise Problem(
                Diagnostic(
                    "grid",
                    "a row of a grid begins and ends with a bar, on one line",
                    place_of(first),
                    help=("end this row with `|`",),
                )
            )
        return cells, span_of(meta)

    def grid_cell(self, meta: Meta, items: Items) -> x.Expression:
        return items[0]  # type: ignore[no-any-return]

    def negative_cell(self, meta: Meta, items: Items) -> x.Expression:
        return x.Negative(items[0], span=span_of(meta))

    def ratio_cell(self, meta: Meta, items: Items) -> x.Expression:
        return x.Arithmetic("/", items[0], items[2], span=span_of(meta))

    def member_cell(self, meta: Meta, items: Items) -> x.Expression:
        return x.Name(str(items[0]), span=span_of(meta))

    # ---- scales

    def scale(self, meta: Meta, items: Items) -> t.Scale:
        name, *rest = items
        arguments = []
        while rest and isinstance(rest[0], Token) and rest[0].type == "NAME":
            arguments.append(_name(rest.pop(0)))
        title, *lines = rest
        return t.Scale(
            _name(name),
            _optional_text(title),
            tuple(arguments),
            tuple(text for text, _ in _only(tuple, lines)),
            tuple(_only(t.Band, lines)),
            tuple(span for _, span in _only(tuple, lines)),
            span=span_of(meta),
            name_span=place_of(name),
        )

    def sentence(self, meta: Meta, items: Items) -> tuple[str, Span]:
        return words(items[0]), span_of(meta)

    def band(self, meta: Meta, items: Items) -> t.Band:
        *ends, value = items
        return t.Band(tuple(ends), value, span=span_of(meta))

    def band_end(self, meta: Meta, items: Items) -> t.BandEnd:
        return t.BandEnd(words(items[0]), items[1], span=span_of(meta))

    # ---- measures

    def measure(self, meta: Meta, items: Items) -> t.Measure:
        name, title, by, *lines = items
        return t.Measure(
            _name(name), _optional_text(title), by, tuple(lines), span=span_of(meta), name_span=place_of(name)
        )

    def head(self, meta: Meta, items: Items) -> t.Head:
        measure, counted, base, clip = items
        per, name = base if base is not None else (None, None)
        records, stretch = (counted.name, None) if counted.records is None else (counted.records, counted.name)
        return t.Head(str(measure), records, name, per, stretch, clip, span=span_of(meta))

    def clip(self, meta: Meta, items: Items) -> tuple[x.Expression, x.Expression]:
        return items[0], items[1]

    def base_for(self, meta: Meta, items: Items) -> tuple[None, str]:
        return None, str(items[0])

    def base_per(self, meta: Meta, items: Items) -> tuple[int, str]:
        per = _whole(items[0])
        if per == 0:
            raise Problem(Diagnostic("bad-number", "a frequency cannot be per 0", place_of(items[0])))
        return per, str(items[1])

    def where(self, meta: Meta, items: Items) -> t.Where:
        return t.Where(items[0], span=span_of(meta))

    def once(self, meta: Meta, items: Items) -> t.Once:
        _, *columns, taking = items
        how, taken = taking if taking is not None else (None, None)
        return t.Once(tuple(columns), how, taken, span=span_of(meta))

    def taking(self, meta: Meta, items: Items) -> tuple[str, t.ColumnName]:
        return str(items[0]), items[1]

    def column_name(self, meta: Meta, items: Items) -> t.ColumnName:
        first, second = items
        if second is None:
            return t.ColumnName(str(first), span=span_of(meta))
        return t.ColumnName(str(second), str(first), span=span_of(meta))

    def among(self, meta: Meta, items: Items) -> t.Among:
        return t.Among(str(items[0]), items[1], span=span_of(meta))

    def except_days(self, meta: Meta, items: Items) -> t.ExceptDays:
        column = items[0]
        if column.records is None:
            raise Problem(
                Diagnostic(
                    "incomplete",
                    f"`except days of {column.name}` does not say which stretch of days is meant",
                    column.span,
                    help=("name the records and the stretch, as in `except days of absences.away`",),
                )
            )
        return t.ExceptDays(column.records, column.name, span=span_of(meta))

    def in_runs(self, meta: Meta, items: Items) -> t.InRuns:
        return t.InRuns(items[0], span=span_of(meta))

    def ignoring(self, meta: Meta, items: Items) -> t.Ignoring:
        return t.Ignoring(items[0], span=span_of(meta))

    def reaches(self, meta: Meta, items: Items) -> t.Reaches:
        return t.Reaches(items[0], span=span_of(meta))

    # ---- figures

    def define(self, meta: Meta, items: Items) -> t.Define:
        name, title, by, across, value, *rounding = items
        return t.Define(
            _name(name),
            _optional_text(title),
            by,
            across or (),
            value,
            rounding[0] if rounding else None,
            span=span_of(meta),
            name_span=place_of(name),
        )

    def cases_use(self, meta: Meta, items: Items) -> x.Cases:
        *cases, otherwise = items
        return checked(x.Cases(tuple(cases), otherwise, span=span_of(meta)))  # type: ignore[return-value]

    def use_first(self, meta: Meta, items: Items) -> tuple[x.Expression, x.Expression]:
        return items[-2], items[-1]

    use_next = use_first

    def use_last(self, meta: Meta, items: Items) -> x.Expression:
        return items[0]  # type: ignore[no-any-return]

    # ---- money

    def payment(self, meta: Meta, items: Items) -> t.Payment:
        name, title, by, *lines = items
        return t.Payment(
            _name(name), _optional_text(title), by, tuple(lines), span=span_of(meta), name_span=place_of(name)
        )

    def shared(self, meta: Meta, items: Items) -> t.Shared:
        return t.Shared(tuple(_only(t.Share, items)), span=span_of(meta))

    def share(self, meta: Meta, items: Items) -> t.Share:
        value = None if isinstance(items[1], Token) else items[1]
        return t.Share(str(items[0]), value, span=span_of(meta))

    def from_to(self, meta: Meta, items: Items) -> t.FromTo:
        return t.FromTo(str(items[1]), str(items[2]), span=span_of(meta))

    def to_whom(self, meta: Meta, items: Items) -> t.FromTo:
        return t.FromTo(None, str(items[1]), span=span_of(meta))

    def case_always(self, meta: Meta, items: Items) -> t.Case:
        return t.Case("always", None, items[0], span=span_of(meta))

    def case_when(self, meta: Meta, items: Items) -> t.Case:
        return t.Case("when", items[0], items[1], span=span_of(meta))

    def case_next(self, meta: Meta, items: Items) -> t.Case:
        return t.Case("otherwise when", items[1], items[2], span=span_of(meta))

    def case_otherwise(self, meta: Meta, items: Items) -> t.Case:
        return t.Case("otherwise", None, items[0], span=span_of(meta))

    def pay(self, meta: Meta, items: Items) -> t.Direction:
        return t.Direction(False, items[0], span=span_of(meta))

    def deduct(self, meta: Meta, items: Items) -> t.Direction:
        return t.Direction(True, items[0], span=span_of(meta))

    def step(self, meta: Meta, items: Items) -> t.Step:
        if isinstance(items[0], x.Rounding):
            return t.Step("rounded", items[0], span=span_of(meta))
        return t.Step(str(items[0]), items[1], span=span_of(meta))

    def never_recovered(self, meta: Meta, items: Items) -> t.NeverRecovered:
        return t.NeverRecovered(span=span_of(meta))

    def setting(self, meta: Meta, items: Items) -> t.Setting:
        return t.Setting(str(items[0]), items[1], span=span_of(meta))

    def limit(self, meta: Meta, items: Items) -> t.Limit:
        name, title, by, *lines = items
        return t.Limit(
            _name(name), _optional_text(title), by, tuple(lines), span=span_of(meta), name_span=place_of(name)
        )

    def covers(self, meta: Meta, items: Items) -> t.Covers:
        return t.Covers(tuple(items), span=span_of(meta))

    def covered(self, meta: Meta, items: Items) -> t.Covered:
        first, second = items
        if second is None:
            return t.Covered(str(first), span=span_of(meta))
        return t.Covered(str(second), str(first), span=span_of(meta))

    def at_most(self, meta: Meta, items: Items) -> t.AtMost:
        return t.AtMost(items[1], span=span_of(meta))

    def constraint(self, meta: Meta, items: Items) -> t.Constraint:
        name, title, by, *lines = items
        return t.Constraint(
            _name(name), _optional_text(title), by, tuple(lines), span=span_of(meta), name_span=place_of(name)
        )

    def requires(self, meta: Meta, items: Items) -> t.Requires:
        return t.Requires(items[0], span=span_of(meta))

    def consequence(self, meta: Meta, items: Items) -> t.Consequence:
        what = items[0]
        if isinstance(what, t.Direction):
            return t.Consequence(None, None, what.amount, span=span_of(meta))
        if isinstance(what, t.Consequence):
            return what
        return t.Consequence(str(what), None, None, span=span_of(meta))

    def hold(self, meta: Meta, items: Items) -> t.Consequence:
        return t.Consequence(None, str(items[0]), None, span=span_of(meta))

    def duty(self, meta: Meta, items: Items) -> t.Duty:
        kind, of, records = items
        return t.Duty(str(kind), str(of), None if records is None else str(records), span=span_of(meta))

    # ---- other terms

    def variation(self, meta: Meta, items: Items) -> t.Variation:
        name, title, dates, by, *declarations = items
        return t.Variation(
            _name(name),
            _optional_text(title),
            dates,
            by,
            tuple(declarations),
            span=span_of(meta),
            name_span=place_of(name),
        )

    def variation_dates(self, meta: Meta, items: Items) -> tuple[datetime.date, datetime.date | None]:
        first, last = items
        return (_day(first), None) if last is None else _days(items)

    def example(self, meta: Meta, items: Items) -> t.Example:
        title, under, *lines = items
        return t.Example(str(title)[1:-1], under or (), tuple(lines), span=span_of(meta))

    def under(self, meta: Meta, items: Items) -> tuple[str, ...]:
        return tuple(str(item) for item in items)

    def given_rows(self, meta: Meta, items: Items) -> t.GivenRows:
        name, _, day, table = items
        return t.GivenRows(str(name), None if day is None else _day(day), table, span=span_of(meta))

    def given_figure(self, meta: Meta, items: Items) -> t.GivenFigure:
        target, value = items
        figure, people = value
        return t.GivenFigure(target, figure, people, span=span_of(meta))

    def given_value(self, meta: Meta, items: Items) -> tuple[x.Expression, int | None]:
        return items[0], None if len(items) == 1 else int(items[1].value)

    def expect(self, meta: Meta, items: Items) -> t.Expect:
        return t.Expect(items[0], span=span_of(meta))

    def expect_shown(self, meta: Meta, items: Items) -> t.ExpectShown:
        return t.ExpectShown(items[0], items[2], span=span_of(meta))

    def expect_refused(self, meta: Meta, items: Items) -> t.ExpectRefused:
        return t.ExpectRefused(items[0], None if items[1] is None else str(items[1]), span=span_of(meta))

    def expect_not_yet(self, meta: Meta, items: Items) -> t.ExpectNotYet:
        return t.ExpectNotYet(items[0], span=span_of(meta))


_EMPTY = 'where a cell has no value write `missing`, or `unknown "why"`'


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"


def _whole(token: Token) -> int:
    value = figures.number(token, place_of(token)).value
    if value.denominator != 1:  # type: ignore[union-attr]
        raise Problem(Diagnostic("bad-number", f"`{token}` must be a whole number", place_of(token)))
    return int(value)  # type: ignore[arg-type]


def _day(token: Token) -> datetime.date:
    return figures.day(token, place_of(token)).value  # type: ignore[return-value]


def _days(tokens: Items) -> tuple[datetime.date, datetime.date]:
    first, last = _day(tokens[0]), _day(tokens[1])
    if last < first:
        raise Problem(
            Diagnostic(
                "bad-date", f"this runs backwards: {first} is after {last}", place_of(tokens[0]).to(place_of(tokens[1]))
            )
        )
    return first, last
