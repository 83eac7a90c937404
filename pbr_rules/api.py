"""Compile a contract, settle it, work its examples. The command line and every other program come in here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from attrs import evolve, field, frozen

from pbr_rules import host
from pbr_rules.analysis.examples import Worked, work
from pbr_rules.analysis.examples import inputs as example_inputs
from pbr_rules.catalogue import Catalogue
from pbr_rules.checked.check import check
from pbr_rules.checked.model import Cell, Contract
from pbr_rules.compiled import Compiled, check_contract, compile_contract, required
from pbr_rules.dates import long_text
from pbr_rules.diagnostics import DataError, UsageError, did_you_mean, listing
from pbr_rules.engines.choose import choose
from pbr_rules.engines.exclude import exclude
from pbr_rules.evidence import quick
from pbr_rules.evidence.fit import fit
from pbr_rules.evidence.frame import ArrowStream, from_arrow
from pbr_rules.evidence.paid import Paid, read_paid
from pbr_rules.evidence.quarantine import Tolerance, too_many
from pbr_rules.evidence.read import Raw, Tell, read, silent, stamp
from pbr_rules.evidence.stored import exact
from pbr_rules.evidence.tables import Table
from pbr_rules.expressions import Expression
from pbr_rules.inquiry import figure_named, figures_given, person_named, tables_given
from pbr_rules.plan.model import Engine
from pbr_rules.settlement.compared import Comparison, compared
from pbr_rules.settlement.counts import counted, needs_complete
from pbr_rules.settlement.inputs import Inputs
from pbr_rules.settlement.statement import Settlement
from pbr_rules.settlement.statement import settle as settle_terms
from pbr_rules.settlement.trail import Explained, explain
from pbr_rules.source import Source
from pbr_rules.surface import tree as t

__all__ = [
    "Compiled",
    "From",
    "Rejected",
    "Request",
    "Settled",
    "check_contract",
    "compile_contract",
    "explained",
    "received",
    "required",
    "settle",
    "settle_example",
    "unchanged",
    "work_examples",
]

From = Path | Raw | ArrowStream
"""Where records are read from: a file, rows already read (`evidence.frame.from_cursor`), or a table in memory."""


@frozen
class Request:
    """What to settle with.

    Attributes:
        records: for each records clause a file, or a table in memory.
        complete: the last day that each file goes to.
        on: the settlement date, printed on the statement.
        set: figures given when settling, as text: `price` to `£1,000`, or one cell: `price[c1]`.
        tables: a file for each parameter given whole.
        engine: python, duckdb, polars, spark, or auto.
        tolerance: how many rows may be rejected, in place of what the contract says.
        compare: a file of what was really paid, to be set beside the settlement.
        known_at: rows that came to be known after that day are not read.
        paid: the last statement before this one, as JSON: what it and those before it paid is no longer due.
        memory: how much of large files the database holds in memory, as DuckDB has it (`2GB`); the rest waits on disk.
    """

    records: Mapping[str, From] = field(factory=dict)
    complete: Mapping[str, date] = field(factory=dict)
    on: date | None = None
    set: Mapping[str, str] = field(factory=dict)
    tables: Mapping[str, Path] = field(factory=dict)
    engine: str = "auto"
    tolerance: Tolerance | None = None
    readings: tuple[str, ...] = ()
    paid: Path | None = None
    known_at: date | None = None
    compare: Path | None = None
    memory: str | None = None


@frozen
class Settled:
    """A statement and what it was made with. `comparison`: beside what was really paid, where a file of it was given."""

    settlement: Settlement
    tables: Mapping[str, Table]
    engine: Engine
    raws: Mapping[str, Raw]
    comparison: Comparison | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What whoever sent the records should know, though it stopped nothing."""
        return tuple(note for name, table in self.tables.items() for note in _notes(self.raws.get(name), table))


def _notes(raw: Raw | None, table: Table) -> Iterator[str]:
    if raw is not None and table.numbered:
        columns = listing([f'"{name}"' for name in table.numbered])
        yield (
            f"{raw.known_as}: {columns} {'holds' if len(table.numbered) == 1 else 'hold'} text, and cells are stored as numbers: "
            "they are taken as their digits, and zeros in front, if there were any, are lost"
        )


