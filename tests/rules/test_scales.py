"""Scales and comparisons: rules 20 to 25."""

from __future__ import annotations

from fractions import Fraction

import pytest

SLICES = """
scale s(cut) "S" {
  each slice at its own rate
  below 5%: 50%   at least 5% and below 20%: 100%   at least 20%: 0%
}
"""


@pytest.mark.parametrize(
    ("cut", "share"),
    [("-3%", "0"), ("0%", "0"), ("4%", "0.02"), ("5%", "0.025"), ("12%", "0.095"), ("20%", "0.175"), ("60%", "0.175")],
)
def test_rule_20_slices_start_at_zero(bench, cut, share):
    assert bench.value(f"s({cut})", SLICES) == Fraction(share)


def test_rule_20_above_the_last_band_is_an_error_unless_a_band_covers_it(bench):
    text = "scale s(cut) { each slice at its own rate   below 5%: 50%   at least 5% and below 20%: 100% }"
    (problem,) = bench.problems(text)
    assert problem.code == "scale" and "above 20%" in problem.headline


@pytest.mark.parametrize(
    ("bands", "said"),
    [
        ("below 5%: 0%   at least 10%: 1%", "no band covers 7.5%"),
        ("below 5%: 0%   above 5%: 1%", "no band covers 5%"),
        ("at most 5%: 0%   at least 5%: 1%", "both cover 5%"),
        ("below 10%: 0%   at least 5%: 1%", "both cover 7.5%"),
        ("at least 5%: 1%", "no band covers below 5%"),
        ("below 5%: 1%", "no band covers above 5%"),
        ("at least 10%: 1%   below 10%: 0%   at least 20%: 3%", "overlap"),
    ],
)
def test_gaps_and_overlaps_name_a_value_that_falls_in_them(bench, bands, said):
    problems = bench.problems(f"scale s(cut) {{ each band gives {bands} }}")
    assert problems and all(p.code == "scale" for p in problems)
    assert any(said in p.headline for p in problems), [p.headline for p in problems]


def test_whole_numbers_side_by_side_are_no_gap_for_a_count_only(bench):
    text = 'scale s(n) { each band gives   at most 370: 1   at least 371: 2 }\nparameter n "N": %s\ndefine x "X" by one = s(n)\ncategory one { only }\n'
    assert not bench.problems(text % "count")
    assert [p.code for p in bench.problems(text % "number")] == ["scale"]


def test_each_band_gives_any_expression(bench):
    scale = 'scale award(gain) { each band gives   below 4%: £0   at least 4% and below 9%: £20,000 * gain / 1%   at least 9%: unknown "row not legible" }'
    assert bench.value("award(5%)", scale) == 100000
    assert bench.value("award(3.99%)", scale) == 0
    assert bench.value("award(9%)", scale) == "unknown: row not legible"


WAY = "scale way(score, low, high) { straight line between points   below low: 0%   at low: 0%   at high: 100%   above high: 100% }"


@pytest.mark.parametrize(
    ("score", "share"),
    [("0.4", 0), ("0.5", 0), ("0.95", Fraction(1, 2)), ("1.2", Fraction(7, 9)), ("1.4", 1), ("1.6", 1)],
)
def test_straight_line_between_points(bench, score, share):
    assert bench.value(f"way({score}, 0.5, 1.4)", WAY) == share


@pytest.mark.parametrize(
    ("x", "dollars"),
    [
        ("-1%", 0),
        ("0%", 0),
        ("0.0001%", 5_503_500),
        ("2%", 5_503_500),
        ("2.0001%", 11_007_000),
        ("4%", 11_007_000),
        ("4.1%", 13_759_500),
    ],
)
def test_bands_open_below_and_closed_above(bench, x, dollars):
    """The wildlife conservation bond: per 1,000 invested, on a principal of 150,000,000."""
    scale = """scale pays(x) { each band gives
      at most 0%: 0   above 0% and at most 2%: 36.69   above 2% and at most 4%: 73.38   above 4%: 91.73 }"""
    assert bench.value(f"150,000 * pays({x})", scale) == dollars


def test_rule_21_falls_from_zero_and_from_below(bench):
    assert bench.value("relative fall from 0 to 5").startswith("missing")
    assert bench.value("relative fall from (0 - 2) to 5").startswith("refused")
    assert bench.value("relative fall from 155 to 142") == Fraction(13, 155)
    assert bench.value("relative rise from 142 to 155") == Fraction(13, 142)


