"""What every contract keeps, whatever its terms: tried on the rows and figures of its own worked examples.

Settled twice, or with its rows in another order, it comes to the same. Settled over a part of the rows and then over all of them, what
was due in the two adds up, line by line, to what one settlement of all comes to.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from attrs import evolve

from pbr_rules import api
from pbr_rules.analysis.examples import inputs
from pbr_rules.catalogue import Catalogue
from pbr_rules.checked.model import Contract, Example
from pbr_rules.diagnostics import DataError
from pbr_rules.engines.choose import choose
from pbr_rules.evidence.paid import Key, Paid, PaidLine, key
from pbr_rules.expressions import Expression
from pbr_rules.settlement.line import Line
from pbr_rules.settlement.statement import Settlement, settle
from pbr_rules.source import Source
from pbr_rules.surface import tree as t

FIRST, SECOND = date(2000, 1, 1), date(2000, 4, 1)
"""Settlement dates of the two statements: nothing that is calculated reads them but the day of a payment."""


def broken(source: Source, catalogue: Catalogue) -> list[str]:
    """Each way in which a contract does not keep them, for people; none where it does."""
    return [problem for contract, example in _examples(source, catalogue) for problem in _broken(contract, example)]


def _examples(source: Source, catalogue: Catalogue) -> Iterator[tuple[Contract, Example]]:
    """Each worked example that gives rows, with the contract under its readings."""
    compiled = api.compile_contract(source, (), catalogue)
    under = dict.fromkeys(c.under for c in compiled.document.declarations if isinstance(c, t.Example))
    for readings in under:
        contract = api.required(api.compile_contract(source, readings, catalogue))
        yield from ((contract, example) for example in contract.examples if example.rows)


def _broken(contract: Contract, example: Example) -> Iterator[str]:
    whole = _settled(contract, example)
    if _lines(whole) != _lines(_settled(contract, example)):
        yield f'"{example.title}": settled again, it comes to something else'
    if _lines(whole) != _lines(_settled(contract, _reordered(example))):
        yield f'"{example.title}": with its rows in another order it comes to something else'
    try:
        first = _settled(contract, _part(contract, example), on=FIRST)
    except DataError:
        return  # a part of the rows that is no evidence by itself
    second = _settled(contract, example, _paid(first), SECOND)
    yield from _does_not_add_up(example, first, second)


def _settled(contract: Contract, example: Example, paid: Paid | None = None, on: date | None = None) -> Settlement:
    stated = inputs(contract, example, choose("python", contract), {}, paid)
    return settle(contract, stated, on)


def _reordered(example: Example) -> Example:
    return evolve(example, rows=tuple(_with_rows(line, tuple(reversed(_rows(line)))) for line in example.rows))


def _part(contract: Contract, example: Example) -> Example:
    """The example without the second half of the rows that no other row names."""
    named = {c.kind.detail for r in contract.records.values() for c in r.columns.values() if c.kind.name == "id"}
    return evolve(
        example,
        rows=tuple(
            line if line.records in named else _with_rows(line, _rows(line)[: len(_rows(line)) // 2])
            for line in example.rows
        ),
    )


Rows = tuple[tuple[Expression, ...], ...]


def _rows(line: t.GivenRows) -> Rows:
    return line.table.grid.rows if line.table.grid is not None else ()


def _with_rows(line: t.GivenRows, rows: Rows) -> t.GivenRows:
    grid = line.table.grid
    return line if grid is None else evolve(line, table=evolve(line.table, grid=evolve(grid, rows=rows)))


Said = tuple[Fraction | None, str, str]


def _each(settlement: Settlement) -> Iterator[tuple[Key, Line]]:
    """Each line for each person that it stands for."""
    for line in settlement.lines:
        if not line.person or not line.representative:
            yield key(line.of, line.at), line
            continue
        for who in line.no_more or settlement.terms.everyone(line.person, line.representative):
            yield key(line.of, {**line.at, line.person: who}), line


def _lines(settlement: Settlement) -> dict[Key, Said]:
    return {at: (line.each, str(line.state), line.why) for at, line in _each(settlement)}


def _paid(settlement: Settlement) -> Paid:
    """A settlement as the next one reads it."""
    lines = {
        at: PaidLine(
            line.of,
            line.kind,
            line.title,
            line.clause,
            dict(at[1]),
            line.amount is not None,
            ((line.net.paid + (line.net.due or 0)) / line.people),
            line.net.day,
            line.payee,
            tuple((payer, (paid + (due or 0)) / line.people) for payer, paid, due in line.net.shares),
        )
        for at, line in _each(settlement)
    }
    return Paid(FIRST, "", "", lines)


def _does_not_add_up(example: Example, first: Settlement, second: Settlement) -> Iterator[str]:
    before = dict(_each(first))
    now = dict(_each(second))
    for at, line in now.items():
        was = before.get(at)
        due_before = was.net.due / was.people if was is not None and was.net.due is not None else Fraction(0)
        if line.net.due is not None and line.each != due_before + line.net.due / line.people:
            yield f'"{example.title}": what was due on {at[0]} in two statements does not add up to what it comes to'
    lost = [at for at, line in before.items() if line.net.due and at not in now]
    yield from (f'"{example.title}": the second statement has lost {at[0]}' for at in lost)
