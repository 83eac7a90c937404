"""An earlier statement, as `--format json` wrote it: what had been paid on each line when it was issued.

A statement carries what those before it paid, so the last one is enough.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

from attrs import field, frozen

from pbr_rules.diagnostics import DataError, UsageError

SCHEMA = "pbr/statement/1"

Key = tuple[str, tuple[tuple[str, str], ...]]
"""A line of a statement, and its cell: each thing it runs over with its member, in the order of their names."""


def key(line: str, cell: Mapping[str, str]) -> Key:
    """The key of a line at a cell."""
    return line, tuple(sorted(cell.items()))


@frozen
class PaidLine:
    """What had been paid on one line, to one person where it is for people.

    Attributes:
        settled: whether the statement gave the line an amount; a line that was refused may have been paid before.
        amount: paid to date, below zero where it was taken.
        day: the settlement date of the statement that first paid it.
        shares: what each payer had borne.
    """

    line: str
    kind: str
    title: str | None
    clause: str | None
    cell: Mapping[str, str]
    settled: bool
    amount: Fraction
    day: date | None
    payee: str
    shares: tuple[tuple[str, Fraction], ...]


@frozen
class Paid:
    """An earlier statement.

    Attributes:
        on: its settlement date. terms: the hash of the terms it was settled by. settlement: the hash of its settlement.
    """

    on: date
    terms: str
    settlement: str
    lines: Mapping[Key, PaidLine] = field(factory=dict)


def read_paid(path: Path, contract: str, currency: str) -> Paid:
    """The earlier statement in a file.

    Raises:
        UsageError: the file cannot be read, or is no statement.
        DataError: it is of another contract, or does not say what is needed of it.
    """
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise UsageError(f"{path} is no statement: --paid takes one that `pbr settle --format json` wrote") from error
    if not isinstance(whole, dict) or whole.get("schema") != SCHEMA:
        raise UsageError(f"{path} is no statement: --paid takes one that `pbr settle --format json` wrote ({SCHEMA})")
    try:
        return _paid(whole["settlement"], path.name, contract, currency)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(f"{path.name} is a statement with something changed in it: {error!r}") from error


def _paid(settlement: dict[str, Any], name: str, contract: str, currency: str) -> Paid:
    of = settlement["contract"]
    if of["name"] != contract:
        raise DataError(f"{name} is a statement of the contract `{of['name']}`, and this one is `{contract}`")
    if of["currency"] != currency:
        raise DataError(f"{name} is in {of['currency']}, and this contract pays in {currency}")
    on = settlement["dates"]["on"]
    if on is None:
        raise DataError(f"{name} does not say when it was settled: settle it again with --on DATE")
    lines: dict[Key, PaidLine] = {}
    for line in settlement["lines"]:
        for paid in _each(line, name):
            lines[key(paid.line, paid.cell)] = paid
    text = json.dumps(settlement, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Paid(date.fromisoformat(on), of["terms_sha256"], hashlib.sha256(text.encode()).hexdigest(), lines)


def _each(line: dict[str, Any], name: str) -> Iterator[PaidLine]:
    """The line for each person that it stands for; once where it is for none."""
    people = line["people"] or 1
    everyone = line.get("everyone")
    if line["people"] is not None and everyone is None:
        raise DataError(
            f"{name} does not say to whom `{line['line']}` was paid: it was written without --people; settle it again with "
            "--people, and keep it safe (it holds personal data)"
        )
    day = line["paid_on"]
    for ids in product(*(everyone or {}).values()):
        yield PaidLine(
            line["line"],
            line["kind"],
            line["title"],
            line["clause"],
            {**line["cell"], **dict(zip(everyone or {}, ids, strict=True))},
            line["amount"] is not None,
            _to_date(line) / people,
            None if day is None else date.fromisoformat(day),
            line["to"] or "",
            tuple((share["payer"], _to_date(share) / people) for share in line["shares"]),
        )


def _to_date(part: dict[str, Any]) -> Fraction:
    """What earlier statements paid, and this one."""
    return Fraction(part["paid"]) + Fraction(part["due"] or 0)