def test_rule_22_a_percentage_is_a_share_or_a_rate_by_what_it_meets(bench):
    text = 'parameter b "B": rate = 58%\nparameter s "S": share = 5%\ncategory one { only }\n'
    assert not bench.problems(text + 'define x "X" by one = point fall from b to 50%\ndefine y "Y" by one = s * 2\n')


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("(point fall from b to 50%) is at least 5%", ("percentage points", "a percentage")),
        ("(relative fall from b to 50%) is at least 5 percentage points", ("a percentage", "percentage points")),
        ("£5 is at least 3", ("money (GBP)", "a count")),
        ("b is at least 12 per 100", ("a rate", "a frequency (per 100)")),
        ("£5 + 3 is at least £1", ("money (GBP)", "a count")),
        ("£5 * £5 is at least £1", ("money (GBP)", "money (GBP)")),
        ("2020-01-01 is at least 3", ("a date", "a count")),
    ],
)
def test_kinds_that_do_not_mix_are_both_named(bench, text, words):
    problems = bench.problems(f'parameter b "B": rate = 58%\ncategory one {{ only }}\ndefine x "X" by one = {text}\n')
    assert [p.code for p in problems] == ["kinds"]
    said = problems[0].headline + " ".join(label.text for label in problems[0].labels)
    assert all(word in said for word in words), said


def test_points_against_a_percentage_offers_both_repairs_with_what_each_means(bench):
    (problem,) = bench.problems(
        'parameter b "B": rate\ncategory one { only }\ndefine x "X" by one = (point fall from b to 50%) is at least 5%\n'
    )
    assert "`5 percentage points`: from 58% to 53%" in problem.help[0]
    assert "from 58% to 55.1%" in problem.help[1]


def test_two_currencies_do_not_mix(bench):
    (problem,) = bench.problems('category one { only }\ndefine x "X" by one = £5 + USD 3.00\n')
    assert "USD" in problem.headline and "GBP" in problem.headline


def test_rule_23_the_first_case_that_holds_decides_and_a_hidden_one_is_warned_of(bench):
    text = 'parameter x "X": share = 12%\npayment p "P" { when x is at least 5% pay £1 otherwise when x is at least 10% pay £2 otherwise pay nothing }'
    assert bench.amounts(text)["p"] == 1
    assert "unreachable" in [w.code for w in bench.warnings(text)]


def test_rule_23_two_whens_ask_whether_one_or_both(bench):
    text = 'parameter x "X": share = 12%\npayment p "P" { when x is at least 5% pay £1 when x is at least 10% pay £2 otherwise pay nothing }'
    problems = bench.problems(text)
    assert problems and any("otherwise when" in line for line in problems[0].help)


def test_rule_24_shown_as_rounds_half_up_to_the_place_written(bench):
    bench.holds("""
    category one { only }
    define d "D" by one = relative fall from 155 to 142
    example "E" {
      expect d[only] shown as 8.4%   expect d[only] shown as 8.39%   expect d[only] = 13/155   expect d[only] is not 8.4%
    }
    """)


def test_rule_25_medians_of_an_even_number_and_ties(bench):
    text = """
    category site { a, b, c, d }
    parameter n "N" by site: number { a: 1  b: 2  c: 2  d: 9 }
    category one { only }
    define m "M" by one = median of n across site
    define w "W" by one = average of n weighted by n across site
    define k "K" by one = number where n is at least 2 across site
    define h "H" by one = largest of n where n is below 9 across site
    define z "Z" by one = total of n where n is above 100 across site
    define s "S" by one = smallest of n where n is above 100 across site
    """
    found = bench.figures(text)
    assert [found[f"{name}[only]"] for name in "mwkh"] == [2, Fraction(90, 14), 3, 2]
    assert found["z[only]"] == 0
    assert str(found["s[only]"]).startswith("missing")


# ---- the working, and what a scale does not answer


def worked(bench, expression, given):
    """The value of an expression, or its state and reason; its kind; its steps."""
    text = f'{given}\ncategory one {{ only }}\ndefine answer "Answer" by one = {expression}\n'
    (found,) = [f for f in bench.settle(text).settlement.figures if f.working.of == "answer[only]"]
    value = found.value
    return (
        value.of if value.known else f"{value.state}: {value.why}",
        value.kind.words,
        list(found.working.steps),
    )


BY_END = 'scale s(x, a, b) "S" { each band gives  below a: 1   at least a and below b: 2   at least b: 3 }'


@pytest.mark.parametrize(
    ("at", "gives", "band"),
    [
        ("1, 2, 6", 1, "below a"),
        ("2, 2, 6", 2, "at least a and below b"),
        ("5.9, 2, 6", 2, "at least a and below b"),
        ("6, 2, 6", 3, "at least b"),
        ("9, 2, 6", 3, "at least b"),
    ],
)
def test_a_band_says_which_it_was(bench, at, gives, band):
    at = at.replace(",", " ,")
    found, _, steps = worked(bench, f"s({at})", BY_END)
    assert found == gives
    assert steps == [f"s({at.split(' ')[0]}): {band} gives {gives}"]


