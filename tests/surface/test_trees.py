"""Every tree that the language can say is read back from its own text."""

from __future__ import annotations

import string
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbr_rules import expressions as x
from pbr_rules.source import NOWHERE, Source
from pbr_rules.surface import figures
from pbr_rules.surface import tree as t
from pbr_rules.surface.parse import parse
from pbr_rules.surface.repair import spelled
from pbr_rules.surface.vocabulary import RESERVED
from pbr_rules.surface.write import write, write_document

WORDS = {word for phrase in spelled().values() for word in phrase.split()} | RESERVED
WORDS |= {"day", "days", "week", "weeks", "month", "months", "year", "years", "million", "billion"}
DAYS = st.dates(date(1990, 1, 1), date(2040, 1, 1))


def some(strategy: st.SearchStrategy[Any], least: int = 1, most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    """A tuple of a few."""
    return st.lists(strategy, min_size=least, max_size=most).map(tuple)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """One, or None."""
    return st.none() | strategy


def literal(make: Any, texts: st.SearchStrategy[str]) -> st.SearchStrategy[x.Literal]:
    """A figure from its spelling."""
    return texts.map(lambda text: make(text, NOWHERE))


name = st.text(string.ascii_lowercase + "_0123456789", min_size=1, max_size=8).filter(
    lambda n: n[0].isalpha() and n not in WORDS
) | st.sampled_from(["croydon", "c1", "élan", "price_of_one"])
title = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters='"”'), max_size=12)
titled = maybe(title)
whole = st.integers(0, 10**7).map(lambda n: f"{n:,}")
counting = whole.filter(lambda n: n.strip("0,") != "")
decimal = st.tuples(whole, st.text("0123456789", min_size=1, max_size=4)).map(".".join)
pence = st.tuples(whole, st.text("0123456789", min_size=2, max_size=2)).map(".".join)

number = literal(figures.number, whole | decimal)
percent = literal(figures.percent, (whole | decimal).map(lambda n: f"{n}%"))
points = literal(figures.points, (whole | decimal).map(lambda n: f"{n}pp"))
frequency = literal(
    figures.frequency, st.tuples(whole | decimal, st.sampled_from(["1", "100", "1,000"])).map(" per ".join)
)
money = literal(
    figures.money,
    (whole | pence).map(lambda n: f"£{n}") | whole.map(lambda n: f"USD {n}") | decimal.map(lambda n: f"£{n}m"),
)
day = literal(figures.day, DAYS.map(date.isoformat) | DAYS.map(lambda d: f"{d.day} {d:%B} {d.year}"))
length = literal(
    figures.duration,
    st.tuples(counting, st.sampled_from(["days", "weeks", "months", "years", "working days"])).map(" ".join),
)
text = title.map(lambda words: figures.text(f'"{words}"', NOWHERE))
values = number | percent | points | frequency | money | day | length | text
states = st.builds(x.Nothing) | st.builds(x.Missing) | st.builds(x.Unknown, title)

pick = (
    st.builds(x.Pick, st.just("name"), name)
    | st.builds(x.Pick, st.just("text"), title)
    | st.builds(x.Pick, st.sampled_from(["member", "of", "id"]), name, name)
    | st.builds(x.Pick, st.just("dated"), name)
)
named = st.builds(x.Name, name, maybe(name), some(pick, 0, 2))
over = some(name, 1, 2)
rounding = st.builds(
    x.Rounding,
    st.sampled_from(["£0.01", "£1"]).map(lambda n: figures.money(n, NOWHERE))
    | st.just(figures.percent("0.1%", NOWHERE))
    | st.just(figures.number("0.1", NOWHERE)),
    st.sampled_from(list(x.Mode)),
)


@st.composite
def operand(draw: Any, deep: int) -> x.Expression:
    """A name, a figure, a call or a bracket."""
    if deep <= 0:
        return draw(named | values | states)
    return draw(
        named
        | values
        | states
        | st.builds(x.Call, name, some(sums(deep - 1), 1, 2))
        | st.builds(x.Bracket, conditions(deep - 1))
        | st.builds(x.Bracket, st.builds(x.Rounded, sums(deep - 1), rounding))
    )


@st.composite
def factor(draw: Any, deep: int) -> x.Expression:
    """What a product multiplies."""
    if deep <= 0:
        return draw(operand(0))
    one = operand(deep - 1)
    across = st.sampled_from([gather for gather in x.Gather if gather is not x.Gather.NUMBER])
    return draw(
        one
        | st.builds(x.Negative, factor(deep - 1))
        | st.builds(x.PercentOf, percent, one)
        | st.builds(x.Change, st.booleans(), st.booleans(), one, one)
        | st.builds(x.Extreme, st.booleans(), one, one)
        | st.builds(x.Aggregate, across, sums(deep - 1), maybe(conditions(deep - 1)), maybe(sums(deep - 1)), over)
        | st.builds(x.Aggregate, st.just(x.Gather.NUMBER), st.none(), conditions(deep - 1), st.none(), over)
        | st.builds(x.ForEvery, st.booleans(), over, st.booleans(), conditions(deep - 1))
        | st.builds(x.PeopleIn, named, st.booleans())
        | st.builds(x.Timing, length, one)
    )


