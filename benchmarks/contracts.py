"""The contracts that are timed. Each is written by a function, so that the data and the yardsticks share its figures."""

from __future__ import annotations

PRICE_OF_AN_EVENT = 1234
SHORTEST_FALL = 5
"""A fall of so many per cent is paid for."""

MEASURES = 20

OUTCOMES = ("entered", "sustained", "training", "work")
BANDS = ("low", "middle", "high")
RATES = {
    (outcome, band): 1250 + 775 * o + 310 * b for o, outcome in enumerate(OUTCOMES) for b, band in enumerate(BANDS)
}
"""Pence for a week, for each of the twelve."""

CARD = {"assessed": 15000, "entered": 60000, "three_months": 80050, "six_months": 150000}
"""Pence for each outcome of the card by client."""
MOST_FOR_A_CLIENT = 200000


def _pounds(pence: int) -> str:
    return f"£{pence // 100:,}.{pence % 100:02d}"


def _head(name: str, title: str) -> str:
    return f'''language 1

contract {name} "{title}" {{
  payer council:  "The council"
  provider trust: "The trust"
  currency:       GBP
  payments:       rounded to £0.01 half up
}}
'''


COHORTS = """
category cohort { c1, c2 }
category arm { treated, matched }
category disposal { conviction, caution }

records releases "One row per man released" {
  man:      id
  cohort:   cohort
  arm:      arm
  released: date
  adult:    flag
  exclude not adult "under 18"
}

records offences "One row per offence dealt with" {
  man:        id of releases
  committed:  date
  dealt_with: date
  disposal:   disposal
}
"""


def matched() -> str:
    """Reconviction events of two cohorts against matched men, and a price for each event avoided."""
    return (
        _head("matched", "Events against matched men")
        + COHORTS
        + f"""
measure events "Reconviction events per 100 men" by cohort, arm {{
  frequency of offences per 100 releases
  where disposal is conviction
    and committed within 12 months starting on released
    and dealt_with within 18 months starting on released
  once for each man, dealt_with
}}

parameter price "Price of one event avoided": money = £{PRICE_OF_AN_EVENT:,}

define counted_0 "Events" by cohort, arm = counted in events
define people_0 "Men" by cohort, arm = people in events
define reduction "Fall against the matched men" by cohort = relative fall from events[matched] to events[treated]
define avoided "Events avoided" by cohort = reduction * events[matched] * people in events[treated]

payment early "Payment for a cohort" by cohort {{
  when reduction is at least {SHORTEST_FALL}%
    pay price * avoided
  otherwise
    pay nothing
}}
"""
    )


def twenty() -> str:
    """The same, with a measure for each of twenty windows."""
    parts = [_head("twenty", "Twenty windows against matched men"), COHORTS]
    for k in range(1, MEASURES + 1):
        parts.append(f"""
measure events_{k} "Events within {k} months" by cohort, arm {{
  frequency of offences per 100 releases
  where disposal is conviction
    and committed within {k} months starting on released
    and dealt_with within 24 months starting on released
  once for each man, dealt_with
}}
define counted_{k} "Events within {k} months" by cohort, arm = counted in events_{k}
define people_{k} "Men, of {k} months" by cohort, arm = people in events_{k}
""")
    parts.append('\npayment fee "A fee" { pay £1 }\n')
    return "".join(parts)


def tariff() -> str:
    """Twelve prices for a week, over weeks claimed."""
    rows = "\n".join(
        f"  | {outcome} | " + " | ".join(_pounds(RATES[outcome, band]) for band in BANDS) + " |" for outcome in OUTCOMES
    )
    return (
        _head("tariff", "A tariff of twelve")
        + f"""
category outcome {{ {", ".join(OUTCOMES)} }}
category band {{ {", ".join(BANDS)} }}

records claims "One row per claim" {{
  claim:   id
  outcome: outcome
  band:    band
  weeks:   count
}}

parameter rate "Price of a week" by outcome, band: money {{
  | outcome | {" | ".join(BANDS)} |
{rows}
}}

measure weeks "Weeks" by outcome, band {{
  sum of claims
  value: claims.weeks
}}

payment fees "Fees" by outcome, band {{ pay weeks * rate }}
"""
    )


def card() -> str:
    """A card of prices by client, and the most for one client."""
    prices = "\n".join(f"  {outcome}: {_pounds(pence)}" for outcome, pence in CARD.items())
    return (
        _head("card", "A card of prices by client")
        + f"""
category outcome {{ {", ".join(CARD)} }}

records clients "One row per client" {{
  client: id
  joined: date
}}

records claims "One row per outcome claimed" {{
  client:   id of clients
  outcome:  outcome
  achieved: date
}}

parameter price "Price of each outcome" by outcome: money {{
{prices}
}}

measure achievements "Outcomes achieved, each once for a client" by client, outcome {{
  count of claims for clients
  where achieved within 12 months starting on joined
  once for each client, outcome
}}

payment outcomes "Outcome payments" by client, outcome {{ pay achievements * price }}

limit person_cap "Most for one client" by client {{
  covers outcomes
  at most {_pounds(MOST_FOR_A_CLIENT)}
}}
"""
    )


def long(lines: int) -> str:
    """A contract of so many lines, that reads as a real one does: parameters, measures, figures, payments, examples."""
    text = _head("long", "A long contract") + COHORTS
    block = 0
    while True:
        block += 1
        months = 1 + block % 24
        more = f"""
parameter price_{block} "Price of an event, {block}": money = £{block:,}.50

measure events_{block} "Events within {months} months, {block}" by cohort, arm {{
  frequency of offences per 100 releases
  where disposal is conviction
    and committed within {months} months starting on released
  once for each man, dealt_with
}}

scale award_{block}(fall) "Award {block}" {{
  each band gives
  below 5%:            £0
  at least 5% and below 10%: price_{block}
  at least 10%:        2 * price_{block}
}}

define fall_{block} "Fall {block}" by cohort
  = relative fall from events_{block}[matched] to events_{block}[treated]

payment pay_{block} "Payment {block}" by cohort {{
  when fall_{block} is at least 2%
    pay award_{block}(fall_{block})
  otherwise
    pay nothing
}}

example "The price of {block}" {{
  given  events_{block}[c1, treated] = 140 per 100
  given  events_{block}[c1, matched] = 160 per 100
  expect fall_{block}[c1] = 12.5%
}}
"""
        if text.count("\n") + more.count("\n") > lines:
            return text + "# the end\n" * (lines - text.count("\n"))
        text += more
