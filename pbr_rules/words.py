"""An expression in the contract's own words: for the formatter, and for explanations with the numbers put in."""

from __future__ import annotations

import re
from collections.abc import Callable

from pbr_rules import expressions as x
from pbr_rules.dates import Duration

PutIn = Callable[[x.Expression], str | None]

_NAME = re.compile(r"[^\W\d_A-Z]\w*")

# How tightly each form holds together, loosest first. A looser form inside a tighter one needs brackets.
_CASES, _LIST, _ALTERNATIVE, _CONDITION, _SUM, _PRODUCT, _FACTOR, _OPERAND = range(8)

_LEVELS: dict[type[x.Expression], int] = {
    x.Cases: _CASES,
    x.Rounded: _CASES,
    x.Rounding: _CASES,
    x.Both: _LIST,
    x.Either: _LIST,
    x.Not: _ALTERNATIVE,
    x.Compare: _CONDITION,
    x.OneOf: _CONDITION,
    x.Known: _CONDITION,
    x.Within: _CONDITION,
    x.Between: _CONDITION,
    x.Negative: _FACTOR,
    x.PercentOf: _FACTOR,
    x.Change: _FACTOR,
    x.Extreme: _FACTOR,
    x.Aggregate: _FACTOR,
    x.ForEvery: _FACTOR,
    x.PeopleIn: _FACTOR,
    x.Timing: _FACTOR,
}


def words(expression: x.Expression, put_in: PutIn | None = None) -> str:
    """The expression as a contract would say it, on one line.

    `put_in` is asked about every node first: the text it gives stands in place of the node, so that a formula can be
    printed with its figures. None leaves the node in words.
    """
    return _Writer(put_in).text(expression, _CASES)


def pick_words(pick: x.Pick) -> str:
    """What stands between `[` and `]`."""
    match pick.how:
        case "text":
            return quoted(pick.first)
        case "member":
            return f"{pick.first}: {pick.second}"
        case "id":
            return f"{pick.first}: {quoted(pick.second)}"
        case "of":
            return f"{pick.first} of {pick.second}"
        case "dated":
            return f"dated {pick.first}"
        case _:
            return pick.first


def over_words(names: tuple[str, ...]) -> str:
    """`cohort`, or `(client, outcome)`."""
    return names[0] if len(names) == 1 else f"({', '.join(names)})"


def member_words(name: str) -> str:
    """A member by its name; an id, or anything that is not a name, in quotes."""
    return name if _NAME.fullmatch(name) and name == name.lower() else quoted(name)


def quoted(text: str) -> str:
    """Text in quotes. A straight quote inside can only have been written between curly ones."""
    return f"“{text}”" if '"' in text else f'"{text}"'


