"""What each command ends with, prints and leaves behind, as someone at a terminal meets it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pbr_rules import __version__, cli
from pbr_rules.library import contracts

Pbr = Callable[..., Any]

NOTHING = """language 1
contract plain "Nothing is wrong" {
  payer a: "A"
  provider b: "B"
  currency: GBP
  payments: rounded to £0.01 half up
}
category site { north "North" }
payment fee "Fee" by site { pay £5 }
example "The fee" {
  expect fee[north] = £5
}
"""
NAMES = sorted(c.name for c in contracts() if c.distribution == "pbr-rules")


@pytest.fixture
def terms(tmp_path: Path) -> Path:
    """A contract in which nothing is wrong."""
    place = tmp_path / "plain.pbr"
    place.write_text(NOTHING, encoding="utf-8")
    return place


# ---- exit codes


def test_0_when_all_is_well(pbr: Pbr, terms: Path) -> None:
    for command in ("check", "test", "settle", "records", "format"):
        assert pbr(command, "plain.pbr").code == 0, command
    for command in ("contracts", "plugins", "--help", "--version"):
        assert pbr(command).code == 0, command


def test_1_when_the_contract_is_wrong(pbr: Pbr, terms: Path) -> None:
    terms.write_text(NOTHING.replace("pay £5", "pay £5 + 10%"), encoding="utf-8")
    for command in ("check", "test", "settle", "records"):
        ran = pbr(command, "plain.pbr")
        assert ran.code == 1, command
        assert "error[kinds]" in ran.err, command
        assert ran.out == "" or command == "check"
    assert pbr("explain", "plain.pbr", "--line", "fee[north]").code == 1


def test_1_when_an_example_is_wrong(pbr: Pbr, terms: Path) -> None:
    terms.write_text(NOTHING.replace("= £5", "= £6"), encoding="utf-8")
    ran = pbr("test", "plain.pbr")
    assert ran.code == 1
    assert "FAILS  The fee" in ran.out
    assert "expected: fee[north] = £6" in ran.out
    assert "came out: £5.00" in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["setle", "tarp"], "there is no command `setle`; did you mean `settle`?"),
        (["settle"], "Missing argument 'CONTRACT'"),
        (["settle", "tarpp"], "no contract of the library is called so; did you mean `tarp`?"),
        (["settle", "nowhere.pbr"], "there is no file `nowhere.pbr`"),
        (["check", "."], "`.` is a folder, not a contract's file"),
        (["settle", "tarp", "--on", "31/12/2024"], "`31/12/2024` is not a date written 2013-06-30 or 30 June 2013"),
        (["settle", "tarp", "--set", "price"], "`price` is not PARAM=VALUE"),
        (["settle", "tarp", "--set", "prise=$5"], "did you mean `price`?"),
        (["settle", "tarp", "--set", "price=$5", "--set", "price=$6"], "--set price=… is given twice"),
        (["settle", "tarp", "--set", "price=£5"], "`£5` is in GBP, and the contract is in USD"),
        (["settle", "tarp", "--reading", "other"], "the contract has no variation called `other`; it has none"),
        (["settle", "tarp", "--complete", "mem=2020-01-01"], "did you mean `men`?"),
        (["settle", "tarp", "--engine", "sas"], "'sas' is not one of"),
        (["settle", "tarp", "--output", "statement.doc"], "the format of `statement.doc` cannot be told from its name"),
        (["settle", "tarp", "--output", "nowhere/statement.csv"], "`nowhere/statement.csv` cannot be written"),
        (["settle", "tarp", "--example", "No such"], 'the contract has no example "No such"; it has:'),
        (["settle", "peterborough", "--records", "men=x.csv", "--example", "y"], "an example gives its own rows"),
        (["settle", "rhino_bond", "--set", "growth=2%"], "gives `growth` itself"),
        (["explain", "tarp"], "say which figure to explain: --line FIGURE"),
        (["explain", "tarp", "--line", "fal"], "did you mean `fall`?"),
        (["explain", "tarp", "--line", "arrested_men"], "`arrested_men[aid]` picks one `arm`"),
        (["explain", "tarp", "--line", "arrested_men[left]"], "`arrested_men` has no cell `left`"),
        (["new", "Bad-Name"], "`Bad-Name` cannot name a contract"),
        (["contracts", "--show", "tarpp"], "did you mean `tarp`?"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_2_when_the_command_is_wrong(pbr: Pbr, tmp_path: Path, arguments: list[str], said: str) -> None:
    ran = pbr(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert list(tmp_path.iterdir()) == []


def test_4_when_a_plugin_is_not_there(pbr: Pbr, terms: Path) -> None:
    terms.write_text(NOTHING.replace("category", "uses severity 1\ncategory"), encoding="utf-8")
    for command in ("check", "test", "settle", "records"):
        ran = pbr(command, "plain.pbr")
        assert ran.code == 4, command
        assert "the contract uses the plugin `severity`, which is not installed" in ran.err
        assert "pip install pbr-rules-severity" in ran.err


def test_5_when_lines_are_refused_and_the_statement_stands(pbr: Pbr) -> None:
    ran = pbr("settle", "tarp")
    assert ran.code == 5
    assert "refused" in ran.out


def test_70_when_it_is_our_own_fault(pbr: Pbr, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("a promise of our own")

    monkeypatch.setattr("pbr_rules.commands.shared.find", broken)
    ran = pbr("settle", "tarp")
    assert (ran.code, ran.out) == (70, "")
    assert "This is a bug in pbr_rules, not in your contract." in ran.err


def test_130_when_it_is_stopped(pbr: Pbr, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pbr_rules.commands.settle.made", stop)
    ran = pbr("settle", "tarp", "--output", "statement.csv")
    assert (ran.code, ran.out) == (130, "")
    assert list(tmp_path.iterdir()) == []


# ---- files


def test_a_result_is_not_written_over_a_file_without_force(pbr: Pbr, tmp_path: Path) -> None:
    kept = tmp_path / "statement.json"
    kept.write_text("mine", encoding="utf-8")
    ran = pbr("settle", "care_leavers", "--output", "statement.json")
    assert (ran.code, ran.out) == (2, "")
    assert "`statement.json` is there already; `--force` writes over it" in ran.err
    assert kept.read_text(encoding="utf-8") == "mine"
    ran = pbr("settle", "care_leavers", "--output", "statement.json", "--force")
    assert ran.code == 0
    assert json.loads(kept.read_text(encoding="utf-8"))["schema"] == "pbr/statement/1"
    assert list(tmp_path.iterdir()) == [kept]


@pytest.mark.parametrize("command", [["new", "mine"], ["records", "tarp", "--output", "."]])
def test_files_to_begin_from_are_not_written_over_yours(pbr: Pbr, tmp_path: Path, command: list[str]) -> None:
    assert pbr(*command).code == 0
    made = next(tmp_path.iterdir())
    made.write_text("mine", encoding="utf-8")
    assert pbr(*command).code == 2
    assert made.read_text(encoding="utf-8") == "mine"
    assert pbr(*command, "--force").code == 0
    assert made.read_text(encoding="utf-8") != "mine"


def test_a_file_half_written_is_not_left(pbr: Pbr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    ran = pbr("settle", "care_leavers", "--output", "statement.csv")
    assert ran.code == 2
    assert "`statement.csv` cannot be written: No space left on device" in ran.err
    assert list(tmp_path.iterdir()) == []


# ---- new, format, records, contracts


def test_what_new_writes_can_be_worked_with_at_once(pbr: Pbr, tmp_path: Path) -> None:
    assert pbr("new", "mine").code == 0
    for command in ("check", "test"):
        ran = pbr(command, "mine.pbr")
        assert ran.code == 0, ran.err
        assert "warning" not in ran.err
    assert pbr("format", "--check", "mine.pbr").code == 0
    assert pbr("new", "theirs", "--from", "tarp").code == 0
    assert pbr("test", "theirs.pbr").code == 0


def test_format_lays_out_and_says_what_would_change(pbr: Pbr, terms: Path) -> None:
    assert pbr("format", "plain.pbr").code == 0
    tidy = terms.read_text(encoding="utf-8")
    terms.write_text(tidy.replace("\n  pay £5", "\n        pay    £5"), encoding="utf-8")
    ran = pbr("format", "--check", "plain.pbr")
    assert (ran.code, ran.out) == (1, "plain.pbr would change\n")
    ran = pbr("format", "--diff", "plain.pbr")
    assert ran.code == 1
    assert "-        pay    £5" in ran.out
    assert pbr("format", "plain.pbr").code == 0
    assert terms.read_text(encoding="utf-8") == tidy


def test_format_does_not_touch_a_contract_with_mistakes(pbr: Pbr, terms: Path) -> None:
    wrong = NOTHING.replace("pay £5", "pai £5")
    terms.write_text(wrong, encoding="utf-8")
    assert pbr("format", "plain.pbr").code == 1
    assert terms.read_text(encoding="utf-8") == wrong


@pytest.mark.parametrize("name", [c.name for c in contracts() if c.records])
def test_blank_files_have_the_headings_that_settling_wants(pbr: Pbr, tmp_path: Path, name: str) -> None:
    """A contract settles over its own blank files, with no rows at all: nothing is missing."""
    assert pbr("records", name, "--output", "blank").code == 0
    named = [part for path in sorted((tmp_path / "blank").iterdir()) for part in ("--records", f"{path.stem}={path}")]
    ran = pbr("settle", name, *named, "--format", "json")
    assert ran.code in (0, 5), ran.err
    assert all(r["read"] == 0 for r in json.loads(ran.out)["settlement"]["records"])


def test_every_contract_of_the_library_is_listed_checks_and_prints(pbr: Pbr) -> None:
    listed = pbr("contracts")
    assert listed.code == 0
    for name in NAMES:
        assert re.search(rf"^\s*{name}\b", listed.out, re.MULTILINE)
        assert pbr("contracts", "--show", name).out.startswith(("#", "language"))
    ran = pbr("check", *NAMES)
    assert (ran.code, ran.err) == (0, "")


# ---- help


def test_help_says_what_each_command_does(pbr: Pbr) -> None:
    ran = pbr("--help")
    for name, says in cli.COMMANDS.items():
        assert name in ran.out
        assert says.split(":")[0][:30] in " ".join(ran.out.split())
        own = pbr(name, "--help")
        assert own.code == 0
        assert "Usage: pbr" in own.out


def test_the_version_is_said(pbr: Pbr) -> None:
    assert __version__ in pbr("--version").out


@pytest.mark.parametrize("day", ["26-01-31", "2026-1-31", "20260131", "31 January 26", "2026-W05-6", "31 Jan 2026"])
def test_no_other_way_to_type_a_day_is_guessed_at(pbr: Pbr, day: str) -> None:
    ran = pbr("settle", "tarp", "--on", day)
    assert ran.code == 2
    assert f"`{day}` is not a date" in ran.err


@pytest.mark.parametrize("day", ["2026-01-31", "31 January 2026"])
def test_days_are_typed_as_contracts_write_them(pbr: Pbr, day: str) -> None:
    assert "31 January 2026" in pbr("settle", "tarp", "--on", day).out


def test_a_percentage_is_not_offered_as_money(pbr: Pbr) -> None:
    ran = pbr("settle", "tarp", "--set", "price=5%")
    assert ran.code == 2
    assert "`price` must be money (USD), and `5%` is a percentage" in ran.err
    assert "$5%" not in ran.err
