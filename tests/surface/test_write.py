"""The layout: what it looks like, and what it never changes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbr_rules.diagnostics import ContractError
from pbr_rules.source import Source
from pbr_rules.surface.comments import comment_spans, tokens
from pbr_rules.surface.parse import parse
from pbr_rules.surface.write import write

CONTRACTS = sorted((Path(__file__).parent / "contracts").glob("*.pbr"))


def laid_out(text: str) -> str:
    """A text in the one layout."""
    return write(Source("test.pbr", text))


UGLY = """

# about the contract


language 1
uses a 1
contract   c "Title" { payer p : "P" # who pays
  provider provider_of_all: "Q"

  currency: GBP
  # how long
  runs: 1  July 2010 to 2011-06-30 }
category k { a, b } category long "With a title" { a "A",
  # the second
  b written "2" }
parameter price by k: money { a: £600 b: £1500.50
  # a comment ends a run
  otherwise: missing }
parameter share_of_it: share
parameter t by k, long: number { | k | long | x |
| "A1" | -2.5 | 1/3 |   # odd
| a | 1000 | unknown "why" | }
scale s(x) { each band gives below 4%: £0 at least 4% and below 10.5%: 20% at least 10.5%: £1 * x }
measure m by k { count of r for q  where aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa>=3 and bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb<>4 and c=5
  value: 3   minimum: 100% }
define a_rather_long_name_for_a_figure "With a long title to go with it" by first, second across third, fourth = lower of x and y
define d by k when seen is missing use 3 otherwise when x use 35% otherwise use 4 # last
payment p by k { from: a to b shared: a 50%, b the rest when x >= 5pp pay £8m otherwise when y deduct nothing otherwise pay 3 less 4 rounded to £0.01 half up }
variation v { define d by k = 3

define e by k = 4 }
example "x" { given d[a] = 3 given r { | k |
  | a | } expect d[a] is 3 expect total of d across k=£3 expect d shown as 3 expect d refused for price expect d not
  yet }
# the end"""

NEAT = """# about the contract

language 1
uses a 1

contract c "Title" {
  payer p:                  "P"  # who pays
  provider provider_of_all: "Q"

  currency: GBP
  # how long
  runs: 1 July 2010 to 2011-06-30
}

category k { a, b }

category long "With a title" {
  a "A",
  # the second
  b written "2"
}

parameter price by k: money {
  a:   £600
  b: £1,500.50
  # a comment ends a run
  otherwise: missing
}

parameter share_of_it: share

parameter t by k, long: number {
  | k    | long    | x             |
  | "A1" |    -2.5 |           1/3 |  # odd
  | a    | 1,000   | unknown "why" |
}

scale s(x) {
  each band gives
  below 4%:                    £0
  at least 4% and below 10.5%: 20%
  at least 10.5%:              £1 * x
}

measure m by k {
  count of r for q
  where aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa is at least 3
    and bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb is not 4
    and c is 5
  value:     3
  minimum: 100%
}

define a_rather_long_name_for_a_figure "With a long title to go with it" by first, second
    across third, fourth
  = lower of x and y

define d by k
  when seen is missing use 3
  otherwise when x     use 35%
  otherwise            use 4  # last

payment p by k {
  from:   a to b
  shared: a 50%, b the rest
  when x is at least 5 percentage points
    pay £8 million
  otherwise when y
    deduct nothing
  otherwise
    pay 3
  less 4
  rounded to £0.01 half up
}

variation v {
  define d by k = 3

  define e by k = 4
}

example "x" {
  given  d[a] = 3
  given r {
    | k |
    | a |
  }
  expect d[a]                = 3
  expect total of d across k = £3
  expect d shown as 3
  expect d refused for price
  expect d not yet
}
# the end
"""


def test_the_layout() -> None:
    assert laid_out(UGLY) == NEAT


@pytest.mark.parametrize(
    ("text", "neat"),
    [
        ("", ""),
        ("\n\n# only this\n\n\n# and this", "# only this\n\n# and this\n"),
        ("language 1 # x", "language 1  # x\n"),
        ("parameter a: money\n\n\nparameter b: money", "parameter a: money\n\nparameter b: money\n"),
        ("parameter a: money\nparameter b: money", "parameter a: money\nparameter b: money\n"),
        ("parameter a: money = unknown “x”", 'parameter a: money unknown "x"\n'),
        ('category c { a “the "A"” }', 'category c {\n  a “the "A"”\n}\n'),
        ("define a by b # why\n= x", "define a by b  # why\n  = x\n"),
        ("define a by b = x + # why\ny", "define a by b\n  = x\n      +  # why\n          y\n"),
        ("language 1\r\nlanguage 1\r\n", "language 1\r\nlanguage 1\r\n"),
        ("define d by a = total of x across (k)", "define d by a = total of x across k\n"),
        ("limit l { at most for any (k) (x) }", "limit l {\n  at most for any k (x)\n}\n"),
        (
            "scale s(a) { at 1: number where x across (k # one\n) # two\n}",
            "scale s(a) {\n  at 1: number where x across k  # one\n  # two\n}\n",
        ),
        ('contract c { payer a: "A" payer a: "B" }', 'contract c {\n  payer a: "A"\n  payer a: "B"\n}\n'),
        ("define d by a = x is\u200bmissing", "define d by a = x is missing\n"),
        ("define d by a = x is not \ufeff missing", "define d by a = x is not missing\n"),
        ('parameter a: text = "\u200b" # \ufeff.', 'parameter a: text = "\u200b"  # \ufeff.\n'),
        ("define d by a = 1,000\u00a0%", "define d by a = 1,000%\n"),
        ("payment p { shared # who\n: a the rest }", "payment p {\n  shared  # who\n      : a the rest\n}\n"),
        ("define d by a = x[dated # on\nb]", "define d by a\n  = x[dated  # on\n      b]\n"),
    ],
)
def test_small_layouts(text: str, neat: str) -> None:
    assert laid_out(text) == neat
    assert laid_out(neat) == neat


def test_a_contract_with_mistakes_is_not_laid_out() -> None:
    with pytest.raises(ContractError):
        laid_out("payment p { pay }")


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
def test_contracts(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    done = laid_out(text)
    assert laid_out(done) == done
    assert parse(Source("a", done))[0] == parse(Source("b", text))[0]


COMMENTS = [
    " # here\n",
    "\n# alone\n",
    "\n\n\n  # after a gap\n\n",
    "\n",
    "\n\n\n",
    "  \t ",
    " # two\n# lines\n\n",
    "\r\n",
]


@settings(max_examples=60, deadline=None)
@given(path=st.sampled_from(CONTRACTS), seed=st.integers(0, 10**6), often=st.sampled_from([0.01, 0.05, 0.3]))
def test_comments_anywhere_are_kept(path: Path, seed: int, often: float) -> None:
    """`write` itself refuses to lose a comment, to change the tree, or to be unstable."""
    text = path.read_text(encoding="utf-8")
    chance = random.Random(seed)
    parts: list[str] = []
    at = 0
    for word in tokens(text):
        start, end = word.start_pos or 0, word.end_pos or 0
        line = text[text.rfind("\n", 0, start) + 1 :].partition("\n")[0]
        parts.append(text[at:start])
        if "|" not in line and text[start] != ":" and chance.random() < often:
            parts.append(chance.choice(COMMENTS))
        parts.append(text[start:end])
        at = end
    source = Source("test.pbr", "".join([*parts, text[at:]]))
    done = write(source)
    assert len(list(comment_spans(done))) == len(list(comment_spans(source.text)))
