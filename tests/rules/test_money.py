"""Money: rules 11 to 19."""

from __future__ import annotations

from fractions import Fraction

import pytest

GRANT = 'parameter x "X": money\n'


def line(bench, body, given="£100", head=""):
    found = bench.amounts(f'{GRANT}{head}payment p "P" {{ {body} }}', set={"x": given})
    return found["p"]


def test_rule_11_steps_act_in_the_order_written(bench):
    assert line(bench, "pay x   less 40% * amount   cap £50") == 50
    assert line(bench, "pay x   cap £50   less 40% * amount") == 30
    assert line(bench, "pay x   less £120   floor £0   plus £5") == 5


def test_rule_12_rounding_is_last_on_the_size_then_the_direction(bench):
    assert line(bench, "pay x / 3") == Fraction("33.33")
    assert line(bench, "deduct x / 8", "£0.20") == Fraction("-0.03")  # 0.025 rounds to 0.03 on its size
    assert line(bench, "pay x / 3   rounded to £1 down") == 33


def test_rule_12_totals_add_rounded_lines(bench):
    text = 'category site { a, b, c }\nparameter x "X": money = £10\npayment p "P" by site { pay x / 3 }\n'
    assert bench.settle(text).settlement.total == Fraction("9.99")


def test_rule_14_a_pay_below_zero_is_refused(bench):
    assert "below nothing" in line(bench, "pay x - £200")
    warned = bench.warnings(GRANT + 'payment p "P" { pay x - £200 }')
    assert [w.code for w in warned] == ["may-be-negative"]
    assert not bench.warnings(GRANT + 'payment p "P" { pay x - £200   floor £0 }')
    assert not bench.warnings(GRANT + 'payment p "P" { when x is at least £200 pay x - £200 otherwise pay nothing }')


def test_rule_15_a_deduction_may_be_larger_than_what_is_paid(bench):
    text = GRANT + 'payment p "P" { pay x }\npayment q "Q" { deduct 2 * x }\n'
    assert bench.settle(text, set={"x": "£100"}).settlement.total == -100


def test_rule_16_a_cap_acts_on_the_size_in_both_directions(bench):
    assert line(bench, "deduct x   cap £60") == -60


def test_rule_17_payments_that_read_one_another_are_a_loop(bench):
    text = GRANT + 'payment p "P" { pay x + q }\npayment q "Q" { pay p }\n'
    (problem,) = bench.problems(text)
    assert problem.code == "loop" and "`p` → `q` → `p`" in problem.headline


def test_rule_17_a_payment_read_elsewhere_is_its_rounded_line(bench):
    text = GRANT + 'payment p "P" { pay x / 3 }\npayment q "Q" { pay 3 * p }\n'
    assert bench.amounts(text, set={"x": "£10"})["q"] == Fraction("9.99")


def test_rule_18_a_condition_on_a_payment_not_settled_is_refused(bench):
    text = """
    category cohort { c1, c2 }
    parameter price "Price" by cohort: money { c1: £5   c2: unknown "not agreed" }
    payment early "Early" by cohort { pay price }
    payment last "Last" { when for every cohort (early is nothing) pay £1 otherwise pay nothing }
    """
    found = bench.amounts(text)
    # c1 is not nothing, and one no decides whatever else is not known.
    assert found["last"] == 0
    found = bench.amounts(text.replace("c1: £5", "c1: £0"))
    assert "not agreed" in found["last"]


SHARED = """
language 1
contract c "C" {
  payer a: "A"   payer b: "B"   provider t: "T"
  currency: GBP   payments: rounded to £0.01 half up
}
parameter x "X": money = £0.05
"""


def test_shares_are_rounded_and_the_last_takes_the_remainder(bench):
    text = 'payment p "P" { shared: a 1/3, b the rest   pay x }'
    (found,) = bench.settle(text, head=SHARED).settlement.lines
    assert found.shares == (("a", Fraction("0.02")), ("b", Fraction("0.03")))
    text = 'payment p "P" { shared: a 1/3, b 2/3   pay x }'
    assert sum(amount for _, amount in bench.settle(text, head=SHARED).settlement.lines[0].shares) == Fraction("0.05")


def test_two_payers_and_no_shares_do_not_check(bench):
    (problem,) = bench.problems('payment p "P" { pay x }', SHARED)
    assert problem.code == "parties" and "`shared: a 60%, b the rest`" in problem.help[0]


