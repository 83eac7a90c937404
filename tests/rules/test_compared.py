"""A settlement beside what was really paid."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pbr_rules.diagnostics import DataError

TEXT = """
category project { north, south, east }
category item { entry, stay }
parameter number "Number" by project, item: count {
  | project | entry | stay |
  | north   | 10    | 4    |
  | south   | 20    | 0    |
  | east    | 0     | 0    |
}
parameter price "Price" by item: money { entry: £100   stay: £1,000 }
parameter bonus_price "Price of a bonus": money unknown "not published"
payment outcomes "Outcomes" by project, item { pay number * price }
payment bonus "Bonus" by project { when number[north, stay] is above 100 pay bonus_price otherwise pay nothing }
limit most "Available" by project { covers outcomes   at most £4,500 }
"""


def compare(bench, content, text=TEXT, **more):
    path = bench.folder / "paid.csv"
    path.write_text(content.strip().replace("; ", "\n") + "\n", encoding="utf-8")
    comparison = bench.settle(text, compare=path, **more).comparison
    return [(row.line, dict(row.cell), row.settled, row.paid, row.difference) for row in comparison.rows]


def test_each_row_speaks_of_the_lines_that_it_names(bench):
    assert compare(
        bench, "payment,project,paid; outcomes,north,4900; outcomes,south,£2,000.00".replace("£2,000.00", '"£2,000.00"')
    ) == [
        ("outcomes", {"project": "north"}, 5_000, 4_900, -100),
        ("outcomes", {"project": "south"}, 2_000, 2_000, 0),
        ("most", {}, -500, None, None),
    ]


def test_a_row_without_a_line_speaks_of_all_of_its_cell_and_of_its_limits(bench):
    assert compare(bench, "project,paid; north,4400; south,") == [
        (None, {"project": "north"}, 4_500, 4_400, -100),
        (None, {"project": "south"}, 2_000, None, None),
    ]


def test_lines_that_no_row_speaks_of_are_shown_together(bench):
    assert compare(bench, "payment,project,item,paid; outcomes,north,entry,1000")[1:] == [
        ("outcomes", {}, 6_000, None, None),
        ("most", {}, -500, None, None),
    ]


def test_a_line_that_is_not_settled_makes_no_difference(bench):
    text = TEXT.replace("is above 100 pay", "is above 1 pay")
    (north, south, *_) = compare(bench, "project,paid; north,4400; south,2000", text)
    assert north[2:] == (4_500, 4_400, None) and south[2:] == (2_000, 2_000, None)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("project,sum; north,5", 'has no column "paid"'),
        ("project,paid; nroth,5", '"nroth" is no member of `project`; did you mean `north`?'),
        ("payment,paid; outcome,5", "no line of the settlement is called `outcome`; did you mean `outcomes`?"),
        ("payment,item,paid; bonus,entry,5", "no line of `bonus` runs over what it names"),
        ("project,paid; north,5; north,6", "a line of `outcomes` that it speaks of is spoken of in line 2 too"),
        ("payment,paid; outcomes,five", '"five"'),
    ],
)
def test_a_file_that_cannot_be_compared_says_why(bench, content, said):
    with pytest.raises(DataError) as error:
        compare(bench, content)
    assert said in str(error.value)


def test_a_file_may_say_what_a_statement_prints(bench):
    text = TEXT.replace(
        "category project { north, south, east }", 'category project { north "The North", south, east }'
    )
    found = compare(bench, "payment,project,paid; Outcomes,The North,5000", text)
    assert found[0] == ("outcomes", {"project": "north"}, 5_000, 5_000, 0)


def test_people_cannot_be_compared(bench):
    text = 'records people "P" { person: id column "Who" }\npayment p "P" by person { pay £5 }\n'
    path = bench.folder / "paid.csv"
    path.write_text("who,paid\nA,5\n", encoding="utf-8")
    with pytest.raises(DataError, match="what one was paid cannot be set beside it"):
        bench.settle(text, {"people": "Who; A"}, compare=path)


def test_the_statement_does_not_change(bench):
    plain = bench.settle(TEXT).settlement
    path = bench.folder / "paid.csv"
    path.write_text("project,paid\nnorth,1\n", encoding="utf-8")
    beside = bench.settle(TEXT, compare=path).settlement
    assert [line.amount for line in plain.lines] == [line.amount for line in beside.lines]
    assert beside.total == Fraction(6_500)
