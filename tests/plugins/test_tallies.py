"""Tallies that only plugins make: one row of each person, and people with a row that counts, on every engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pbr_rules import api, core, host
from pbr_rules.source import Source
from pbr_rules.testing.engines import ENGINES

PLUGIN = """
from attrs import frozen
from pbr_rules.plugin import Expression, Measure, Over, Pick, Sum, Tally, hookimpl, setting

@frozen
class Largest(Measure):
    word = "largest_each"
    summary = "The largest of each person, over people with any."
    source = "made up for a test"
    endings = ("none", "for")
    size: Expression = setting("how large")

    def tally(self, per):
        return Tally(Sum(self.size), over=Over.COUNTED, pick=Pick(self.size))

@hookimpl
def pbr_rules_measures():
    return [Largest]
"""

TERMS = """language 1
uses largest 0
contract c "A contract" {{ currency: GBP }}
category kind {{ small, large, new }}
records people "People" {{ person: id }}
records visits "Visits" {{ person: id of people   kind: kind   counts: flag }}
parameter size "Size" by kind: number {{ small: 2.5   large: 10   new: unknown "not agreed" }}
measure m "M" {{
  largest_each of visits {ending}
  size: size[kind]
  {lines}
}}
"""

EXAMPLE = """
example "e" {{
  given people {{ | person | | "A" | | "B" | | "C" | }}
  given visits {{
    | person | kind | counts |
    {rows}
  }}
  expect {expected}
}}
"""


@pytest.fixture
def largest(tmp_path: Path) -> Any:
    file = tmp_path / "pbr_rules_largest.py"
    file.write_text(PLUGIN, encoding="utf-8")
    return host.gather([("core", "pbr-rules", "0.1.0", core), ("largest", file.name, "0", file)])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("A small, A large, A large, B small", "m = 6.25"),
        ("A small", "m = 2.5"),
        ("C new, A small", "m refused for size"),
    ],
)
def test_one_row_of_each_person(largest: Any, engine: str, rows: str, expected: str) -> None:
    grid = " ".join(f'| "{row.split()[0]}" | {row.split()[1]} | yes |' for row in rows.split(", "))
    text = TERMS.format(ending="for people", lines="") + EXAMPLE.format(rows=grid, expected=expected)
    compiled, worked = api.work_examples(Source("c.pbr", text), largest, engine)
    assert not [d.headline for d in compiled.diagnostics if d.is_error]
    assert [(each.holds, each.checkpoints[0].came_out) for each in worked if not each.holds] == [] and worked


@pytest.mark.parametrize("engine", ENGINES)
def test_cells_of_rows_counted_together_have_one_row_of_each_person(largest: Any, engine: str) -> None:
    rows = '| "A" | small | yes | | "A" | large | yes | | "B" | small | yes |'
    text = TERMS.format(ending="for people", lines="").replace('measure m "M" {', 'measure m "M" by kind {')
    text += 'define whole "Whole" across kind = m' + EXAMPLE.format(rows=rows, expected="whole = 6.25")
    text = text.replace("expect whole", "expect m[small] = 2.5 expect m[large] = 10 expect whole")
    _, worked = api.work_examples(Source("c.pbr", text), largest, engine)
    assert [(point.expected, point.came_out) for each in worked for point in each.checkpoints if not point.holds] == []


def test_a_row_that_a_defined_condition_leaves_out_needs_no_figure(largest: Any) -> None:
    text = TERMS.format(ending="for people", lines="where chosen").replace(
        "{ person: id of", "{ visit: id   person: id of"
    )
    text += 'define chosen "Chosen" by visit = counts\n'
    text += """
    example "e" {
      given people { | person | | "A" | }
      given visits {
        | visit | person | kind  | counts |
        | "1"   | "A"    | small | yes    |
        | "2"   | "A"    | new   | no     |
      }
      expect m = 2.5
    }
    """
    _, worked = api.work_examples(Source("c.pbr", text), largest)
    assert [each.holds for each in worked] == [True]


@pytest.mark.parametrize(
    ("ending", "lines", "said"),
    [
        ("", "", "`m` is divided by people, and its head names none"),
        (
            "for people",
            "once for each person",
            "`largest_each` takes one row of each person by itself, and `once for each` takes another",
        ),
    ],
)
def test_what_the_clause_must_leave_to_the_tally(largest: Any, ending: str, lines: str, said: str) -> None:
    found = api.check_contract(Source("c.pbr", TERMS.format(ending=ending, lines=lines)), largest).diagnostics
    assert [d.headline for d in found if d.is_error] == [said]