def test_shares_that_do_not_add_up_do_not_check(bench):
    (problem,) = bench.problems('payment p "P" { shared: a 60%, b 30%   pay x }', SHARED)
    assert problem.code == "parties"


def test_shares_are_read_only_when_there_is_something_to_share(bench):
    text = 'parameter s "S": share\npayment p "P" { shared: a s, b the rest   pay %s }'
    (found,) = bench.settle(text % "x", head=SHARED).settlement.lines
    assert found.amount is None and "`s` was not given" in found.why
    (found,) = bench.settle(text % "nothing", head=SHARED).settlement.lines
    assert found.amount == 0


LIMITED = """
category year { y1, y2 }
parameter x "X": money = £100
payment p "P" by year { pay x }
payment q "Q" by year { pay 2 * x }
"""


def test_limits_are_negative_lines_in_the_order_written(bench):
    text = (
        LIMITED
        + """
    limit yearly "Yearly" by year { covers p, q   at most £250 }
    limit whole "Whole" { covers p, q   at most £450 }
    """
    )
    found = bench.amounts(text)
    assert (found["yearly[y1]"], found["yearly[y2]"], found["whole"]) == (-50, -50, -50)
    assert bench.settle(text).settlement.total == 450


def test_what_a_limit_took_may_be_expected_and_is_read_by_no_figure(bench):
    text = LIMITED + 'limit yearly "Yearly" by year { covers p, q   at most £250 }\n'
    bench.holds(text + 'example "E" { expect yearly[y1] = -£50 }')
    (problem,) = bench.problems(text + 'payment r "R" by year { pay yearly }')
    assert problem.code == "loop"


def test_a_limit_on_a_part_of_an_earlier_one_is_refused(bench):
    text = LIMITED + 'limit a "A" { covers p, q   at most £5 }\nlimit b "B" { covers p   at most £5 }\n'
    assert [p.code for p in bench.problems(text)] == ["ambiguous"]


def test_a_limit_says_how_many_lines_it_leaves_out(bench):
    text = LIMITED.replace("money = £100", 'money unknown "not agreed"') + 'limit a "A" { covers p   at most £5 }\n'
    settlement = bench.settle(text).settlement
    assert settlement.lines[-1].leaves_out == 2
    assert len(settlement.refused) == 4


def test_a_limit_by_period_places_lines_by_their_day(bench):
    text = """
    period year { y1: 2020-01-01 to 2020-12-31   y2: 2021-01-01 to 2021-12-31 }
    records people { person: id   joined: date }
    payment p "P" by person { dated: joined   pay £60 }
    limit a "A" by year { covers p   at most £100 }
    """
    found = bench.amounts(text, {"people": "person,joined; a,2020-01-01; b,2020-02-01; c,2021-02-01"})
    assert (found["a[y1]"], found["a[y2]"]) == (-20, 0)


def test_a_line_that_falls_in_no_cell_of_a_limit_does_not_check(bench):
    text = """
    period year { y1: 2020-01-01 to 2020-12-31 }
    records people { person: id   joined: date }
    payment p "P" by person { pay £60 }
    limit a "A" by year { covers p   at most £100 }
    """
    assert [p.code for p in bench.problems(text)] == ["grain"]


def test_what_was_paid_on_a_payment_is_not_taken_off_in_its_own_terms(bench):
    for said in ("pay x   less already paid on p", "pay x - already paid on p"):
        assert "netted-twice" in [w.code for w in bench.warnings(GRANT + f'payment p "P" {{ {said} }}')]
    assert not bench.warnings(GRANT + 'payment p "P" { pay x }\npayment q "Q" { pay already paid on p }')


GRAINS = """
category site { a, b }
period year each 1 year from 2020-01-01 to 2021-12-31
records people { person: id   site: site   joined: date }
payment p "P" by person { dated: joined   pay £600 }
"""
PEOPLE_AT = {"people": "person,site,joined; A,a,2020-02-01; B,a,2020-03-01; C,b,2021-02-01"}


def test_a_limit_for_each_counts_in_a_later_one_where_all_it_took_from_lies(bench):
    limits = (
        'limit each "E" by person { covers p   at most £500 }\nlimit yearly "Y" by year { covers p   at most £700 }\n'
    )
    found = bench.amounts(GRAINS + limits, PEOPLE_AT)
    assert found["yearly[year_1]"] == -(2 * 500 - 700) and found["yearly[year_2]"] == 0


