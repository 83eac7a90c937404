"""Contracts written as text, settled over small tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

from attrs import frozen

from pbr_rules import api
from pbr_rules.analysis.examples import Worked
from pbr_rules.api import Request, Settled
from pbr_rules.diagnostics import did_you_mean
from pbr_rules.kinds import Exact
from pbr_rules.testing.under_test import contract, gathered

Rows = str | Sequence[Mapping[str, object]]
"""The rows of one records clause: CSV text, or a mapping from column to cell for each row."""

Day = date | str


class Figures(Mapping[str, Exact]):
    """Exact values by figure and cell, as a contract writes them: `figures["visits[north]"]`, or `figures("visits[north]")`.

    One without a value is its state and the reason, as text: `missing: nobody is counted over in …`.
    """

    def __init__(self, found: Mapping[str, Exact], problems: Sequence[str] = ()) -> None:
        self._found, self._problems = dict(found), tuple(problems)

    def __getitem__(self, name: str) -> Exact:
        if name in self._found:
            return self._found[name]
        near = did_you_mean(name, self._found) or (f"there are {', '.join(self._found) or 'none'}",)
        raise KeyError("; ".join((f"there is no `{name}`", *near, *self._problems)))

    __call__ = __getitem__

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __repr__(self) -> str:
        return f"Figures({self._found!r})"


@frozen
class Tried:
    """A contract that was settled.

    Attributes:
        figures: measures and figures by name and cell. amounts: what each line comes to.
        problems: the errors of the contract, and the rows that were set aside, each as a sentence.
        settled: all that the api gives; None where the contract has an error.
    """

    figures: Figures
    amounts: Figures
    problems: tuple[str, ...]
    settled: Settled | None


def settle(
    text: str,
    rows: Mapping[str, Rows] | None = None,
    *,
    plugins: Sequence[ModuleType] = (),
    complete: Day | Mapping[str, Day] | None = None,
    given: Mapping[str, str] | None = None,
    engine: str = "python",
) -> Tried:
    """The statement of a contract over small tables.

    `complete`: the last day that every file goes to, or a day for each. `given`: figures given when settling, as text.

    Raises:
        UsageError: records, a day or a figure are lacking. DataError: the records do not fit. PluginError: a plugin fails.
    """
    source, catalogue = contract(text, plugins), gathered(tuple(plugins))
    compiled = api.check_contract(source, catalogue)
    problems = tuple("; ".join((d.headline, *d.help)) for d in compiled.diagnostics if d.is_error)
    if problems or compiled.contract is None:
        return Tried(Figures({}, problems), Figures({}, problems), problems, None)
    rows = rows or {}
    if complete is None or isinstance(complete, date | str):
        complete = {} if complete is None else dict.fromkeys(compiled.contract.records, complete)
    days = {name: date.fromisoformat(day) if isinstance(day, str) else day for name, day in complete.items()}
    with TemporaryDirectory() as folder:
        files = {name: Path(folder) / f"{name}.csv" for name in rows}
        for name, path in files.items():
            listed = rows[name]
            heading = list(compiled.contract.records[name].columns) if name in compiled.contract.records else []
            path.write_text(listed if isinstance(listed, str) else _csv(listed, heading), encoding="utf-8")
        request = Request(files, days, set=given or {}, engine=engine)
        settled = api.settle(source, request, catalogue)
    statement = settled.settlement
    aside = tuple(
        f"{name}, line {row.line}: {' '.join(part for part in (row.column, row.value, row.reason) if part)}"
        for name, table in settled.tables.items()
        for row in table.rejected
    )
    figures = {
        f.working.of: f.value.of if f.value.known else f"{f.value.state}: {f.value.why}" for f in statement.figures
    }
    amounts: dict[str, Exact] = {
        line.working.of: line.amount if line.amount is not None else f"{line.state}: {line.why}"
        for line in statement.lines
    }
    return Tried(Figures(figures, aside), Figures(amounts, aside), aside, settled)


def _csv(rows: Sequence[Mapping[str, object]], heading: Sequence[str]) -> str:
    written = io.StringIO()
    names = list(dict.fromkeys((*heading, *(name for row in rows for name in row))))
    lines = csv.DictWriter(written, names, restval="")
    lines.writeheader()
    lines.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return written.getvalue()


def _cell(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "", True: "yes", False: "no"}[value]
    if isinstance(value, float):
        raise TypeError(f"{value!r} is not exact: write it as text, as it stands in a file")
    if isinstance(value, Fraction):
        raise TypeError(f"{value!r} is no cell of a file: write it as text")
    return str(value)


def examples(text: str, plugins: Sequence[ModuleType] = (), *, engine: str = "python") -> tuple[Worked, ...]:
    """The worked examples of a contract, each with what was expected and what came out.

    Raises:
        ContractError: the contract has an error.
    """
    compiled, worked = api.work_examples(contract(text, plugins), gathered(tuple(plugins)), engine)
    api.required(compiled)
    return worked


class Bench:
    """`settle` and `examples`, as the fixture `pbr_bench` gives them."""

    settle = staticmethod(settle)
    examples = staticmethod(examples)
