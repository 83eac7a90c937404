"""The lexer reads what Lark's own would, though it tries fewer patterns."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from lark import Lark, LarkError
from lark.lexer import BasicLexer, ContextualLexer, Token

from pbr_rules.surface import grammar
from pbr_rules.surface.grammar import parser
from pbr_rules.surface.lexer import Lexer, beginning

ROOT = Path(__file__).parents[2]
CONTRACTS = sorted([*(Path(__file__).parent / "contracts").glob("*.pbr"), *ROOT.glob("pbr_rules/contracts/*/*.pbr")])


@pytest.fixture(scope="module")
def larks() -> Lark:
    """The same grammar with Lark's own lexer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grammar, "Lexer", ContextualLexer)
        return grammar.build()


def words(by: Lark, text: str) -> list[tuple[object, ...]]:
    """The words of a text as far as it reads, and how it stops."""
    reading = by.parse_interactive(text)
    found: list[tuple[object, ...]] = []
    try:
        for word in reading.iter_parse():
            found.append(_all_of(word))
    except LarkError as error:
        expected = sorted(getattr(error, "expected", None) or getattr(error, "allowed", None) or ())
        found.append((type(error), getattr(error, "pos_in_stream", None), expected))
    return found


def _all_of(word: Token) -> tuple[object, ...]:
    return word.type, str(word), word.start_pos, word.end_pos, word.line, word.column, word.end_line, word.end_column


def slips(text: str, number: int) -> Iterator[str]:
    """The text with a letter left out, doubled or put in."""
    chance = random.Random(number)
    for _ in range(number):
        at = chance.randrange(len(text))
        yield text[:at] + chance.choice(["", text[at] * 2, *' \nAa0.£"{}|é#,']) + text[at + 1 :]


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_contract_has_the_same_words(larks: Lark, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for each in (text, *slips(text, 12)):
        assert words(parser(), each) == words(larks, each)


def test_the_lexer_is_the_one_in_use(larks: Lark) -> None:
    assert isinstance(parser().parser.lexer, Lexer)
    assert not isinstance(larks.parser.lexer, Lexer)


def test_what_a_word_begins_with_is_what_it_begins_with() -> None:
    """For nearly every word of the grammar it is known; the rest are figures, names, quotes, space."""
    known = {terminal.name: beginning(terminal) for terminal in parser().terminals}
    assert {name for name, letter in known.items() if letter is None} == {
        "COMMENT", "CURRENCY", "DATE", "DATE_FORMAT", "DURATION", "FREQUENCY", "GREATER_EQUAL", "LESS_EQUAL", "MONEY",
        "NAME", "NOT_EQUAL", "NUMBER", "PERCENT", "POINTS", "SPACE", "TEXT", "TIMES", "DIVIDE",
    }  # fmt: skip


def test_lark_would_call_nothing_back(larks: Lark) -> None:
    """Punctuation that is also a name would be told apart by a call, which the lexer leaves out."""
    for lexer in larks.parser.lexer.lexers.values():
        assert isinstance(lexer, BasicLexer)
        assert lexer.scanner
        assert lexer.callback == {}