def test_what_a_band_gives_is_shown_with_its_figures_put_in(bench):
    found, kind, steps = worked(bench, "s(£2)", "scale s(x) { each band gives  below £1: £1   at least £1: £2 + x }")
    assert (found, kind) == (4, "money (GBP)")
    assert steps == ["s(£2.00): at least £1 gives £2 + £2.00"]


def test_bands_that_cross_once_their_ends_are_known_refuse_the_figure(bench):
    found, _, steps = worked(bench, "s(3.5, 4, 3)", BY_END)
    assert found == "refused: more than one band of `s` covers 3.5" and steps == []
    slices = BY_END.replace("each band gives", "each slice at its own rate")
    found, _, _ = worked(bench, "s(3.5, 4, 3)", slices)
    assert found == "refused: a band of `s` ends before it begins: at least a and below b"
    assert worked(bench, "s(3.5, 4, 4)", slices)[0] == Fraction("3.5")


def test_an_end_that_is_not_known_leaves_the_figure_not_known(bench):
    given = 'parameter y "Y": number unknown "not said"\n'
    for sentence in ("each band gives", "each slice at its own rate"):
        assert worked(bench, "s(1, y, 4)", given + BY_END.replace("each band gives", sentence))[0].endswith(
            "unknown: not said"
        )
        assert worked(bench, "s(5, 2, y)", given + BY_END.replace("each band gives", sentence))[0].endswith(
            "unknown: not said"
        )
    assert worked(bench, "way(1, 0.5, y)", given + WAY)[0].endswith("unknown: not said")


SLICED = 'scale s(x, a, b) "S" { each slice at its own rate  below a: 50%%   at least a and below b: 100%%   at least b: %s }'


@pytest.mark.parametrize(
    ("at", "sums"),
    [
        ("£2, £4, £6", ["below a: £2.00 at 50%"]),
        ("£4, £4, £6", ["below a: £4.00 at 50%"]),
        ("£4.50, £4, £6", ["below a: £4.00 at 50%", "at least a and below b: £0.50 at 100%"]),
        ("£10, £4, £6", ["below a: £4.00 at 50%", "at least a and below b: £2.00 at 100%", "at least b: £4.00 at 10%"]),
        ("£0, £4, £6", []),
    ],
)
def test_each_slice_is_shown_at_its_rate(bench, at, sums):
    found, kind, steps = worked(bench, f"s({at})", SLICED % "10%")
    assert steps == [f"s: {each}" for each in sums]
    each = [each.rsplit("£", 1)[1].split(" at ") for each in sums]
    assert found == sum(Fraction(width) * Fraction(rate.removesuffix("%")) / 100 for width, rate in each)
    assert kind == "money (GBP)"


def test_a_rate_that_is_not_known_matters_where_something_lies_in_its_slice(bench):
    not_agreed = SLICED % 'unknown "not agreed"'
    assert worked(bench, "s(£10, £4, £6)", not_agreed)[0] == "unknown: not agreed"
    assert worked(bench, "s(£6, £4, £6)", not_agreed)[0] == 4
    first = 'scale s(x, a, b) "S" { each slice at its own rate  below a: unknown "not agreed"   at least a: 100% }'
    assert worked(bench, "s(£0, £4, £6)", first)[0] == 0
    assert worked(bench, "s(£5, £4, £6)", first)[0] == "unknown: not agreed"


LINE = 'scale s(x, a, b) "S" { straight line between points  below a: 1  at a: 10  at b: 30  above b: %s }'


@pytest.mark.parametrize(
    ("at", "gives"),
    [("1", 1), ("2", 10), ("3", 15), ("5", 25), ("6", 30), ("7", 40)],
)
def test_a_line_runs_from_the_one_point_to_the_other(bench, at, gives):
    assert worked(bench, f"s({at}, 2, 6)", LINE % "40")[0] == gives


def test_a_line_says_how_far_along_it_is(bench):
    assert worked(bench, "s(3, 2, 6)", LINE % "40")[2] == ["s(3): 1/4 of the way from 10 to 30"]


def test_a_line_answers_nothing_where_its_points_do_not(bench):
    assert worked(bench, "s(2, 2, 2)", LINE % "40")[0] == "refused: two points of `s` lie at 2"
    assert worked(bench, "s(7, 2, 6)", LINE % 'unknown "not said"')[0].endswith("unknown: not said")
    assert (
        worked(bench, "s(3, 2, 6)", (LINE % "40").replace("at b: 30", 'at b: unknown "not read"'))[0]
        == "unknown: not read"
    )


