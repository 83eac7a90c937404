"""Laws of a settlement, over generated records."""

from __future__ import annotations

import random
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbr_rules import api, host
from pbr_rules.engines.choose import choose
from pbr_rules.engines.exclude import exclude
from pbr_rules.evidence.fit import fit
from pbr_rules.evidence.read import Raw
from pbr_rules.reports.statement import statement, text
from pbr_rules.settlement.counts import counted
from pbr_rules.settlement.inputs import Inputs
from pbr_rules.settlement.statement import Settlement, settle
from pbr_rules.source import Source
from pbr_rules.testing.engines import OTHERS

CATALOGUE = host.load()

DECLARATIONS = [
    'contract c "C" {\n  payer a: "A"  payer b: "B"\n  provider p: "P"  currency: GBP  payments: rounded to £0.01 half up\n}',
    "category outcome { entered, three_months, six_months }",
    "category region { north, south }",
    "period year { y1: 2020-01-01 to 2020-12-31  y2: 2021-01-01 to 2021-12-31 }",
    'records clients { client: id  region: region  joined: date  exclude joined is before 2019-06-01 "joined too early" }',
    "records claims { client: id of clients  outcome: outcome  achieved: date  amount: money optional }",
    "parameter price by outcome: money { entered: £600.01  three_months: £1,500  six_months: £1,000 / 3 }",
    'measure achievements "N" by client, outcome { count of claims for clients  where achieved within 12 months starting on joined  once for each client, outcome }',
    'measure claimed "Claimed" by region, year of achieved { sum of claims for clients  where amount is known  value: amount }',
    'measure reached "Reached" by region { binary of claims for clients  where achieved within 6 months after joined }',
    'measure events "Events" by region { frequency of claims per 100 clients  once for each client, achieved }',
    'define pooled "Pooled" across region = reached',
    'define change "Change" across region = relative fall from events[north] to events[south]',
    'payment outcomes "Outcomes" by client, outcome { shared: a 1/3, b the rest  pay achievements * price }',
    'payment extra "Extra" by region { shared: a 50%, b the rest  when reached is at least pooled pay £10 * people in reached  otherwise deduct £7 / 3 }',
    'limit person "Person" by client { covers outcomes  at most £1,900 }',
    'limit ceiling "Ceiling" { covers outcomes  at most £4,000 }',
]

days = st.dates(date(2019, 5, 1), date(2021, 12, 31))
clients = st.lists(st.tuples(st.sampled_from(["north", "south"]), days), max_size=7)
claims = st.lists(
    st.tuples(
        st.integers(0, 8),
        st.sampled_from(["entered", "three_months", "six_months"]),
        days,
        st.one_of(st.none(), st.integers(-500, 100_000)),
    ),
    max_size=14,
)


def csv(clients_: list[Any], claims_: list[Any]) -> dict[str, Raw]:
    """The two files as text."""
    people = [(str(i), region, day.isoformat()) for i, (region, day) in enumerate(clients_)]
    rows = [
        (
            str(c),
            outcome,
            day.isoformat(),
            "" if pence is None else f"{'-' if pence < 0 else ''}{abs(pence) // 100}.{abs(pence) % 100:02d}",
        )
        for c, outcome, day, pence in claims_
    ]
    return {
        "clients": raw(("client", "region", "joined"), people),
        "claims": raw(("client", "outcome", "achieved", "amount"), rows),
    }


def raw(heading: tuple[str, ...], rows: list[tuple[str, ...]]) -> Raw:
    """Rows of text, the first on line 2."""
    return Raw("test.csv", heading, tuple((n, row) for n, row in enumerate(rows, 2)), "UTF-8")


def settled(raws: dict[str, Raw], engine: str = "python", declarations: list[str] = DECLARATIONS) -> Settlement:
    """The statement, with rows that point nowhere set aside."""
    compiled = api.compile_contract(Source("c.pbr", "\n".join(declarations)), (), CATALOGUE)
    contract = api.required(compiled)
    tables = fit(contract, raws, lambda found: exclude(contract, found))
    complete = {"claims": date(2022, 12, 31), "clients": date(2022, 12, 31)}
    return settle(contract, counted(contract, Inputs(tables, complete=complete), choose(engine, contract)))


def canonical(settlement: Settlement) -> str:
    """The settlement as bytes: all but the receipt and the text of the terms."""
    whole = statement(settlement, {})
    whole["settlement"]["contract"]["terms_sha256"] = ""
    return text(whole["settlement"])


FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@FEW
@given(clients, claims, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(people, rows, shuffle: random.Random):
    raws = csv(people, rows)
    before = canonical(settled(raws))
    shuffled = {}
    for name, one in raws.items():
        listed = [cells for _, cells in one.rows]
        shuffle.shuffle(listed)
        shuffled[name] = raw(one.heading, listed)
    assert canonical(settled(shuffled)) == before


@FEW
@given(clients, claims, st.randoms(use_true_random=False))
def test_the_order_of_declarations_other_than_limits_does_not_matter(people, rows, shuffle: random.Random):
    raws = csv(people, rows)
    declarations, limits = DECLARATIONS[:-2], DECLARATIONS[-2:]
    shuffled = declarations[:]
    shuffle.shuffle(shuffled)
    first, second = settled(raws), settled(raws, declarations=shuffled + limits)

    def lines(s: Settlement) -> list[Any]:
        return sorted(
            repr((x.of, sorted(x.cell.items()), x.representative, x.people, x.amount, str(x.state), x.shares))
            for x in s.lines
        )

    assert lines(first) == lines(second)
    assert first.total == second.total


@FEW
@given(clients, claims)
def test_lines_add_up_and_nothing_is_above_its_limit(people, rows):
    settlement = settled(csv(people, rows))
    assert settlement.total == sum((line.amount for line in settlement.lines if line.amount is not None), Fraction(0))
    for line in settlement.lines:
        if line.amount is not None:
            assert (line.amount * 100).denominator == 1
            assert sum((part for _, part in line.shares), Fraction(0)) == line.amount or not line.shares
    by_person: dict[Any, Fraction] = {}
    for line in settlement.lines:
        if line.of in ("outcomes", "person") and line.each is not None:
            by_person[line.representative] = by_person.get(line.representative, Fraction(0)) + line.each
    assert all(total <= 1900 for total in by_person.values())
    assert (
        sum(
            (line.amount or 0 for line in settlement.lines if line.of in ("outcomes", "person", "ceiling")), Fraction(0)
        )
        <= 4000
    )


@FEW
@given(clients, claims)
def test_everybody_is_in_exactly_one_picture(people, rows):
    settlement = settled(csv(people, rows))
    used = next(r.used for r in settlement.rows if r.name == "clients")
    assert (
        sum(line.people for line in settlement.lines if line.of == "outcomes" and line.cell["outcome"] == "entered")
        == used
    )


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(clients, claims)
@pytest.mark.parametrize("engine", OTHERS)
def test_every_engine_gives_the_same_settlement_byte_for_byte(engine, people, rows):
    raws = csv(people, rows)
    assert canonical(settled(raws, engine)) == canonical(settled(raws))


def test_a_later_event_outside_every_window_changes_nothing():
    raws = csv([("north", date(2020, 1, 1))], [(0, "entered", date(2020, 2, 1), 5)])
    more = csv(
        [("north", date(2020, 1, 1))],
        [(0, "entered", date(2020, 2, 1), 5), (0, "six_months", date(2020, 1, 1) + timedelta(days=366), None)],
    )
    amounts = [[(x.of, x.amount) for x in settled(r).lines if x.of == "outcomes"] for r in (raws, more)]
    assert amounts[0] == amounts[1]
