"""How much of the money is paid for steps on the way, and not for the result itself."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pbr_rules.plugin import Check, Finding, PaymentTerms, Terms

MOST = Fraction(1, 4)
"""Above this share of the money, steps on the way become the target: the lint A04, `milestone-weight`."""

WORDS = frozenset({"attained", "sustained", "accumulated", "whole_periods", "spells", "evidenced"})
"""The measures that have a stage."""

PILOTS = (
    "in the drug recovery pilots, which paid for interim items too, abstinence in treatment rose (odds 1.50), while completion "
    "fell (0.60), and completion without return fell (0.63): what is paid for on the way becomes the target"
)


def interim_share(terms: Terms) -> Iterator[Finding]:
    """The share of the money on interim milestones, where it is above a quarter or cannot be told.

    A payment is interim where it turns on a milestone that is said to be interim, and on none that is said to be final. What
    has no line `stage:`, such as a confirmation, decides nothing.
    Each payment is counted once, at the largest amount that its terms name.
    """
    interim = _interim(terms)
    if not interim:
        return
    names = _listed([payment.name for payment in interim])
    dark = [payment for payment in terms.payments if _largest(payment) is None]
    if dark:
        yield Finding(
            interim[0].name,
            f"the share of the money on interim milestones ({names}) cannot be told: "
            f"no price is known of {_listed([payment.name for payment in dark])}",
            PILOTS,
        )
        return
    whole = sum((_largest(payment) or Fraction(0) for payment in terms.payments), Fraction(0))
    part = sum((_largest(payment) or Fraction(0) for payment in interim), Fraction(0))
    if whole > 0 and part > MOST * whole:
        first = max(interim, key=lambda payment: _largest(payment) or Fraction(0))
        yield Finding(
            first.name,
            f"{_percent(part / whole)} of the money is on interim milestones ({names}): "
            f"{_sum(part)} of {_sum(whole)} {terms.currency}, each payment once, at its largest",
            PILOTS,
        )


def _interim(terms: Terms) -> list[PaymentTerms]:
    """The payments that turn on measures said to be interim, and on none said to be final."""
    stages = {m.name: m.settings["stage"] for m in terms.measures if m.word in WORDS and "stage" in m.settings}
    return [
        payment
        for payment in terms.payments
        if {stages[name] for name in payment.measures if name in stages} == {"interim"}
    ]


def _largest(payment: PaymentTerms) -> Fraction | None:
    """The largest amount of a payment, or None where one of its amounts is not known or none is named."""
    known = [amount for amount in payment.amounts if amount is not None]
    return max(known) if known and len(known) == len(payment.amounts) else None


def _percent(share: Fraction) -> str:
    """A share for people, to one decimal place where it needs one. The comparison was of exact figures."""
    tenths = int(share * 1000 + Fraction(1, 2))
    return f"{tenths // 10}%" if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}%"


def _sum(amount: Fraction) -> str:
    pounds, pence = divmod(int(amount * 100 + Fraction(1, 2)), 100)
    return f"{pounds:,}.{pence:02}" if pence else f"{pounds:,}"


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


INTERIM_SHARE = Check(
    "interim-share",
    "Much of the money is on interim milestones.",
    "the evaluation of the drug recovery pilots, Jones and others, Addiction, 2017-18",
    interim_share,
)
