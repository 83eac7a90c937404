"""What earlier statements paid: netting, what is never recovered, payments that wait for one that was paid, and limits by payer."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbr_rules.diagnostics import DataError, UsageError
from pbr_rules.reports import write as reports
from pbr_rules.settlement.ids import with_ids

PEOPLE = 'records people "People" { person: id   joined: date }\n'
CLAIMS = """
records claims "Claims" { person: id of people   achieved: date }
measure done "Claims" by person { count of claims for people }
"""
START = PEOPLE + CLAIMS + 'payment start "Start" by person { pay £200 * done }\n'
ROWS = {"people": "person,joined; A,2024-01-01; B,2024-01-01; C,2024-01-01"}


def statement(bench, settled, name, people=True):
    """The statement as a file, as `--format json --people` writes it."""
    path = bench.folder / name
    path.write_text(str(reports.written(reports.whole(settled, [], bench.catalogue, people), "json")), encoding="utf-8")
    return path


class Quarters:
    """Settles a contract again and again, each time with the statement before."""

    def __init__(self, bench, text, head=None):
        self.bench, self.text, self.last, self.more = bench, text, None, {} if head is None else {"head": head}

    def settle(self, on, rows=None, **more):
        settled = self.bench.settle(self.text, rows, on=date.fromisoformat(on), paid=self.last, **{**self.more, **more})
        self.last = statement(self.bench, settled, f"{on}.json")
        self.settlement = settled.settlement
        return self.settlement


def of(line):
    """A line as a contract writes it."""
    return with_ids(line.working.of)


def due(settlement):
    """What is due on each line."""
    return {of(line): line.net.due for line in settlement.lines}


def claims(*ids):
    return {**ROWS, "claims": "; ".join(["person,achieved", *(f"{i},2024-02-01" for i in ids)])}


def test_a_first_statement_owes_all_that_it_comes_to(bench):
    settlement = Quarters(bench, START).settle("2024-04-01", claims("A", "B"))
    assert settlement.total == settlement.due == 400 and settlement.paid == 0


def test_what_was_paid_is_taken_off(bench):
    quarters = Quarters(bench, START)
    quarters.settle("2024-04-01", claims("A", "B"))
    second = quarters.settle("2024-07-01", claims("A", "B", "C", "C"))
    assert (second.total, second.paid, second.due) == (800, 400, 400)
    assert due(second)['start["C"]'] == 400
    third = quarters.settle("2024-10-01", claims("A", "B", "C", "C"))
    assert (third.total, third.paid, third.due) == (800, 800, 0)


def test_what_no_longer_stands_is_taken_back(bench):
    quarters = Quarters(bench, START)
    quarters.settle("2024-04-01", claims("A", "B"))
    second = quarters.settle("2024-07-01", claims("A"))
    assert due(second)['start["B"]'] == -200 and second.due == -200


def test_never_recovered_leaves_what_was_paid(bench):
    quarters = Quarters(bench, START.replace("done }", "done   never recovered }"))
    quarters.settle("2024-04-01", claims("A", "A", "B"))
    second = quarters.settle("2024-07-01", claims("A"))
    amounts = {of(line): (line.amount, line.net.due) for line in second.lines}
    assert amounts['start["A"]'] == (400, 0) and amounts['start["B"]'] == (200, 0)
    (line,) = [line for line in second.lines if of(line) == 'start["B"]']
    assert line.working.steps[-1] == "never recovered: £200.00 was paid, and £0.00 is less"
    assert quarters.settle("2024-10-01", claims("A", "A", "A", "B")).due == 200


def test_never_recovered_says_nothing_of_a_deduction(bench):
    (problem,) = bench.problems('payment p "P" { deduct £5   never recovered }')
    assert problem.code == "kinds" and "`p` deducts" in problem.headline


def test_people_who_are_no_more_are_lines_of_their_own(bench):
    quarters = Quarters(bench, START)
    quarters.settle("2024-04-01", claims("A", "B"))
    fewer = {"people": "person,joined; C,2024-01-01", "claims": "person,achieved; C,2024-02-01"}
    second = quarters.settle("2024-07-01", fewer)
    (gone,) = [line for line in second.lines if line.no_more]
    assert gone.no_more == ("A", "B") and (gone.amount, gone.net.paid, gone.net.due) == (0, 400, -400)
    assert "nothing here is a line of it now" in gone.working.steps[0]
    assert second.due == -200
    assert quarters.settle("2024-10-01", claims("A", "B")).due == 200  # A and B again, C no more to be paid


def test_a_payment_that_needs_another_paid(bench):
    text = START + (
        'payment next "Next" by person { when already paid on start is known and already paid on start is above £0 '
        "pay £50 otherwise pay nothing }\n"
    )
    quarters = Quarters(bench, text)
    assert quarters.settle("2024-04-01", claims("A")).total == 200
    second = due(quarters.settle("2024-07-01", claims("A", "B")))
    assert second['next["A"]'] == 50 and second['next["B"]'] == 0


def test_the_day_of_a_payment_begins_a_window(bench):
    text = START + (
        'records work "Work" { person: id of people   worked: date }\n'
        'measure later "Days worked in the 26 weeks after the payment" by person {\n'
        "  count of work for people\n"
        "  where paid_on is known and worked within 26 weeks after paid_on\n}\n"
        'define paid_on "Day of the first payment" by person = payment date of start\n'
        'payment next "Next" by person { pay £10 * later }\n'
    )
    quarters = Quarters(bench, text)
    rows = {
        **claims("A"),
        "work": "person,worked; A,2024-04-01; A,2024-04-02; A,2024-09-30; A,2024-10-01; B,2024-05-01",
    }
    complete = {"complete": {"work": "2025-12-31"}}
    quarters.settle("2024-04-01", rows, **complete)
    found = due(quarters.settle("2024-10-01", rows, **complete))
    assert found['next["A"]'] == 20  # 2 April to 30 September, both in
    assert found['next["B"]'] == 0


def test_before_the_first_statement_nothing_is_known_to_be_paid(bench):
    text = 'payment p "P" { pay £5 }\ndefine sofar "So far" = already paid on p\ndefine day "Day" = payment date of p\n'
    found = bench.figures(text)
    assert found["sofar"] == "missing: no earlier statement settled `p`"
    quarters = Quarters(bench, text)
    quarters.settle("2024-04-01")
    found = {f.name: f.value.of for f in quarters.settle("2024-07-01").figures}
    assert found == {"sofar": 5, "day": date(2024, 4, 1)}


def test_earlier_statements_speak_of_payments_only(bench):
    (problem,) = bench.problems('define x "X" = £5\ndefine y "Y" = already paid on x\n')
    assert problem.code == "kinds" and "`x` is not a payment" in problem.headline
    (problem,) = bench.problems('payment grant "G" { pay £5 }\ndefine y "Y" = already paid on grnat\n')
    assert problem.code == "unknown-name" and "grant" in problem.help[0]


def test_an_example_gives_what_was_paid(bench):
    bench.holds(
        START
        + 'payment next "Next" by person { when payment date of start is known pay £50 otherwise pay nothing }\n'
        + 'example "Paid" { given already paid on start["A"] = £200   given payment date of start["A"] = 2024-06-03\n'
        + '  expect already paid on start["A"] = £200   expect next["A"] = £50 }\n'
    )


MONEY_ON_ACCOUNT = """
period quarter each 3 months from 2024-04-01 to 2024-09-30
period month each 1 month of quarter
parameter achieved "Whether the quarter achieved its target" by quarter: flag
payment on_account "Money on account" by month { pay £1,000 }
payment earned "Earned" by quarter { when achieved pay £5,000 otherwise pay nothing }
payment recovery "Money on account, taken back" by quarter { deduct total of on_account across month }
"""


def test_money_on_account_is_recovered(bench):
    found = bench.amounts(MONEY_ON_ACCOUNT, set={"achieved[quarter_1]": "yes", "achieved[quarter_2]": "no"})
    assert found["recovery[quarter_1]"] == -3_000 and found["earned[quarter_2]"] == 0
    assert sum(found.values()) == 6_000 + 5_000 - 6_000


TWO = """
language 1
contract c "A contract" {
  payer moj: "Ministry"   payer council: "Council"   provider trust: "The trust"
  currency: GBP   payments: rounded to £0.01 half up
}
category site { a, b }
parameter number "Number" by site: count
payment grant "Grant" by site { shared: moj 1/3, council the rest   pay £100 * number }
"""


def test_each_payers_part_is_netted(bench):
    quarters = Quarters(bench, "", TWO)
    quarters.settle("2024-04-01", set={"number[a]": "1", "number[b]": "0"})
    second = quarters.settle("2024-07-01", set={"number[a]": "2", "number[b]": "1"})
    bears = second.by_payer()
    assert bears["moj"] == (Fraction("66.67") + Fraction("33.33"), Fraction("33.33"), Fraction("66.67"))
    assert sum(due for _, _, due in bears.values()) == second.due == 200


def test_a_limit_on_one_payers_part(bench):
    limit = 'limit most "Most the Ministry pays" { covers moj of grant   at most £50 }\n'
    settlement = bench.settle("", head=TWO + limit, set={"number": "1"}).settlement
    (line,) = [line for line in settlement.lines if line.kind == "limit"]
    assert line.amount == -(Fraction("66.66") - 50) and dict(line.shares) == {"moj": line.amount}
    assert settlement.by_payer()["moj"][0] == 50 and settlement.by_payer()["council"][0] == Fraction("133.34")


def test_a_limit_over_the_whole_counts_one_on_a_payers_part(bench):
    limits = (
        'limit part "The Ministry" { covers moj of grant   at most £50 }\n'
        'limit most "All" { covers grant   at most £150 }\n'
    )
    settlement = bench.settle("", head=TWO + limits, set={"number": "1"}).settlement
    took = {line.of: line.amount for line in settlement.lines if line.kind == "limit"}
    assert took == {"part": Fraction("-16.66"), "most": Fraction("-33.34")} and settlement.total == 150
    turned = (
        'limit most "All" { covers grant   at most £150 }\n'
        'limit part "The Ministry" { covers moj of grant   at most £50 }\n'
    )
    settlement = bench.settle("", head=TWO + turned, set={"number": "1"}).settlement
    took = {line.of: line.amount for line in settlement.lines if line.kind == "limit"}
    assert took == {"most": Fraction(-50), "part": 0}  # of the 50 the Ministry bears 16.67, and is left with 49.99
    assert settlement.by_payer()["moj"][0] == Fraction("49.99")


def test_a_limit_on_whoever_pays_no_part_does_not_check(bench):
    (problem,) = bench.problems("", head=TWO + 'limit most "Most" { covers trust of grant   at most £50 }\n')
    assert problem.code == "parties" and "`trust` bears no part of `grant`" in problem.headline


def test_what_was_paid_on_a_line_not_settled_now_counts_towards_a_limit(bench):
    """Else more could be paid than the limit allows, since what was paid stays."""
    text = PEOPLE.replace("joined: date", "joined: date   open_until: date") + (
        'records stays "Stays" { person: id of people   left: date }\n'
        'measure leavings "Left" by person { count of stays for people   where left within 6 months starting on open_until }\n'
        'payment kept "Kept" by person { when leavings is 0 pay £900 otherwise pay nothing }\n'
        'limit most "Most" { covers kept   at most £1,000 }\n'
    )
    quarters = Quarters(bench, text)
    rows = {
        "people": "person,joined,open_until; A,2024-01-01,2024-01-01; B,2024-01-01,2025-01-01",
        "stays": "person,left",
    }
    first = quarters.settle("2024-09-01", rows, complete={"stays": "2024-08-31"})
    assert first.due == 900  # B waits
    turned = {**rows, "people": "person,joined,open_until; A,2024-01-01,2025-01-01; B,2024-01-01,2024-01-01"}
    second = quarters.settle("2024-12-01", turned, complete={"stays": "2024-11-30"})
    assert (second.paid, second.due) == (900, 100)
    (limit,) = [line for line in second.lines if line.kind == "limit"]
    assert limit.amount == -800
    stays = "; £900.00 of it was paid on lines that are not settled now, and stays"
    assert limit.working.steps[0] == "covered lines come to £1,800.00; at most £1,000.00" + stays
    assert quarters.settle("2025-09-01", turned, complete={"stays": "2025-08-31"}).total == 1_000


def test_what_is_never_recovered_counts_towards_a_limit_when_its_person_is_no_more(bench):
    text = START.replace("done }", "done   never recovered }") + 'limit most "Most" { covers start   at most £500 }\n'
    quarters = Quarters(bench, text)
    quarters.settle("2024-04-01", claims("A", "B"))
    fewer = {"people": "person,joined; C,2024-01-01", "claims": "person,achieved; C,2024-02-01; C,2024-02-01"}
    second = quarters.settle("2024-07-01", fewer)
    assert (second.paid, second.due, second.total) == (400, 100, 500)


HELD = """
category site { a, b }
parameter open_action "Performance action open" by site: flag
payment fee "Fee" by site { pay £100 }
constraint in_order "No performance action is open" by site { requires not (open_action)   otherwise hold fee }
"""


def test_a_payment_is_held_back_and_paid_when_the_condition_holds(bench):
    quarters = Quarters(bench, HELD)
    first = quarters.settle("2024-04-01", set={"open_action[a]": "yes", "open_action[b]": "no"})
    held = {of(line): (line.amount, str(line.state), line.why) for line in first.lines}
    assert held["fee[a]"] == (None, "not yet", "held back: `in_order` is not met")
    assert first.due == 100 and len(first.not_yet) == 1 and not first.refused
    second = quarters.settle("2024-07-01", set={"open_action": "no"})
    assert due(second) == {"fee[a]": 100, "fee[b]": 0}
    third = quarters.settle("2024-10-01", set={"open_action": "yes"})  # held again: what was paid stays paid
    assert third.due == 0 and third.paid == 200


def test_an_example_sees_that_a_payment_is_held_back(bench):
    bench.holds(
        HELD
        + 'example "Held" { given open_action[a] = yes   given open_action[b] = no\n'
        + " expect fee[a] not yet   expect fee[b] = £100   expect fee[a] = £100 }\n"
    )


def test_whether_a_payment_is_held_is_not_guessed(bench):
    settlement = bench.settle(HELD, set={"open_action[a]": "no"}).settlement
    assert [line.of for line in settlement.refused] == ["fee"]
    assert "whether `in_order` holds it back is not known" in settlement.refused[0].why


# ---- the file


def test_a_statement_without_its_people_cannot_be_netted(bench):
    first = bench.settle(START, claims("A"), on=date(2024, 4, 1))
    path = statement(bench, first, "q1.json", people=False)
    with pytest.raises(DataError, match="written without --people"):
        bench.settle(START, claims("A"), on=date(2024, 7, 1), paid=path)


def test_what_is_no_earlier_statement_is_refused(bench):
    text = 'payment p "P" { pay £5 }\n'
    first = bench.settle(text, on=date(2024, 4, 1))
    path = statement(bench, first, "q1.json")

    def settle(text=text, on=date(2024, 7, 1), head=None):
        return bench.settle(text, on=on, paid=path, **({"head": head} if head else {}))

    with pytest.raises(UsageError, match="say when this is settled"):
        settle(on=None)
    with pytest.raises(UsageError, match="was settled on 1 April 2024, which is after 1 March 2024"):
        settle(on=date(2024, 3, 1))
    whole = json.loads(path.read_text(encoding="utf-8"))
    whole["settlement"]["contract"]["name"] = "other"
    path.write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(DataError, match="a statement of the contract `other`"):
        settle()
    del whole["settlement"]["dates"]
    whole["settlement"]["contract"]["name"] = "c"
    path.write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(DataError, match="something changed in it"):
        settle()
    path.write_text("line,amount\np,5\n", encoding="utf-8")
    with pytest.raises(UsageError, match="is no statement"):
        settle()


# ---- laws


def each(settlement):
    """Every line for every person, with what one comes to and what is due to one."""
    for line in settlement.lines:
        everyone = settlement.terms.everyone("person", line.representative) if line.representative else ("",)
        for person in everyone:
            yield (line.of, person), line.each, line.net.due / line.people


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(st.sampled_from("ABC"), max_size=6), min_size=2, max_size=4),
    st.sampled_from(["", "never recovered"]),
)
def test_what_is_due_adds_up_to_what_is_owed(bench, quarters, word):
    """Over any number of statements, what was due on each line adds up to what it comes to in the last."""
    text = START.replace("done }", f"done   {word} }}")
    text += 'limit most "Most" { covers start   at most £700 }\n'
    settled = Quarters(bench, text)
    sums, so_far = defaultdict(Fraction), []
    for n, more in enumerate(quarters):
        so_far += more
        last = settled.settle(f"2024-{n + 1:02}-01", claims(*so_far))
        for at, _, due_now in each(last):
            sums[at] += due_now
    assert all(sums[at] == comes_to for at, comes_to, _ in each(last))
    assert bench.settle(text, claims(*so_far), on=date(2024, 12, 1)).settlement.total == last.total


def test_settling_again_changes_nothing(bench):
    quarters = Quarters(bench, START)
    quarters.settle("2024-04-01", claims("A", "B"))
    texts = []
    for _ in range(3):
        settlement = quarters.settle("2024-04-01", claims("B", "A"))
        texts.append([(of(line), line.amount, line.net.due) for line in settlement.lines])
        assert settlement.due == 0
    assert all(a == b for a, b in pairwise(texts))
