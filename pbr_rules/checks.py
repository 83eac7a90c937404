"""A plugin's check of contracts: what it is shown of a contract, and what it finds.

A check reads the terms and never the records. It warns; it does not stop a contract from being settled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from attrs import frozen


@frozen
class MeasureTerms:
    """A measure of a contract: its name, its head's word, and what its lines say, in the contract's words."""

    name: str
    word: str
    settings: Mapping[str, str]


@frozen
class PaymentTerms:
    """A payment of a contract.

    Attributes:
        name, title: as written.
        measures: the names of the measures that it turns on, through whatever figures, in order of name.
        amounts: the amounts of money that its `pay` lines read, for each cell; None for one that is not known.
    """

    name: str
    title: str | None
    measures: tuple[str, ...]
    amounts: tuple[Fraction | None, ...]


@frozen
class Terms:
    """What a check is shown of a contract: its measures and its payments, in the order written, and its currency."""

    measures: tuple[MeasureTerms, ...]
    payments: tuple[PaymentTerms, ...]
    currency: str


@frozen
class Finding:
    """Something to warn of. `about`: the payment or the measure where it stands; `why`: what came of it elsewhere."""

    about: str
    headline: str
    why: str = ""


@frozen
class Check:
    """A check of contracts.

    Attributes:
        code: its name, in words joined with `-`, as in `flat-fee`.
        summary: one line for people.
        source: where the flaw that it looks for is described.
        find: what it finds in a contract's terms.
    """

    code: str
    summary: str
    source: str
    find: Callable[[Terms], Iterable[Finding]]
