"""The charts of a statement: each mark, ring, line and bar lies where its value is, worked out apart from the program."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from pbr_rules.reports.charts import Chart, charts, steps, unit_text

NEAR = Fraction(2, 100)
"""Places are written with two decimals."""


def number(text: str) -> Fraction:
    """`£1,500`, `-10%`, `155`: as a plain number, a percentage as its hundredth."""
    plain = Fraction(re.sub(r"[^\d.-]", "", text))
    return plain / 100 if "%" in text or "pts" in text else plain


def elements(svg: str, css: str) -> list[dict[str, str]]:
    """The attributes of each element of a class, and its text."""
    found = []
    for tag, rest, text in re.findall(r"<(\w+) ([^>]*?)/?>([^<]*)", svg):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', rest))
        if set(css.split()) <= set(attributes.get("class", "").split()) and tag != "svg":
            found.append({**attributes, "text": text})
    return found


class Scale:
    """A chart of a scale, read back by its own axes: the numbers written along them."""

    def __init__(self, chart: Chart) -> None:
        self.svg = chart.svg
        self.across = sorted((Fraction(e["x"]), number(e["text"])) for e in elements(chart.svg, "axis tick"))
        self.up = sorted((Fraction(e["y"]) - 4, number(e["text"])) for e in elements(chart.svg, "axis end"))
        assert len(self.across) > 1 and len(self.up) > 1

    def value(self, axis: list[tuple[Fraction, Fraction]], place: Fraction) -> Fraction:
        (a, first), (b, last) = axis[0], axis[-1]
        return first + (last - first) * (place - a) / (b - a)

    def far(self, axis: list[tuple[Fraction, Fraction]], place: Fraction, value: Fraction) -> Fraction:
        """How far a place is from where a value lies."""
        (a, first), (b, last) = axis[0], axis[-1]
        return abs(a + (b - a) * (value - first) / (last - first) - place)

    def marks(self) -> list[tuple[Fraction, Fraction]]:
        """The middle of each mark that has a number."""
        found = [e for e in elements(self.svg, "mark") if "data-mark" in e]
        read = [re.match(r"M(\S+) (\S+?)l", e["d"]) for e in found]
        return [(Fraction(m[1]) + 6, Fraction(m[2])) for m in read if m]

    def curves(self) -> list[list[tuple[Fraction, Fraction]]]:
        return [
            [(Fraction(x), Fraction(y)) for x, y in re.findall(r"[ML](\S+) ([\d.-]+)", e["d"])]
            for e in elements(self.svg, "curve")
        ]


@pytest.fixture
def drawn(settle: Callable[..., dict[str, Any]]) -> dict[str, Chart]:
    """The charts by title."""
    return {chart.title: chart for chart in charts(settle())}


MARKS = {
    "Scale: Paid for the fall": [("0.015", "0"), ("0.1", "1000"), ("0.13", "2500.5")],
    "Scale: Paid along a line": [("0.015", "0"), ("0.1", "500"), ("0.13", "800")],
    "Scale: Paid slice by slice": [("-0.9", "0"), ("0.015", "150"), ("0.1", "1000"), ("0.13", "1120")],
}
"""Falls of 10%, 13%, 1.5% and, on the last alone, -90%: 2 * £500 = a quarter of £2,000; 10% at £10,000 and 3% at £4,000."""


@pytest.mark.parametrize("title", MARKS)
def test_a_mark_lies_where_its_value_is(drawn: dict[str, Chart], title: str) -> None:
    scale = Scale(drawn[title])
    marks = scale.marks()
    assert len(marks) == len(MARKS[title])
    for (x, y), (at, gave) in zip(marks, MARKS[title], strict=True):
        assert scale.far(scale.across, x, Fraction(at)) <= NEAR
        assert scale.far(scale.up, y, Fraction(gave)) <= NEAR


@pytest.mark.parametrize("title", MARKS)
def test_a_mark_lies_on_the_line_that_is_drawn(drawn: dict[str, Chart], title: str) -> None:
    scale = Scale(drawn[title])
    for x, y in scale.marks():
        heights = []
        for curve in scale.curves():
            for (a, first), (b, last) in itertools.pairwise(curve):
                if a - NEAR <= x <= b + NEAR and b > a:
                    heights.append(first + (last - first) * (x - a) / (b - a))
        assert any(abs(height - y) <= 2 * NEAR for height in heights)


def test_a_ring_is_full_where_the_end_belongs_to_its_band(drawn: dict[str, Chart]) -> None:
    """Below 5%: £0; at least 5% and at most 10%: £1,000; above 10%: £2,500.50."""
    scale = Scale(drawn["Scale: Paid for the fall"])
    rings = {
        (how, Fraction(e["cx"]), Fraction(e["cy"]))
        for how in ("in", "out")
        for e in elements(scale.svg, f"edge {how}")
        if Fraction(e["cy"]) < 300
    }
    wanted = {("out", "0.05", "0"), ("in", "0.05", "1000"), ("in", "0.1", "1000"), ("out", "0.1", "2500.5")}
    assert len(rings) == len(wanted)
    for how, at, gave in wanted:
        assert any(
            ring == how
            and scale.far(scale.across, x, Fraction(at)) <= NEAR
            and scale.far(scale.up, y, Fraction(gave)) <= NEAR
            for ring, x, y in rings
        )


def test_of_many_marks_none_has_a_number_and_those_on_one_another_are_one(
    settle: Callable[..., dict[str, Any]],
) -> None:
    whole = settle()
    scale = whole["settlement"]["scales"][0]
    first = scale["marks"][0]
    scale["marks"] = [{**first, "at": f"{n}/100000", "gave": "0"} for n in range(3000)]
    chart = charts(whole)[0]
    marks = [e for e in elements(chart.svg, "mark") if "data-mark" in e]
    assert 20 < len(marks) < 200
    assert elements(chart.svg, "mark-number") == []
    assert len(chart.table.rows) == 200 and "of 3,000" in chart.table.notes[0]
    assert "Read at 3,000 places" in chart.svg


@pytest.mark.parametrize(("end", "at", "gave"), [("from_in", "0.05", "1000"), ("to_in", "0.1", "1000")])
def test_each_end_has_its_own_ring(end: str, at: str, gave: str, settle: Callable[..., dict[str, Any]]) -> None:
    whole = settle()
    whole["settlement"]["scales"][0]["bands"][1][end] = False
    scale = Scale(charts(whole)[0])
    opened = [(Fraction(e["cx"]), Fraction(e["cy"])) for e in elements(scale.svg, "edge out")]
    assert any(
        scale.far(scale.across, x, Fraction(at)) <= NEAR and scale.far(scale.up, y, Fraction(gave)) <= NEAR
        for x, y in opened
    )


def test_where_the_answer_runs_on_there_is_no_ring(drawn: dict[str, Chart]) -> None:
    for title in ("Scale: Paid along a line", "Scale: Paid slice by slice"):
        assert elements(drawn[title].svg, "edge") == []
        assert "the end belongs to the band" not in drawn[title].svg


def bars(chart: Chart, css: str) -> list[tuple[Fraction, Fraction]]:
    """Where each bar begins, and how long it is."""
    return [(Fraction(e["x"]), Fraction(e["width"])) for e in elements(chart.svg, css)]


def test_outcomes_stand_beside_what_they_are_compared_with(drawn: dict[str, Chart]) -> None:
    chart = drawn["Crimes: fall against those like them"]
    before, after = bars(chart, "bar before"), bars(chart, "bar after")
    one = before[0][1] / 200
    for (start, width), crimes in zip(before + after, (200, 300, 100, 400, 180, 261, 190, 394), strict=True):
        assert start == 1
        assert abs(width - one * crimes) <= 3 * NEAR
    assert "North &amp; west, First year: relative fall 10%" in chart.svg
    assert "Those like them" in chart.svg
    assert chart.table.rows[2] == ("South, First year", "Those like them", "100", "Those in the service", "190", "-90%")


def test_pairs_of_very_different_size_have_scales_of_their_own(settle: Callable[..., dict[str, Any]]) -> None:
    whole = settle()
    for side in ("before", "after"):
        change = whole["settlement"]["changes"][0]
        change[side]["exact"] = str(int(change[side]["exact"]) * 1000)
    chart = next(chart for chart in charts(whole) if chart.title.startswith("Crimes"))
    before = bars(chart, "bar before")
    assert abs(before[0][1] - before[3][1]) <= NEAR
    assert "a scale of its own" in chart.notes[0]


def test_payments_by_period(drawn: dict[str, Chart]) -> None:
    """£1,500 + £1,000 + £0 in the first year; £3,300.50 + £0 + £1,120 + £150 in the second."""
    chart = drawn["Payments by year"]
    (_, first), (_, second) = bars(chart, "bar after")
    assert abs(second / first - Fraction("4570.5") / 2500) < Fraction(1, 1000)
    assert [str(cell) for cell in chart.table.rows[0]] == ["First year", "£1,500.00", "£1,000.00", "£2,500.00", "1"]
    assert [str(cell) for cell in chart.table.rows[1]] == ["Second year", "£3,300.50", "£1,270.00", "£4,570.50", ""]
    assert "1 January 2020 to 31 December 2020; 1 line" in chart.svg
    assert chart.notes, "the limit runs over both years"


def test_what_is_below_nothing_runs_to_the_left(settle: Callable[..., dict[str, Any]]) -> None:
    whole = settle()
    for line in whole["settlement"]["lines"]:
        if line["cell"].get("year") == "first" and line["amount"] is not None:
            line["amount"] = f"-{line['amount']}"
    chart = next(chart for chart in charts(whole) if chart.title == "Payments by year")
    (start, width), (zero, _) = bars(chart, "bar after")
    assert abs(start + width - zero) <= NEAR


def test_a_chart_is_drawn_only_where_there_are_figures_for_it(library: Callable[[str], dict[str, Any]]) -> None:
    assert charts(library("care_leavers")) == []
    assert [chart.title for chart in charts(library("peterborough"))] == [
        "Reconviction events per 100 men: fall against the matched men"
    ]


def test_a_band_that_is_not_known_is_not_drawn(library: Callable[[str], dict[str, Any]]) -> None:
    """Doncaster's bonus: £0 at most 0 points, and no source says what is paid above."""
    chart = next(chart for chart in charts(library("doncaster")) if chart.title.startswith("Scale"))
    scale = Scale(chart)
    (unknown,) = elements(chart.svg, "unknown")
    assert scale.far(scale.across, Fraction(unknown["x"]), Fraction(0)) <= NEAR
    assert len(scale.curves()) == 1
    open_marks = elements(chart.svg, "mark not")
    assert len(open_marks) == 1
    assert scale.far(scale.across, scale.marks()[-1][0], Fraction("0.007")) <= NEAR