def test_a_coarser_limit_before_a_finer_one_does_not_check(bench):
    limits = 'limit most "M" { covers p   at most £1,000 }\nlimit yearly "Y" by year { covers p   at most £700 }\n'
    (problem,) = bench.problems(GRAINS + limits)
    assert problem.code == "ambiguous" and "takes from all of them together" in problem.headline
    assert "write `yearly` before `most`" in problem.help[0]


def test_a_limit_that_took_from_several_cells_of_a_later_one_refuses_it(bench):
    limits = (
        'limit yearly "Y" by year { covers p   at most £700 }\nlimit local "L" by site { covers p   at most £2,000 }\n'
    )
    text = GRAINS + limits
    assert bench.amounts(text, PEOPLE_AT)["local[a]"] == 0  # all that the year's limit took from lies in one site
    spread = {"people": "person,site,joined; A,a,2020-02-01; B,b,2020-03-01"}
    found = bench.amounts(text, spread)
    assert "`yearly` took from several cells of `local` together" in found["local[a]"]


def test_a_shared_payment_says_which_provider_it_pays(bench):
    head = """
    language 1
    contract c "C" { payer a: "A"   payer b: "B"   provider north: "North"   provider south: "South"
      currency: GBP   payments: rounded to £0.01 half up }
    """
    text = 'payment p "P" { shared: a 70%, b the rest   to: south   pay £10 }\n'
    (line,) = bench.settle(text, head=head).settlement.lines
    assert line.payee == "south" and dict(line.shares) == {"a": 7, "b": 3}
    (problem,) = bench.problems(text.replace("to: south   ", ""), head=head)
    assert problem.code == "parties" and "write `to: north`" in problem.help[0]
    (problem,) = bench.problems(text.replace("to: south", "from: a to south"), head=head)
    assert problem.help == ("write `to: south` beside `shared:`, in place of `from:`",)
    (problem,) = bench.problems(text.replace("to: south", "to: west"), head=head)
    assert problem.headline == "no party is called `west`"


# ---- a line of a limit: what it is of, what it takes, and from whom


def limits(bench, text, rows=None, head=None, **more):
    """The lines of limits, by their figure."""
    settlement = bench.settle(text, rows, **({"head": head} if head else {}), **more).settlement
    return {line.working.of: line for line in settlement.lines if line.kind == "limit"}


TWO_PAYERS = """
language 1
contract c "C" { payer a: "A"   payer b: "B"   provider north: "North"   provider south: "South"
  currency: GBP   payments: rounded to £0.01 half up }
"""
TWO_PROVIDERS = """
category year { y1, y2 }
parameter x "X": money = £100
payment p "P" by year { to: north   shared: a 60%, b the rest   pay x }
payment q "Q" by year { to: south   shared: a 10%, b the rest   pay 2 * x }
"""


def test_what_a_limit_takes_is_borne_as_what_it_covers_is(bench):
    text = TWO_PROVIDERS + 'limit yearly "Yearly" by year { covers p, q   at most £250 }\n'
    found = limits(bench, text + 'limit whole "Whole" { covers p, q   at most £100 }\n', head=TWO_PAYERS)
    # Of 300 in a year A bears 80: of the 50 taken 13.33, and B the rest.
    assert dict(found["yearly[y1]"].shares) == {"a": Fraction("-13.33"), "b": Fraction("-36.67")}
    # Of the 500 left A bears 160 less 26.66, which is 133.34: of the 400 taken 106.67.
    assert found["whole"].amount == -400
    assert dict(found["whole"].shares) == {"a": Fraction("-106.67"), "b": Fraction("-293.33")}
    assert found["whole"].working.steps == (
        "covered lines come to £500.00; at most £100.00",
        "the terms do not say how `north` and `south` bear it",
    )
    assert found["whole"].payee == "" and sum(part for _, part in found["whole"].shares) == -400


def test_a_limit_on_one_payers_parts_adds_up_those_alone(bench):
    text = TWO_PROVIDERS + 'limit mine "Mine" { covers a of p, a of q   at most £100 }\n'
    found = limits(bench, text, head=TWO_PAYERS)["mine"]
    assert found.amount == -(2 * 60 + 2 * 20 - 100) and dict(found.shares) == {"a": found.amount}
    assert found.working.steps[0] == "covered lines come to £160.00; at most £100.00"


