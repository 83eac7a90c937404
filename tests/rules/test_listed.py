"""Every rule has its line in the reference, its place in the code and its test; and the rules that need few words here."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "rules.md").read_text(encoding="utf-8")


def test_every_rule_is_listed_once():
    numbers = [int(n) for n in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)]
    assert numbers == list(range(1, 51))


def test_every_test_named_is_there_and_every_rule_test_is_named():
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    written = {
        n
        for p in (ROOT / "tests" / "rules").glob("test_*.py")
        for n in re.findall(r"^def (test_\w+)", p.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert named <= written, named - written
    assert {n for n in written if n.startswith("test_rule_")} <= named


def test_every_place_named_is_there():
    for line in re.findall(r"^\| \d+ \|.*$", PAGE, re.MULTILINE):
        for place in re.findall(r"`([\w/]+\.(?:py|lark))`", line.split("|")[3]):
            assert (ROOT / place).is_file() or (ROOT / "pbr_rules" / place).is_file(), place


def test_rule_08_a_figure_is_not_split_by_the_period_of_a_date(bench):
    text = """
    period year { y1: 2020-01-01 to 2020-12-31 }
    records people { person: id   joined: date }
    define n "N" by year of joined = 1
    """
    (problem,) = bench.problems(text)
    assert problem.code == "grain" and "only a measure counts rows" in problem.headline


def test_rule_29_a_period_outside_the_days_the_contract_runs_is_warned_of(bench):
    head = """
    contract c "C" { payer a: "A"  provider b: "B"  currency: GBP  runs: 2020-01-01 to 2020-12-31  payments: rounded to £0.01 half up }
    """
    text = 'period year { late: 2021-01-01 to 2021-12-31 }\nparameter x "X" by year: money { late: £1 }\npayment p "P" by year { pay x }'
    assert [w.code for w in bench.warnings(text, head)] == ["unreachable"]


def test_rule_30_a_date_with_a_time_is_set_aside(bench):
    from pbr_rules.evidence.quarantine import Tolerance

    text = 'records people { person: id   joined: date }\nmeasure n "N" { count of people }\n'
    settled = bench.settle(
        text, {"people": "person,joined; a,2020-01-01 10:30; b,2020-01-01"}, tolerance=Tolerance(number=1)
    )
    (rejected,) = settled.tables["people"].rejected
    assert "has a time" in rejected.reason


def test_rule_42_a_reserved_word_is_no_name_and_says_how_to_read_such_a_column(bench):
    (problem,) = bench.problems("records people { within: date }")
    assert problem.code == "bad-name" and 'column "within"' in problem.help[0]


def test_rule_43_and_and_or_need_brackets_between_them(bench):
    text = 'records people { person: id  a: flag  b: flag  c: flag }\nmeasure n "N" { count of people where %s }'
    assert bench.problems(text % "a and b or c")
    assert not bench.problems(text % "a and (b or c)")


def test_rule_50_no_date_is_read_from_the_clock():
    for path in (ROOT / "pbr_rules").rglob("*.py"):
        assert not re.search(r"\b(?:date\.today|datetime\.now|time\.time)\(", path.read_text(encoding="utf-8")), path
