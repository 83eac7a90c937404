"""Texts made from the grammar itself: whatever it allows is read or refused with a sentence, and what is read has one layout.

`from_lark` draws from the grammar, and so reaches forms that nobody thought of. It knows no meaning: a period may run backwards and
a case may stand before any `when`. So a share of what it draws is refused, and the share that is read is measured and has a floor.
`PBR_GENERATED=N` draws N texts for each clause in place of a few.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from hypothesis.extra.lark import LarkStrategy
from lark import Lark
from lark.grammar import Symbol, Terminal

from pbr_rules import bounds
from pbr_rules.render import as_json, concise, full
from pbr_rules.source import Source
from pbr_rules.surface.grammar import build
from pbr_rules.surface.parse import parse
from pbr_rules.surface.repair import spelled
from pbr_rules.surface.vocabulary import DECLARATIONS, RESERVED
from pbr_rules.surface.write import write

TEXTS = int(os.environ.get("PBR_GENERATED", "25"))
DEEP = 12
"""How many rules inside one another, before the shortest way out is taken: most forms are there, and few texts are long."""

READ = 0.5
"""The least share of texts that must be read. Measured over 1,500 of each clause: 80% (`expression`) to 100% (`category`)."""


def of(*words: str) -> st.SearchStrategy[str]:
    """One of some words."""
    return st.sampled_from(words)


def kept(text: str) -> str:
    """A text as a file is read: accents in one form."""
    return unicodedata.normalize("NFC", text)


PLAIN = of("a", "b", "croydon", "price_1", "élan", "x2")
FREE = of(*sorted({word for phrase in spelled().values() for word in phrase.split() if word.isalpha()} - RESERVED))
SHOWS = st.characters(exclude_categories=["Cc", "Cs"])
GAP = of(*[" "] * 6, "\n", "\t", "\r\n", "\n\n\n", "\u00a0", "\u200b", "\ufeff", "\u2028", "\x0c")

FIGURES = {
    "NAME": st.one_of(PLAIN, PLAIN, PLAIN, FREE, st.text("aé_0b", min_size=1, max_size=3).map("n".__add__)),
    "NUMBER": of("0", "1", "12", "2.5", "1,000", "007", "3.00"),
    "MONEY": of("£1", "£1,500.50", "$3", "USD 12.30", "€2", "£8m", "£2.5 billion"),
    "PERCENT": of("8.4%", "0%", "100 %", "1,000\u00a0%"),
    "POINTS": of("5pp", "1 percentage point", "2.5 percentage\npoints"),
    "FREQUENCY": of("142 per 100", "0.5 per\n1", "1,000 per 1,000"),
    "DATE": of(
        *["2010-07-01", "1 July 2010"] * 4, "29 February 2012", "31\nDecember 2010"
    ),  # mostly one day: periods run on
    "DURATION": of("1 day", "3 weeks", "12 months", "1,000 years", "1 week", "7 days", "15 working  days"),
    "CURRENCY": of("GBP", "EUR"),
    "DATE_FORMAT": of("day/month/year", "year-month-day", "month.day.year"),
    "TEXT": st.one_of(
        of('"a title"', '""', '"# { not a comment"', '“the "A"”'),
        st.text(SHOWS, max_size=6).filter(lambda text: '"' not in text).map('"{}"'.format),
        st.text(SHOWS, max_size=6).filter(lambda text: "”" not in text).map("“{}”".format),
    ).map(kept),
    "GREATER_EQUAL": of(">=", "≥"),
    "LESS_EQUAL": of("<=", "≤"),
    "NOT_EQUAL": of("<>", "≠"),
    "TIMES": of("*", "×"),
    "DIVIDE": of("/", "÷"),
}


def phrase(words: str) -> st.SearchStrategy[str]:
    """A phrase of the language with any space between its words."""
    first, *more = words.split(" ")
    return st.lists(GAP, min_size=len(more), max_size=len(more)).map(
        lambda gaps: first + "".join(gap + word for gap, word in zip(gaps, more, strict=True))
    )


def vocabulary() -> dict[str, st.SearchStrategy[str]]:
    """How each kind of word is written. A space follows each, so that no two run into one."""
    fixed = {kind: phrase(words) for kind, words in spelled().items()}
    said = {kind: word.map(lambda text: f"{text} ") for kind, word in (fixed | FIGURES).items()}
    comment = st.text(SHOWS, max_size=6).map(lambda text: kept(f"#{text}\n"))
    return said | {"COMMENT": comment, "SPACE": GAP}


class Texts(LarkStrategy):
    """What `from_lark` draws, but that no text goes ever deeper: below a depth each rule takes its shortest way out.

    Without that, nine in ten draws of an expression outgrow what Hypothesis keeps, and a text takes a third of a second.
    """

    def __init__(self, grammar: Lark, start: str) -> None:
        super().__init__(grammar, start, vocabulary(), st.characters(codec="utf-8"))
        _, rules, _ = grammar.grammar.compile([start], ())
        ways: dict[str, list[tuple[Symbol, ...]]] = {}
        for rule in rules:
            ways.setdefault(rule.origin.name, []).append(tuple(rule.expansion))
        heights = self.heights(ways)
        self.shortest = {
            name: st.sampled_from([way for way in found if self.height(way, heights) < heights[name]])
            for name, found in ways.items()
        }
        self.depth = 0

    @staticmethod
    def height(way: Iterable[Symbol], heights: dict[str, int]) -> int:
        """How many rules stand inside one another in the shortest text of one way to write a rule."""
        return max((0 if isinstance(s, Terminal) else heights.get(s.name, 10**6) for s in way), default=0)

    def heights(self, ways: dict[str, list[tuple[Symbol, ...]]]) -> dict[str, int]:
        """The same for each rule, from the lowest up."""
        found: dict[str, int] = {}
        while True:
            new = {name: 1 + min(self.height(way, found) for way in each) for name, each in ways.items()}
            if new == found:
                return found
            found = new

    def draw_symbol(self, data: Any, symbol: Symbol, draw_state: list[str]) -> None:
        if isinstance(symbol, Terminal):
            super().draw_symbol(data, symbol, draw_state)
            return
        self.depth += 1
        data.start_span(self.rule_label(symbol.name))
        try:
            ways = self.shortest if self.depth > DEEP else self.nonterminal_strategies
            for part in data.draw(ways[symbol.name]):
                self.draw_symbol(data, part, draw_state)
                self.gen_ignore(data, draw_state)
        finally:
            self.depth -= 1
            data.stop_span()


def check(text: str) -> bool:
    """Reads a text and says whether it could be read: each mistake is a sentence in its place, and a text without any is laid out
    in a way that says the same and stays as it is."""
    source = Source("test.pbr", text)
    document, problems = parse(source)
    assert len(problems) <= bounds.REPORTS
    for problem in problems:
        assert 0 <= problem.span.start <= problem.span.end <= len(text) + 1
        assert full(source, problem) and concise(source, problem) and as_json(source, problem)["message"]
    if any(problem.is_error for problem in problems):
        return False
    laid_out = write(source)
    again = Source("test.pbr", laid_out)
    assert parse(again) == (document, ())
    assert write(again) == laid_out
    return True


GRAMMAR = build()
CLAUSES = [word for word in DECLARATIONS if word not in ("language", "uses")]


@pytest.mark.parametrize("start", ["document", "expression", *CLAUSES])
def test_what_the_grammar_allows_is_read_and_laid_out(start: str) -> None:
    texts = st.one_of(Texts(GRAMMAR, start))
    done: list[bool] = []

    @settings(
        max_examples=TEXTS,
        deadline=None,
        database=None,
        derandomize=TEXTS == 25,
        suppress_health_check=list(HealthCheck),
    )
    @given(texts)
    def draw(text: str) -> None:
        whole = f"constraint c {{ requires {text}\n}}" if start == "expression" else text
        done.append(check(whole))
        event("read" if done[-1] else "refused")

    draw()
    share = sum(done) / len(done)
    print(f"{start}: {share:.0%} of {len(done)} read")
    assert share >= READ


def test_what_is_broken_is_no_contract() -> None:
    """The share that is read says something: a text with a word too many is not read."""
    assert check("define a by b = c")
    assert not check("define a by b = c c")


def test_what_was_paid_is_of_a_payment_and_not_of_a_column() -> None:
    """Once read as a column whose name was the whole phrase, which no layout could write again."""
    for phrase in ("already paid on", "payment date of"):
        _, problems = parse(Source("test.pbr", f"constraint c {{ requires {phrase} a.b is 1\n}}"))
        assert [p.headline for p in problems] == [f"`{phrase}` names a payment, and `a.b` is a column of records"]


def test_brackets_around_one_name_are_left_out_of_the_layout() -> None:
    text = "define a = (total of b across (c)) * total of b across (c, d)  # why\n"
    assert write(Source("test.pbr", text)) == "define a = (total of b across c) * total of b across (c, d)  # why\n"
