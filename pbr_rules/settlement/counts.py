"""Between the plan and the terms: the counts, in the order in which one can be asked after another, and what must be stated.

A count may turn on figures of the terms: an agreed length, a day that another measure gives each person. Those are settled
first, and put in: one figure as its value, one for each row as a column that stands beside the row's own. So an engine sees no
terms, and people inside people are priced, handed back and counted again by what is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from attrs import evolve

from pbr_rules import expressions as x
from pbr_rules.checked.inside import inside
from pbr_rules.checked.model import Cell, Contract, Measure
from pbr_rules.checked.versions import read_by, versions
from pbr_rules.engines.once import must_agree
from pbr_rules.engines.rows import window_reader
from pbr_rules.engines.working import in_count
from pbr_rules.plan.from_checked import calculated, plan, records_read, undecided
from pbr_rules.plan.model import Count, Engine, What, ends
from pbr_rules.settlement.handed import Handed
from pbr_rules.settlement.inputs import Counted, Inputs
from pbr_rules.settlement.terms import Terms
from pbr_rules.tallies import Over
from pbr_rules.words import words


def counted(contract: Contract, inputs: Inputs, engine: Engine) -> Inputs:
    """The inputs with every count whose records are there. What one count turns on is counted before it."""
    left = {
        key: count
        for key, count in plan(contract).counts.items()
        if records_read(count, contract) <= inputs.tables.keys()
    }
    needs = {measure.name: set(_measures_under(contract, measure)) for measure in contract.measures}
    while left:
        waiting = {count.measure for count in left.values()}
        ready = {key: count for key, count in left.items() if waiting.isdisjoint(needs[count.measure])}
        terms = Terms(contract, inputs)
        answers, made = dict(inputs.answers), dict(inputs.counts)
        for key, count in ready.items():
            here = terms.under(count.under)
            handed = Handed(here, in_count(evolve(count, complete=inputs.complete), here.calendar))
            if handed.count is None:
                continue
            made[key] = Counted(handed.count, handed.tables, handed.held)
        counts = [(key, made[key]) for key in ready if key in made]
        for _, each in counts:
            must_agree(each.count, each.tables, contract.periods)
        found = engine.answer_all([(each.count, each.tables) for _, each in counts])
        for (key, each), answer in zip(counts, found, strict=True):
            measure: Measure = contract.standing(ready[key].under).figures[ready[key].measure]  # type: ignore[assignment]
            some = _some(each, engine) if measure.tally.over is Over.COUNTED else None
            answers[key] = evolve(answer, known_from=_known_from(each.count, contract), some=some)
        inputs = evolve(inputs, answers=answers, counts=made)
        left = {key: count for key, count in left.items() if key not in ready}
    return inputs


def _measures_under(contract: Contract, measure: Measure) -> Iterator[str]:
    """The measures that a measure turns on: those that the figures read for its rows come from."""
    waiting = [measure.name]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        for of in {of for clause in versions(contract, name) for of in read_by(clause)} - seen:
            seen.add(of)
            waiting.append(of)
            if isinstance(contract.figures.get(of), Measure):
                yield of


def _some(made: Counted, engine: Engine) -> dict[Cell, int]:
    """How many people have a row that counts, in each cell."""
    people = evolve(made.count, what=What.PEOPLE, column=None, keys=(), most=None)
    return {cell: sum(n.values()) for cell, n in engine.answer(people, made.tables).counted.items()}


def _known_from(count: Count, contract: Contract) -> date | None:
    """The last day of any window that ends with a day of no row: it holds a figure back even where there are no rows."""
    fixed = [w for w in count.closing if not any(isinstance(node, x.Column) for end in ends(w) for node in x.walk(end))]
    bounds = [window_reader(window, {}, contract.periods)(0) for window in fixed]
    return max((found[1] for found in bounds if found is not None), default=None)


def needs_complete(contract: Contract) -> dict[str, str]:
    """Records whose end must be stated, because a window or a period could still be open, and why."""
    found: dict[str, str] = {}
    for count in plan(contract).counts.values():
        if count.covering is not None:
            for stretch in (count.covering.stretch, *(taken.stretch for taken in count.covering.without)):
                if contract.records[stretch.records].columns[stretch.last.name].optional:
                    found.setdefault(
                        stretch.records, f"`{count.measure}` counts the days of stretches that may still go on"
                    )
        for window in count.closing:
            found.setdefault(count.records, f"`{count.measure}` counts where {words(window)}")
        for each in count.undecided:
            found.setdefault(each.records, f"`{count.measure}` counts where {words(each.window)}")
        if any(isinstance(axis.at, x.PeriodOf) and not axis.on_base for axis in count.axes):
            found.setdefault(count.records, f"`{count.measure}` is counted by period")
    stands = (contract, *(contract.standing((variation.name,)) for variation in contract.variations))
    for part in (part for each in stands for part in calculated(each)):
        for each in undecided(contract, inside(part)):
            found.setdefault(each.records, f"`{part.name}` turns on {words(each.window)}")
    return found
