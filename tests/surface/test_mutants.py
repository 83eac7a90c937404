"""One slip of the keyboard in a real contract: a token left out, doubled, swapped with its neighbour, or one letter wrong.

The place is measured on every slip that is reported. A slip that still makes a contract is accepted in silence, and must stand in
`accepted_in_silence.txt`, by contract and clause: that list may only shrink. The ordinary run takes a sample and prints its seed;
`PBR_MUTANTS=all` takes every slip, and with `PBR_REWRITE=1` writes the list anew.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import frozen

from pbr_rules import api
from pbr_rules.library import find
from pbr_rules.source import Source
from pbr_rules.surface.comments import tokens
from pbr_rules.surface.files import load
from pbr_rules.surface.parse import parse

CONTRACTS = ("peterborough", "ljr", "tarp")
LIST = Path(__file__).with_name("accepted_in_silence.txt")
SAMPLE = 100
SEED = 20260117


def path_of(name: str) -> Path:
    """A contract of the library, or one beside these tests."""
    found = find(name)
    return found.path if found is not None else Path(__file__).parent / "contracts" / f"{name}.pbr"


@frozen
class Slip:
    """One mutated text: what was done, and where it begins."""

    contract: str
    how: str
    what: str
    at: int
    text: str


def slips(name: str, text: str) -> Iterator[Slip]:
    """Every slip of a contract. What stands in quotes may say anything, so only whole quotes are moved."""
    listed = tokens(text)
    for number, token in enumerate(listed):
        start, end, word = token.start_pos, token.end_pos, str(token)
        yield Slip(name, "deleted", word, start, text[:start] + text[end:])
        yield Slip(name, "doubled", word, start, f"{text[:end]} {text[start:]}")
        if number + 1 < len(listed) and str(listed[number + 1]) != word:
            after = listed[number + 1]
            swapped = text[:start] + str(after) + text[end : after.start_pos] + word + text[after.end_pos :]
            yield Slip(name, "swapped", f"{word} {after}", start, swapped)
        if word[0].isalpha() and token.type != "TEXT":
            typed = mistyped(word, number)
            if typed != word:
                yield Slip(name, "mistyped", f"{word} as {typed}", start, text[:start] + typed + text[end:])


def mistyped(word: str, number: int) -> str:
    """The word with one letter left out, changed or put in: always the same for the same token."""
    choose = random.Random(number)
    at = choose.choice([place for place, letter in enumerate(word) if letter.isalpha()])
    letter = choose.choice("abcdefghijklmnopqrstuvwxyz")
    return choose.choice(
        (word[:at] + word[at + 1 :], word[:at] + letter + word[at + 1 :], word[:at] + letter + word[at:])
    )


def clause(text: str, at: int) -> str:
    """The declaration that a place stands in: its first two words."""
    before = [m for m in re.finditer(r"^[a-z]+ +\S+", text, re.MULTILINE) if m.start() <= at]
    return " ".join(before[-1].group().split()) if before else "the beginning"


def test_slips_are_found_where_they_are_and_once(catalogue: Any):
    whole = {name: load(path_of(name)).text for name in CONTRACTS}
    plain = {name: parse(Source(name, text))[0] for name, text in whole.items()}
    every = [slip for name, text in whole.items() for slip in slips(name, text)]
    everything = os.environ.get("PBR_MUTANTS") == "all"
    print(f"seed {SEED}")
    taken = every if everything else random.Random(SEED).sample(every, SAMPLE)
    reported = near = once = 0
    silent: set[str] = set()
    for slip in taken:
        compiled = api.check_contract(Source(slip.contract, slip.text), catalogue)
        errors = [d for d in compiled.diagnostics if d.is_error]
        if not errors:
            if compiled.document != plain[slip.contract]:
                silent.add(f"{slip.contract}: {clause(whole[slip.contract], slip.at)}: {slip.how}: {slip.what}")
            continue
        reported += 1
        line = slip.text.count("\n", 0, slip.at) + 1
        near += abs(compiled.source.place(errors[0].span.start).line - line) <= 1
        once += len(errors) == 1
    print(
        f"{reported} reported of {len(taken)}: {near / reported:.2%} within a line, {once / reported:.2%} once; {len(silent)} in silence"
    )
    if everything and os.environ.get("PBR_REWRITE"):
        LIST.write_text("".join(f"{line}\n" for line in sorted(silent)), encoding="utf-8")
    known = set(LIST.read_text(encoding="utf-8").splitlines())
    assert silent <= known, sorted(silent - known)
    assert near >= 0.98 * reported
    assert once >= 0.85 * reported
