"""What can be said before settling of variations with dates: that two would be in force at once, that a clause would never be
read on a day, and that a period lies on both sides of an edge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import combinations

from attrs import frozen

from pbr_rules.checked.model import Constraint, Contract, Dated, Figure, Limit, Payment, PeriodDays, Scale
from pbr_rules.checked.places import Declared, Place
from pbr_rules.checked.versions import Clause, meet, plain, read_by, readers
from pbr_rules.dates import days_text, long_text
from pbr_rules.diagnostics import Diagnostic, Label, listing, warning

Report = Callable[[Diagnostic], None]

DAY = timedelta(days=1)


def in_force(contract: Contract, report: Report) -> None:
    """Reports what is wrong with the variations of a contract together, and with the days of each."""
    for first, second in combinations(contract.variations, 2):
        for problem in _at_once(first, second):
            report(problem)
    for problem in _circles(contract):
        report(problem)
    read = readers(contract)
    for variation in contract.variations:
        for name in variation.replaces:
            if not name.endswith(".done"):
                for problem in _reached(contract, variation, name, read):
                    report(problem)


def _at_once(first: Dated, second: Dated) -> Iterator[Diagnostic]:
    """Two variations of one clause that would certainly be in force at once. Where only a cell can tell, its line is refused."""
    both = [name for name in first.replaces if name in second.replaces and not name.endswith(".done")]
    if not both or first.day != second.day or not meet(first, second):
        return
    if _apart(first, second):
        return
    lasts = [v.last for v in (first, second) if v.last is not None]
    days = days_text(max(first.first, second.first), min(lasts) if lasts else None)
    early, late = sorted((first, second), key=lambda v: v.first)
    help_ = [f"end `{early.name}` on {long_text(late.first - DAY)}"] if early.first < late.first else []
    yield Diagnostic(
        "varied",
        f"`{first.name}` and `{second.name}` both replace {listing([f'`{name}`' for name in both])}, and are in force together "
        f"({days})",
        second.span,
        labels=(Label(first.span, "and so does this"),),
        help=(*help_, "or say what each is for: `by joined, region only north`"),
    )


def _apart(first: Dated, second: Dated) -> bool:
    """Whether two variations may be for different cells: for others of one thing, or for some of two things."""
    if first.only is None or second.only is None:
        return False
    return first.only[0] != second.only[0] or set(first.only[1]).isdisjoint(second.only[1])


# ---- the cells that a replaced clause is read at


@frozen
class _Cells:
    """How far up from a clause the day that decides is found.

    Attributes:
        dated: clauses whose cells have a day, through which it is read.
        undated: payments, limits and constraints that read it, and no day on the way.
        whose: whether anything on the way, or above, says whose a cell is.
    """

    dated: tuple[str, ...]
    undated: tuple[str, ...]
    whose: bool


def _reached(contract: Contract, variation: Dated, name: str, read: dict[str, set[str]]) -> Iterator[Diagnostic]:
    cells = _cells(contract, variation, name, read)
    clause = variation.of(name)
    if clause is None:
        return
    if not cells.dated:
        yield Diagnostic(
            "varied",
            f"`{name}` would never be replaced by `{variation.name}`: no cell that reads it has a day",
            clause.span,
            labels=(Label(variation.span, "the days it is in force"),),
            help=(
                "give the payment a day: `dated: joined`",
                "or name the column that decides: `variation … by joined`",
                "or let the figure run over a period",
            ),
        )
    elif variation.only is not None and not cells.whose:
        yield Diagnostic(
            "varied",
            f"`{name}` would never be replaced by `{variation.name}`: nothing that reads it says which `{variation.only[0]}` it is "
            "for",
            clause.span,
            help=(f"let a figure that reads it run over `{variation.only[0]}`",),
        )
    for reader in cells.undated:
        part = plain(contract, reader)
        if part is not None and cells.dated:
            yield warning(
                "varied",
                f"`{reader}` reads `{name}` and has no day, so `{variation.name}` never applies to it",
                part.span,
                help=(
                    "give it a day, with `dated:` or a period, or name the column that decides after the variation's `by`",
                ),
            )
    for dated in cells.dated:
        yield from _straddling(contract, variation, name, dated)


def _cells(contract: Contract, variation: Dated, name: str, read: dict[str, set[str]]) -> _Cells:
    dated, undated, whose = [], [], False
    seen, waiting, above = {name}, [name], set[str]()
    while waiting:
        here = waiting.pop()
        clause = plain(contract, here)
        if clause is None:
            continue
        if here not in above:
            if _has_day(contract, variation, clause):
                dated.append(here)
                above |= read.get(here, set())
            elif isinstance(clause, Payment | Limit | Constraint):
                undated.append(here)
        whose = whose or _has_member(contract, variation, clause)
        more = read.get(here, set()) - seen
        above |= more if here in above else set()
        seen |= more
        waiting += sorted(more)
    return _Cells(tuple(dated), tuple(undated), whose)


def _place(contract: Contract, clause: Figure | Constraint) -> Place:
    declared = Declared(contract.categories, contract.periods, contract.records)
    return Place(declared, tuple(axis.dimension for axis in clause.axes))


def _by_column(contract: Contract, variation: Dated, clause: Figure | Constraint) -> bool:
    return variation.day is not None and len(_place(contract, clause).columns(*variation.day)) == 1


def _has_day(contract: Contract, variation: Dated, clause: Clause) -> bool:
    if isinstance(clause, Scale):
        return False
    if any(axis.dimension in contract.periods for axis in clause.axes):
        return True
    if isinstance(clause, Payment) and clause.dated is not None:
        return True
    return _by_column(contract, variation, clause)


def _has_member(contract: Contract, variation: Dated, clause: Clause) -> bool:
    if variation.only is None or isinstance(clause, Scale):
        return variation.only is None
    return len(_place(contract, clause).locate(variation.only[0])) == 1


def _straddling(contract: Contract, variation: Dated, name: str, reader: str) -> Iterator[Diagnostic]:
    """Members of the period of a clause that lie on both sides of an edge."""
    clause = plain(contract, reader)
    if clause is None or isinstance(clause, Scale) or _by_column(contract, variation, clause):
        return
    periods = [
        (contract.periods[axis.dimension], axis.members or ())
        for axis in clause.axes
        if axis.dimension in contract.periods
    ]
    for period, members in periods:
        if any(other.parent == period.name for other, _ in periods):
            continue  # the narrower one decides
        for member in period.members:
            edge = _edge(variation, member)
            if member.name not in members or edge is None:
                continue
            days = days_text(member.first, member.last)
            said = f"`{member.name}` of `{period.name}` ({days}) lies only partly inside `{variation.name}`"
            reads = (
                "and nothing says which terms hold for it" if reader == name else f"and `{reader}` reads `{name}` there"
            )
            help_ = (f"split the period: end one on {long_text(edge - DAY)}, and begin the next on {long_text(edge)}",)
            if reader == name:
                yield Diagnostic("straddles", f"{said}, {reads}", variation.span, help=help_)
            else:
                yield warning("straddles", f"{said}, {reads}: that line would be refused", variation.span, help=help_)


def _edge(variation: Dated, member: PeriodDays) -> date | None:
    """The first day of the terms that begin inside a period, or None."""
    if member.first < variation.first <= member.last:
        return variation.first
    if variation.last is not None and variation.holds(member.first) and member.last > variation.last:
        return variation.last + DAY
    return None


# ---- circles


def _circles(contract: Contract) -> Iterator[Diagnostic]:
    """Figures that read one another in a circle once several variations are in force."""
    by_name = {variation.name: variation for variation in contract.variations}

    def seen_from(version: tuple[str, str]) -> Iterator[tuple[str, str]]:
        name, under = version
        clause = by_name[under].of(name) if under else plain(contract, name)
        for of in sorted(read_by(clause)) if clause is not None else ():
            if under and by_name[under].of(of) is not None:
                yield of, under
                continue
            yield of, ""
            yield from ((of, v.name) for v in contract.variations if v.of(of) is not None)

    done: set[tuple[str, str]] = set()
    for variation in contract.variations:
        for name in variation.replaces:
            path: list[tuple[str, str]] = []
            circle = _walk((name, variation.name), seen_from, path, done)
            if circle is not None:
                said = " → ".join(f"`{of}`" + (f" (`{under}`)" if under else "") for of, under in circle)
                yield Diagnostic("loop", f"these figures would read one another in a circle: {said}", variation.span)
                return


def _walk(
    here: tuple[str, str],
    seen_from: Callable[[tuple[str, str]], Iterator[tuple[str, str]]],
    path: list[tuple[str, str]],
    done: set[tuple[str, str]],
) -> list[tuple[str, str]] | None:
    if here in path:
        return [*path[path.index(here) :], here]
    if here in done:
        return None
    path.append(here)
    for of in seen_from(here):
        circle = _walk(of, seen_from, path, done)
        if circle is not None:
            return circle
    path.pop()
    done.add(here)
    return None