def received(name: str, given: From, tell: Tell = silent) -> Raw:
    """Records from wherever they are.

    Raises:
        UsageError: they cannot be read, or are nothing that records are read from. DataError: they are no rows of columns.
    """
    if isinstance(given, Raw):
        return given
    if isinstance(given, Path):
        return read(given, tell)
    if isinstance(given, ArrowStream):
        return from_arrow(given, name, tell)
    lazy = "; collect it first" if hasattr(given, "collect") else ""
    raise UsageError(
        f"the records of `{name}` are a {type(given).__name__}, and are to be a path, or a table that gives an Arrow stream "
        f"(pyarrow, Polars, pandas from 2.2){lazy}"
    )


class Rejected(DataError):  # noqa: N818 - it is what happened to the rows
    """Too many rows do not fit: no statement. `tables` hold the rows set aside."""

    def __init__(self, message: str, tables: Mapping[str, Table]) -> None:
        self.tables = tables
        super().__init__(message)


def settle(source: Source, request: Request, catalogue: Catalogue | None = None, tell: Tell = silent) -> Settled:
    """The statement of a contract over files of records. `tell` is told how far it is.

    Raises:
        ContractError: the contract is wrong. PluginError: it lacks a plugin.
        UsageError: a file is not named, or names nothing; a date or a figure is needed.
        DataError: the records do not fit. `Rejected`: too many rows do not.
    """
    catalogue = catalogue or host.load()
    contract = required(compile_contract(source, request.readings, catalogue))
    _named(contract, request)
    figures = _given(source, contract, request, catalogue)
    tables, raws = _evidence(contract, request, tell)
    problems = [p for p in (too_many(table, request.tolerance) for table in tables.values()) if p]
    if problems:
        raise Rejected("\n".join(problems), tables)
    engine = choose(request.engine, contract, tables)
    paid = _paid(contract, request)
    stated = Inputs(tables, complete=request.complete, given=figures, paid=paid, known_at=request.known_at)
    inputs = counted(contract, stated, engine)
    unchanged(raws)
    shown = {**{name: str(path.name) for name, path in request.tables.items()}, **request.set}
    settlement = settle_terms(contract, inputs, request.on, shown)
    return Settled(settlement, tables, engine, raws, _compared(settlement, request))


def unchanged(raws: Mapping[str, Raw]) -> None:
    """Says that a file which is read more than once is still what it was.

    Raises:
        DataError: it is not.
    """
    for raw in raws.values():
        if raw.stamp is not None and (not Path(raw.name).is_file() or stamp(Path(raw.name)) != raw.stamp):
            raise DataError(f"{raw.known_as} changed while it was being read: settle again once it is whole")


def _evidence(contract: Contract, request: Request, tell: Tell) -> tuple[Mapping[str, Table], Mapping[str, Raw]]:
    """Typed rows: large files that fit are typed where they are read, any others row by row."""
    files = {name: given for name, given in request.records.items() if isinstance(given, Path)}
    if request.engine in ("auto", "duckdb") and len(files) == len(request.records) and quick.can(contract, files):
        found = quick.read(contract, files, tell, request.known_at, request.memory)
        if found is not None:
            return exclude(contract, found[0]), found[1]
    raws = {name: received(name, given, tell) for name, given in request.records.items()}
    return fit(contract, raws, lambda found: exclude(contract, found), tell, request.known_at), raws


def settle_example(source: Source, title: str, request: Request, catalogue: Catalogue | None = None) -> Settled:
    """The statement of a contract over the figures and rows of one of its worked examples: under the readings asked for, else
    under the example's own.

    Raises:
        ContractError: the contract is wrong, or what the example gives has no place under the readings.
        UsageError: it has no such example, or a figure that it gives is given for it too.
    """
    catalogue = catalogue or host.load()
    compiled = compile_contract(source, request.readings, catalogue)
    required(compiled)
    written = [c for c in compiled.document.declarations if isinstance(c, t.Example)]
    clause = next((c for c in written if c.title == title), None)
    if clause is None:
        raise UsageError(
            f'the contract has no example "{title}"; it has: ' + "; ".join(f'"{c.title}"' for c in written)
        )
    request = evolve(request, readings=request.readings or clause.under)
    here = evolve(clause, under=request.readings)
    others = tuple(c for c in compiled.document.declarations if not isinstance(c, t.Example))
    checked, diagnostics = check(source, t.Document((*others, here)), catalogue, request.readings)
    contract = required(evolve(compiled, contract=checked, diagnostics=diagnostics))
    (example,) = contract.examples
    engine = choose("python", contract)
    given = _given(source, contract, request, catalogue)
    if twice := [g.figure for g in example.figures if g.at in given.get(g.figure, {})]:
        raise UsageError(f'the example "{title}" gives `{twice[0]}` itself: leave that out, or take another --example')
    inputs = example_inputs(contract, example, engine, given, _paid(contract, request))
    settlement = settle_terms(contract, inputs, request.on, dict(request.set))
    return Settled(settlement, inputs.tables, engine, {}, _compared(settlement, request))


