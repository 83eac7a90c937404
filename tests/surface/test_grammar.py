"""The grammar has no conflict, takes no word from authors that it need not, and lays no weight on space."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pbr_rules.source import Source
from pbr_rules.surface.comments import tokens
from pbr_rules.surface.grammar import build
from pbr_rules.surface.parse import parse
from pbr_rules.surface.repair import spelled
from pbr_rules.surface.tree import Document
from pbr_rules.surface.vocabulary import RESERVED

CONTRACTS = sorted((Path(__file__).parent / "contracts").glob("*.pbr"))
UNITS = {"day", "days", "week", "weeks", "month", "months", "year", "years", "million", "billion"}
WORDS = {word for phrase in spelled().values() for word in phrase.split() if word.isalpha()} | UNITS
FREE = sorted(WORDS - RESERVED)

PLACES = {
    "a column": "records r { k: id\n W: count\n b: x optional }",
    "the first column": "records r { W: count\n k: id }",
    "a condition on rows": "measure m { count of r\n where W is at least 3 and not W is 2\n value: W\n}",
    "a condition above the head": "measure m { where W\n count of r }",
    "a column of named records": "measure m { count of r\n where r.W is 3 and W.a is known }",
    "once for each": "measure m { count of r\n once for each k, W, r.W }",
    "a figure": "define d by a = W + 1 - W / (W * 2)\ndefine e by a = 3",
    "a cell": "define d by a = x[W] + x[a, W] + x[a: W]",
    "a member": 'category c { W, a "x", W "y" written "z" }',
    "an amount": "payment p { pay W\n less W * 3\n}",
    "a case": "payment p { when W is above 3 and W\n pay W otherwise pay nothing }",
    "a figure with cases": "define d by a when W use W otherwise when W use W otherwise use W",
    "across": "define d by a = total of W where W weighted by W across W",
    "a scale": "scale W(a, W) { each band gives below W: W at least W: 3 }\ndefine d by a = W(3, W)",
    "a heading": "define d by W, a = 3\nmeasure m by a, W { count of W }",
    "a window": "measure m { count of r\n where W within 3 days after W }",
    "a grid": "parameter p by c: money {\n | c | W |\n | W | £3 |\n}",
    "a name": "define W by a = 3\nmeasure W { count of a }",
    "an example": 'example "a" { given W = 3\n expect W = 4\n expect W\n given W { | W |\n | 3 |\n } }',
    "a change": "define d by a = relative fall from W to W",
}


def read(text: str) -> Document:
    """The tree of a text that has no mistakes."""
    source = Source("test.pbr", text)
    document, problems = parse(source)
    assert not problems, [(str(source.place(p.span.start)), p.headline) for p in problems]
    return document


def test_no_conflict_is_settled_unsaid() -> None:
    build(strict=True)


@pytest.mark.parametrize("place", PLACES)
def test_words_of_the_language_are_names_elsewhere(place: str) -> None:
    for word in FREE:
        if (word, place) == ("number", "across"):
            continue  # `number where` begins a count of cells
        _, problems = parse(Source("test.pbr", re.sub(r"\bW\b", word, PLACES[place])))
        assert not problems, (word, problems[0].headline)


@pytest.mark.parametrize("word", [word for word in FREE if word not in UNITS | {"shared"}])
def test_a_table_may_be_keyed_by_them(word: str) -> None:
    read(f"parameter p by c: money {{ {word}: £3 a: £4\n {word}: £5 }}")


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_reserved_words_are_never_names(word: str) -> None:
    for text in (f"records r {{ k: id\n {word}: count }}", f"define {word} by a = 3", f"category c {{ a, {word} }}"):
        assert parse(Source("test.pbr", text))[1], text


@pytest.mark.parametrize("text", ["measure m { count offences }", "define d by a = relative fall from b tomorrow"])
def test_a_word_never_begins_inside_another(text: str) -> None:
    assert parse(Source("test.pbr", text))[1]


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
def test_space_means_nothing(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = read(text)
    words = [str(word) for word in tokens(text)]
    one_line = " ".join(" ".join(word.split()) if word[0] not in '"“' else word for word in words)
    assert read(one_line) == tree
    one_word_a_line = re.sub(r"\|[^{}:=]*\|", lambda grid: grid.group().replace("\n", " "), "\n".join(words))
    assert read(one_word_a_line) == tree
    assert read(text.replace("\n", "\r\n")) == tree
    unbroken = "".join(
        re.sub(r" ", "\u00a0", part) if part[:1] != '"' else part for part in re.split(r'("[^"\n]*")', text)
    )
    assert read(unbroken) == tree
    assert read(text.replace("  ", "\t")) == tree
