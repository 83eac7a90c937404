"""What one figure's working is gathered in, and the small words that every figure needs."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import define, evolve, field

from pbr_rules import expressions as x
from pbr_rules import kinds
from pbr_rules.checked.model import Contract
from pbr_rules.exact import rounded
from pbr_rules.settlement.ids import marked
from pbr_rules.settlement.values import Reading, State, Value, Working, exact_text, known
from pbr_rules.words import words

Env = dict[str, str]
"""The member of each dimension that a place fixes."""

Result = tuple[Value, Working]


@define
class Frame:
    """What one figure's working is gathered in, and what only it can see."""

    inputs: list[Working] = field(factory=list)
    numbers: dict[x.Expression, str] = field(factory=dict)
    steps: list[str] = field(factory=list)
    arguments: dict[str, Value] = field(factory=dict)
    amount: Value | None = None
    row: dict[x.Expression, Value] = field(factory=dict)
    readings: list[Reading] = field(factory=list)

    def text(self, node: x.Expression) -> str:
        """The formula with the figures put in."""
        return words(node, self.numbers.get)


def label(contract: Contract, name: str, at: Env) -> str:
    """A figure and its cell, as a contract writes them: `events[c1, treated]`, `outcomes["A1", entered]`."""
    if not at:
        return name
    return f"{name}[{', '.join(member_text(contract, d, member) for d, member in at.items())}]"


def member_text(contract: Contract, dimension: str, member: str) -> str:
    """A member as a contract writes it: ids in quotes."""
    return member if contract.members(dimension) is not None else f'"{marked(member)}"'


def first_without(*values: Value) -> Value | None:
    """The first value that is not there: what is not known decides before what is missing."""
    absent = [value for value in values if not value.known]
    return next((v for v in absent if v.state is not State.MISSING), absent[0] if absent else None)


def every_one(values: Iterable[Value]) -> Value:
    """By value, not by order: one no decides, whatever else is not known."""
    listed = list(values)
    if any(v.known and v.of is False for v in listed):
        return known(kinds.FLAG, False)
    return first_without(*listed) or known(kinds.FLAG, True)


def any_one(values: Iterable[Value]) -> Value:
    listed = list(values)
    if any(v.known and v.of is True for v in listed):
        return known(kinds.FLAG, True)
    return first_without(*listed) or known(kinds.FLAG, False)


def round_off(value: Value, rounding: x.Rounding, frame: Frame) -> Value:
    place = rounding.place
    result = evolve(value, of=rounded(value.number, place.value, rounding.mode), counts=None)  # type: ignore[arg-type]
    frame.steps.append(f"rounded to {place.written} {rounding.mode}: {exact_text(value)} becomes {exact_text(result)}")
    return result