def explained(
    source: Source,
    settled: Settled,
    line: str,
    person: str | None,
    readings: tuple[str, ...] = (),
    catalogue: Catalogue | None = None,
) -> Explained:
    """One figure of a settlement, named as the contract names it, down to its records.

    Raises:
        UsageError: it names no figure, or nobody.
    """
    contract = settled.settlement.contract
    node = figure_named(source, line, readings, catalogue or host.load())
    about = None if person is None else person_named(contract, settled.tables, node, person)
    return explain(settled.settlement, node, settled.engine, about)


def work_examples(
    source: Source, catalogue: Catalogue | None = None, engine: str = "python"
) -> tuple[Compiled, tuple[Worked, ...]]:
    """The contract's worked examples, in the order written, each under the readings it names."""
    catalogue = catalogue or host.load()
    plain = check_contract(source, catalogue)
    if plain.contract is None:
        return plain, ()
    found: list[Worked] = []
    done: set[tuple[str, ...]] = set()
    for clause in plain.document.declarations:
        if not isinstance(clause, t.Example) or clause.under in done:
            continue
        done.add(clause.under)
        contract = required(compile_contract(source, clause.under, catalogue)) if clause.under else plain.contract
        found += [work(contract, example, choose(engine, contract)) for example in contract.examples]
    found.sort(key=lambda worked: worked.example.span.start)
    return plain, tuple(found)


def _named(contract: Contract, request: Request) -> None:
    """Every file and date is named, and names something."""
    for word, names in (("--records", request.records), ("--complete", request.complete)):
        for name in names:
            if name not in contract.records:
                near = did_you_mean(name, contract.records)
                raise UsageError(
                    f"{word} {name}=…: the contract has no records called `{name}`" + (f"; {near[0]}" if near else "")
                )
    absent = [name for name in contract.records if name not in request.records]
    if absent:
        raise UsageError(
            "no file is named for "
            + ", ".join(f"`{name}`" for name in absent)
            + ": "
            + " ".join(f"--records {name}=FILE" for name in absent)
        )
    _known(contract, request)
    open_ended = {name: why for name, why in needs_complete(contract).items() if name not in request.complete}
    if open_ended:
        whose = listing([f"the file of `{name}`" for name in open_ended])
        stated = " ".join(f"--complete {name}=DATE" for name in open_ended)
        goes = "goes" if len(open_ended) == 1 else "go"
        raise UsageError(f"say how far {whose} {goes}: {stated} ({'; '.join(open_ended.values())})")


def _compared(settlement: Settlement, request: Request) -> Comparison | None:
    """The settlement beside what was really paid."""
    return None if request.compare is None else compared(settlement, exact(read(request.compare)))


def _known(contract: Contract, request: Request) -> None:
    """What is settled as it was known on a day says so of its records, and not of a day after."""
    day = request.known_at
    if day is None:
        return
    if not any(records.known_from for records in contract.records.values()):
        raise UsageError(
            f"--known-at {day}: no records of the contract say when a row came to be known: `known from` a column of it"
        )
    if request.on is not None and request.on < day:
        raise UsageError(f"--known-at {day}: settled on {long_text(request.on)}, nothing later is known")
    for name, complete in request.complete.items():
        if contract.records[name].known_from and complete > day:
            raise UsageError(
                f"--complete {name}={complete}: as known on {long_text(day)}, the file of `{name}` goes no further than that"
            )


def _paid(contract: Contract, request: Request) -> Paid | None:
    """The statement before this one."""
    if request.paid is None:
        return None
    paid = read_paid(request.paid, contract.written.name, contract.currency)
    if request.on is None:
        raise UsageError("say when this is settled: --on DATE (the earlier statement is of an earlier day)")
    if request.on < paid.on:
        raise UsageError(
            f"{request.paid.name} was settled on {long_text(paid.on)}, which is after {long_text(request.on)}"
        )
    return paid


def _given(
    source: Source, contract: Contract, request: Request, catalogue: Catalogue
) -> dict[str, dict[Cell, Expression]]:
    """Parameters given when settling, whole as a file or one by one."""
    tables = tables_given(contract, request.tables)
    for name, cells in figures_given(source, contract, request.set, request.readings, catalogue).items():
        tables.setdefault(name, {}).update(cells)
    return tables
