"""The statement as data: `settlement` follows from the terms, records and dates alone; `receipt` says how it was made.

Every claim of identical bytes is about `settlement`. Money and exact ratios are text; there are no floats.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from pbr_rules import __version__
from pbr_rules.checked.model import Contract
from pbr_rules.dates import long_text
from pbr_rules.exact import decimal_text
from pbr_rules.settlement.lines import Line
from pbr_rules.settlement.statement import FigureLine, Outcome, Settlement
from pbr_rules.settlement.values import State, Working, exact_text, money_text

SCHEMA = "pbr/statement/1"

Json = dict[str, Any]


Say = Callable[[str], str]


def statement(settlement: Settlement, receipt: Json, people: bool = False) -> Json:
    """The whole statement. `people`: name the person that stands for each picture (personal data)."""
    return {"schema": SCHEMA, "settlement": _settlement(settlement, people), "receipt": receipt}


def receipt(
    engine: str, version: str, files: Mapping[str, bytes], plugins: Sequence[tuple[str, str, str]], command: str
) -> Json:
    """How the statement was made: it may differ between two runs whose settlements are the same."""
    return {
        "pbr_rules": __version__,
        "engine": {"name": engine, "version": version},
        "plugins": [{"name": n, "distribution": d, "version": v} for n, d, v in plugins],
        "files": [{"records": name, "sha256": hashlib.sha256(content).hexdigest()} for name, content in files.items()],
        "command": command,
    }


def text(whole: Json) -> str:
    """Canonical JSON: keys as they are laid out here, two spaces, characters as they are."""
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def money(amount: Fraction, contract: Contract) -> str:
    """An amount as data: places as payments are rounded to, no signs and no commas."""
    rounding = contract.written.rounding
    places = 2 if rounding is None or rounding.place.value.denominator <= 100 else 4  # type: ignore[union-attr]
    return decimal_text(amount, places, commas=False)


def _settlement(s: Settlement, people: bool) -> Json:
    contract = s.contract
    return {
        "contract": _contract(contract),
        "readings": list(contract.under),
        "dates": {"on": _day(s.on), "complete": {name: day.isoformat() for name, day in s.complete.items()}},
        "given": dict(s.given),
        "records": [
            {
                "records": r.name,
                "read": r.read,
                "used": r.used,
                "repeated": r.repeated,
                "rejected": r.rejected,
                "excluded": [{"reason": why, "rows": n} for why, n in r.excluded],
            }
            for r in s.rows
        ],
        "counted": [
            {"measure": name, "rows": n, "not_counted": [{"reason": why, "rows": k} for why, k in reasons]}
            for name, n, reasons in s.counted
        ],
        "figures": [_figure(f) for f in s.figures],
        "lines": [_line(line, contract, people) for line in s.lines],
        "constraints": [_outcome(o) for o in s.constraints],
        "totals": _totals(s),
    }


def _contract(contract: Contract) -> Json:
    written = contract.written
    return {
        "name": written.name,
        "title": written.title,
        "terms_sha256": hashlib.sha256(contract.source.text.encode()).hexdigest(),
        "currency": written.currency,
        "runs": [day.isoformat() for day in written.runs] if written.runs else None,
        "rounding": f"{written.rounding.place.written} {written.rounding.mode}" if written.rounding else None,
        "parties": [{"role": p.role, "name": p.name, "title": p.title} for p in written.parties],
        "members": {
            d: {m: contract.title_of(d, m) for m in contract.members(d) or ()}
            for d in (*contract.categories, *contract.periods)
        },
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _figure(f: FigureLine) -> Json:
    return {
        "figure": f.name,
        "title": f.title,
        "cell": dict(f.cell),
        "kind": f.value.kind.name if f.value.known else None,
        "state": str(f.value.state),
        "exact": exact_text(f.value),
        "shown": f.working.shown,
        "why": f.value.why or None,
        "working": working_json(f.working),
    }


def _line(line: Line, contract: Contract, people: bool) -> Json:
    found: Json = {
        "line": line.of,
        "kind": line.kind,
        "title": line.title,
        "clause": line.clause,
        "cell": dict(line.cell),
        "people": line.people if line.person else None,
        "each": None if line.each is None else money(line.each, contract),
        "amount": None if line.amount is None else money(line.amount, contract),
        "currency": contract.currency,
        "state": "payable" if line.amount is not None else _state(line.state),
        "why": line.why or None,
        "because": list(line.because),
        "to": line.payee or None,
        "shares": [{"payer": payer, "amount": money(amount, contract)} for payer, amount in line.shares],
        "working": working_json(line.working, None if people else line.representative),
    }
    if line.kind == "limit":
        found["leaves_out"] = line.leaves_out
    if people and line.person:
        found["person"] = {line.person: line.representative}
    return found


def _state(state: State) -> str:
    return "not yet" if state is State.NOT_YET else "refused"


def _outcome(o: Outcome) -> Json:
    return {
        "constraint": o.name,
        "title": o.title,
        "clause": o.clause,
        "cell": dict(o.cell),
        "result": o.result,
        "why": o.why or None,
        "working": working_json(o.working),
    }


def _totals(s: Settlement) -> Json:
    contract = s.contract
    return {
        "amount": money(s.total, contract),
        "currency": contract.currency,
        "lines": len(s.payable),
        "refused": len(s.refused),
        "not_yet": len(s.not_yet),
        "payers": [{"payer": payer, "amount": money(amount, contract)} for payer, amount in s.by_payer().items()],
        "limits_took": money(
            sum((-(line.amount or Fraction(0)) for line in s.lines if line.kind == "limit"), Fraction(0)), contract
        ),
    }


def working_json(w: Working, hide: str | None = None) -> Json:
    """The tree of how a figure came about. `hide`: an id that must not be named."""

    def plain(words: str) -> str:
        return words.replace(f'"{hide}"', "(person)").replace(f"[{hide}]", "[(person)]") if hide else words

    found: Json = {"of": plain(w.of), "title": w.title, "kind": w.kind, "formula": w.formula or None}
    found["with_numbers"] = plain(w.with_numbers) or None
    found |= {"exact": w.exact, "shown": w.shown, "state": w.state, "why": plain(w.why) or None}
    found["steps"] = [plain(step) for step in w.steps]
    found["inputs"] = [working_json(inner, hide) for inner in w.inputs]
    return found


def shown_money(amount: str | None, currency: str) -> str:
    """An amount of the statement, for people."""
    return "" if amount is None else money_text(Fraction(amount), currency)


def shown_day(day: str | None) -> str:
    """A day of the statement, for people."""
    return "not stated" if day is None else long_text(date.fromisoformat(day))
