"""Faults that were found and mended, each with the smallest contract that showed it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from pbr_rules import api
from pbr_rules.diagnostics import UsageError
from pbr_rules.kinds import money
from pbr_rules.settlement.ids import with_ids
from pbr_rules.testing.engines import ENGINES

OPEN = """
records people {{ person: id   released: date }}
records events {{ person: id of people   happened: date }}
measure n "N" {{ count of events for people where {} }}
payment p "P" {{ when n is 0 pay £5 otherwise pay nothing }}
"""
ROWS = {"people": "person,released; a,2020-01-31", "events": "person,happened"}


@pytest.mark.parametrize(
    ("window", "open_until", "closed_from"),
    [
        ("happened within 1 month starting on released", "2020-02-28", "2020-02-29"),
        ("happened from released to released + 1 month", "2020-02-28", "2020-02-29"),
        ("happened is on or before released + 1 month", "2020-02-28", "2020-02-29"),
        ("happened is before released + 1 month", "2020-02-27", "2020-02-28"),
        ("released + 1 month is on or after happened", "2020-02-28", "2020-02-29"),
        ("not (happened from released to released + 1 month)", "2020-02-28", "2020-02-29"),
    ],
)
@pytest.mark.parametrize("engine", ENGINES)
def test_none_found_is_not_yet_none_while_any_kind_of_window_is_open(bench, window, open_until, closed_from, engine):
    """Each window ends on 29 February 2020, or the day before where that day does not count."""
    text = OPEN.format(window)

    def states(day: str) -> list[str]:
        return [
            str(line.state)
            for line in bench.settle(text, ROWS, complete={"events": day}, engine=engine).settlement.lines
        ]

    assert states(open_until) == ["not yet"]
    assert states(closed_from) == ["known"]


def test_a_window_up_to_a_persons_day_needs_its_file_s_last_day(bench):
    with pytest.raises(UsageError, match="--complete events=DATE"):
        bench.amounts(OPEN.format("happened from released to released + 1 month"), ROWS)


def test_a_day_of_the_person_alone_holds_nothing_back(bench):
    assert bench.amounts(OPEN.format("released is before 2030-01-01"), ROWS) == {"p": 5}


@pytest.mark.parametrize(
    "formula", ["6 months / 2", "6 months + 2 months", "6 months - 2 months", "6 months is at least 2 months"]
)
def test_lengths_of_time_are_only_added_to_days_and_multiplied_by_counts(bench, formula):
    found = bench.problems(f'category one {{ only }}\ndefine x "X" by one = {formula}\n')
    assert [p.code for p in found] == ["kinds"]
    assert bench.value("2020-01-31 + 2 * 6 months") == date(2021, 1, 31)


def test_a_window_may_begin_on_an_agreed_day(bench):
    text = 'parameter start "Start": date = 2020-01-31\n' + OPEN.format("happened within 1 month starting on start")
    assert bench.amounts(text, ROWS, complete={"events": "2020-02-29"}) == {"p": 5}


@pytest.mark.parametrize(
    "condition", ["whole(size) is 1", "(relative fall from size to size) is 0", "(size rounded to 1 down) is 1"]
)
def test_what_is_calculated_among_the_terms_is_not_asked_of_rows(bench, condition):
    text = f'records people {{ person: id  size: number, 2 places }}\nmeasure n "N" {{ count of people where {condition} }}\n'
    (problem,) = bench.problems(text)
    assert problem.code == "grain" and "cannot be asked of each row" in problem.headline


def test_which_row_stands_is_told_by_a_day_or_a_number(bench):
    text = """
    records people { person: id }
    records claims { person: id of people   note: text   made: date }
    measure n "N" { count of claims for people   once for each person taking %s }
    """
    assert not bench.problems(text % "earliest made")
    assert [p.code for p in bench.problems(text % "latest note")] == ["kinds"]
    assert [p.code for p in bench.problems(text % "largest made")] == ["kinds"]


def test_another_version_of_the_language_is_refused(bench):
    found = bench.problems("", "language 2\n" + 'contract c "C" { }\n')
    assert [p.code for p in found] == ["not-in-this-version"]


def test_a_contract_without_a_currency_says_only_that(bench):
    head = 'contract c "C" { payer a: "A"  provider b: "B"  payments: rounded to £0.01 half up }\n'
    assert [p.headline for p in bench.problems('payment p "P" { pay £5 }', head)] == [
        "the contract pays, and does not say its `currency:`"
    ]
    assert not money("GBP").same(money("EUR"))


def test_a_flag_is_given_as_yes_or_no(bench):
    text = 'parameter late "Late": flag\npayment p "P" { when late pay £1 otherwise pay £2 }\nexample "E" { given late = yes  expect p = £1 }\n'
    assert bench.amounts(text, set={"late": "no"}) == {"p": 2}
    bench.holds(text)


def test_a_parameter_read_only_by_a_scale_is_used(bench):
    text = 'parameter rate "Rate": share = 5%\nscale s(x) "S" { each slice at its own rate  at least £0: rate }\nparameter y "Y": money = £10\npayment p "P" { pay s(y) }\n'
    assert "unused" not in [w.code for w in bench.warnings(text)]
    assert bench.amounts(text) == {"p": Fraction(1, 2)}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ('| "A" | | "A" |', "twice"),
        ('| "A" |', None),
    ],
)
def test_rows_of_an_example_are_held_to_their_keys(bench, rows, said):
    listed = rows.replace("| |", "|\n|")
    text = f'records people {{ person: id }}\nmeasure n "N" {{ count of people }}\nexample "E" {{ given people {{ | person |\n{listed} }}\n expect n = 1 }}\n'
    _, (worked,) = api.work_examples(bench.source(text), bench.catalogue)
    assert worked.holds is (said is None)
    assert said is None or said in worked.problems[0].headline


def test_an_id_that_is_not_there_is_no_row_of_an_example(bench):
    text = """
    records people { person: id }
    records events { person: id of people }
    measure n "N" { count of events for people }
    example "id" { given people { | person |
    | "A" | } given events { | person |
    | "B" | } expect n = 0 }
    """
    _, (worked,) = api.work_examples(bench.source(text), bench.catalogue)
    assert not worked.holds
    assert 'names "B", which is not given in `people`' in worked.problems[0].headline


EACH = pytest.mark.parametrize("engine", ENGINES)


@EACH
@pytest.mark.parametrize(
    "counted",
    ["binary of people for people", "count of people for people", "count of people"],
)
def test_a_day_that_may_still_be_filled_in_holds_its_cell_back(bench, counted, engine):
    """One file of people, with a day of work that is blank at first. Six months after 1 May end on 1 November, and the windows of
    the north, from 1 January, are over before."""
    text = f"""
    category region {{ north, south }}
    records people {{ person: id   region: region   released: date   work: date optional }}
    measure n "N" by region {{ {counted} where work is known and work within 6 months after released }}
    """
    rows = {
        "people": "person,region,released,work; a,north,2020-01-01,2020-02-01; b,north,2020-01-01,; c,south,2020-05-01,"
    }

    def states(day: str) -> list[str]:
        settlement = bench.settle(text, rows, complete={"people": day}, engine=engine).settlement
        return [str(f.value.state) for f in settlement.figures]

    assert states("2020-06-30") == ["not yet", "not yet"]
    assert states("2020-07-01") == ["known", "not yet"]
    assert states("2020-11-01") == ["known", "known"]
    with pytest.raises(UsageError, match="complete people"):
        bench.settle(text, rows, engine=engine)


def test_a_day_that_is_there_with_its_row_holds_nothing_back(bench):
    """A claim with both its days is decided; nobody is waited for."""
    text = """
    records claims { claim: id   joined: date   achieved: date }
    measure n "N" { count of claims where achieved within 12 months after joined }
    """
    rows = {"claims": "claim,joined,achieved; a,2020-01-01,2020-03-01"}
    assert bench.figures(text, rows) == {"n": 1}


@EACH
@pytest.mark.parametrize(
    ("window", "open_until", "closed_from"),
    [
        ("happened from 2020-01-01 to 2020-12-31", "2020-12-30", "2020-12-31"),
        ("happened is before 2020-12-31", "2020-12-29", "2020-12-30"),
        ("happened within 1 year starting on 2020-01-01", "2020-12-30", "2020-12-31"),
    ],
)
@pytest.mark.parametrize("rows", ["event,happened", "event,happened; a,2020-02-01"])
def test_a_window_that_ends_on_a_day_of_the_terms_holds_back_even_where_there_are_no_rows(
    bench, window, open_until, closed_from, engine, rows
):
    text = f'records events {{ event: id   happened: date }}\nmeasure n "N" {{ count of events where {window} }}\n'

    def figure(day: str) -> object:
        return bench.figures(text, {"events": rows}, complete={"events": day}, engine=engine)["n"]

    assert str(figure(open_until)).startswith("not yet")
    assert figure(closed_from) == rows.count(";")


def test_those_counted_are_not_yet_known_while_the_measure_is_not(bench):
    text = """
    records people { person: id   released: date }
    records events { person: id of people   happened: date }
    measure n "N" { binary of events for people where happened within 1 month after released }
    define counted_now "C" = counted in n
    define over_now "O" = people in n
    """
    rows = {"people": "person,released; a,2020-01-31", "events": "person,happened"}
    found = bench.figures(text, rows, complete={"events": "2020-02-01"})
    assert str(found["counted_now"]).startswith("not yet")
    assert found["over_now"] == 1
    assert bench.figures(text, rows, complete={"events": "2020-03-01"})["counted_now"] == 0


SPELLS = """
records people {{ person: id   housed: date   left: date optional }}
records jobs {{ person: id of people   began: date   ended: date optional }}
{}
payment p "P" by person {{ pay kept * £100 }}
"""


@EACH
@pytest.mark.parametrize(
    "kept",
    [
        'measure kept "K" by person { count of jobs for people where ended is missing or not ended within 26 weeks starting on began }',
        'measure kept "K" by person { count of jobs for people where ended is missing or ended is on or after began + 26 weeks }',
        'measure kept "K" by person { count of people where left is missing or left is on or after housed + 26 weeks }',
        'define kept "K" by person when left is missing use 1 otherwise when left is on or after housed + 26 weeks use 1 otherwise use 0',
        'define kept "K" by person when left is missing or left is on or after housed + 26 weeks use 1 otherwise use 0',
    ],
)
def test_what_lasts_is_not_yet_known_while_it_has_not_ended_and_could(bench, kept, engine):
    """26 weeks from Monday 1 January 2024 end on Sunday 30 June 2024. B ended on 30 May: known at once."""
    rows = {
        "people": "person,housed,left; A,2024-01-01,; B,2024-01-01,2024-05-30",
        "jobs": "person,began,ended; A,2024-01-01,; B,2024-01-01,2024-05-30",
    }

    def paid(day: str) -> dict[str, object]:
        complete = {"people": day, "jobs": day}
        settlement = bench.settle(SPELLS.format(kept), rows, complete=complete, engine=engine).settlement
        return {
            line.representative: "not yet" if str(line.state) == "not yet" else line.amount for line in settlement.lines
        }

    assert paid("2024-06-29") == {"A": "not yet", "B": 0}
    assert paid("2024-06-30") == {"A": 100, "B": 0}
    with pytest.raises(UsageError, match="--complete"):
        bench.settle(SPELLS.format(kept), rows, engine=engine)


def test_a_row_that_fails_another_condition_holds_nothing_back(bench):
    text = """
    records jobs { job: id   paid: flag   began: date   ended: date optional }
    measure n "N" { count of jobs where paid and (ended is missing or ended is on or after began + 26 weeks) }
    """
    rows = {"jobs": "job,paid,began,ended; a,no,2024-01-01,; b,yes,2023-01-01,"}
    assert bench.figures(text, rows, complete={"jobs": "2024-02-01"}) == {"n": 1}


def test_a_condition_of_the_contract_is_not_yet_known_while_its_day_could_be_filled_in(bench):
    text = """
    records people { person: id   housed: date   left: date optional }
    constraint kept "K" by person { requires left is missing or left is after housed + 1 month  otherwise breach }
    """
    rows = {"people": "person,housed,left; A,2024-01-01,"}
    results = [
        [o.result for o in bench.settle(text, rows, complete={"people": day}).settlement.constraints]
        for day in ("2024-01-31", "2024-02-01")
    ]
    assert results == [["not yet"], ["met"]]


def test_an_example_may_leave_out_records_that_a_measure_reaches_and_it_is_then_unknown(bench):
    text = """
    records journeys { journey: id   began: date }
    records people { person: id   journey: id of journeys optional   seen: date }
    measure n "N" { count of people where journey is known and seen is after began }
    measure m "M" { count of people }
    example "E" { given people { | person | journey | seen |
    | "A" | missing | 2020-01-01 | } expect m = 1 expect n refused }
    """
    bench.holds(text)


def test_a_limit_over_two_providers_is_warned_of_and_is_nobodys(bench):
    head = """
    language 1
    contract homes "Homes" {
      payer city: "The city"
      provider east: "East"
      provider west: "West"
      currency: GBP
      payments: rounded to £0.01 half up
    }
    """
    text = """
    payment to_east "To East" { from: city to east  pay £5 }
    payment to_west "To West" { from: city to west  pay £5 }
    limit own "East alone" { covers to_east  at most £4 }
    limit ceiling "Most in all" { covers to_east, to_west  at most £8 }
    """
    assert [w.code for w in bench.warnings(text, head=head)] == ["payees"]
    own, ceiling = bench.settle(text, head=head).settlement.lines[2:]
    assert (own.amount, own.payee) == (-1, "east")
    assert (ceiling.amount, ceiling.payee) == (-1, "")
    assert "the terms do not say how `east` and `west` bear it" in ceiling.working.steps


def test_a_column_that_has_the_name_of_a_member_is_told_apart(bench):
    text = """
    category home { hostel, own }
    records people { person: id   hostel: flag   where_now: home }
    measure n "N" { count of people where where_now is hostel }
    """
    (problem,) = bench.problems(text)
    assert problem.code == "kinds"
    assert "`hostel` here is a flag, a column; for the member of `home`" in problem.help[0]


def test_only_speaks_of_what_stands_before_it(bench):
    text = """
    category provider { first, second }
    category outcome { entered, kept }
    payment p "P" by provider only first, outcome { pay nothing }
    """
    (problem,) = bench.problems(text)
    assert problem.headline == "`outcome` is not a member of `provider`"
    assert problem.help == ("write `outcome` first: `by outcome, provider only …`",)


def test_who_is_excluded_is_told_from_who_is_not_there(bench):
    text = """
    records people { person: id   hostel: flag   exclude hostel "in a hostel" }
    measure n "N" by person { count of people for people }
    payment p "P" by person { pay n * £1 }
    """
    source = bench.source(text)
    settled = bench.settle(text, {"people": "person,hostel; A,no; C,yes"})
    why = {who: api.explained(source, settled, f'p["{who}"]', None, ()).working.why for who in ("C", "Z")}
    assert "is excluded from `people`: in a hostel" in why["C"]
    assert with_ids(why["Z"]) == 'there is no "Z" in `people`'


def test_people_of_whom_the_same_was_counted_are_one_line_whenever_their_windows_ended(bench):
    text = """
    records people { person: id   released: date }
    records events { person: id of people   happened: date }
    measure n "N" by person { count of events for people where happened within 1 month after released }
    payment p "P" by person { when n is 0 pay £5 otherwise pay nothing }
    """
    rows = {"people": "person,released; a,2020-01-01; b,2020-01-15; c,2020-06-01", "events": "person,happened"}
    lines = bench.settle(text, rows, complete={"events": "2020-03-31"}).settlement.lines
    assert [(line.people, line.amount, str(line.state)) for line in lines] == [(2, 10, "known"), (1, None, "not yet")]


def test_the_working_says_how_many_an_average_leaves_out(bench):
    text = """
    records people { person: id   score: number, 2 places optional }
    define its_score "S" by person = score
    define mean "M" = average of its_score where its_score is known across person
    payment p "P" { pay £10 * mean }
    """
    (line,) = bench.settle(text, {"people": "person,score; a,1; b,2; c,"}).settlement.lines
    assert line.amount == 15
    (mean,) = line.working.inputs
    assert mean.steps == ("average of its_score where its_score is known across person: over 2 of 3 cells",)
    assert "(over 2 of 3 cells)" in mean.with_numbers


@pytest.mark.parametrize(
    "figure",
    [
        "number where left is missing or left is on or after housed + 26 weeks across person",
        "total of kept where left is missing or left is on or after housed + 26 weeks across person",
        "number where stays across person",
    ],
)
def test_a_day_that_may_still_be_filled_in_is_waited_for_where_cells_are_gathered(bench, figure):
    text = f"""
    records people {{ person: id   housed: date   left: date optional }}
    parameter kept "K": count = 1
    define stays "S" by person = left is missing or left is on or after housed + 26 weeks
    define n "N" = {figure}
    define all_stay "A" = for every person (left is missing or left is on or after housed + 26 weeks)
    payment p "P" {{ when all_stay pay n * £5 otherwise pay n * £1 }}
    """
    rows = {"people": "person,housed,left; A,2024-01-01,; B,2024-01-01,2024-05-30"}
    assert str(bench.amounts(text, rows, complete={"people": "2024-06-29"})["p"]).startswith("not yet")
    assert bench.amounts(text, rows, complete={"people": "2024-06-30"}) == {"p": 1}


@EACH
def test_a_blank_day_is_waited_for_in_the_file_that_holds_it(bench, engine):
    """The people's own file goes far enough, and says nothing of who has left; 26 weeks end on 30 June 2024."""
    text = """
    records stays { stay: id   housed: date   left: date optional }
    records people { person: id   home: id of stays optional }
    measure kept "K" by person {
      count of people
      where home is known and (left is missing or left is on or after housed + 26 weeks)
    }
    payment p "P" by person { pay kept * £100 }
    """
    rows = {
        "people": "person,home; A,s1; B,s2; C,",
        "stays": "stay,housed,left; s1,2024-01-01,; s2,2024-01-01,2024-05-30",
    }

    def paid(stays: str) -> dict[str, object]:
        complete = {"people": "2024-12-31", "stays": stays}
        lines = bench.settle(text, rows, complete=complete, engine=engine).settlement.lines
        return {line.representative: line.amount for line in lines if line.amount or str(line.state) == "not yet"}

    assert paid("2024-06-29") == {"A": None}
    assert paid("2024-06-30") == {"A": 100}
    with pytest.raises(UsageError, match="--complete stays=DATE"):
        bench.settle(text, rows, complete={"people": "2024-12-31"}, engine=engine)


