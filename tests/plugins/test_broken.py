"""Each way in which a plugin can be broken: what is said of it, that the plugin beside it still loads, that a contract which
uses it ends with exit code 4, and that one which does not is settled."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from pbr_rules import __version__, host
from pbr_rules.wellformed import HOOKS

Pbr = Callable[..., Any]

BEGINS = """
import attrs, os
from pathlib import Path
from attrs import frozen
from pbr_rules.plugin import (
    At, Check, Constraint, Duty, Expression, Measure, People, Rows, Sum, Tally, choice, hookimpl, setting
)
"""
MEASURE = (
    BEGINS
    + """
@frozen
class Harm(Measure):
    word = "harm"
    summary = "Made up."
    source = "made up"
    endings = ("for",)
    def tally(self, per):
        return Tally(People())

@hookimpl
def pbr_rules_measures():
    return [Harm]
"""
)
CONSTRAINT = (
    BEGINS
    + """
@frozen
class Spent(Constraint):
    word = "spent"
    summary = "Made up."
    source = "made up"
    amount: Expression = setting("what one row spent", kind="money")
    def duty(self):
        return Duty(self.amount, Tally(Rows()))

@hookimpl
def pbr_rules_constraints():
    return [Spent]
"""
)
CHECK = (
    BEGINS
    + """
CHECK = Check("flat-fee", "Made up.", "made up", lambda terms: ())

@hookimpl
def pbr_rules_checks():
    return [CHECK]
"""
)
CONTRACTS = (
    BEGINS
    + """
@hookimpl
def pbr_rules_contracts():
    return sorted((Path(__file__).parent / "contracts").iterdir())
