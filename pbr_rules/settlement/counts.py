"""Between the plan and the terms: agreed figures that row conditions read, what must be stated, and the counts themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from attrs import evolve

from pbr_rules import expressions as x
from pbr_rules.checked.model import Cell, Contract
from pbr_rules.engines.once import must_agree
from pbr_rules.engines.rows import window_reader
from pbr_rules.evidence.tables import Table
from pbr_rules.plan.from_checked import calculated, inside, plan, records_read, undecided
from pbr_rules.plan.model import Answer, Count, Engine, ends
from pbr_rules.settlement.inputs import Inputs
from pbr_rules.settlement.terms import Terms
from pbr_rules.settlement.values import Value
from pbr_rules.words import words

Given = Mapping[str, Mapping[Cell, x.Expression]]


def constants(contract: Contract, given: Given) -> dict[x.Expression, Value]:
    """The agreed figures that conditions on rows read, each settled once: an engine sees only the value."""
    terms = Terms(contract, Inputs(given=given))
    found: dict[x.Expression, Value] = {}
    for measure in contract.measures:
        for condition in (*measure.where, *measure.among):
            for node in x.walk(condition):
                if isinstance(node, x.Read):
                    found[node] = terms.value(node, {}, terms.frame())
    return found


def counted(
    contract: Contract, tables: Mapping[str, Table], engine: Engine, fixed: Mapping[x.Expression, Value]
) -> dict[tuple[str, tuple[str, ...]], Answer]:
    """Every count whose records are there."""
    answers = {}
    for key, count in plan(contract).counts.items():
        ready = with_constants(count, fixed)
        if ready is None or not records_read(ready, contract) <= tables.keys():
            continue
        must_agree(ready, tables, contract.periods)
        answers[key] = evolve(engine.answer(ready, tables), known_from=_known_from(ready, contract))
    return answers


def _known_from(count: Count, contract: Contract) -> date | None:
    """The last day of any window that ends with a day of no row: it holds a figure back even where there are no rows."""
    fixed = [w for w in count.closing if not any(isinstance(node, x.Column) for end in ends(w) for node in x.walk(end))]
    bounds = [window_reader(window, {}, contract.periods)(0) for window in fixed]
    return max((found[1] for found in bounds if found is not None), default=None)


def with_constants(count: Count, fixed: Mapping[x.Expression, Value]) -> Count | None:
    """The count with agreed figures in place of their names, or None where one of them is not known."""

    def put(node: x.Expression) -> x.Expression:
        if isinstance(node, x.Read):
            value = fixed[node]
            if not value.known:
                raise LookupError(node.figure)
            return x.Literal(value.of, value.kind, words(node))  # type: ignore[arg-type]
        return x.with_children(node, put)

    try:
        where, among, closing = (tuple(map(put, part)) for part in (count.where, count.among, count.closing))
        waiting = tuple(evolve(each, day=put(each.day), window=put(each.window)) for each in count.undecided)  # type: ignore[arg-type]
    except LookupError:
        return None
    return evolve(count, where=where, among=among, closing=closing, undecided=waiting)  # type: ignore[arg-type]


def needs_complete(contract: Contract) -> dict[str, str]:
    """Records whose end must be stated, because a window or a period could still be open, and why."""
    found: dict[str, str] = {}
    for count in plan(contract).counts.values():
        for window in count.closing:
            found.setdefault(count.records, f"`{count.measure}` counts where {words(window)}")
        for each in count.undecided:
            found.setdefault(each.records, f"`{count.measure}` counts where {words(each.window)}")
        if any(isinstance(axis.at, x.PeriodOf) and not axis.on_base for axis in count.axes):
            found.setdefault(count.records, f"`{count.measure}` is counted by period")
    for part in calculated(contract):
        for each in undecided(contract, inside(part)):
            found.setdefault(each.records, f"`{part.name}` turns on {words(each.window)}")
    return found
