"""What is due now: what each line comes to, less what earlier statements paid on it.

A payment is what the contract owes in all up to the settlement date, whatever was paid before. So recomputing, restating,
cumulating and truing up are one thing: a line is settled anew, and the difference is due.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import evolve

from pbr_rules import kinds
from pbr_rules.checked.model import Payment
from pbr_rules.evidence.paid import PaidLine, key
from pbr_rules.settlement.line import Line, Net
from pbr_rules.settlement.values import State, known, put_in, worked

if TYPE_CHECKING:
    from pbr_rules.settlement.frame import Env
    from pbr_rules.settlement.terms import Terms


def netted(terms: Terms, lines: Iterable[Line], on: date | None) -> tuple[Line, ...]:
    """Every line with what was paid before and what is due, and after them what limits took before and take no more."""
    lines = list(lines)
    found = [
        line if line.net.settled else evolve(line, net=_net(line, terms.inputs.earlier(key(line.of, line.at)), on))
        for line in lines
    ]
    return (*found, *no_more(terms, lines, ("limit", "duty")))


def _net(line: Line, earlier: PaidLine | None, on: date | None) -> Net:
    """What is due on a line. Of a line that is not settled nothing is due, and what was paid on it stays."""
    before = dict(earlier.shares) if earlier is not None else {}
    paid = (earlier.amount if earlier is not None else Fraction(0)) * line.people
    due = None if line.amount is None else line.amount - paid
    now = dict(line.shares)
    shares = tuple(
        (payer, before.get(payer, Fraction(0)) * line.people, None if due is None else
         now.get(payer, Fraction(0)) - before.get(payer, Fraction(0)) * line.people)
        for payer in dict.fromkeys((*now, *before))
    )  # fmt: skip
    first = earlier.day if earlier is not None else None
    return Net(paid, due, first or (on if due else None), shares)


def no_more(terms: Terms, lines: Iterable[Line], of: tuple[str, ...]) -> Iterator[Line]:
    """Lines of some kinds that were paid and that this settlement has none of: whoever is excluded now, or a payment no longer in the
    terms. They are netted already."""
    alike: dict[tuple[object, ...], list[PaidLine]] = {}
    here = {key(line.of, line.at) for line in lines}
    for paid in terms.inputs.paid.lines.values() if terms.inputs.paid is not None else ():
        if paid.kind not in of or paid.amount == 0 or key(paid.line, _as_stands(terms, paid.cell)) in here:
            continue
        closed = tuple((d, m) for d, m in paid.cell.items() if terms.contract.members(d) is not None)
        apart = () if len(paid.cell) - len(closed) <= 1 else tuple(paid.cell.items())
        alike.setdefault((paid.line, closed, apart, paid.amount, paid.day, paid.shares), []).append(paid)
    for group in alike.values():
        yield _line_no_more(terms, sorted(group, key=lambda p: sorted(p.cell.items())))


def _as_stands(terms: Terms, cell: Mapping[str, str]) -> Env:
    """The cell with whoever stands for each person now; as it is where there is nobody."""
    contract = terms.contract
    return {
        d: (terms.people.representative(d, m) or m) if contract.owner(d) is not None and contract.members(d) is None else m
        for d, m in cell.items()
    }  # fmt: skip


def _line_no_more(terms: Terms, alike: list[PaidLine]) -> Line:
    paid, people = alike[0], len(alike)
    figure = terms.contract.figures.get(paid.line)
    stays = isinstance(figure, Payment) and figure.never_recovered
    money = kinds.money(terms.contract.currency)
    was = known(money, paid.amount)
    each = paid.amount if stays else Fraction(0)
    value = known(money, each)
    said = f"earlier statements paid {put_in(was)}, and nothing here is a line of it now"
    steps = [said, *(["never recovered: what was paid stays paid"] if stays else [])]
    working = worked(terms.label(paid.line, dict(paid.cell)), paid.title, value, steps=steps, kind=money)
    open_ = [d for d in paid.cell if terms.contract.members(d) is None]
    person = open_[0] if open_ else None
    nothing = Fraction(0)
    shares = tuple((payer, (part if stays else nothing) * people) for payer, part in paid.shares)
    return Line(
        paid.line,
        paid.kind,
        paid.title,
        paid.clause,
        {d: m for d, m in paid.cell.items() if d != person},
        person,
        paid.cell[person] if person else None,
        people,
        each,
        each * people,
        State.KNOWN,
        "",
        (),
        paid.payee,
        shares,
        working,
        net=Net(
            paid.amount * people,
            (each - paid.amount) * people,
            paid.day,
            tuple((p, part * people, nothing if stays else -part * people) for p, part in paid.shares),
            settled=True,
        ),
        no_more=tuple(each.cell[person] for each in alike) if person else (),
    )