def test_a_crooked_band_is_drawn_in_steps(bench: Any) -> None:
    """What a band gives may be any formula of its figure: x * x from 0 to 10."""
    from pbr_rules.reports.pictured import scale_json
    from pbr_rules.settlement.drawn import FINE, scales

    terms = """
    category one { only }
    parameter x "X" by one: number { only: 4 }
    scale square(n) "Square" { each band gives   at least 0 and at most 10: n * n   above 10: 100   below 0: 0 }
    define answer "Answer" by one = square(x)
    """
    (drawn,) = scales(bench.settle(terms).settlement)
    found = scale_json(drawn, str)
    band = next(band for band in found["bands"] if band["from"] == "0")
    points = [(Fraction(x), Fraction(y)) for x, y in band["points"]]
    assert len(points) == FINE + 1
    assert all(y == x * x for x, y in points)
    assert found["marks"][0]["at"] == "4" and found["marks"][0]["gave"] == "16"


def test_people_of_whom_a_scale_gave_the_same_are_one_mark(bench: Any) -> None:
    from pbr_rules.reports.pictured import scale_json
    from pbr_rules.settlement.drawn import scales
    from pbr_rules.settlement.ids import without_ids

    terms = """
    records people { person: id   score: count }
    scale steps(n) "Steps" { each band gives   below 5: £0   at least 5: £10 }
    payment p "P" by person { pay steps(score) }
    """
    (drawn,) = scales(bench.settle(terms, {"people": "person,score; a,5; b,5; c,2"}).settlement)
    marks = scale_json(drawn, without_ids)["marks"]
    assert [(m["at"], m["gave"], m["people"], m["of"]) for m in marks] == [
        ("5", "10", 2, "p[(person)]"),
        ("2", "0", 1, "p[(person)]"),
    ]


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        ("0.084", "a percentage", "8.4%"),
        ("1200", "money (GBP)", "£1,200"),
        ("-1200.5", "money (USD)", "-$1,200.50"),
        ("1.55", "a frequency (per 100)", "155"),
        ("-0.017", "percentage points", "-1.7 pts"),
        ("3", "a count", "3"),
    ],
)
def test_a_number_along_an_axis(value: str, kind: str, said: str) -> None:
    assert unit_text(Fraction(value), kind) == said


@pytest.mark.parametrize(("low", "high"), [("0", "1"), ("-0.9", "0.33"), ("0", "2917.25"), ("12", "13"), ("0", "1/3")])
def test_steps_are_round_and_few(low: str, high: str) -> None:
    first, last = Fraction(low), Fraction(high)
    found = steps(first, last)
    assert 2 <= len(found) <= 6
    assert first <= found[0] and found[-1] <= last
    size = found[1] - found[0]
    while size >= 10:
        size /= 10
    while size < 1:
        size *= 10
    assert size in (1, 2, 5)
