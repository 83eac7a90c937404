"""A tree as lines of text, before anything is lined up: one clause or entry a line, two spaces an inner line."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date

from attrs import define, frozen

from pbr_rules import expressions as x
from pbr_rules.source import Span
from pbr_rules.surface import tree as t
from pbr_rules.surface.phrases import (
    by_text,
    cell_text,
    column_name_text,
    column_text,
    covered_text,
    head_text,
    member_text,
    parts,
    share_text,
)
from pbr_rules.words import quoted, words

WIDTH = 100
"""Columns that a line fills before it is broken."""
SHORT = 60
"""Columns that a category without titles may fill on one line."""


@define
class Line:
    """One line of the layout.

    `value` is lined up with those of its neighbours of the same `run`; `cells` are a row of a grid. `begins`: a clause
    or an entry, so that an empty line above it is the author's to keep. `top`: a declaration begins here.
    """

    indent: int
    text: str
    value: str = ""
    run: str = ""
    cells: tuple[str, ...] = ()
    begins: bool = True
    top: bool = False

    @property
    def plain(self) -> str:
        """The line with single spaces, nothing lined up."""
        body = " ".join(["|", *(f"{cell} |" for cell in self.cells)]) if self.cells else self.text
        return " " * self.indent + body + (f" {self.value}" if self.value else "")


@frozen
class Written:
    """What the tree does not hold of a text: how its author spelled each day, and where the comments stand."""

    starts: tuple[int, ...] = ()
    spelled: tuple[str, ...] = ()
    comments: tuple[int, ...] = ()

    def commented(self, span: Span) -> bool:
        """Whether a comment stands inside a stretch."""
        at = bisect_left(self.comments, span.start)
        return at < len(self.comments) and self.comments[at] < span.end

    def day(self, node: t.Node, which: int, day: date) -> str:
        """The `which`th day inside a node."""
        at = bisect_left(self.starts, node.span.start) + which
        if node.span.end and at < len(self.starts) and self.starts[at] < node.span.end:
            return self.spelled[at]
        return day.isoformat()


class Layout:
    """Lays a tree out, one method for each clause."""

    def __init__(self, written: Written | None = None) -> None:
        self.written = written or Written()
        self.lines: list[Line] = []

    def document(self, declarations: Iterable[t.Node], indent: int = 0) -> list[Line]:
        """Lines of several declarations, in the order written."""
        for node in declarations:
            first = len(self.lines)
            getattr(self, type(node).__name__.lower())(node, indent)
            self.lines[first].top = True
        return self.lines

    # ---- building lines

    def add(self, indent: int, text: str, value: str = "", run: str = "", begins: bool = True) -> None:
        self.lines.append(Line(indent, text, value, run, begins=begins))

    def heading(
        self, indent: int, node: t.Declaration, extra: str = "", tail: str = "", across: tuple[str, ...] = ()
    ) -> None:
        """Word, name, title, `by`, `across`; broken before `by` and then before `across` where it is long."""
        title = f" {quoted(node.title)}" if node.title is not None else ""
        first = f"{type(node).__name__.lower()} {node.name}{extra}{title}"
        by = getattr(node, "by", None)
        parts = [first] + ([by_text(by)] if by else []) + ([f"across {', '.join(across)}"] if across else [])
        line = parts[0]
        begins = True
        for part in parts[1:]:
            if indent + len(line) + len(part) + len(tail) + 1 > WIDTH:
                self.add(indent if begins else indent + 4, line, begins=begins)
                line, begins = part, False
            else:
                line = f"{line} {part}"
        self.add(indent if begins else indent + 4, line + tail, begins=begins)

    def close(self, indent: int) -> None:
        self.add(indent, "}", begins=False)

    def broken(self, indent: int, first: str, node: x.Expression, deeper: int = 4, under: bool = False) -> None:
        """A word and its formula; a long one breaks before each `and`, `or`, `+` or `-`.

        `under`: the parts stand under one another, the word and its joining words ending at one column.
        """
        line = f"{first} {words(node)}".strip()
        long = indent + len(line) > WIDTH or self.written.commented(node.span)
        items = parts(node) if long else []
        if len(items) < 2:
            self.add(indent, line)
            return
        self.add(indent, f"{first} {items[0][1]}".strip())
        for joint, part in items[1:]:
            inner = indent + max(0, len(first) - len(joint)) if under else indent + deeper
            self.add(inner, f"{joint} {part}", begins=False)

    def setting(self, node: t.Setting, indent: int) -> None:
        self.add(indent, f"{node.word}:", words(node.value), "colon")

    # ---- header and contract

    def language(self, node: t.Language, indent: int) -> None:
        self.add(indent, f"language {node.version}")

    def uses(self, node: t.Uses, indent: int) -> None:
        self.add(indent, f"uses {node.plugin} {node.version}")

    def contract(self, node: t.Contract, indent: int) -> None:
        self.heading(indent, node, tail=" {")
        parties = [(f"{party.role} {party.name}:", quoted(party.title)) for party in node.parties]
        lines: dict[str, tuple[str, str]] = {}
        if node.purpose is not None:
            lines["purpose"] = "purpose:", quoted(node.purpose)
        if node.currency is not None:
            lines["currency"] = "currency:", node.currency
        if node.runs is not None:
            lines["runs"] = "runs:", self.days_text(node, node.runs)
        if node.rounding is not None:
            lines["payments"] = "payments:", words(node.rounding)
        if node.scope is not None:
            cells = ", ".join(f"[{', '.join(cell)}]" for cell in node.scope.excepted)
            lines["scope"] = "scope:", ", ".join(node.scope.dimensions) + (f" except {cells}" if cells else "")
        if node.calendar is not None:
            lines["calendar"] = "calendar:", calendar_words(node.calendar)
        # One name may be there twice, which `check` reports: so parties come in their own order, not by their names.
        each = iter(parties)
        for word in node.order or (*("party" for _ in parties), *lines):
            self.add(indent + 2, *(next(each) if word.startswith("party") else lines[word]), "colon")
        self.close(indent)

    def days_text(self, node: t.Node, days: tuple[date, date]) -> str:
        return f"{self.written.day(node, 0, days[0])} to {self.written.day(node, 1, days[1])}"

    def from_text(self, node: t.Node, first: date, last: date | None) -> str:
        return self.written.day(node, 0, first) if last is None else self.days_text(node, (first, last))

    def category(self, node: t.Category, indent: int) -> None:
        members = [member_text(member) for member in node.members]
        plain = all(member.title is None and member.written is None for member in node.members)
        line = f"category {node.name} {{ {', '.join(members)} }}"
        if plain and node.title is None and indent + len(line) <= SHORT and not self.written.commented(node.span):
            self.add(indent, line)
            return
        self.heading(indent, node, tail=" {")
        for index, member in enumerate(members):
            self.add(indent + 2, member + ("," if index + 1 < len(members) else ""))
        self.close(indent)

    def period(self, node: t.Period, indent: int) -> None:
        if node.each is not None:
            each = node.each
            if each.first is None or each.last is None:
                body = f"of {each.of}"
            else:
                body = f"from {self.days_text(each, (each.first, each.last))}"
            self.heading(indent, node, tail=f" each {each.length.written} {body}")
            return
        self.heading(indent, node, tail=" {")
        for member in node.members:
            title = f" {quoted(member.title)}" if member.title is not None else ""
            self.add(indent + 2, f"{member.name}{title}:", self.days_text(member, (member.first, member.last)), "colon")
        self.close(indent)

    # ---- records

    def records(self, node: t.Records, indent: int) -> None:
        self.heading(indent, node, tail=" {")
        for line in node.lines:
            match line:
                case t.Key(columns=columns):
                    self.add(indent + 2, f"one row per {', '.join(columns)}" if columns else "one row")
                case t.RecordColumn():
                    self.add(indent + 2, f"{line.name}:", column_text(line), "colon")
                case t.Stretch(name=name, first=first, last=last, until=until):
                    self.add(indent + 2, f"{name}:", f"{first} {'until' if until else 'to'} {last}", "colon")
                case t.Exclude(condition=condition, why=why):
                    self.broken(indent + 2, "exclude", condition)
                    self.lines[-1].text += f" {quoted(why)}"
                case t.Tolerance(limit=limit):
                    self.add(indent + 2, f"at most {limit.written} rejected")
                case t.KnownFrom(column=column):
                    self.add(indent + 2, f"known from {column}")
        self.close(indent)

    # ---- agreed figures

    def parameter(self, node: t.Parameter, indent: int) -> None:
        value = node.value
        tail = f": {node.kind}"
        match value:
            case t.Table():
                self.heading(indent, node, tail=f"{tail} {{")
                self.table(value, indent + 2)
                self.close(indent)
                return
            case t.Rising(first=first, rate=rate, each=each):
                tail += f" = {words(first)} rising {rate.written} each {each}"
            case x.Unknown():
                tail += f" {words(value)}"
            case x.Expression():
                tail += f" = {words(value)}"
        self.heading(indent, node, tail=tail)

    def table(self, node: t.Table, indent: int) -> None:
        for entry in node.entries:
            if isinstance(entry, t.DatedEntry):
                key = f"from {self.written.day(entry, 0, entry.first)}"
            else:
                key = quoted(entry.key) if entry.quoted else entry.key
            self.add(indent, f"{key}:", words(entry.value), "colon")
        if node.grid is not None:
            for row in (node.grid.heading, *node.grid.rows):
                cells = tuple(cell_text(cell) for cell in row)
                self.lines.append(Line(indent, "", cells=cells, run="grid", begins=row is node.grid.heading))
        if node.otherwise_missing:
            self.add(indent, "otherwise:", "missing", "colon")

    # ---- scales

    def scale(self, node: t.Scale, indent: int) -> None:
        self.heading(indent, node, extra=f"({', '.join(node.arguments)})", tail=" {")
        spans = node.sentence_spans or tuple(Span(0, 0) for _ in node.sentences)
        lines: list[tuple[int, str | t.Band]] = [(band.span.start, band) for band in node.bands]
        lines = [*((span.start, line) for span, line in zip(spans, node.sentences, strict=True)), *lines]
        for _, line in sorted(lines, key=lambda pair: pair[0]):
            if isinstance(line, str):
                self.add(indent + 2, line)
            else:
                ends = " and ".join(f"{end.how} {words(end.value)}" for end in line.ends)
                self.add(indent + 2, f"{ends}:", words(line.value), "colon")
        self.close(indent)

    # ---- counting

    def measure(self, node: t.Measure, indent: int) -> None:
        self.heading(indent, node, tail=" {")
        for line in node.lines:
            match line:
                case t.Head():
                    self.add(indent + 2, head_text(line))
                    if line.clip is not None:
                        self.add(indent + 2, f"from {words(line.clip[0])} until {words(line.clip[1])}", begins=False)
                case t.Where(condition=condition):
                    self.broken(indent + 2, "where", condition, under=True)
                case t.Once(columns=columns, taking=taking, taken=taken):
                    tail = f" taking {taking} {column_name_text(taken)}" if taken is not None else ""
                    self.add(indent + 2, f"once for each {', '.join(column_name_text(c) for c in columns)}{tail}")
                case t.Among(records=records, condition=condition):
                    self.broken(indent + 2, f"among {records} where", condition)
                case t.ExceptDays(records=records, stretch=stretch):
                    self.add(indent + 2, f"except days of {records}.{stretch}")
                case t.InRuns(length=length):
                    self.add(indent + 2, f"in runs of {words(length)}")
                case t.Ignoring(length=length):
                    self.add(indent + 2, f"ignoring gaps of {words(length)}")
                case t.Reaches(value=value):
                    self.broken(indent + 2, "reaches", value)
                case t.Setting():
                    self.setting(line, indent + 2)
        self.close(indent)

    # ---- figures

    def define(self, node: t.Define, indent: int) -> None:
        rounding = f" {words(node.rounding)}" if node.rounding is not None else ""
        if isinstance(node.value, x.Cases):
            self.heading(indent, node, across=node.across)
            self.cases(node.value, indent + 2)
            return
        first = len(self.lines)
        self.heading(indent, node, across=node.across)
        value = f"= {words(node.value)}{rounding}"
        fits = len(self.lines) == first + 1 and len(self.lines[-1].plain) + 1 + len(value) <= WIDTH
        if fits and not self.written.commented(node.span):
            self.lines[-1].text += f" {value}"
            return
        self.broken(indent + 2, "=", node.value)
        self.lines[first + 1 :] = [_continued(line) for line in self.lines[first + 1 :]]
        self.lines[-1].text += rounding

    def cases(self, node: x.Cases, indent: int) -> None:
        """`use` stands in one column where every line fits, else below its condition."""
        heads = [f"otherwise when {words(condition)}" for condition, _ in node.cases] + ["otherwise"]
        heads[0] = heads[0].removeprefix("otherwise ")
        values = [f"use {words(value)}" for _, value in node.cases] + [f"use {words(node.otherwise)}"]
        width = max(len(head) for head in heads)
        if indent + width + 1 + max(len(value) for value in values) <= WIDTH:
            for head, value in zip(heads, values, strict=True):
                self.add(indent, head, value, "use")
            return
        for index, (condition, _) in enumerate(node.cases):
            self.broken(indent, "otherwise when" if index else "when", condition)
            self.add(indent + 2, values[index], begins=False)
        self.add(indent, "otherwise")
        self.add(indent + 2, values[-1], begins=False)

    # ---- money

    def payment(self, node: t.Payment, indent: int) -> None:
        self.heading(indent, node, tail=" {")
        for line in node.lines:
            match line:
                case t.Case():
                    self.case(line, indent + 2)
                case t.Step(word="rounded", value=value):
                    self.add(indent + 2, words(value))
                case t.Step(word=word, value=value):
                    self.broken(indent + 2, word, value)
                case t.Shared(shares=shares):
                    self.add(indent + 2, "shared:", ", ".join(share_text(share) for share in shares), "colon")
                case t.FromTo(payer=None, payee=payee):
                    self.add(indent + 2, "to:", payee, "colon")
                case t.FromTo(payer=payer, payee=payee):
                    self.add(indent + 2, "from:", f"{payer} to {payee}", "colon")
                case t.NeverRecovered():
                    self.add(indent + 2, "never recovered")
                case t.Setting():
                    self.setting(line, indent + 2)
        self.close(indent)

    def case(self, node: t.Case, indent: int) -> None:
        inner = indent if node.word == "always" else indent + 2
        if node.condition is not None:
            self.broken(indent, node.word, node.condition)
        elif node.word != "always":
            self.add(indent, node.word)
        self.broken(inner, "deduct" if node.direction.deducts else "pay", node.direction.amount)

    def limit(self, node: t.Limit, indent: int) -> None:
        self.heading(indent, node, tail=" {")
        for line in node.lines:
            match line:
                case t.Covers(payments=payments):
                    self.add(indent + 2, f"covers {', '.join(covered_text(item) for item in payments)}")
                case t.AtMost(value=value):
                    self.broken(indent + 2, "at most", value)
                case t.Setting():
                    self.setting(line, indent + 2)
        self.close(indent)

    def constraint(self, node: t.Constraint, indent: int) -> None:
        self.heading(indent, node, tail=" {")
        for line in node.lines:
            match line:
                case t.Requires(condition=condition):
                    self.broken(indent + 2, "requires", condition)
                case t.Consequence(event=event, held=held, deducted=deducted):
                    said = f"hold {held}" if held else str(event)
                    self.add(indent + 2, f"otherwise {said if deducted is None else 'deduct ' + words(deducted)}")
                case t.Duty(kind=kind, of=of, records=records):
                    self.add(indent + 2, f"{kind} of {of}" + (f" with {records}" if records else ""))
                case t.Where(condition=condition):
                    self.broken(indent + 2, "where", condition, under=True)
                case t.Setting():
                    self.setting(line, indent + 2)
        self.close(indent)

    # ---- other terms

    def variation(self, node: t.Variation, indent: int) -> None:
        dates = f" from {self.from_text(node, *node.dates)}" if node.dates is not None else ""
        title = f" {quoted(node.title)}" if node.title is not None else ""
        by = f" {by_text(node.by)}" if node.by else ""
        self.add(indent, f"variation {node.name}{title}{dates}{by} {{")
        self.document(node.declarations, indent + 2)
        self.close(indent)

    def example(self, node: t.Example, indent: int) -> None:
        under = f" under {', '.join(node.under)}" if node.under else ""
        self.add(indent, f"example {quoted(node.title)}{under} {{")
        for line in node.lines:
            self.worked(line, indent + 2)
        self.close(indent)

    def worked(self, node: t.Node, indent: int) -> None:
        match node:
            case t.GivenRows(records=records, complete_to=day, table=table):
                complete = f" complete to {self.written.day(node, 0, day)}" if day is not None else ""
                self.add(indent, f"given {records}{complete} {{")
                self.table(table, indent + 2)
                self.close(indent)
            case t.GivenFigure(target=target, value=value, people=people):
                counted = f" of {people:,}" if people is not None else ""
                self.add(indent, f"given  {words(target)}", f"= {words(value)}{counted}", "given")
            case t.Expect(condition=x.Compare(how=x.Comparator.IS, left=left, right=right)):
                self.add(indent, f"expect {words(left)}", f"= {words(right)}", "expect")
            case t.Expect(condition=condition):
                self.broken(indent, "expect", condition)
            case t.ExpectShown(target=target, shown=shown):
                self.add(indent, f"expect {words(target)} shown as {words(shown)}")
            case t.ExpectRefused(target=target, reason=reason):
                self.add(indent, f"expect {words(target)} refused" + (f" for {reason}" if reason else ""))
            case t.ExpectNotYet(target=target):
                self.add(indent, f"expect {words(target)} not yet")


def calendar_words(node: t.Calendar) -> str:
    """`england_and_wales`, or `closed weekends and holidays.day`."""
    if node.name is not None:
        return node.name
    return "closed weekends" + (f" and {node.records}.{node.column}" if node.records is not None else "")


def _continued(line: Line) -> Line:
    line.begins = False
    return line
