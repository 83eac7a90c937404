"""Answers in one form, so that they compare exactly: whole numbers by the name of a figure, money in pence.

`python -m benchmarks.answers matched FILE` reads them from a statement, in a process of its own: what times the others
must stay small, because a process begins with the peak of the one that started it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from benchmarks.contracts import MEASURES, PRICE_OF_AN_EVENT, RATES, SHORTEST_FALL

NUMBERS = {"matched": [0], "twenty": list(range(1, MEASURES + 1))}


def from_counts(question: str, rows: Iterable[tuple[str, str, int, list[int]]]) -> dict[str, int]:
    """The counts of a query, under the names that the contract has for them, and what is paid for them."""
    answer = {}
    for cohort, arm, men, events in rows:
        for number, count in zip(NUMBERS[question], events, strict=True):
            answer[f"counted_{number}[{cohort}, {arm}]"] = count
            answer[f"people_{number}[{cohort}, {arm}]"] = men
    if question == "matched":
        for cohort in sorted({name.split("[")[1].split(",")[0] for name in answer}):
            answer[f"early[{cohort}]"] = _paid(answer, cohort)
    return answer


def _paid(counts: Mapping[str, int], cohort: str) -> int:
    """Pence for the events avoided, rounded half up."""
    treated, matched = (
        Fraction(counts[f"counted_0[{cohort}, {arm}]"], counts[f"people_0[{cohort}, {arm}]"])
        for arm in ("treated", "matched")
    )
    fall = 1 - treated / matched
    if fall < Fraction(SHORTEST_FALL, 100):
        return 0
    pence = 100 * PRICE_OF_AN_EVENT * fall * matched * counts[f"people_0[{cohort}, treated]"]
    return int(pence + Fraction(1, 2))


def from_weeks(weeks: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """What is paid for weeks at each price."""
    return {f"fees[{outcome}, {band}]": weeks.get((outcome, band), 0) * rate for (outcome, band), rate in RATES.items()}


def _pence(amount: str | None) -> int:
    if amount is None:
        raise SystemExit("a line of the statement has no amount")
    pence = Fraction(amount) * 100
    if pence.denominator != 1:
        raise SystemExit(f"{amount} is not whole pence")
    return int(pence)


def from_statement(question: str, statement: dict[str, Any]) -> dict[str, int]:
    """The same names from what `pbr settle --format json` wrote."""
    if question == "check":
        return {"errors": statement["errors"]}
    settlement = statement["settlement"]
    if question == "care_leavers":
        return {"total": _pence(settlement["totals"]["amount"])}
    if question == "card":
        totals = settlement["totals"]
        return {"total": _pence(totals["amount"]), "taken": _pence(totals["limits_took"])}
    if question == "tariff":
        return {_name(line["line"], line["cell"]): _pence(line["amount"]) for line in settlement["lines"]}
    answer = {
        _name(figure["figure"], figure["cell"]): int(figure["exact"])
        for figure in settlement["figures"]
        if figure["figure"].startswith(("counted_", "people_"))
    }
    if question == "matched":
        answer |= {_name(line["line"], line["cell"]): _pence(line["amount"]) for line in settlement["lines"]}
    return answer


def _name(figure: str, cell: Mapping[str, str]) -> str:
    return f"{figure}[{', '.join(cell.values())}]"


if __name__ == "__main__":
    question, file = sys.argv[1:]
    sys.stdout.write(json.dumps(from_statement(question, json.loads(Path(file).read_text(encoding="utf-8")))) + "\n")
