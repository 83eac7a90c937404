"""The CSV: what Excel opens rightly, with the same columns every quarter, and none that it takes for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from pbr_rules.reports import csv as csv_report
from pbr_rules.reports.every_line import COLUMNS


def read(whole: dict[str, Any]) -> tuple[list[str], list[dict[str, str]]]:
    text = csv_report.statement(whole).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert all(len(row) == len(rows[0]) for row in rows)
    assert len(set(rows[0])) == len(rows[0])
    return rows[0], [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_it_begins_with_the_mark_and_ends_its_lines_as_excel_does(settle: Callable[..., dict[str, Any]]) -> None:
    content = csv_report.statement(settle())
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    assert content.count(b"\n") == content.count(b"\r\n")


def test_every_line_is_read_back_as_it_is(settle: Callable[..., dict[str, Any]]) -> None:
    whole = settle(people=True)
    _, rows = read(whole)
    members = whole["settlement"]["contract"]["members"]
    for row, line in zip(rows, whole["settlement"]["lines"], strict=True):
        assert row["contract"] == "falls"
        for name in ("line", "kind", "title", "clause", "each", "amount", "currency", "state", "to"):
            assert row[name] == (line[name] or ""), name
        assert row["why"] == (line["why"] or "")
        assert row["people"] == ("" if line["people"] is None else str(line["people"]))
        assert row["person"] == "; ".join(line.get("person", {}).values())
        for dimension in members:
            assert row[f"for {dimension}"] == members[dimension].get(line["cell"].get(dimension), "")
        shares = {share["payer"]: share["amount"] for share in line["shares"]}
        assert row["borne by council"] == shares.get("council", "")
    assert sum(Fraction(row["amount"]) for row in rows if row["amount"]) == Fraction("6284.5")
    assert {row["person"] for row in rows if row["person"]} == {"Ident-1", "Ident-3"}


def test_the_first_columns_are_the_same_for_every_contract(
    settle: Callable[..., dict[str, Any]], library: Callable[[str], dict[str, Any]]
) -> None:
    fixed = [column.name for column in COLUMNS]
    for whole in (settle(), *map(library, ("apollo", "care_leavers", "doncaster", "peterborough", "tarp"))):
        heading, _ = read(whole)
        contract = whole["settlement"]["contract"]
        payers = [party["name"] for party in contract["parties"] if party["role"] == "payer"]
        assert heading == [
            *fixed,
            *(f"for {dimension}" for dimension in contract["dimensions"]),
            *(f"borne by {payer}" for payer in payers),
        ]


@pytest.mark.parametrize("title", ["=cmd|'/C calc'!A0", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_is_not_taken_for_a_formula(title: str, settle: Callable[..., dict[str, Any]]) -> None:
    whole = settle()
    for line in whole["settlement"]["lines"]:
        line["title"] = line["why"] = line["clause"] = title
    _, rows = read(whole)
    for row in rows:
        assert row["title"] == row["why"] == row["clause"] == f"'{title}"


def test_a_deduction_is_a_plain_number_and_a_ratio_stays_text(settle: Callable[..., dict[str, Any]]) -> None:
    whole = settle()
    whole["settlement"]["lines"][0]["amount"] = "-1/3"
    whole["settlement"]["lines"][1]["amount"] = "-5.00"
    _, rows = read(whole)
    assert [row["amount"] for row in rows[:2]] == ["'-1/3", "-5.00"]
