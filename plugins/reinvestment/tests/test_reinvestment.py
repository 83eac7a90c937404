"""Money spent as agreed: what counts, when it is due, what follows a shortfall. The figures are worked by hand in each test."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pbr_rules import api, host
from pbr_rules.api import Request
from pbr_rules.source import Source
from pbr_rules.testing import ENGINES

TERMS = """
language 1
uses reinvestment 1
contract c "A contract" {
  payer council:  "The council"
  provider trust: "The trust"
  currency:       GBP
  payments:       rounded to £0.01 half up
}
category site { north, south }
category purpose { agreed, other }
period year { y1: 2020-01-01 to 2020-12-31   y2: 2021-01-01 to 2021-12-31 }
records spending "Spending" { site: site  year: year  purpose: purpose  spent_on: date  audited: flag  amount: money }
parameter earned "Earned" by site, year: money { | site | y1 | y2 | | north | £1,000 | £500 | | south | £0 | £0.05 | }
payment grant "Success payment" by site, year { pay earned }
constraint respent "Spent as agreed"%s {
  reinvestment of grant with spending
  where purpose is agreed
  spent: amount
%s
}
"""

ROWS = """site,year,purpose,spent_on,audited,amount
north,y1,agreed,2021-03-01,yes,700.00
north,y1,agreed,2021-06-30,yes,200.00
north,y1,agreed,2021-07-01,no,50.00
north,y1,other,2021-04-01,yes,900.00
north,y2,agreed,2021-08-01,yes,0.03
"""


class Bench:
    def __init__(self, folder: Path) -> None:
        self.folder, self.catalogue = folder, host.load()

    def settle(
        self, lines: str, by: str = "", rows: str = ROWS, engine: str = "python", complete: str = "2023-12-31"
    ) -> Any:
        file = self.folder / "spending.csv"
        file.write_text(rows, encoding="utf-8")
        request = Request({"spending": file}, {"spending": date.fromisoformat(complete)}, engine=engine)
        return api.settle(Source("c.pbr", TERMS % (by, lines)), request, self.catalogue).settlement

    def problems(self, lines: str, by: str = "") -> list[str]:
        found = api.check_contract(Source("c.pbr", TERMS % (by, lines)), self.catalogue).diagnostics
        return [d.headline for d in found if d.is_error]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def results(settlement: Any) -> list[str]:
    return [outcome.result for outcome in settlement.constraints]


@pytest.mark.parametrize("engine", ENGINES)
def test_over_all_sites_and_years(bench: Bench, engine: str) -> None:
    # £1,500.05 was paid; agreed purposes took 700 + 200 + 50 + 0.03 = £950.03.
    settled = bench.settle("minimum: 100%", engine=engine)
    assert results(settled) == ["breached: £550.02 short, reported"]
    assert settled.total == Fraction("1500.05")  # reported, and no money moves


@pytest.mark.parametrize("engine", ENGINES)
def test_by_site_and_year(bench: Bench, engine: str) -> None:
    settled = bench.settle("minimum: 95%   evidence: audited", " by site, year", engine=engine)
    # North: 950 less 900; 475 less 0.03. South: nothing was paid; 95% of £0.05 is £0.0475, rounded to £0.05.
    assert results(settled) == [
        "breached: £50.00 short, reported",
        "breached: £474.97 short, reported",
        "met",
        "breached: £0.05 short, reported",
    ]


def test_exactly_enough_is_enough(bench: Bench) -> None:
    assert results(bench.settle("minimum: 90%   evidence: audited", " by site, year"))[0] == "met"


def test_the_first_and_the_last_day_count(bench: Bench) -> None:
    window = "minimum: 90%   day: spent_on   earliest: 2021-03-01   deadline: 2021-06-30   evidence: audited"
    assert results(bench.settle(window, " by site, year"))[0] == "met"
    later = window.replace("earliest: 2021-03-01", "earliest: 2021-03-02")
    assert results(bench.settle(later, " by site, year"))[0] == "breached: £700.00 short, reported"
    sooner = window.replace("deadline: 2021-06-30", "deadline: 2021-06-29")
    assert results(bench.settle(sooner, " by site, year"))[0] == "breached: £200.00 short, reported"


def test_it_is_not_due_before_its_deadline_is_over(bench: Bench) -> None:
    lines = "minimum: 100%   day: spent_on   deadline: 2021-12-31   shortfall: returned"
    settled = bench.settle(lines, complete="2021-12-30")
    assert results(settled) == ["not yet due"]
    assert settled.constraints[0].why == "it is due by 31 December 2021, and `spending` goes to 30 December 2021"
    assert settled.total == Fraction("1500.05")
    assert results(bench.settle(lines, complete="2021-12-31")) == ["breached: £550.02 short, to be returned"]


def test_what_is_returned_may_be_more_than_is_payable(bench: Bench) -> None:
    settled = bench.settle("minimum: 300%   shortfall: returned")
    # 300% of 1,500.05 is 4,500.15; less 950.03 is 3,550.12.
    (line,) = [line for line in settled.lines if line.kind == "duty"]
    assert line.amount == Fraction("-3550.12")
    assert settled.total == Fraction("1500.05") - Fraction("3550.12")


def test_what_is_withheld_is_at_most_what_is_payable(bench: Bench) -> None:
    settled = bench.settle("minimum: 300%   shortfall: withheld")
    (line,) = [line for line in settled.lines if line.kind == "duty"]
    assert line.amount == Fraction("-1500.05")
    assert "£2,050.07 is still to be withheld: no more is payable here" in line.working.steps
    assert settled.total == 0


def test_what_is_withheld_falls_in_its_own_cell(bench: Bench) -> None:
    settled = bench.settle("minimum: 100%   shortfall: withheld", " by site, year")
    taken = {tuple(line.cell.values()): line.amount for line in settled.lines if line.kind == "duty"}
    # North: 1,000 less 950; 500 less 0.03. South's first year was paid nothing and owes nothing.
    assert taken == {
        ("north", "y1"): -50,
        ("north", "y2"): Fraction("-499.97"),
        ("south", "y2"): Fraction("-0.05"),
    }


def test_spending_beyond_the_need_is_carried_forward_only_where_it_is_said(bench: Bench) -> None:
    lines = "minimum: 50%   surplus: "
    # North: 500 needed and 950 spent, so 450 goes on; 250 needed and 0.03 spent.
    assert results(bench.settle(lines + "carried_forward", " by site, year"))[:2] == ["met", "met"]
    apart = results(bench.settle(lines + "kept_apart", " by site, year"))
    assert apart[:2] == ["met", "breached: £249.97 short, reported"]


def test_nobody_spent_anything(bench: Bench) -> None:
    settled = bench.settle("minimum: 100%", " by site", rows=ROWS.splitlines()[0] + "\n")
    assert results(settled) == ["breached: £1,500.00 short, reported", "breached: £0.05 short, reported"]


@pytest.mark.parametrize(
    ("lines", "by", "said"),
    [
        ("", "", "`respent` lacks the line `minimum:`"),
        ("minimum: £5", "", "`minimum:` is a share, and this is money (GBP)"),
        ("minimum: 100%   shortfall: kept", "", "`shortfall:` is `reported`, `withheld` or `returned`"),
        ("minimum: 100%   deadline: 2021-01-01", "", "`earliest:` and `deadline:` hold days of spending"),
        ("minimum: 100%   surplus: carried_forward", " by site", "carries forward from one period to the next"),
        ("minimum: 100%   requires 1 is 1", "", "`reinvestment` says by its own lines what it requires"),
        ("minimum: 100%   purposes: agreed", "", "`reinvestment` takes no line `purposes:`"),
    ],
)
def test_a_mistake_is_told(bench: Bench, lines: str, by: str, said: str) -> None:
    assert any(said in headline for headline in bench.problems(lines, by))


def test_the_payment_must_be_one(bench: Bench) -> None:
    text = TERMS.replace("reinvestment of grant", "reinvestment of earned") % ("", "minimum: 100%")
    (problem,) = [
        d.headline for d in api.check_contract(Source("c.pbr", text), bench.catalogue).diagnostics if d.is_error
    ]
    assert problem == "`reinvestment` is a duty that a payment brings, and `earned` is not a payment"


@pytest.mark.parametrize("engine", ENGINES)
def test_the_order_of_rows_changes_nothing(bench: Bench, engine: str) -> None:
    heading, *rows = ROWS.splitlines()
    lines = "minimum: 95%   evidence: audited   surplus: carried_forward"
    turned = "\n".join([heading, *reversed(rows)]) + "\n"
    assert results(bench.settle(lines, " by site, year", engine=engine)) == results(
        bench.settle(lines, " by site, year", rows=turned, engine=engine)
    )


def test_a_duty_varied_from_a_day_on_asks_for_less_of_that_year(tmp_path: Path) -> None:
    _, head, body = TERMS.partition("constraint respent")
    lines = "  minimum: {}\n  shortfall: withheld\n"
    varied = (head + body) % (" by site, year", lines.format("20%"))
    text = TERMS % (" by site, year", lines.format("100%")) + f"variation memo from 2021-01-01 {{ {varied} }}"
    file = tmp_path / "spending.csv"
    file.write_text(ROWS, encoding="utf-8")
    request = Request({"spending": file}, {"spending": date(2023, 12, 31)})
    settlement = api.settle(Source("c.pbr", text), request, host.load()).settlement
    short = {line.working.of: line.amount for line in settlement.lines if line.kind == "duty"}
    # North: £1,000 less £950.00 of the first year; 20% of £500 less 3p of the second. South: 20% of 5p.
    assert short == {
        "respent[north, y1]": Fraction(-50),
        "respent[north, y2]": Fraction("-99.97"),
        "respent[south, y2]": Fraction("-0.01"),
    }