def test_points_are_taken_in_the_order_of_where_they_lie(bench):
    assert worked(bench, "s(5, 6, 2)", LINE % "40")[0] == 15  # from 30 at 2 to 10 at 6
    assert worked(bench, "s(9, 2, 2)", LINE % "40")[0] == "refused: two points of `s` lie at 2"


def test_what_points_and_bands_give_may_read_what_the_scale_is_given(bench):
    read = LINE.replace("10  at b: 30", "x * a  at b: x * b") % "x * 100"
    assert worked(bench, "s(4, 2, 6)", read)[0] == 16  # half way from 8 to 24
    assert worked(bench, "s(7, 2, 6)", read)[0] == 700
    assert worked(bench, "s(1, 2, 6)", read)[0] == 1


def test_what_a_scale_reads_stands_among_what_was_read(bench):
    text = (
        'parameter top "Top": number = 6\nparameter bonus "B": number = 3\n'
        'category one { only }\ndefine answer "Answer" by one = s(9, 2, top)\n'
    )
    given = BY_END.replace("at least b: 3", "at least b: bonus * 2")
    (found,) = [f for f in bench.settle(text + given).settlement.figures if f.working.of == "answer[only]"]
    assert found.value.of == 6
    assert [figure.of for figure in found.working.inputs] == ["top", "bonus"]


def test_a_slice_that_begins_below_nothing_is_counted_from_nothing(bench):
    scale = 'scale s(x) "S" { each slice at its own rate  below -£2: 10%   at least -£2 and below £3: 50%   at least £3: 100% }'
    assert worked(bench, "s(£2)", scale)[0] == 1
    assert worked(bench, "s(£5)", scale)[0] == Fraction("3.5")
    assert worked(bench, "s(-£5)", scale)[0] == 0


def test_an_empty_slice_without_a_rate_stops_nothing(bench):
    scale = 'scale s(x) "S" { each slice at its own rate  below -£2: unknown "n"   at least -£2 and below £3: 50%   at least £3: 100% }'
    assert worked(bench, "s(£5)", scale)[0] == Fraction("3.5")
    nothing = 'scale s(x) "S" { each slice at its own rate  below £3: unknown "n"   at least £3: unknown "n" }'
    assert worked(bench, "s(£0)", nothing)[:2] == (0, "a number")


def test_at_its_points_a_line_is_at_their_values(bench):
    assert worked(bench, "s(2, 2, 6)", LINE % "40")[2] == ["s(2): 0 of the way from 10 to 30"]
    assert worked(bench, "s(6, 2, 6)", LINE % "40")[2] == ["s(6): 1 of the way from 10 to 30"]


def test_a_rate_is_read_where_something_lies_in_its_slice(bench):
    text = """
    parameter low "Low": share = 50%%
    parameter high "High": share = 100%%
    scale s(x) "S" { each slice at its own rate   below £4: low   at least £4 and below £9: high   at least £9: high }
    category one { only }
    define answer "Answer" by one = s(%s)
    """
    for at, read in (("£2", ["low"]), ("£5", ["low", "high"])):
        (found,) = [f for f in bench.settle(text % at).settlement.figures if f.working.of == "answer[only]"]
        assert [figure.of for figure in found.working.inputs] == read


def test_what_a_line_gives_is_no_longer_so_many_of_so_many(bench):
    text = """
    records people "People" { person: id }
    records events "Events" { person: id of people }
    measure half "Half" { binary of events for people }
    scale s(x, low) "S" { straight line between points   below 2: 0%   at 2: low   at 6: low   above 6: 100% }
    category one { only }
    define answer "Answer" by one = s(3, half)
    """
    rows = {"people": "person; a; b", "events": "person; a"}
    figures = {f.working.of: f.value for f in bench.settle(text, rows).settlement.figures}
    assert figures["half"].counts == (1, 2)
    assert (figures["answer[only]"].of, figures["answer[only]"].counts) == (Fraction(1, 2), None)


def test_a_slice_of_so_many_of_so_many_is_a_part_of_them(bench):
    text = """
    records people "People" { person: id }
    records events "Events" { person: id of people }
    measure half "Half" { binary of events for people }
    scale s(x) "S" { each slice at its own rate   below 20%%: 50%%   at least 20%%: 100%% }
    category one { only }
    define answer "Answer" by one = s(half)
    """.replace("%%", "%")
    settled = bench.settle(text, {"people": "person; a; b", "events": "person; a"}).settlement
    (found,) = [f for f in settled.figures if f.working.of == "answer[only]"]
    assert found.value.of == Fraction("0.4")  # half of 20%, and all of 30%
    assert len(found.working.steps) == 2 and not any("1/2" in step for step in found.working.steps)