@st.composite
def sums(draw: Any, deep: int = 2) -> x.Expression:
    """A sum of products; each chain leans to its left."""
    node = draw(factor(deep))
    if deep > 0 and draw(st.booleans()):
        for sign, right in draw(st.lists(st.tuples(st.sampled_from("*/"), factor(deep - 1)), max_size=2)):
            node = x.Arithmetic(sign, node, right)
        for sign, right in draw(st.lists(st.tuples(st.sampled_from("+-"), factor(deep - 1)), max_size=2)):
            node = x.Arithmetic(sign, node, right)
    return node


@st.composite
def conditions(draw: Any, deep: int = 2) -> x.Expression:
    """Any expression."""
    if deep <= 0:
        return draw(sums(0))
    one = alternatives(deep - 1)
    return draw(one | st.builds(x.Both, some(one, 2, 3)) | st.builds(x.Either, some(one, 2, 3)))


@st.composite
def alternatives(draw: Any, deep: int) -> x.Expression:
    """What `and` and `or` join."""
    one = sums(max(0, deep))
    return draw(
        one
        | st.builds(x.Not, alternatives(deep - 1) if deep > 0 else one)
        | st.builds(x.Compare, st.sampled_from(list(x.Comparator)), one, one)
        | st.builds(x.OneOf, one, some(operand(0)), st.booleans())
        | st.builds(x.Known, one, st.booleans())
        | st.builds(x.Within, one, length.map(lambda n: n.value), st.sampled_from(list(x.Window)), one)
        | st.builds(x.Between, one, one, one)
    )


cases = st.builds(x.Cases, some(st.tuples(conditions(1), sums(1)), 1, 2), sums(1))
days = st.tuples(DAYS, st.integers(0, 900)).map(lambda pair: (pair[0], pair[0] + timedelta(days=pair[1])))

by = st.builds(t.By, some(st.builds(t.Dimension, name, maybe(name))), st.just(None), st.just(())) | st.builds(
    t.By, some(st.builds(t.Dimension, name, maybe(name))), st.sampled_from(["except", "only"]), some(name)
)
setting = st.builds(t.Setting, name, conditions(1))
member = st.builds(t.Member, name, titled, maybe(title))
each = st.builds(
    t.PeriodEach, length.filter(lambda each: not each.value.is_working), name, st.none(), st.none()
) | days.flatmap(
    lambda pair: st.builds(
        t.PeriodEach,
        length.filter(lambda each: not each.value.is_working),
        st.none(),
        st.just(pair[0]),
        st.just(pair[1]),
    )
)
period_member = st.tuples(name, titled, days).map(lambda m: t.PeriodMember(m[0], m[1], *m[2]))
column_kind = (
    st.builds(t.ColumnKind, st.sampled_from(["id", "date", "flag", "count", "money", "text"]))
    | st.builds(t.ColumnKind, st.sampled_from(["id of", "category"]), name)
    | st.builds(t.ColumnKind, st.just("number"), st.just(""), st.integers(0, 12))
)
column = st.builds(
    t.RecordColumn,
    name,
    column_kind,
    st.booleans(),
    maybe(title),
    maybe(st.sampled_from(["day/month/year", "year-month-day", "month.day.year"])),
    maybe(st.tuples(title, title)),
)
records_line = (
    column
    | st.builds(t.Key, some(name, 0, 2))
    | st.builds(t.Exclude, conditions(1), title)
    | st.builds(t.Tolerance, percent | number)
)
cell = (
    values.filter(lambda v: v.kind.name != "duration")
    | states
    | st.builds(x.Name, name)
    | st.builds(x.Negative, money | percent | points | number)
    | st.builds(x.Arithmetic, st.just("/"), number, number)
)
grid = st.integers(1, 3).flatmap(
    lambda width: st.builds(t.Grid, some(cell, width, width), some(some(cell, width, width), 0, 3))
)
table = st.builds(
    t.Table,
    some(
        st.builds(t.Entry, name, sums(1))
        | st.builds(t.Entry, title, sums(1), st.just(True))
        | st.builds(t.DatedEntry, DAYS, sums(1)),
        0,
        3,
    ),
    maybe(grid),
    st.booleans(),
)
band = st.builds(
    t.Band,
    some(st.builds(t.BandEnd, st.sampled_from(["below", "at least", "at most", "above", "at"]), sums(1)), 1, 2),
    sums(1),
)
sentence = st.sampled_from(["each band gives", "each slice at its own rate", "straight line between points"])
head = st.builds(t.Head, name, name, st.none(), st.none()) | st.builds(
    t.Head, name, name, name, maybe(st.integers(1, 1000))
)
column_name = st.builds(t.ColumnName, name, maybe(name))
once = st.builds(t.Once, some(column_name), st.none(), st.none()) | st.builds(
    t.Once, some(column_name), name, column_name
)
measure_line = head | st.builds(t.Where, conditions(1)) | once | st.builds(t.Among, name, conditions(1)) | setting
direction = st.builds(t.Direction, st.booleans(), sums(1))
case = (
    st.builds(t.Case, st.just("always"), st.none(), direction)
    | st.builds(t.Case, st.sampled_from(["when", "otherwise when"]), conditions(1), direction)
    | st.builds(t.Case, st.just("otherwise"), st.none(), direction)
)
step = st.builds(t.Step, st.sampled_from(["less", "plus", "cap", "floor"]), sums(1)) | st.builds(
    t.Step, st.just("rounded"), rounding
)
shared = st.builds(t.Shared, some(st.builds(t.Share, name, maybe(sums(1)))))
payment_line = setting | shared | st.builds(t.FromTo, name, name) | case | step | st.builds(t.NeverRecovered)
limit_line = st.builds(t.Covers, some(st.builds(t.Covered, name, maybe(name)))) | st.builds(t.AtMost, sums(1)) | setting
constraint_line = (
    st.builds(t.Requires, conditions(1))
    | st.builds(t.Consequence, name, st.none(), st.none())
    | st.builds(t.Consequence, st.none(), name, st.none())
    | st.builds(t.Consequence, st.none(), st.none(), sums(1))
    | st.builds(t.Duty, name, name, maybe(name))
    | st.builds(t.Where, conditions(1))
    | setting
)
given_figure = st.builds(t.GivenFigure, named | st.builds(x.Call, name, some(sums(1))), conditions(1)) | st.builds(
    t.GivenFigure, named, frequency, st.integers(0, 10**6)
)
example_line = (
    st.builds(t.GivenRows, name, maybe(DAYS), table)
    | given_figure
    | st.builds(t.Expect, conditions(1))
    | st.builds(t.ExpectShown, sums(1), sums(1))
    | st.builds(t.ExpectRefused, sums(1), maybe(name))
    | st.builds(t.ExpectNotYet, sums(1))
)