class _Writer:
    def __init__(self, put_in: PutIn | None) -> None:
        self.put_in = put_in

    def text(self, node: x.Expression, level: int) -> str:
        """The words of `node`, in brackets where it holds together less tightly than its place needs."""
        if self.put_in is not None and (figure := self.put_in(node)) is not None:
            return figure
        said = self.leaf(node) or self.figure(node) or self.condition(node) or self.prefixed(node)
        return f"({said})" if _level(node) < level else said

    def leaf(self, node: x.Expression) -> str:
        match node:
            case x.Literal(value=value, written=written):
                return quoted(value) if isinstance(value, str) else written
            case x.Nothing():
                return "nothing"
            case x.Unknown(why=why):
                return f"unknown {quoted(why)}"
            case x.Missing():
                return "missing"
            case x.Name(name=name, records=records, picks=picks):
                plain = name if records is None else f"{records}.{name}"
                return plain + (f"[{', '.join(pick_words(pick) for pick in picks)}]" if picks else "")
            case x.Column(name=name) | x.Argument(name=name):
                return name
            case x.Member(name=name):
                return member_words(name)
            case x.Here(dimension=dimension):
                return dimension
            case x.Read(written=written):
                return self.leaf(written)
            case x.AmountSoFar():
                return "amount"
        return ""

    def figure(self, node: x.Expression) -> str:
        match node:
            case x.Bracket(inner=inner):
                return f"({self.text(inner, _CASES)})"
            case x.Call(name=name, arguments=arguments):
                return f"{name}({self.listed(arguments, _SUM)})"
            case x.PeriodOf(period=period, day=day):
                return f"{period} of {self.text(day, _OPERAND)}"
            case x.ParentOf(period=period, child=child):
                return f"{period} of {child}"
            case x.Negative(of=of):
                text = self.text(of, _FACTOR)
                return (
                    f"- {text}" if text.startswith("-") else f"-{text}"
                )  # two dashes together would be a comment elsewhere
            case x.Arithmetic():
                return self.arithmetic(node)
            case x.PercentOf(percent=percent, of=of):
                return f"{self.text(percent, _OPERAND)} of {self.text(of, _OPERAND)}"
            case x.Rounding(place=place, mode=mode):
                return f"rounded to {self.text(place, _OPERAND)} {mode}"
            case x.Rounded(of=of, rounding=rounding):
                return f"{self.text(of, _LIST)} {self.text(rounding, _CASES)}"
            case x.Cases():
                return self.cases(node)
        return ""

    def arithmetic(self, node: x.Arithmetic) -> str:
        """A sum or a product. A chain holds to its left, so it is walked rather than followed down."""
        chain: list[x.Arithmetic] = []
        level = _level(node)
        first: x.Expression = node
        while isinstance(first, x.Arithmetic) and _level(first) == level:
            if first is not node and self.replaced(first):
                break
            chain.append(first)
            first = first.left
        parts = [self.text(first, level)]
        for step in reversed(chain):
            parts.append(f"{step.sign} {self.text(step.right, level + 1)}")
        return " ".join(parts)

    def replaced(self, node: x.Expression) -> bool:
        return self.put_in is not None and self.put_in(node) is not None

    def condition(self, node: x.Expression) -> str:
        match node:
            case x.Both(conditions=conditions):
                return " and ".join(self.text(item, _ALTERNATIVE) for item in conditions)
            case x.Either(conditions=conditions):
                return " or ".join(self.text(item, _ALTERNATIVE) for item in conditions)
            case x.Not(of=of):
                return f"not {self.text(of, _ALTERNATIVE)}"
            case x.Compare(how=how, left=left, right=right):
                said = self.text(right, _SUM)
                # `is known` and `is missing` are phrases of their own.
                word = "=" if how is x.Comparator.IS and re.match(r"(?:known|missing)\b", said) else how
                return f"{self.text(left, _SUM)} {word} {said}"
            case x.OneOf(of=of, values=values, negated=negated):
                asked = "is not one of" if negated else "is one of"
                return f"{self.text(of, _SUM)} {asked} ({self.listed(values, _OPERAND)})"
            case x.Known(of=of, known=known):
                return f"{self.text(of, _SUM)} is {'known' if known else 'missing'}"
            case x.Within(day=day, length=length, how=window, anchor=anchor):
                return f"{self.text(day, _SUM)} within {length_words(length)} {window} {self.text(anchor, _SUM)}"
            case x.Between(day=day, first=first, last=last):
                return f"{self.text(day, _SUM)} from {self.text(first, _SUM)} to {self.text(last, _SUM)}"
        return ""

    def prefixed(self, node: x.Expression) -> str:
        match node:
            case x.Change(relative=relative, fall=fall, before=before, after=after):
                change = f"{'relative' if relative else 'point'} {'fall' if fall else 'rise'}"
                return f"{change} from {self.text(before, _OPERAND)} to {self.text(after, _OPERAND)}"
            case x.Extreme(lower=lower, first=first, second=second):
                which = "lower of" if lower else "greater of"
                return f"{which} {self.text(first, _OPERAND)} and {self.text(second, _OPERAND)}"
            case x.PeopleIn(of=of, counted=counted):
                return f"{'counted' if counted else 'people'} in {self.text(of, _OPERAND)}"
            case x.Aggregate():
                return self.aggregate(node)
            case x.ForEvery(every=every, across=across, if_any=if_any, condition=condition):
                which = "every" if every else "any"
                tail = " if any" if if_any else ""
                return f"for {which} {over_words(across)}{tail} ({self.text(condition, _LIST)})"
            case x.Timing(length=length, after=after):
                return f"{self.text(length, _OPERAND)} after {self.text(after, _OPERAND)}"
        raise TypeError(f"no words for {type(node).__name__}")

    def aggregate(self, node: x.Aggregate) -> str:
        parts = [str(node.how)]
        if node.of is not None:
            parts.append(self.text(node.of, _SUM))
        if node.where is not None:
            said = self.text(node.where, _LIST)
            parts.append(said if node.how is x.Gather.NUMBER else f"where {said}")
        if node.weight is not None:
            parts.append(f"weighted by {self.text(node.weight, _SUM)}")
        return " ".join([*parts, "across", over_words(node.across)])

    def cases(self, node: x.Cases) -> str:
        parts = []
        for index, (condition, value) in enumerate(node.cases):
            word = "otherwise when" if index else "when"
            parts.append(f"{word} {self.text(condition, _LIST)} use {self.text(value, _SUM)}")
        return " ".join([*parts, f"otherwise use {self.text(node.otherwise, _SUM)}"])

    def listed(self, items: tuple[x.Expression, ...], level: int) -> str:
        return ", ".join(self.text(item, level) for item in items)


def length_words(length: Duration) -> str:
    """`12 months`, `1,000 days`."""
    return f"{length.count:,} {length.unit}{'' if length.count == 1 else 's'}"


def _level(node: x.Expression) -> int:
    if isinstance(node, x.Arithmetic):
        return _SUM if node.sign in "+-" else _PRODUCT
    return _LEVELS.get(type(node), _OPERAND)
