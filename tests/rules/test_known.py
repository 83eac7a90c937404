"""Rows as they were known on a day, and the true-up when more is known."""

from __future__ import annotations

from datetime import date

import pytest

from pbr_rules.diagnostics import UsageError
from pbr_rules.reports import write as reports

TEXT = """
records people "People" { person: id   joined: date   entered: date   known from entered }
records results "Results" { one row per person   person: id of people   score: count   entered: date   known from entered }
records arrests "Arrests" { person: id of people   arrested: date   entered: date   known from entered }
measure arrested "Arrests" by person { count of arrests for people }
measure marks "Marks" by person { sum of results for people   value: score }
payment clear "Clear" by person { pay £100 * marks - £10 * arrested   floor £0 }
"""
ROWS = {
    "people": "person,joined,entered; A,2024-01-01,2024-01-01; B,2024-01-01,2024-06-01",
    "results": "person,score,entered; A,3,2024-02-01; A,2,2024-05-01; B,1,2024-03-01",
    "arrests": "person,arrested,entered; A,2024-01-05,2024-01-09; A,2024-01-06,2024-04-09; B,2024-01-06,2024-01-09",
}


def settle(bench, known_at=None, rows=ROWS, **more):
    known_at = None if known_at is None else date.fromisoformat(known_at)
    return bench.settle(TEXT, rows, known_at=known_at, **more)


def counts(settled):
    return {r.name: (r.read, r.used, r.later, r.corrected) for r in settled.settlement.rows}


def test_all_rows_are_read_and_the_last_known_of_a_key_counts(bench):
    settled = settle(bench)
    assert settled.settlement.total == (200 - 20) + (100 - 10)
    assert counts(settled) == {"people": (2, 2, 0, 0), "results": (3, 2, 0, 1), "arrests": (3, 3, 0, 0)}


def test_rows_known_later_are_not_read(bench):
    settled = settle(bench, "2024-03-31")
    assert settled.settlement.total == 300 - 10
    # B is not known yet, so neither is anything that speaks of B
    assert counts(settled) == {"people": (2, 1, 1, 0), "results": (3, 1, 2, 0), "arrests": (3, 1, 2, 0)}


def test_the_day_itself_is_known(bench):
    assert settle(bench, "2024-05-01").settlement.total == 200 - 20


def test_a_row_that_does_not_fit_and_is_known_later_is_not_read_either(bench):
    rows = {**ROWS, "arrests": ROWS["arrests"] + "; A,nonsense,2024-04-10"}
    assert settle(bench, "2024-03-31", rows).settlement.total == 290


def test_two_rows_of_a_key_known_on_one_day_are_set_aside(bench):
    rows = {**ROWS, "results": "person,score,entered; A,3,2024-02-01; A,2,2024-02-01"}
    settled = bench.settle(
        TEXT.replace(
            "known from entered }\nrecords arrests", "known from entered  at most 2 rejected }\nrecords arrests"
        ),
        rows,
    )
    assert len(settled.tables["results"].rejected) == 2


def test_the_true_up_is_new_less_paid(bench):
    first = settle(bench, "2024-03-31", on=date(2024, 4, 1))
    path = bench.folder / "q1.json"
    path.write_text(str(reports.written(reports.whole(first, [], bench.catalogue, True), "json")), encoding="utf-8")
    second = settle(bench, "2024-06-30", on=date(2024, 7, 1), paid=path).settlement
    assert second.paid == 290 and second.total == 270
    assert [line.net.due for line in second.lines] == [180 - 290, 90]
    assert sum(line.net.due for line in second.lines) == second.total - second.paid == second.due


def test_a_past_statement_is_made_again(bench):
    then = {name: "; ".join(row for row in text.split("; ") if not _later(row)) for name, text in ROWS.items()}
    then["results"] = then["results"].replace("; B,1,2024-03-01", "")
    then["arrests"] = then["arrests"].replace("; B,2024-01-06,2024-01-09", "")
    now, before = settle(bench, "2024-03-31").settlement, settle(bench, rows=then).settlement
    assert [(line.working.of, line.amount) for line in now.lines] == [
        (line.working.of, line.amount) for line in before.lines
    ]


def _later(row):
    day = row.rsplit(",", 1)[1]
    return day[:2] == "20" and day > "2024-03-31"


def test_what_cannot_be_known_is_refused(bench):
    with pytest.raises(UsageError, match="nothing later is known"):
        settle(bench, "2024-03-31", on=date(2024, 3, 1))
    with pytest.raises(UsageError, match="goes no further than that"):
        settle(bench, "2024-03-31", complete={"arrests": "2024-06-30"})
    with pytest.raises(UsageError, match="no records of the contract say when a row came to be known"):
        bench.settle('payment p "P" { pay £5 }', known_at=date(2024, 3, 31))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("known from nobody", "has no column `nobody`"),
        ("known from score", "`score` is a count"),
        ("known from seen", "`seen` says from when a row is known and cannot be blank"),
        ("known from entered   known from entered", "says twice from when a row is known"),
    ],
)
def test_the_column_is_a_day_that_is_never_blank(bench, line, said):
    text = f'records r "R" {{ score: count   entered: date   seen: date optional   {line} }}\nmeasure m "M" {{ count of r }}\n'
    assert any(said in d.headline for d in bench.problems(text))


def test_rows_of_an_example_are_corrected_too(bench):
    bench.holds(
        TEXT
        + 'example "A correction" {\n given people { | person | joined | entered |\n | "A" | 2024-01-01 | 2024-01-01 | }\n'
        "given results { | person | score | entered |\n"
        '| "A" | 3 | 2024-02-01 |\n| "A" | 2 | 2024-03-01 | }\n'
        'given arrests { | person | arrested | entered |\n | "A" | 2024-01-05 | 2024-01-09 | }\n'
        'expect clear["A"] = £190 }\n'
    )