@st.composite
def contracts(draw: Any) -> t.Contract:
    """A contract clause, its lines in any order."""
    parties = tuple(
        t.Party(draw(st.sampled_from(["payer", "provider", "party"])), who, draw(title))
        for who in draw(st.lists(name, max_size=3, unique=True))
    )
    scope = maybe(st.builds(t.Scope, some(name), some(some(name), 0, 2)))
    calendar = maybe(
        st.builds(t.Calendar, name) | st.just(t.Calendar(None)) | st.builds(t.Calendar, st.none(), name, name)
    )
    parts = [draw(maybe(part)) for part in (title, st.sampled_from(["GBP", "EUR"]), days, rounding)]
    parts += [draw(scope), draw(calendar)]
    present = [
        w
        for w, part in zip(("purpose", "currency", "runs", "payments", "scope", "calendar"), parts, strict=True)
        if part is not None
    ]
    order = draw(st.permutations([*(f"party {party.name}" for party in parties), *present]))
    parties = tuple(sorted(parties, key=lambda party: order.index(f"party {party.name}")))
    return t.Contract(draw(name), draw(titled), parties, *parts, tuple(order))


plain_declaration = (
    st.builds(t.Category, name, titled, some(member))
    | st.builds(t.Period, name, titled, some(period_member), st.none())
    | st.builds(t.Period, name, titled, st.just(()), each)
    | st.builds(t.Records, name, titled, some(records_line, 0, 4))
    | st.builds(
        t.Parameter,
        name,
        titled,
        maybe(by),
        name | st.sampled_from(["money", "number", "date"]),
        maybe(sums(2) | table | st.builds(t.Rising, sums(1), percent, name)),
    )
    | st.builds(t.Scale, name, titled, some(name), some(sentence, 0, 2), some(band, 0, 3))
    | st.builds(t.Measure, name, titled, maybe(by), some(measure_line, 0, 4))
    | st.builds(t.Define, name, titled, maybe(by), some(name, 0, 2), conditions(2), maybe(rounding))
    | st.builds(t.Define, name, titled, maybe(by), some(name, 0, 2), cases, st.none())
    | st.builds(t.Payment, name, titled, maybe(by), some(payment_line, 0, 5))
    | st.builds(t.Limit, name, titled, maybe(by), some(limit_line, 0, 3))
    | st.builds(t.Constraint, name, titled, maybe(by), some(constraint_line, 0, 4))
)
declaration = (
    plain_declaration
    | contracts()
    | st.builds(t.Language, st.integers(0, 9))
    | st.builds(t.Uses, name, st.integers(0, 9))
    | st.builds(
        t.Variation, name, titled, maybe(days | st.tuples(DAYS, st.none())), maybe(by), some(plain_declaration, 0, 2)
    )
    | st.builds(t.Example, title, some(name, 0, 2), some(example_line, 0, 4))
)


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.builds(t.Document, some(declaration, 1, 2)))
def test_a_tree_is_read_back_from_its_text(document: t.Document) -> None:
    written = write_document(document)
    read, _ = parse(Source("test.pbr", written))
    assert read == document, written


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.builds(t.Document, some(declaration, 1, 2)))
def test_its_text_is_laid_out_already(document: t.Document) -> None:
    written = write_document(document)
    source = Source("test.pbr", written)
    if not any(problem.is_error for problem in parse(source)[1]):
        assert write(source) == written