def test_a_limit_over_one_providers_lines_is_taken_from_it(bench):
    text = TWO_PROVIDERS + 'limit most "Most" { clause: "7.2"   covers p   at most £150 }\n'
    found = limits(bench, text, head=TWO_PAYERS)["most"]
    assert (found.amount, found.payee, found.people) == (-50, "north", 1)
    assert found.working.steps == ("covered lines come to £200.00; at most £150.00",)
    assert (found.title, found.clause, found.working.title) == ("Most", "7.2", "Most")
    assert [line.working.of for line in found.under] == ["p[y1]", "p[y2]"]
    assert dict(found.shares) == {"a": -30, "b": -20}


@pytest.mark.parametrize(("most", "takes"), [("£99.99", "-0.01"), ("£100", "0"), ("£100.01", "0"), ("£0", "-100")])
def test_a_limit_takes_what_lies_above_it_and_no_more(bench, most, takes):
    text = GRANT.replace("money", "money = £100") + 'payment p "P" { pay x }\n'
    found = limits(bench, text + f'limit top "Top" {{ covers p   at most {most} }}\n')["top"]
    assert found.amount == Fraction(takes) and found.working.kind == "money (GBP)"
    assert dict(found.shares) == {"council": Fraction(takes)}


UNSETTLED = """
category year { y1, y2 }
parameter x "X" by year: money { y1: £100   y2: unknown "not agreed" }
parameter top "Top" by year: money { y1: £90   y2: unknown "not set" }
payment p "P" by year { pay x }
limit yearly "Yearly" by year { covers p   at most top }
limit whole "Whole" { covers p   at most £200 }
"""


def test_a_limit_says_what_it_could_not_count_and_what_it_reads(bench):
    found = limits(bench, UNSETTLED)
    first, second, whole = found["yearly[y1]"], found["yearly[y2]"], found["whole"]
    assert (first.amount, first.leaves_out) == (-10, 0)
    assert first.working.steps == ("covered lines come to £100.00; at most £90.00",)
    assert [figure.of for figure in first.working.inputs] == ["top[y1]"]
    assert second.amount is None and (second.state, second.why) == ("unknown", "`top` is unknown: not set")
    assert second.working.steps == ("covered lines come to £0.00; 1 line not settled left out",)
    assert second.payee == "" and second.leaves_out == 1 and second.shares == ()
    assert second.because == ("top", "yearly") and second.working.kind == "money (GBP)"
    assert whole.working.steps == ("covered lines come to £90.00; at most £200.00; 2 lines not settled left out",)
    assert (whole.amount, whole.leaves_out) == (0, 2)


def test_a_limit_that_takes_nothing_is_in_no_later_one(bench):
    found = limits(bench, UNSETTLED.replace("y1: £90", "y1: £900"))
    assert found["yearly[y1]"].amount == 0
    assert [line.working.of for line in found["whole"].under] == ["p[y1]"]


def test_a_limit_for_each_person_counts_as_often_as_there_are_people(bench):
    """Two people of whom all is alike stand in one line."""
    text = """
    records people { person: id   size: count }
    payment p "P" by person { pay £60 * size }
    limit each "Each" by person { covers p   at most £50 * size }
    limit whole "Whole" { covers p   at most £120 }
    """
    found = limits(bench, text, {"people": "person,size; a,1; b,1; c,2"})
    pair, one = [line for line in found.values() if line.of == "each"]
    assert (pair.people, pair.each, pair.amount, pair.shares) == (2, -10, -20, (("council", Fraction(-20)),))
    assert pair.working.steps == ("covered lines come to £60.00; at most £50.00",)
    assert (one.people, one.each, one.amount) == (1, -20, -20)
    assert one.working.steps == ("covered lines come to £120.00; at most £100.00",)
    whole = found["whole"]
    assert whole.working.steps == ("covered lines come to £200.00; at most £120.00",)
    assert (whole.amount, whole.people, whole.shares) == (-80, 1, (("council", Fraction(-80)),))


def test_a_limit_that_another_took_across_says_which(bench):
    each = (
        'limit yearly "Y" by year { covers p   at most £700 }\nlimit local "L" by site { covers p   at most £2,000 }\n'
    )
    rows = {"people": "person,site,joined; A,a,2020-02-01; B,b,2020-03-01"}
    found = limits(bench, GRAINS + each, rows)["local[a]"]
    assert (found.state, found.amount) == ("refused", None)
    why = "`yearly` took from several cells of `local` together, and nothing says how much from each"
    assert found.why.endswith(why) and found.working.steps[0] == "covered lines come to £600.00"


