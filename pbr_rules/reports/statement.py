"""The statement as data: `settlement` follows from the terms, records and dates alone; `receipt` says how it was made.

Every claim of identical bytes is about `settlement`. Money and exact ratios are text; there are no floats.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from pbr_rules import __version__
from pbr_rules.calendars import Calendar
from pbr_rules.checked.model import Contract, Dated
from pbr_rules.checked.versions import measure_of, under_of
from pbr_rules.dates import long_text
from pbr_rules.evidence.read import Raw
from pbr_rules.exact import decimal_text, ratio_text
from pbr_rules.expressions import Column
from pbr_rules.reports.pictured import change_json, scale_json
from pbr_rules.settlement.compared import Comparison
from pbr_rules.settlement.drawn import compared, scales
from pbr_rules.settlement.ids import with_ids, without_ids
from pbr_rules.settlement.line import Line
from pbr_rules.settlement.statement import FigureLine, Outcome, Settlement
from pbr_rules.settlement.values import State, Under, Working, exact_text, money_text

SCHEMA = "pbr/statement/1"

Json = dict[str, Any]

Say = Callable[[str], str]
"""Turns a text with ids marked in it into one that may be read: with them, or without."""


def statement(
    settlement: Settlement, receipt: Json, people: bool = False, comparison: Comparison | None = None
) -> Json:
    """The whole statement. `people`: name the person that stands for each line (personal data)."""
    return {
        "schema": SCHEMA,
        "settlement": _settlement(settlement, people),
        "comparison": None if comparison is None else _comparison(comparison, settlement.contract),
        "receipt": receipt,
    }


def _comparison(comparison: Comparison, contract: Contract) -> Json:
    def sum_(amount: Fraction | None) -> str | None:
        return None if amount is None else money(amount, contract)

    return {
        "file": comparison.file,
        "rows": [
            {
                "line": row.line,
                "cell": dict(row.cell),
                "lines": row.lines,
                "left_out": row.left_out,
                "settled": sum_(row.settled),
                "paid": sum_(row.paid),
                "difference": sum_(row.difference),
            }
            for row in comparison.rows
        ],
    }


def receipt(
    engine: str, version: str, files: Mapping[str, Raw], plugins: Sequence[tuple[str, str, str]], command: str
) -> Json:
    """How the statement was made: it may differ between two runs whose settlements are the same."""
    return {
        "pbr_rules": __version__,
        "engine": {"name": engine, "version": version},
        "plugins": [{"name": n, "distribution": d, "version": v} for n, d, v in plugins],
        "files": [
            {
                "records": name,
                "file": Path(raw.name).name,
                "encoding": raw.encoding,
                "sha256": raw.digest,
            }
            for name, raw in files.items()
        ],
        "command": command,
    }


def text(whole: Json) -> str:
    """Canonical JSON: keys as they are laid out here, two spaces, characters as they are."""
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def money(amount: Fraction, contract: Contract) -> str:
    """An amount as data: in full, with at least two places, without signs and commas. A ratio where decimals end nowhere."""
    place = contract.written.rounding.place.value if contract.written.rounding else None
    places = 4 if isinstance(place, Fraction) and place.denominator > 100 else 2
    written = decimal_text(amount, places, commas=False)
    return written if Fraction(written) == amount else ratio_text(amount)


def _settlement(s: Settlement, people: bool) -> Json:
    contract = s.contract
    say = with_ids if people else without_ids
    return {
        "contract": _contract(contract),
        "readings": list(contract.under),
        **({"variations": [_variation(v) for v in contract.variations]} if contract.variations else {}),
        "earlier": None
        if s.earlier is None
        else {
            "on": s.earlier.on.isoformat(),
            "terms_sha256": s.earlier.terms,
            "settlement_sha256": s.earlier.settlement,
        },
        "dates": {
            "on": _day(s.on),
            "known_at": _day(s.known_at),
            "complete": {name: day.isoformat() for name, day in s.complete.items()},
        },
        "given": [{"figure": name if people else unnamed(name), "value": value} for name, value in s.given.items()],
        "records": [
            {
                "records": r.name,
                "title": contract.records[r.name].title,
                "read": r.read,
                "used": r.used,
                "repeated": r.repeated,
                "rejected": r.rejected,
                "later": r.later,
                "corrected": r.corrected,
                "excluded": [{"reason": why, "rows": n} for why, n in r.excluded],
            }
            for r in s.rows
        ],
        "counted": [
            {
                "measure": measure_of(name),
                "title": contract.figures[measure_of(name)].title,
                **({"under": list(under_of(name))} if under_of(name) else {}),
                "rows": n,
                "not_counted": [{"reason": why, "rows": k} for why, k in reasons],
            }
            for name, n, reasons in s.counted
        ],
        "figures": [_figure(f, say) for f in s.figures],
        "lines": [_line(line, s, people) for line in s.lines],
        "constraints": [_outcome(o, say) for o in s.constraints],
        "scales": [scale_json(drawn, say) for drawn in scales(s)],
        "changes": [change_json(change, say) for change in compared(s)],
        "totals": _totals(s),
    }


def unnamed(text: str) -> str:
    """What was typed when settling, without the ids in it: `price[(person)]`."""
    return re.sub(r"[\"“][^\"”]*[\"”]", "(person)", text)


def _contract(contract: Contract) -> Json:
    written = contract.written
    return {
        "name": written.name,
        "title": written.title,
        "purpose": written.purpose,
        "terms_sha256": hashlib.sha256(contract.source.text.encode()).hexdigest(),
        "currency": written.currency,
        "runs": [day.isoformat() for day in written.runs] if written.runs else None,
        "rounding": f"{written.rounding.place.written} {written.rounding.mode}" if written.rounding else None,
        "calendar": _calendar(contract),
        "parties": [{"role": p.role, "name": p.name, "title": p.title} for p in written.parties],
        "dimensions": {
            **{name: category.title for name, category in contract.categories.items()},
            **{name: period.title for name, period in contract.periods.items()},
        },
        "members": {
            d: {m: contract.title_of(d, m) for m in contract.members(d) or ()}
            for d in (*contract.categories, *contract.periods)
        },
        "periods": {
            name: {m.name: [m.first.isoformat(), m.last.isoformat()] for m in period.members}
            for name, period in contract.periods.items()
        },
    }


def _calendar(contract: Contract) -> Json | None:
    """What says which days are working days: a calendar of the package with the years it covers, or records of the contract."""
    match contract.calendar:
        case Calendar(name=name, years=(first, last)):
            return {"name": name, "records": None, "from": first, "to": last}
        case Column(records=records):
            return {"name": None, "records": records, "from": None, "to": None}
        case Calendar(name=name):
            return {"name": name, "records": None, "from": None, "to": None}
    return None


def _variation(v: Dated) -> Json:
    """A variation with dates: part of the contract, and in force on its days."""
    return {
        "variation": v.name,
        "title": v.title,
        "from": v.first.isoformat(),
        "to": _day(v.last),
        "by": v.day[0] if v.day else None,
        "only": {"dimension": v.only[0], "members": list(v.only[1])} if v.only else None,
        "replaces": [name for name in v.replaces if not name.endswith(".done")],
    }


def _under(under: Sequence[Under]) -> Json:
    """The dated variations by which something is what it is; nothing where there is none."""
    return (
        {"under": [{"variation": u.name, "from": u.first.isoformat(), "to": _day(u.last)} for u in under]}
        if under
        else {}
    )


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _figure(f: FigureLine, say: Say) -> Json:
    exact = exact_text(f.value)
    return {
        "figure": f.name,
        "title": f.title,
        "cell": dict(f.cell),
        "kind": f.value.kind.name if f.value.known else None,
        "state": str(f.value.state),
        "exact": None if exact is None else say(exact),
        "shown": say(f.working.shown),
        "why": say(f.value.why) or None,
        **_under(f.working.all_under),
        "working": working_json(f.working, say),
    }


def _line(line: Line, s: Settlement, people: bool) -> Json:
    contract, net = s.contract, line.net
    say = with_ids if people else without_ids
    closed = {d: m for d, m in line.cell.items() if contract.members(d) is not None}
    found: Json = {
        "line": line.of,
        "kind": line.kind,
        "title": line.title,
        "clause": line.clause,
        "cell": closed,
        "people": line.people if line.person else None,
        "each": None if line.each is None else money(line.each, contract),
        "amount": None if line.amount is None else money(line.amount, contract),
        "currency": contract.currency,
        "paid": money(net.paid, contract),
        "due": None if net.due is None else money(net.due, contract),
        "paid_on": _day(net.day),
        "state": "payable" if line.amount is not None else _state(line.state),
        "why": say(line.why) or None,
        "because": list(line.because),
        "to": line.payee or None,
        "shares": [_share(line, contract, *share) for share in net.shares],
        **_under(line.working.all_under),
        "working": working_json(line.working, say),
    }
    if line.kind == "limit":
        found["leaves_out"] = line.leaves_out
    if people and line.person:
        open_ = {d: m for d, m in line.cell.items() if d not in closed}
        found["person"] = {line.person: line.representative, **open_}
        everyone = {d: list(s.terms.everyone(d, member)) for d, member in found["person"].items()}
        found["everyone"] = {**everyone, **({line.person: list(line.no_more)} if line.no_more else {})}
    return found


def _share(line: Line, contract: Contract, payer: str, paid: Fraction, due: Fraction | None) -> Json:
    """What a payer bears of a line, what it had paid, and what is due from it."""
    bears = dict(line.shares).get(payer, Fraction(0))
    return {
        "payer": payer,
        "amount": None if line.amount is None else money(bears, contract),
        "paid": money(paid, contract),
        "due": None if due is None else money(due, contract),
    }


def _state(state: State) -> str:
    return "not yet" if state is State.NOT_YET else "refused"


def _outcome(o: Outcome, say: Say) -> Json:
    return {
        "constraint": o.name,
        "title": o.title,
        "clause": o.clause,
        "cell": dict(o.cell),
        "people": o.people,
        "result": o.result,
        "why": say(o.why) or None,
        **_under(o.working.all_under),
        "working": working_json(o.working, say),
    }


def _totals(s: Settlement) -> Json:
    contract = s.contract
    limits = sum((-(line.amount or Fraction(0)) for line in s.lines if line.kind == "limit"), Fraction(0))
    return {
        "amount": money(s.total, contract),
        "paid": money(s.paid, contract),
        "due": money(s.due, contract),
        "currency": contract.currency,
        "lines": len(s.payable),
        "refused": len(s.refused),
        "not_yet": len(s.not_yet),
        "payers": [
            {
                "payer": payer,
                **{word: money(sum_, contract) for word, sum_ in zip(("amount", "paid", "due"), sums, strict=True)},
            }
            for payer, sums in s.by_payer().items()
        ],
        "limits_took": money(limits, contract),
    }


def working_json(w: Working, say: Say) -> Json:
    """The tree of how a figure came about."""
    return {
        "of": say(w.of),
        "title": w.title,
        "kind": w.kind,
        **_under(w.under),
        "formula": w.formula or None,
        "with_numbers": say(w.with_numbers) or None,
        "exact": None if w.exact is None else say(w.exact),
        "shown": say(w.shown),
        "state": w.state,
        "why": say(w.why) or None,
        "steps": [say(step) for step in w.steps],
        "inputs": [working_json(inner, say) for inner in w.inputs],
    }


def shown_money(amount: str, currency: str) -> str:
    """An amount of the statement, for people. An amount that no two places write stands in full beside it."""
    number = Fraction(amount)
    shown = money_text(number, currency)
    return shown if (number * 100).denominator == 1 else f"{shown} (exactly {amount})"


def shown_day(day: str | None) -> str:
    """A day of the statement, for people."""
    return "not stated" if day is None else long_text(date.fromisoformat(day))