THROUGH = """
records people "People" { person: id   joined: date }
records visits "Visits" { visit: id   person: id of people   made: date }
define early "Early" by visit = made within 12 months after joined
define counts "Counts" by visit when made is known use early otherwise use early
measure n "N" { count of visits for people   where counts }
"""


@pytest.mark.parametrize("complete", ["2021-01-01", "2020-12-31"])
def test_a_window_in_a_figure_of_the_row_holds_a_count_back(bench, complete):
    rows = {"people": "person,joined; a,2020-01-01; b,2019-05-01", "visits": "visit,person,made; 1,b,2019-06-01"}
    found = bench.figures(THROUGH, rows, complete={"visits": complete})["n"]
    assert found == 1 if complete == "2021-01-01" else str(found).startswith("not yet")
    with pytest.raises(UsageError, match="--complete visits=DATE"):
        bench.figures(THROUGH, rows)


def test_records_whose_column_only_a_reading_reads_are_used(bench):
    text = """
    category site { a }
    records decisions "Decisions" { one row per site  site: site  fee: money }
    payment p "P" by site { pay £1 }
    variation decided "Reading: as decided" { payment p "P" by site { pay fee } }
    """
    assert "unused" not in [w.code for w in bench.warnings(text)]
    assert "unused" in [w.code for w in bench.warnings(text.replace("pay fee", "pay £2"))]


def test_a_comma_before_two_digits_may_be_pence_or_a_slip(bench):
    (problem,) = bench.problems('payment p "P" { pay £3,00 }')
    assert problem.code == "bad-number" and list(problem.help) == ["write `£3.00`, or `£300`"]


@pytest.mark.parametrize("said", ["no more than", "not more than", "up to", "maximum"])
def test_a_limit_in_other_words_is_told_its_own(bench, said):
    text = f'payment fee "Fee" {{ pay £5 }}\nlimit most "Most" {{\n  covers fee\n  {said} £3 million\n}}\n'
    (problem,) = bench.problems(text)
    assert (problem.headline, problem.help) == (f"`{said}` is not how this is said here", ("write `at most`",))
