"""Laws of variations with dates, over generated records: they split a contract into versions, and do nothing else."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbr_rules import api, host
from pbr_rules.engines.choose import choose
from pbr_rules.engines.exclude import exclude
from pbr_rules.evidence.fit import fit
from pbr_rules.evidence.read import Raw
from pbr_rules.settlement.counts import counted
from pbr_rules.settlement.inputs import Inputs
from pbr_rules.settlement.statement import Settlement, settle
from pbr_rules.source import Source
from pbr_rules.testing.engines import ENGINES

CATALOGUE = host.load()

HEAD = """
language 1
contract c "C" { payer a: "A"   provider p: "P"   currency: GBP   payments: rounded to £0.01 half up }
category region { north, south }
records clients { client: id   region: region   joined: date }
records claims { client: id of clients   achieved: date   hours: count }
"""

PLAIN = {
    "price": "parameter price by region: money { north: £600.01   south: £1,000 / 3 }",
    "least": "parameter least: count = 3",
    "award": "scale award(n) { each slice at its own rate   below 2: £10   at least 2: £7 / 3 }",
    "done": "measure done by client { count of claims for clients   where hours is at least least }",
    "worth": "define worth by client = award(done)",
    "paid": "payment paid by client { dated: joined   pay done * price[region of client] + worth }",
}
VARIED = {
    "price": "parameter price by region: money { north: £1   south: £2.50 }",
    "least": "parameter least: count = 6",
    "award": "scale award(n) { each band gives   below 3: £1 * n   at least 3: £50 }",
    "done": "measure done by client { sum of claims for clients   value: hours   where hours is at least least }",
    "worth": "define worth by client = award(done) + £1",
    "paid": "payment paid by client { dated: joined   pay worth   floor £0 }",
}

days = st.dates(date(2023, 1, 1), date(2023, 1, 9))
clients = st.lists(st.tuples(st.sampled_from(["north", "south"]), days), min_size=1, max_size=6)
claims = st.lists(st.tuples(st.integers(0, 5), days, st.integers(0, 9)), max_size=12)
names = st.lists(st.sampled_from(list(PLAIN)), min_size=1, unique=True)


def files(clients_: list[Any], claims_: list[Any], keep: Any = lambda region, day: True) -> dict[str, Raw]:
    people = [(n, region, day) for n, (region, day) in enumerate(clients_) if keep(region, day)]
    ids = {n for n, *_ in people}
    rows = [(n % len(clients_), day, hours) for n, day, hours in claims_]
    said = [(f"c{n}", str(day), str(hours)) for n, day, hours in rows if n in ids]
    return {
        "clients": raw(("client", "region", "joined"), [(f"c{n}", region, str(day)) for n, region, day in people]),
        "claims": raw(("client", "achieved", "hours"), said),
    }


def raw(heading: tuple[str, ...], rows: list[tuple[str, ...]]) -> Raw:
    return Raw("test.csv", heading, tuple((n, row) for n, row in enumerate(rows, 2)), "UTF-8")


def settled(text: str, raws: dict[str, Raw], engine: str = "python") -> Settlement:
    contract = api.required(api.compile_contract(Source("t.pbr", text), (), CATALOGUE))
    tables = fit(contract, raws, lambda found: exclude(contract, found))
    return settle(contract, counted(contract, Inputs(tables), choose(engine, contract)))


def paid(settlement: Settlement) -> dict[str, Fraction | str]:
    """What each client comes to."""
    terms = settlement.terms
    ids = [str(i) for i in terms.inputs.tables["clients"].columns["client"]]
    found = {i: terms.figure("paid", {"client": i})[0] for i in ids}
    return {i: v.number if v.known else v.why for i, v in found.items()}


def contract(clauses: dict[str, str], *more: str) -> str:
    return "\n".join((HEAD, *clauses.values(), *more))


def variation(chosen: dict[str, str], first: date, last: date, by: str) -> str:
    return f"variation v from {first} to {last}{by} {{ {' '.join(chosen.values())} }}"


LAWS = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@LAWS
@given(clients, claims, names, days, days, st.sampled_from(["", " by joined"]))
def test_a_clause_replaced_by_itself_changes_nothing(clients_, claims_, replaced, one, other, by):
    same = variation({n: PLAIN[n] for n in replaced}, min(one, other), max(one, other), by)
    raws = files(clients_, claims_)
    plain, varied = settled(contract(PLAIN), raws), settled(contract(PLAIN, same), raws)
    assert paid(plain) == paid(varied) and plain.total == varied.total


@LAWS
@given(
    clients,
    claims,
    names,
    days,
    days,
    st.sampled_from(["", " by joined", " by joined, region only north", " by region except south"]),
    st.sampled_from(ENGINES),
)
def test_each_is_paid_as_the_version_of_their_day_alone_would_pay_them(
    clients_, claims_, replaced, one, other, by, engine
):
    first, last = min(one, other), max(one, other)
    new = {n: VARIED[n] for n in replaced}

    def varied(region: str, day: date) -> bool:
        return first <= day <= last and ("region" not in by or region == "north")

    whole = settled(contract(PLAIN, variation(new, first, last, by)), files(clients_, claims_), engine)
    inside = settled(contract(PLAIN | new), files(clients_, claims_, varied))
    outside = settled(contract(PLAIN), files(clients_, claims_, lambda region, day: not varied(region, day)))
    assert paid(whole) == paid(inside) | paid(outside)
    assert whole.total == inside.total + outside.total


TWO = variation({"price": VARIED["price"]}, date(2023, 1, 3), date(2023, 1, 6), " by joined")


@LAWS
@given(clients, claims, names, days, days)
def test_two_variations_hold_together_where_both_do(clients_, claims_, replaced, one, other):
    """Each of other clauses: those in both days are paid as under both, wherever the days lie."""
    first, last = min(one, other), max(one, other)
    new = {n: VARIED[n] for n in replaced if n != "price"}
    second = variation(new, first, last, " by joined").replace("variation v", "variation w")
    whole = settled(contract(PLAIN, TWO, *([second] if new else [])), files(clients_, claims_))
    found: dict[str, Fraction | str] = {}
    for in_one in (False, True):
        for in_two in (False, True):
            stands = PLAIN | ({"price": VARIED["price"]} if in_one else {}) | (new if in_two else {})

            def theirs(region: str, day: date, one: bool = in_one, two: bool = in_two) -> bool:
                return (date(2023, 1, 3) <= day <= date(2023, 1, 6)) is one and (first <= day <= last) is two

            found |= paid(settled(contract(stands), files(clients_, claims_, theirs)))
    assert paid(whole) == found
