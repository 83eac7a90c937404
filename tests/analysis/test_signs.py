"""What is proved never to come out below zero, and what is not."""

from __future__ import annotations

from typing import Any

ARMS = """
category cohort { c1, c2 }
records men { man: id   cohort: cohort   treated: flag }
parameter price "Price": money
measure earlier "Earlier" by cohort { binary of men for men   where treated }
measure later "Later" by cohort { binary of men for men   where not treated }
define reduction "Fall" by cohort = relative fall from earlier to later
define avoided "Avoided" by cohort = reduction * earlier * people in earlier
"""

PAID = "when reduction is at least 10% pay price * avoided otherwise pay nothing"


def warned(bench: Any, text: str) -> bool:
    return any(w.code == "may-be-negative" for w in bench.warnings(ARMS + text))


def test_what_a_condition_says_of_a_cell_holds_in_a_figure_read_at_that_cell(bench: Any) -> None:
    assert not warned(bench, f'payment p "P" by cohort {{ {PAID} }}')


def test_it_says_nothing_of_other_cells(bench: Any) -> None:
    assert warned(bench, f'payment p "P" by cohort {{ {PAID.replace("avoided", "avoided[c1]")} }}')
    total = 'define all_avoided "All avoided" = total of avoided across cohort\n'
    assert warned(bench, total + f'payment p "P" by cohort {{ {PAID.replace("avoided", "all_avoided")} }}')


def test_it_says_nothing_where_nothing_was_asked(bench: Any) -> None:
    assert warned(bench, 'payment p "P" by cohort { pay price * avoided }')