def test_a_limit_covers_what_it_names_and_passes_over_the_rest(bench):
    text = LIMITED + 'limit most "Most" { covers q   at most £300 }\n'
    found = limits(bench, text)["most"]
    assert found.amount == -100 and [line.working.of for line in found.under] == ["q[y1]", "q[y2]"]


def test_a_limit_by_person_with_two_payers_is_shared_for_each(bench):
    text = """
    records people { person: id   size: count }
    payment p "P" by person { to: north   shared: a 60%, b the rest   pay £100 * size }
    limit each "Each" by person { covers p   at most £50 * size }
    limit mine "Mine" { covers a of p   at most £40 }
    """
    found = limits(bench, text, {"people": "person,size; a,1; b,1"}, TWO_PAYERS)
    (pair,), mine = [line for line in found.values() if line.of == "each"], found["mine"]
    assert (pair.each, pair.people, dict(pair.shares)) == (-50, 2, {"a": Fraction(-60), "b": Fraction(-40)})
    # A is left with 60 less 30 of each of two.
    assert mine.working.steps[0] == "covered lines come to £60.00; at most £40.00"
    assert (mine.amount, dict(mine.shares)) == (-20, {"a": Fraction(-20)})


def test_a_limit_on_one_payer_counts_what_others_took_of_its_part_alone(bench):
    text = (
        TWO_PROVIDERS
        + 'limit theirs "Theirs" { covers b of p   at most £10 }\nlimit mine "Mine" { covers a of p   at most £100 }\n'
    )
    found = limits(bench, text, head=TWO_PAYERS)
    assert found["theirs"].amount == -70 and found["mine"].amount == -20
    assert [line.working.of for line in found["mine"].under] == ["p[y1]", "p[y2]"]


def test_a_limit_that_is_not_known_takes_nothing_from_anybody(bench):
    text = (
        TWO_PROVIDERS + 'parameter top "T": money unknown "not set"\nlimit most "Most" { covers p, q   at most top }\n'
    )
    found = limits(bench, text, head=TWO_PAYERS)["most"]
    assert found.amount is None and set(dict(found.shares).values()) == {0}
    assert found.working.steps == ("covered lines come to £600.00",)


def test_a_limit_of_nothing_takes_all(bench):
    found = limits(bench, LIMITED + 'limit none "None" { covers p   at most nothing }\n')["none"]
    assert found.amount == -200 and found.working.steps == ("covered lines come to £200.00; at most £0.00",)


def test_a_limit_is_held_where_nothing_says_which_of_two_it_is(bench):
    text = """
    records people "People" { person: id   moved: date optional }
    payment p "P" by person { pay £100 }
    limit most "Most" by person { covers p   at most £90 }
    variation later "Later" from 2023-03-16 by moved { limit most by person { covers p   at most £80 } }
    """
    found = limits(bench, text, {"people": "person,moved; a,; b,2023-03-16; c,2023-03-15"})
    waits, later, before = found.values()
    assert (later.amount, before.amount) == (-20, -10)
    assert [under.name for under in later.working.under] == ["later"] and before.working.under == ()
    assert waits.amount is None and "no day says whether `later` is in force" in waits.why


def test_each_limit_that_took_across_refuses_its_own_cells(bench):
    text = (
        GRAINS.replace("{ a, b }", "{ a, b, c, d }")
        + 'limit yearly "Y" by year { covers p   at most £700 }\nlimit local "L" by site { covers p   at most £2,000 }\n'
    )
    rows = {"people": "person,site,joined; A,a,2020-02-01; B,b,2020-03-01; C,c,2021-02-01; D,d,2021-03-01"}
    found = limits(bench, text, rows)
    assert all(found[f"local[{site}]"].amount is None for site in "abcd")


def test_of_nothing_every_payer_bears_nothing(bench):
    found = limits(bench, TWO_PROVIDERS.replace("£100", "£0") + LIMIT_OF_ALL, head=TWO_PAYERS)["most"]
    assert found.amount == 0 and dict(found.shares) == {"a": 0, "b": 0}


LIMIT_OF_ALL = 'limit most "Most" { covers p, q   at most £250 }\n'
