"""The share of the money on interim milestones, on terms made by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from pbr_rules_milestones.checks import INTERIM_SHARE

from pbr_rules.plugin import Finding, MeasureTerms, PaymentTerms, Terms

STEP = MeasureTerms("step", "sustained", {"stage": "interim"})
RESULT = MeasureTerms("result", "sustained", {"stage": "final"})
PROOF = MeasureTerms("proof", "evidenced", {})
OTHER = MeasureTerms("other", "count", {"stage": "interim"})


def payment(name: str, measures: tuple[str, ...], *amounts: str | None) -> PaymentTerms:
    return PaymentTerms(name, None, measures, tuple(None if a is None else Fraction(a) for a in amounts))


def found(*payments: PaymentTerms) -> list[Finding]:
    return list(INTERIM_SHARE.find(Terms((STEP, RESULT, PROOF, OTHER), payments, "GBP")))


def test_a_quarter_is_not_above_a_quarter() -> None:
    assert found(payment("p", ("step",), "25"), payment("q", ("result",), "75")) == []
    (finding,) = found(payment("p", ("step",), "25.01"), payment("q", ("result",), "75"))
    assert finding.about == "p"
    assert finding.headline.startswith("25% of the money is on interim milestones (`p`): 25.01 of 100.01 GBP")


def test_it_says_the_share_and_what_came_of_it_elsewhere() -> None:
    (finding,) = found(
        payment("entry", ("step",), "600"),
        payment("three", ("proof", "step"), "1500"),
        payment("six", ("result",), "900"),
    )
    assert finding.about == "three"  # where most of it is
    assert finding.headline == (
        "70% of the money is on interim milestones (`entry`, `three`): 2,100 of 3,000 GBP, each payment once, at its largest"
    )
    assert all(said in finding.why for said in ("drug recovery pilots", "1.50", "0.60", "0.63"))
    assert INTERIM_SHARE.code == "interim-share"


def test_the_largest_amount_of_a_payment_counts() -> None:
    (finding,) = found(payment("p", ("step",), "10", "30"), payment("q", ("result",), "60"))
    assert finding.headline.startswith("33.3% of the money")


def test_a_payment_that_turns_on_a_result_too_is_not_interim() -> None:
    assert found(payment("p", ("result", "step"), "90"), payment("q", ("result",), "10")) == []


def test_only_milestones_have_a_stage_and_only_where_it_is_written() -> None:
    assert found(payment("p", ("other",), "90"), payment("q", ("proof",), "10")) == []
    assert found() == []


def test_money_that_turns_on_nothing_is_money_too() -> None:
    assert found(payment("p", ("step",), "20"), payment("fee", (), "80")) == []


def test_where_a_price_is_not_known_the_share_cannot_be_told() -> None:
    for unknown in (payment("q", ("result",), None), payment("q", ("result",), "5", None), payment("q", ("result",))):
        (finding,) = found(payment("p", ("step",), "10"), unknown)
        assert "cannot be told" in finding.headline and finding.headline.endswith("no price is known of `q`")


def test_unknown_prices_without_interim_milestones_are_no_matter() -> None:
    assert found(payment("p", ("result",), None)) == []


def test_nothing_for_anything_is_no_share() -> None:
    assert found(payment("p", ("step",), "0"), payment("q", ("result",), "0")) == []


FIRST_JOB = """
language 1
uses milestones 1
contract first_job "A first job" {
  payer council:  "The council"
  provider trust: "The trust"
  currency:       GBP
  payments:       rounded to £0.01 half up
}
records people "Young people" { person: id }
records jobs "Jobs" { person: id of people   began: date   ended: date   worked: began to ended }
measure weeks_13 "13 weeks in work" by person { accumulated of jobs.worked for people  days: 91  stage: interim }
measure weeks_26 "26 weeks in work" by person { sustained of jobs.worked for people  lasting: 26 weeks  stage: final }
payment first_13 "13 weeks" by person { when weeks_13 is known pay £2,600 otherwise pay nothing }
payment first_26 "26 weeks" by person { when weeks_26 is known pay £1,000 otherwise pay nothing }
"""


def test_a_contract_is_warned(bench: Any) -> None:
    (warned,) = bench.compiled(FIRST_JOB).diagnostics
    assert not warned.is_error
    assert "72.2%" in warned.headline
    assert any("completion without return fell (0.63)" in note for note in warned.notes)
    (warned,) = bench.compiled("recovery_pilots").diagnostics
    assert "cannot be told" in warned.headline