"""
)
FOUR = "`pbr_rules_measures`, `pbr_rules_constraints`, `pbr_rules_checks` or `pbr_rules_contracts`"


def but(text: str, old: str, new: str) -> str:
    """The text, with one thing changed."""
    assert text.count(old) == 1, old
    return text.replace(old, new)


BROKEN = {
    "a package it needs is not there": (
        "import a_package_of_nobody",
        "it cannot be imported: ModuleNotFoundError: No module named 'a_package_of_nobody'",
    ),
    "it fails while it is imported": ("1 / 0", "it cannot be imported: ZeroDivisionError: division by zero"),
    "it says much while it is imported": (
        "raise ValueError('one\\n\\n   two')",
        "it cannot be imported: ValueError: one two",
    ),
    "it is not Python": ("def f(:\n    pass\n", "it is not Python: pbr_rules_harm.py, line 1: invalid syntax"),
    "it is not text": ("x = '\0'", re.compile(r"it (is not Python|cannot be imported): .*null bytes")),
    "it stops the program": ("raise SystemExit(3)", "it cannot be imported: SystemExit: 3"),
    "it panics": (
        "class Panic(BaseException): pass\nraise Panic('in its own core')",
        "it cannot be imported: Panic: in its own core",
    ),
    "a misspelt hook": (
        but(MEASURE, "def pbr_rules_measures", "def pbr_rules_measure"),
        "`pbr_rules_measure` is not a hook; did you mean `pbr_rules_measures`?",
    ),
    "a misspelt hook without its mark": (
        but(but(MEASURE, "@hookimpl\n", ""), "def pbr_rules_measures", "def pbr_rules_mesures"),
        "`pbr_rules_mesures` is not a hook; did you mean `pbr_rules_measures`?",
    ),
    "a hook of another name": (
        but(MEASURE, "def pbr_rules_measures", "def pbr_rules_start"),
        f"`pbr_rules_start` is not a hook; a hook is called {FOUR}",
    ),
    "a hook without its prefix": (
        but(MEASURE, "def pbr_rules_measures", "def measures"),
        f"`measures` is not a hook; a hook is called {FOUR}",
    ),
    "a hook without its mark": (
        but(MEASURE, "@hookimpl\n", ""),
        "`pbr_rules_measures` is not marked with `@hookimpl`",
    ),
    "one hook with its mark and one without": (
        MEASURE + "\ndef pbr_rules_checks():\n    return []\n",
        "`pbr_rules_checks` is not marked with `@hookimpl`",
    ),
    "no hook": ("x = 1", f"it has no hook: a function marked with `@hookimpl`, called {FOUR}"),
    "a wrapper": (
        but(MEASURE, "@hookimpl\n", "@hookimpl(wrapper=True)\n").replace("return [Harm]", "return (yield)"),
        "`pbr_rules_measures` is a wrapper, and each plugin is asked by itself",
    ),
    "a hook that wants something": (
        but(MEASURE, "def pbr_rules_measures()", "def pbr_rules_measures(config)"),
        "`pbr_rules_measures` failed: TypeError: pbr_rules_measures() missing 1 required positional argument: 'config'",
    ),
    "a hook that fails": (
        but(MEASURE, "return [Harm]", "return [Harm][2]"),
        "`pbr_rules_measures` failed: IndexError: list index out of range",
    ),
    "a hook that fails halfway": (
        but(MEASURE, "return [Harm]", "yield Harm\n    raise OSError('no disk')"),
        "`pbr_rules_measures` failed: OSError: no disk",
    ),
    "a hook that stops the program": (
        but(MEASURE, "return [Harm]", "raise SystemExit"),
        "`pbr_rules_measures` failed: SystemExit",
    ),
    "a hook that returns nothing": (
        but(MEASURE, "return [Harm]", "[Harm]"),
        "`pbr_rules_measures` returned None, and must return a list of measures",
    ),
    "a hook that returns a number": (
        but(MEASURE, "return [Harm]", "return 3"),
        "`pbr_rules_measures` returned 3, and must return a list of measures",
    ),
    "a hook that returns text": (
        but(MEASURE, "return [Harm]", "return 'harm'"),
        "`pbr_rules_measures` returned 'harm', and must return a list of measures",
    ),
    "a hook that returns one measure": (
        but(MEASURE, "return [Harm]", "return Harm"),
        "`pbr_rules_measures` returned <class 'pbr_rules_harm.Harm'>, and must return a list of measures",
    ),
    "not a measure": (
        but(MEASURE, "return [Harm]", "return [3]"),
        "`pbr_rules_measures` returned 3, which is not a measure: a class that derives from `Measure`",
    ),
    "a measure and not its class": (
        but(MEASURE, "return [Harm]", "return [Harm()]"),
        "`pbr_rules_measures` returned Harm(), which is not a measure: a class that derives from `Measure`",
    ),
    "a class that is no measure": (
        but(MEASURE, "class Harm(Measure)", "class Harm"),
        "`pbr_rules_measures` returned <class 'pbr_rules_harm.Harm'>, which is not a measure: "
        "a class that derives from `Measure`",
    ),
    "a measure that is no record": (
        but(MEASURE, "@frozen\n", ""),
        "the measure `Harm` is not a frozen attrs class: write `@frozen` above it",
    ),
    **{
        f"a measure without its {name}": (
            re.sub(rf"    {name} = .*\n", "", MEASURE),
            f"the measure `Harm` has no `{name}`",
        )
        for name in ("word", "summary", "source", "endings")
    },
    "an empty summary": (
        but(MEASURE, '"Made up."', '" "'),
        "the measure `Harm`: its `summary` must be text, and not empty",
    ),
    "a word in capitals": (
        but(MEASURE, '"harm"', '"Harm"'),
        "the measure `Harm`: its word `Harm` is not lower-case letters, digits and `_`, beginning with a letter",
    ),
    "a word of two": (
        but(MEASURE, '"harm"', '"crime harm"'),
        "the measure `Harm`: its word `crime harm` is not lower-case letters, digits and `_`, beginning with a letter",
    ),
    "endings that are text": (
        but(MEASURE, '("for",)', '("for")'),
        'the measure `Harm`: its `endings` must be a tuple, as in `("for",)`',
    ),
    "an ending that is none": (
        but(MEASURE, '("for",)', '("for", "each")'),
        "the measure `Harm`: its `endings` are some of `none`, `for` and `per`, and not `each`",
    ),
    "no endings": (
        but(MEASURE, '("for",)', "()"),
        "the measure `Harm`: its `endings` are some of `none`, `for` and `per`",
    ),
    "a field that is no line": (
        but(MEASURE, "    def tally", "    days: int = 3\n    def tally"),
        "the measure `Harm`: its field `days` is not made with `setting` or `choice`",
    ),
    "a line of no kind": (
        but(MEASURE, "    def tally", "    days: Expression = setting('days', kind='monney')\n    def tally"),
        "the measure `Harm`: `monney`, of its line `days`, is not a kind of figure",
    ),
    "a measure that does not add up": (
        but(MEASURE, "def tally", "def total"),
        "the measure `Harm` has no `tally`: how it adds up",
    ),
    "one word twice": (but(MEASURE, "return [Harm]", "return [Harm, Harm]"), "it adds the measure `harm` twice"),
    "not a constraint": (
        but(CONSTRAINT, "return [Spent]", "return [Measure]"),
        "`pbr_rules_constraints` returned <class 'pbr_rules.measures.Measure'>, which is not a constraint: "
        "a class that derives from `Constraint`",
    ),
    "a constraint without its source": (
        but(CONSTRAINT, '    source = "made up"\n', ""),
        "the constraint `Spent` has no `source`",
    ),
    "a constraint that asks nothing": (
        but(CONSTRAINT, "def duty", "def done"),
        "the constraint `Spent` has no `duty`: what must be done",
    ),
    "not a check": (
        but(CHECK, "return [CHECK]", "return [CHECK.find]"),
        "`pbr_rules_checks` returned <function <lambda>>, which is not a `Check`",
    ),
    "a check without a source": (
        but(CHECK, '"made up"', "None"),
        "the check 'flat-fee' has no `source`",
    ),
    "a code in capitals": (
        but(CHECK, '"flat-fee"', '"Flat fee"'),
        "the check `Flat fee`: its code is not lower-case words joined with `-`",
    ),
    "a code of ours": (but(CHECK, '"flat-fee"', '"unused"'), "the check `unused` has a code of pbr-rules itself"),
    "a check that finds nothing out": (
        but(CHECK, "lambda terms: ()", "3"),
        "the check `flat-fee`: its `find` is not a function",
    ),
    "a folder as text": (
        but(CONTRACTS, 'return sorted((Path(__file__).parent / "contracts").iterdir())', "return ['contracts/terms']"),
        "`pbr_rules_contracts` returned 'contracts/terms', which is not a folder as a `Path`",
    ),
    "a folder that is not there": (
        but(CONTRACTS, 'sorted((Path(__file__).parent / "contracts").iterdir())', "[Path('nowhere/terms')]"),
        "the library contract `terms`: there is no folder `nowhere/terms`",
    ),
    "no folder of contracts": (CONTRACTS, re.compile(r"`pbr_rules_contracts` failed: FileNotFoundError: .*")),
}


@pytest.fixture
def beside(site: Any) -> Any:
    """A good plugin, and a contract that uses the broken one beside it, one that uses the good one, and one that uses none."""
    site.install("persons", site.measure("persons"))
    site.write("broken.pbr", site.terms("harm", "harm 1"))
    site.write("good.pbr", site.terms("persons", "persons 1"))
    return site


def is_said(pbr: Pbr, why: str | re.Pattern[str], distribution: str = "pbr-rules-harm", name: str = "harm") -> None:
    """The plugin failed, and why; the good one works; each contract ends as it must."""
    ran = pbr("plugins", "--format", "json")
    assert ran.code == 0
    found = {plugin["distribution"]: plugin for plugin in json.loads(ran.out)["plugins"]}
    failed = found[distribution]
    assert (failed["name"], failed["version"], failed["status"]) == (name, "1.0.0", "failed")
    if isinstance(why, str):
        assert failed["why"] == why
    else:
        assert why.fullmatch(failed["why"])
    assert found["pbr-rules-persons"]["status"] == found["pbr-rules"]["status"] == "works"
    for command in ("check", "test", "settle"):
        broken = pbr(command, "broken.pbr")
        assert broken.code == 4, broken
        assert f"the plugin `{name}` ({distribution} 1.0.0) failed to load: {failed['why']}" in broken.err
    assert pbr("test", "good.pbr").code == 0
    assert pbr("settle", "good.pbr", "--example", "Two people").code == 0
    assert pbr("settle", "tarp", "--set", "price=$1,000").code == 0
    assert pbr("plugins", "check", name).code == 4


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_wrong_is_said_and_stops_nobody_else(beside: Any, pbr: Pbr, case: str) -> None:
    text, why = BROKEN[case]
    beside.install("harm", text)
    is_said(pbr, why)


FOLDERS = {
    "no contract.pbr": ("contract.pbr", None, "the library contract `terms` has no `contract.pbr`"),
    "no about.toml": ("about.toml", None, "the library contract `terms` has no `about.toml`"),
    "about.toml is not TOML": (
        "about.toml",
        "summary",
        re.compile("the library contract `terms`: its `about.toml` cannot be read: .*"),
    ),
    "no summary": ("about.toml", "x = 1", "the library contract `terms`: its `about.toml` has no `summary`"),
    "records that are not there": (
        "about.toml",
        'summary = "x"\n[records]\nvisits = "visits.csv"\n',
        "the library contract `terms`: its `about.toml` names `visits.csv`, which is not in the folder",
    ),
    "records that are no files": (
        "about.toml",
        'summary = "x"\nrecords = ["visits.csv"]\n',
        "the library contract `terms`: its `about.toml` must name a file for each of its `records`",
    ),
    "a day that is text": (
        "about.toml",
        'summary = "x"\n[complete]\nvisits = "2013-06-30"\n',
        "the library contract `terms`: its `about.toml` must give a day, as in `2013-06-30`, for each of `complete`",
    ),
    "an example that is a number": (
        "about.toml",
        'summary = "x"\nexample = 1\n',
        "the library contract `terms`: its `about.toml` must give the title of an example as its `example`",
    ),
}


@pytest.mark.parametrize("case", FOLDERS)
def test_a_folder_of_a_contract_that_is_not_whole(beside: Any, pbr: Pbr, case: str) -> None:
    file, text, why = FOLDERS[case]
    folder = beside.library("terms", beside.terms("harm", "harm 1"))
    (folder / file).unlink() if text is None else (folder / file).write_text(text, encoding="utf-8")
    beside.install("harm", CONTRACTS)
    is_said(pbr, why)
    assert "terms" not in pbr("contracts").out


def test_a_folder_that_no_contract_can_be_called_as(beside: Any, pbr: Pbr) -> None:
    beside.library("My-terms", beside.terms("harm", "harm 1"))
    beside.install("harm", CONTRACTS)
    is_said(pbr, "the library contract `My-terms`: its folder is not called in lower-case letters, digits and `_`")


# ---- how it is installed


def test_an_entry_point_that_names_no_module(beside: Any, pbr: Pbr) -> None:
    beside.install("harm", MEASURE, points="[pbr_rules]\nharm = pbr_rules_harm:Harm\n")
    is_said(pbr, "its entry point must name a module, and names <class 'pbr_rules_harm.Harm'>")


def test_an_entry_point_that_names_nothing(beside: Any, pbr: Pbr) -> None:
    beside.install("harm", MEASURE, points="[pbr_rules]\nharm = pbr_rules_harm:Nothing\n")
    is_said(pbr, "it cannot be imported: AttributeError: module 'pbr_rules_harm' has no attribute 'Nothing'")


def test_entry_points_that_cannot_be_read(beside: Any, pbr: Pbr) -> None:
    beside.install("harm", MEASURE, points="[pbr_rules]\nharm\n")
    found = {failure.plugin: failure.why for failure in host.load().failures}
    assert found["harm"].startswith("its entry points cannot be read: ")
    beside.install("stranger", "", distribution="stranger", points="[console_scripts]\nstranger\n")
    assert set(found) == {failure.plugin for failure in host.load().failures}


def test_a_name_that_no_contract_can_write(beside: Any, pbr: Pbr) -> None:
    beside.install("harm", MEASURE, points="[pbr_rules]\nCrime-harm = pbr_rules_harm\n")
    (failure,) = host.load().failures
    assert (failure.plugin, failure.why) == (
        "Crime-harm",
        "`Crime-harm` cannot be written after `uses`: lower-case letters, digits and `_`",
    )


@pytest.mark.parametrize(
    "wants", ["pbr-rules>=9", "pbr_rules (>=0.1,<0.1)", "pbr-rules[duckdb]~=2.0", "pbr-rules==7.*"]
)
def test_another_version_of_pbr_rules(beside: Any, pbr: Pbr, wants: str) -> None:
    beside.install("harm", MEASURE, requires=("attrs>=99", wants))
    asked = re.sub(r"^pbr.rules(\[.*?\])?[ (]*|\)", "", wants)
    is_said(pbr, f"it is for pbr-rules {asked}, and this is pbr-rules {__version__}")


@pytest.mark.parametrize(
    "wants", ["pbr-rules", "pbr-rules>=0.1,<1", 'pbr-rules>=9; extra == "later"', "pbr-rules-x>=9"]
)
def test_this_version_of_pbr_rules(beside: Any, wants: str) -> None:
    beside.install("harm", MEASURE, requires=(wants,))
    assert not host.load().failures


# ---- two plugins


CLASHES = {
    "measure": (MEASURE, "the measure `harm` is also provided by `first` (pbr-rules-first 1.0.0)"),
    "constraint": (CONSTRAINT, "the constraint `spent` is also provided by `first` (pbr-rules-first 1.0.0)"),
    "check": (CHECK, "the check `flat-fee` is also provided by `first` (pbr-rules-first 1.0.0)"),
    "contract": (CONTRACTS, "the contract `terms` is also provided by `first` (pbr-rules-first 1.0.0)"),
}


@pytest.mark.parametrize("sort", CLASHES)
def test_two_that_add_the_same(beside: Any, pbr: Pbr, sort: str) -> None:
    text, why = CLASHES[sort]
    beside.library("terms", beside.terms("count"))
    beside.install("harm", text + CHECK.replace(BEGINS, "").replace("flat-fee", "other-fee") * (sort != "check"))
    beside.install("first", text)
    is_said(pbr, why)
    catalogue = host.load()
    assert "first" in [plugin.plugin for plugin in catalogue.plugins]
    assert "other-fee" not in catalogue.checks, "all that the second adds is refused"


def test_two_of_one_name(beside: Any, pbr: Pbr) -> None:
    beside.install("harm", MEASURE, distribution="pbr-rules-ahead", version="2.0.0")
    beside.install("harm", CHECK, distribution="pbr-rules-harm", points="[pbr_rules]\nharm = pbr_rules_harm\n")
    catalogue = host.load()
    (failure,) = catalogue.failures
    assert (failure.distribution, failure.why) == (
        "pbr-rules-harm",
        "a plugin of pbr-rules-ahead 2.0.0 is called `harm` too",
    )
    assert catalogue.measures["harm"].distribution == "pbr-rules-ahead"


def test_two_of_one_name_where_the_first_is_broken(beside: Any, pbr: Pbr) -> None:
    """Else which plugin a contract is settled with would turn on a fault of the other."""
    beside.install("harm", "1 / 0", distribution="pbr-rules-ahead")
    beside.install("harm", MEASURE)
    assert [failure.distribution for failure in host.load().failures] == ["pbr-rules-ahead", "pbr-rules-harm"]
    assert pbr("check", "broken.pbr").code == 4


def test_none_takes_a_word_or_a_contract_of_the_core(beside: Any, pbr: Pbr) -> None:
    beside.library("tarp", beside.terms("count"))
    beside.install("aa", but(MEASURE, '"harm"', '"binary"'))
    beside.install("ab", CONTRACTS)
    assert [failure.why for failure in host.load().failures] == [
        f"the measure `binary` is also provided by `core` (pbr-rules {__version__})",
        f"the contract `tarp` is also provided by `core` (pbr-rules {__version__})",
    ]
    assert pbr("test", "tarp").code == 0


# ---- what is not caught, and what is not wrong


def test_an_interruption_is_one(beside: Any, pbr: Pbr) -> None:
    beside.install("harm", "raise KeyboardInterrupt")
    assert pbr("plugins").code == 130


def test_a_hook_may_go_by_another_name_and_one_may_be_for_a_later_version(beside: Any) -> None:
    text = but(MEASURE, "@hookimpl\ndef pbr_rules_measures", '@hookimpl(specname="pbr_rules_measures")\ndef mine')
    later = "\n@hookimpl(optionalhook=True)\ndef pbr_rules_calendars():\n    return []\n"
    beside.install("harm", text + later)
    catalogue = host.load()
    assert not catalogue.failures
    assert "harm" in catalogue.measures


def test_the_order_of_discovery_does_not_matter(beside: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("zeta", "harm", "alpha"):
        beside.install(name, MEASURE if name != "alpha" else CHECK)
    beside.install("mu", "1 / 0")
    forwards = host.load()
    real = host.distributions
    monkeypatch.setattr(host, "distributions", lambda: reversed(list(real())))
    backwards = host.load()
    assert backwards.plugins == forwards.plugins
    assert [plugin.plugin for plugin in forwards.plugins][:3] == ["core", "alpha", "harm"]
    assert backwards.failures == forwards.failures
    assert [failure.plugin for failure in forwards.failures] == ["mu", "zeta"]
    for thing in ("measures", "constraints", "checks", "contracts"):
        assert list(getattr(backwards, thing)) == list(getattr(forwards, thing))


def test_each_hook_has_a_case() -> None:
    said = [why.pattern if isinstance(why, re.Pattern) else why for _, why in BROKEN.values()]
    for hook in HOOKS:
        assert any(why.startswith(f"`{hook}` returned") for why in said), hook
