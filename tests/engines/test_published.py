"""Published measures over eight people and nine offences: every reading, on every engine.

Expected figures are worked example 2.1 of the published definitions: who was excluded, which disposals counted, and whether
the anniversary itself lies inside, give eight answers over the same rows.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pbr_rules import api
from pbr_rules.api import Request
from pbr_rules.source import Source
from pbr_rules.testing.engines import ENGINES

CONTRACT = """
language 1
contract c "Reoffending" {{
  payer moj:    "The ministry"
  provider one: "The service"
  currency:     GBP
  payments:     rounded to £0.01 half up
}}
category kind     {{ shoplifting, burglary, public_order, vehicle, robbery }}
category disposal {{ conviction, caution }}

records releases {{
  person: id   released: date   deported: flag   breach: flag
  {exclude}
}}
records offences {{
  person: id of releases   committed: date   kind: kind   disposal: disposal   dealt: date   appearance: text
}}
parameter days "Days of harm" by kind: number {{
  shoplifting: 1   burglary: 273.5   public_order: 7.5   vehicle: 5   robbery: 365
}}

measure anyone "Binary rate" {{ binary of offences for releases {where} }}
measure proven "Per 100 offenders" {{ frequency of offences per 100 releases {where} }}
measure events "Events per 100" {{ frequency of offences per 100 releases {where} once for each person, appearance }}
measure harm "Harm per 100" {{ sum of offences per 100 releases value: days[kind] {where} }}
measure offended "Offences" {{ count of offences {where} }}

define rate "Binary" by shown = anyone
define offences_per_100 "Offences" by shown = proven
define events_per_100 "Events" by shown = events
define harm_per_100 "Harm" by shown = harm
define each "Per reoffender" by shown = offended / counted in anyone
category shown {{ only }}
"""

RELEASES = """person,released,deported,breach
A,2011-01-10,no,no
B,2011-02-01,no,no
C,2011-03-15,no,no
D,2011-04-20,no,no
E,2011-05-05,no,no
F,2011-06-30,no,no
G,2011-07-12,yes,no
H,2011-08-01,no,yes
"""

OFFENCES = """person,committed,kind,disposal,dealt,appearance
A,2011-03-01,shoplifting,conviction,2011-05-10,K1
A,2011-03-04,shoplifting,conviction,2011-05-10,K1
A,2011-09-20,burglary,conviction,2011-12-01,K2
B,2011-06-11,public_order,caution,2011-07-01,caution
C,2012-03-01,shoplifting,conviction,2012-10-01,K3
D,2012-04-25,vehicle,conviction,2012-06-01,K4
E,2011-08-01,robbery,conviction,2012-11-04,K5
F,2012-06-30,shoplifting,conviction,2012-09-01,K6
H,2011-10-10,shoplifting,conviction,2011-11-01,K7
"""

EXCLUDED = 'exclude deported "deported"   exclude breach "in custody for breach of a court order"'
HALF_OPEN = "committed within 12 months starting on released and dealt within 18 months starting on released"
CLOSED = "committed from released to released + 12 months and dealt from released to released + 18 months"
COURT = "disposal is conviction and "


def settled(
    tmp_path: Path, engine: str, exclude: str, where: str, releases: str = RELEASES, offences: str = OFFENCES
) -> Any:
    files = {"releases": tmp_path / "releases.csv", "offences": tmp_path / "offences.csv"}
    files["releases"].write_text(releases, encoding="utf-8")
    files["offences"].write_text(offences, encoding="utf-8")
    text = CONTRACT.format(exclude=exclude, where=f"where {where}")
    request = Request(files, {"offences": date(2014, 1, 1)}, engine=engine)
    return api.settle(Source("reoffending.pbr", text), request)


def figures(done: Any) -> dict[str, Any]:
    """Each figure of a cell; a frequency as people say it, per so many."""
    found = {}
    for figure in done.settlement.figures:
        name, _, cell = figure.working.of.partition("[")
        if cell == "only]" and figure.value.known:
            kind = figure.value.kind
            found[name] = figure.value.of * (kind.per if kind.name == "frequency" else 1)
    return found


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("exclude", "disposals", "window", "binary", "per_100", "events", "each", "harm"),
    [
        (EXCLUDED, COURT, HALF_OPEN, "1/3", "200/3", "50", "2", "10675"),
        (EXCLUDED, COURT, CLOSED, "1/2", "250/3", "200/3", "5/3", "32075/3"),
        (EXCLUDED, "", HALF_OPEN, "1/2", "250/3", "200/3", "5/3", "10800"),
        (EXCLUDED, "", CLOSED, "2/3", "100", "250/3", "3/2", "32450/3"),
        ("", COURT, HALF_OPEN, "3/8", "125/2", "50", "5/3", "32075/4"),
        ("", COURT, CLOSED, "1/2", "75", "125/2", "3/2", "32125/4"),
        ("", "", HALF_OPEN, "1/2", "75", "125/2", "3/2", "16225/2"),
        ("", "", CLOSED, "5/8", "175/2", "75", "7/5", "8125"),
    ],
)  # fmt: skip
def test_eight_answers_over_the_same_people(
    tmp_path: Path, engine: str, exclude: str, disposals: str, window: str,
    binary: str, per_100: str, events: str, each: str, harm: str,
) -> None:  # fmt: skip
    found = figures(settled(tmp_path, engine, exclude, disposals + window))
    expected = {
        "rate": binary,
        "offences_per_100": per_100,
        "events_per_100": events,
        "each": each,
        "harm_per_100": harm,
    }
    assert found == {name: Fraction(figure) for name, figure in expected.items()}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("released", "committed", "dealt", "counts"),
    [
        ("2011-05-05", "2011-08-01", "2012-11-04", 1),  # convicted one day before 18 months are over
        ("2011-05-05", "2011-08-01", "2012-11-05", 0),
        ("2012-02-29", "2013-02-28", "2013-08-28", 1),  # there is no 29 February in 2013, so its last day counts
        ("2012-02-29", "2013-03-01", "2013-08-28", 0),
        ("2012-02-29", "2013-02-28", "2013-08-29", 0),  # there is a 29 August
    ],
)
def test_the_last_day_of_a_window(
    tmp_path: Path, engine: str, released: str, committed: str, dealt: str, counts: int
) -> None:
    releases = f"person,released,deported,breach\nA,{released},no,no\n"
    offences = f"person,committed,kind,disposal,dealt,appearance\nA,{committed},robbery,conviction,{dealt},K1\n"
    found = figures(settled(tmp_path, engine, "", HALF_OPEN, releases, offences))
    assert found["rate"] == counts
    assert found["events_per_100"] == 100 * counts
