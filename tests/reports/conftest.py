"""Statements to be laid out: one over a scale, periods, a limit and people, and the library's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pbr_rules import api
from pbr_rules.api import Request
from pbr_rules.library import find
from pbr_rules.reports import write
from pbr_rules.source import Source
from pbr_rules.surface.files import load

TERMS = """language 1
contract falls "{title}" {{
  payer council: "The council"
  payer ministry: "The ministry"
  provider trust: "The trust"
  purpose:       "Fewer crimes"
  currency:      GBP
  runs:          2020-01-01 to 2021-12-31
  payments:      rounded to £0.01 half up
}}
category area {{ north "North & west", south "South" }}
category arm {{ treated "Those in the service", matched "Those like them" }}
period year "Year" {{
  first "First year":   2020-01-01 to 2020-12-31
  second "Second year": 2021-01-01 to 2021-12-31
}}
records people "One row per person" {{ person: id   helped: flag }}
parameter crimes "Crimes" by area, year, arm: count
parameter rest "What is not known": money = unknown "it was never agreed"
define fall "Fall against those like them" by area, year = relative fall from crimes[matched] to crimes[treated]
scale steps(reached) "Paid for the fall" {{
  each band gives
  below 5%:                    £0
  at least 5% and at most 10%: £1,000
  above 10%:                   £2,500.50
}}
scale line(reached) "Paid along a line" {{
  straight line between points
  below 5%:  £0
  at 5%:     £0
  at 25%:    £2,000
  above 25%: £2,000
}}
scale slices(reached) "Paid slice by slice" {{
  each slice at its own rate
  below 10%:    £10,000
  at least 10%: £4,000
}}
payment results "{payment}" by area, year {{
  clause: "Schedule 2, 4(a)"
  shared: council 1/3, ministry the rest
  when fall is below -50% pay rest
  otherwise pay steps(fall) + line(fall)
}}
payment slowly "Slice by slice" by area, year {{ shared: council 1/3, ministry the rest   pay slices(fall) }}
payment help "Help" by person {{ shared: council 1/3, ministry the rest   when helped pay £7.25 otherwise pay nothing }}
limit most "Most for an area" by area {{ covers results at most £4,000 }}
"""

CRIMES = """area,year,arm,value
north,first,matched,200
north,first,treated,180
north,second,matched,300
north,second,treated,261
south,first,matched,100
south,first,treated,190
south,second,matched,400
south,second,treated,394
"""
"""Falls of 10%, 13%, -90% and 1.5%."""

PEOPLE = "person,helped\nIdent-1,yes\nIdent-2,yes\nIdent-3,no\n"


@pytest.fixture
def settle(tmp_path: Path, catalogue: Any) -> Callable[..., dict[str, Any]]:
    """The statement of the terms above as JSON, under any titles."""

    def settled(title: str = "Falls", payment: str = "Payment for results", people: bool = False) -> dict[str, Any]:
        crimes, rows = tmp_path / "crimes.csv", tmp_path / "people.csv"
        crimes.write_text(CRIMES, encoding="utf-8")
        rows.write_text(PEOPLE, encoding="utf-8")
        source = Source("falls.pbr", TERMS.format(title=title, payment=payment))
        request = Request({"people": rows}, tables={"crimes": crimes}, engine="python")
        return write.whole(api.settle(source, request, catalogue), ["settle", "falls.pbr"], catalogue, people)

    return settled


@pytest.fixture(scope="session")
def library(catalogue: Any) -> Callable[[str], dict[str, Any]]:
    """The statement of a library contract over what it publishes."""

    @cache
    def settled(name: str) -> dict[str, Any]:
        known = find(name, catalogue)
        assert known is not None
        source = load(known.path)
        if known.records:
            made = api.settle(source, Request(dict(known.records), dict(known.complete), engine="python"), catalogue)
        else:
            made = api.settle_example(source, str(known.example), Request({}, engine="python"), catalogue)
        return write.whole(made, ["settle", name], catalogue)

    return settled
