"""Plugins as someone with a contract meets them: installed, in a file, left out, in another version."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pbr_rules import host
from pbr_rules.reports.schema import schema
from pbr_rules.versions import asked, major, meets

Pbr = Callable[..., Any]


def listed(pbr: Pbr, *before: str) -> dict[str, Any]:
    """`pbr plugins` as data, held to its schema."""
    ran = pbr(*before, "plugins", "--format", "json")
    assert ran.code == 0, ran.err
    document = json.loads(ran.out)
    Draft202012Validator(schema("pbr/plugins/2")).validate(document)
    return {plugin["name"]: plugin for plugin in document["plugins"]}


# ---- what is installed


def test_a_plugin_is_listed_with_what_it_adds(site: Any, pbr: Pbr) -> None:
    site.install("harm", site.measure("harm"), version="1.2.3")
    site.install("bad", "1 / 0")
    assert listed(pbr)["harm"] == {
        "name": "harm",
        "distribution": "pbr-rules-harm",
        "version": "1.2.3",
        "adds": ["measure harm"],
        "status": "works",
        "why": "",
    }
    table = " ".join(pbr("plugins").out.split())
    assert "harm pbr-rules-harm 1.2.3 measure harm works" in table
    assert "bad pbr-rules-bad 1.0.0 failed: it cannot be imported: ZeroDivisionError" in table


def test_the_receipt_records_it(site: Any, pbr: Pbr) -> None:
    site.install("harm", site.measure("harm"))
    site.write("c.pbr", site.terms("harm", "harm 1"))
    ran = pbr("settle", "c.pbr", "--example", "Two people", "--format", "json")
    assert ran.code == 0, ran.err
    plugins = json.loads(ran.out)["receipt"]["plugins"]
    assert {"name": "harm", "distribution": "pbr-rules-harm", "version": "1.0.0"} in plugins


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "c.pbr"),
        ("test", "c.pbr"),
        ("records", "c.pbr"),
        ("settle", "c.pbr", "--example", "Two people"),
        ("explain", "c.pbr", "--example", "Two people", "--line", "counted"),
        ("check", "terms"),
        ("settle", "terms", "--example", "Two people"),
        ("new", "mine", "--from", "terms"),
        ("contracts",),
        ("plugins",),
        ("plugins", "check"),
    ],
    ids=" ".join,
)
def test_each_command_loads_plugins_once_and_takes_a_file(
    site: Any, pbr: Pbr, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    loads = []
    real = host.load
    monkeypatch.setattr(host, "load", lambda files=(): (loads.append(files), real(files))[1])
    site.library("terms", site.terms("harm", "harm 1", name="terms"))
    site.write("c.pbr", site.terms("harm", "harm 1"))
    offers = '\nfrom pathlib import Path\n\n@hookimpl\ndef pbr_rules_contracts():\n    return [Path("site/contracts/terms")]\n'
    site.write("pbr_rules_harm.py", site.measure("harm") + offers)
    ran = pbr("--plugin", "pbr_rules_harm.py", *arguments)
    assert ran.code == 0, ran
    assert loads == [("pbr_rules_harm.py",)]


# ---- a file that is not installed


def test_a_file_is_a_plugin(site: Any, pbr: Pbr) -> None:
    site.write("pbr_rules_harm.py", '__version__ = "3.1"\n' + site.measure("harm"))
    site.write("other.py", site.measure("other"))
    found = listed(pbr, "--plugin", "pbr_rules_harm.py", "--plugin", "./other.py")
    assert [found["harm"][key] for key in ("distribution", "version", "status")] == [
        "pbr_rules_harm.py",
        "3.1",
        "works",
    ]
    assert [found["other"][key] for key in ("distribution", "version", "status")] == ["./other.py", "0", "works"]
    assert "harm" not in listed(pbr), "it stays for one run"


def test_a_file_may_hold_what_asks_for_its_module(site: Any, pbr: Pbr) -> None:
    """A dataclass looks its module up by name."""
    text = "from __future__ import annotations\nfrom dataclasses import dataclass\n@dataclass\nclass X:\n    x: int\n"
    site.write("harm.py", text + site.measure("harm"))
    assert listed(pbr, "--plugin", "harm.py")["harm"]["status"] == "works"


@pytest.mark.parametrize(("file", "said"), [("none.py", "the file is not there"), ("site", "the file is a folder")])
def test_a_file_that_is_not_there(site: Any, pbr: Pbr, file: str, said: str) -> None:
    ran = pbr("--plugin", file, "plugins")
    assert (ran.code, ran.out) == (2, "")
    assert f"--plugin {file}: {said}" in ran.err


@pytest.mark.parametrize(
    ("file", "text", "why"),
    [
        ("bad.py", "import nobodys", "it cannot be imported: ModuleNotFoundError: No module named 'nobodys'"),
        ("bad.py", "def f(:", "it is not Python: bad.py, line 1: invalid syntax"),
        ("bad.txt", "x = 1", "it cannot be imported: ImportError: it is not a file of Python, which ends in `.py`"),
        (
            "my-plugin.py",
            "x = 1",
            "`my-plugin` cannot be written after `uses`: lower-case letters, digits and `_`",
        ),
    ],
)
def test_a_file_is_examined_as_any_plugin_is(site: Any, pbr: Pbr, file: str, text: str, why: str) -> None:
    site.write(file, text)
    assert listed(pbr, "--plugin", file)[Path(file).stem]["why"] == why
    assert pbr("--plugin", file, "settle", "tarp").code == 5


def test_a_file_that_fails_has_its_version(site: Any, pbr: Pbr) -> None:
    site.write("harm.py", '__version__ = "2.5"\n' + site.measure("harm").replace("_measures", "_measure"))
    found = listed(pbr, "--plugin", "harm.py")["harm"]
    assert (found["version"], found["status"]) == ("2.5", "failed")


def test_the_commands_of_plugins_have_no_format(pbr: Pbr) -> None:
    ran = pbr("plugins", "--format", "json", "check")
    assert (ran.code, ran.out) == (2, "")
    assert "`pbr plugins check` has no `--format`" in ran.err


def test_a_file_that_clashes_with_what_is_installed_comes_second(site: Any, pbr: Pbr) -> None:
    site.install("harm", site.measure("harm"))
    site.write("aa.py", site.measure("harm"))
    site.write("harm.py", site.measure("other"))
    found = listed(pbr, "--plugin", "aa.py")
    assert found["aa"]["why"] == "the measure `harm` is also provided by `harm` (pbr-rules-harm 1.0.0)"
    catalogue = host.load(["harm.py"])
    assert [failure.why for failure in catalogue.failures] == ["a plugin of pbr-rules-harm 1.0.0 is called `harm` too"]


def test_a_file_stands_in_for_what_is_left_out(site: Any, pbr: Pbr, monkeypatch: pytest.MonkeyPatch) -> None:
    site.install("harm", site.measure("harm"))
    site.write("harm.py", '__version__ = "2.0"\n' + site.measure("harm"))
    site.write("c.pbr", site.terms("harm", "harm 2"))
    monkeypatch.setenv("PBR_DISABLE_PLUGINS", "harm")
    assert pbr("--plugin", "harm.py", "test", "c.pbr").code == 0


def test_what_it_prints_is_no_part_of_the_result(site: Any, pbr: Pbr) -> None:
    site.write("harm.py", "print('hello')\n" + site.measure("harm"))
    ran = pbr("--plugin", "harm.py", "plugins", "--format", "json")
    assert json.loads(ran.out)
    assert "hello" in ran.err


# ---- left out


def test_a_plugin_is_left_out_on_purpose(site: Any, pbr: Pbr, monkeypatch: pytest.MonkeyPatch) -> None:
    site.install("harm", "raise AssertionError('it is not so much as imported')")
    site.install("persons", site.measure("persons"))
    site.write("c.pbr", site.terms("harm", "harm 1"))
    site.write("persons.pbr", site.terms("persons", "persons 1"))
    monkeypatch.setenv("PBR_DISABLE_PLUGINS", "nobody, harm")
    found = listed(pbr)
    assert (found["harm"]["status"], found["harm"]["why"]) == ("left out", "PBR_DISABLE_PLUGINS names it")
    assert "nobody" not in found
    for command in ("check", "test", "settle"):
        ran = pbr(command, "c.pbr")
        assert ran.code == 4, ran
        assert "the contract uses the plugin `harm`, which PBR_DISABLE_PLUGINS leaves out" in ran.err
        assert "take `harm` out of PBR_DISABLE_PLUGINS" in ran.err
    assert pbr("test", "persons.pbr").code == 0


# ---- versions


@pytest.mark.parametrize(
    ("installed", "uses", "help"),
    [
        ("1.0.0", 1, None),
        ("1.9.3", 1, None),
        ("1", 1, None),
        ("0.1.0", 1, None),
        ("0.3.0rc1", 7, None),
        ("1.9.3", 2, ['`pip install "pbr-rules-harm>=2,<3"`']),
        (
            "2.0.0",
            1,
            ['`pip install "pbr-rules-harm>=1,<2"`', "or write the contract for version 2, and `uses harm 2`"],
        ),
        (
            "10.0.0",
            1,
            ['`pip install "pbr-rules-harm>=1,<2"`', "or write the contract for version 10, and `uses harm 10`"],
        ),
    ],
)
def test_a_contract_is_written_for_a_version(
    site: Any, pbr: Pbr, installed: str, uses: int, help: list[str] | None
) -> None:
    site.install("harm", site.measure("harm"), version=installed)
    site.write("c.pbr", site.terms("harm", f"harm {uses}"))
    ran = pbr("check", "c.pbr", "--format", "json")
    problems = [problem for problem in json.loads(ran.out)["problems"] if problem["level"] == "error"]
    if help is None:
        assert (ran.code, problems) == (0, [])
        return
    (problem,) = problems
    assert (ran.code, problem["code"], problem["help"]) == (4, "plugin", help)
    assert problem["message"] == (
        f"the contract is written for version {uses} of the plugin `harm`, and this is version {installed} (pbr-rules-harm)"
    )
    assert pbr("settle", "c.pbr").code == 4


def test_a_word_that_another_version_does_not_have_only_follows(site: Any, pbr: Pbr) -> None:
    site.install("harm", site.measure("harm"))
    site.write("c.pbr", site.terms("visited", "harm 2"))
    assert pbr("check", "c.pbr").code == 4


def test_the_distribution_is_called_as_it_is_called(site: Any, pbr: Pbr) -> None:
    site.install("harm", site.measure("harm"), distribution="acme-measures")
    site.write("c.pbr", site.terms("harm", "harm 2"))
    assert 'pip install "acme-measures>=2,<3"' in pbr("check", "c.pbr").err


def test_a_file_of_another_version_is_not_installed(site: Any, pbr: Pbr) -> None:
    site.write("harm.py", '__version__ = "1.0"\n' + site.measure("harm"))
    site.write("c.pbr", site.terms("harm", "harm 2"))
    ran = pbr("--plugin", "harm.py", "check", "c.pbr")
    assert ran.code == 4
    assert "this is version 1.0 (harm.py)" in ran.err
    assert "pip install" not in ran.err


@pytest.mark.parametrize(
    ("version", "wanted", "met"),
    [
        ("1.2.0", ">=1.2", True),
        ("1.2", ">=1.2.0", True),
        ("1.1.9", ">=1.2", False),
        ("1.10", ">=1.9", True),
        ("1.2", "<1.2", False),
        ("1.2", ">1.2", False),
        ("1.2", "<=1.2", True),
        ("1.2.5", "==1.2", False),
        ("1.2.5", "==1.2.*", True),
        ("1.2.5", "!=1.2.*", False),
        ("1.2.5", "!=1.2.4", True),
        ("1.2.5", "~=1.2.3", True),
        ("1.3.0", "~=1.2.3", False),
        ("1.3.0", "~=1.2", True),
        ("2.0", "~=1.2", False),
        ("0.1.0", ">=0.1,<0.2", True),
        ("0.2.0", ">=0.1,<0.2", False),
        ("1.2rc1", ">=1.2", True),
        ("1.0", "===weird", True),
    ],
)
def test_which_versions_are_met(version: str, wanted: str, met: bool) -> None:
    assert meets(version, wanted) is met


def test_what_is_asked_for() -> None:
    wants = ["attrs>=1", "pbr-rules (>=0.1)", "PBR.Rules<2", "pbr-rules[x] != 1.5", 'pbr-rules>9; python_version<"3"']
    assert asked(wants, "pbr-rules") == ">=0.1,<2,!= 1.5"
    assert asked([], "pbr-rules") == ""
    assert [major(version) for version in ("1.2", "v3", "0", "none")] == [1, 3, 0, 0]


# ---- what a contract is told


def test_a_missing_plugin_comes_with_its_install_line(site: Any, pbr: Pbr) -> None:
    site.write("c.pbr", site.terms("job_starts", "job_starts 1"))
    for command in ("check", "test", "settle"):
        ran = pbr(command, "c.pbr")
        assert ran.code == 4, ran
        assert "the contract uses the plugin `job_starts`, which is not installed" in ran.err
        assert "pip install pbr-rules-job-starts" in ran.err
        assert "no installed plugin provides" not in ran.err


def test_a_slip_in_a_word_is_told_where_a_plugin_is_missing_too(site: Any, pbr: Pbr) -> None:
    site.write("c.pbr", site.terms("binari", "job_starts 1"))
    ran = pbr("check", "c.pbr")
    assert ran.code == 1
    assert "did you mean `binary`?" in ran.err


def test_an_unknown_word_may_be_one_of_a_plugin_that_failed(site: Any, pbr: Pbr) -> None:
    site.install("bad", "import nobodys")
    site.write("c.pbr", site.terms("harm"))
    why = "the plugin `bad` (pbr-rules-bad 1.0.0) failed to load: it cannot be imported: ModuleNotFoundError: No module named 'nobodys'"
    ran = pbr("check", "c.pbr")
    assert ran.code == 1
    assert why in ran.err
    duty = 'constraint d "Spent" { spent of fee with visits amount: £5 }\n'
    site.write("d.pbr", site.terms("count") + duty)
    ran = pbr("check", "d.pbr")
    assert ran.code == 4
    assert why in ran.err


def test_a_word_of_a_plugin_says_whose_it_is(site: Any, pbr: Pbr) -> None:
    site.install("crime", site.measure("harm"), version="2.1.0")
    site.install("early", site.measure("soon"), version="0.4.0")
    for word, plugin, version in (("harm", "crime", 2), ("soon", "early", 1)):
        site.write("c.pbr", site.terms(word))
        ran = pbr("check", "c.pbr")
        assert ran.code == 1
        assert f"`{word}` comes from the plugin `{plugin}`, and the contract does not say that it uses it" in ran.err
        assert f"add `uses {plugin} {version}` below `language 1`" in ran.err
        site.write("c.pbr", site.terms(word, f"{plugin} {version}"))
        assert pbr("test", "c.pbr").code == 0
    site.write("c.pbr", site.terms("count"))
    assert pbr("check", "c.pbr").code == 0, "the core's own words are everyone's"


# ---- contracts that come with a plugin

OFFERS = """
from pathlib import Path
from pbr_rules.plugin import hookimpl

@hookimpl
def pbr_rules_contracts():
    return sorted((Path(__file__).parent / "contracts").iterdir())
"""


@pytest.fixture
def offered(site: Any) -> Any:
    """A plugin with a measure and a contract that is settled over its own records."""
    about = 'summary = "Visits, made up"\n[records]\npeople = "people.csv"\nvisits = "visits.csv"\n[complete]\nvisits = 2024-01-01\n'
    folder = site.library("visits", site.terms("harm", "harm 1", name="visits"), about)
    (folder / "people.csv").write_text("person\nA\nB\n", encoding="utf-8")
    (folder / "visits.csv").write_text("person\nA\n", encoding="utf-8")
    site.install("harm", site.measure("harm") + OFFERS)
    return site


def test_its_contracts_are_in_the_library(offered: Any, pbr: Pbr) -> None:
    document = json.loads(pbr("contracts", "--format", "json").out)
    Draft202012Validator(schema("pbr/contracts/1")).validate(document)
    found = {each["name"]: each for each in document["contracts"]}
    assert (found["visits"]["from"], found["visits"]["summary"]) == ("pbr-rules-harm", "Visits, made up")
    assert found["tarp"]["from"] == "pbr-rules"
    assert list(found) == sorted(found)
    table = pbr("contracts").out
    assert "From" in table.splitlines()[1]
    assert "pbr-rules-harm" in table


def test_its_contracts_work_by_their_names(offered: Any, pbr: Pbr) -> None:
    assert pbr("check", "visits").code == 0
    assert "1 of 1 examples hold" in pbr("test", "visits").out
    settled = pbr("settle", "visits")
    assert settled.code == 0
    assert "£10.00" in settled.out
    assert pbr("explain", "visits", "--line", "counted").code == 0
    assert pbr("contracts", "--show", "visits").out == offered.terms("harm", "harm 1", name="visits")
    assert pbr("new", "mine", "--from", "visits").code == 0
    assert pbr("test", "mine.pbr").code == 0
    assert "did you mean `visits`?" in pbr("check", "visitz").err


def test_without_the_plugin_its_name_is_not_known(offered: Any, pbr: Pbr, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PBR_DISABLE_PLUGINS", "harm")
    assert pbr("settle", "visits").code == 2
    assert "visits" not in pbr("contracts").out


# ---- `pbr plugins check`


def test_plugins_that_are_well(offered: Any, pbr: Pbr) -> None:
    ran = pbr("plugins", "check", "harm")
    assert (ran.code, ran.out) == (
        0,
        "works  harm (pbr-rules-harm 1.0.0): measure harm, contract visits\n"
        "holds  harm: contract visits: 1 of 1 examples hold\n",
    )
    everything = pbr("plugins", "check")
    assert everything.code == 0
    assert "holds  core: contract tarp: 2 of 2 examples hold" in everything.out
    assert ran.out in everything.out


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("expect counted = 2", "expect counted = 3", "the example “Two people” does not hold"),
        ("£10 * counted", "£10 * countet", "line 13: nothing is called `countet`"),
        ('payment fee "Fee"', 'payment fee "Fee', "line 13: "),
        ("language 1\nuses harm 1", "language 1", "line 11: `harm` comes from the plugin `harm`"),
    ],
)
def test_a_contract_that_fails(offered: Any, pbr: Pbr, old: str, new: str, line: str) -> None:
    file = offered.folder / "contracts/visits/contract.pbr"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    ran = pbr("plugins", "check", "harm")
    assert ran.code == 1
    assert ran.out.splitlines()[0].startswith("works  harm")
    assert ran.out.splitlines()[1].startswith("FAILS  harm: contract visits: ")
    assert line in ran.out


def test_an_example_that_about_names_must_be_there(offered: Any, pbr: Pbr) -> None:
    (offered.folder / "contracts/visits/about.toml").write_text('summary = "x"\nexample = "None"\n', encoding="utf-8")
    ran = pbr("plugins", "check", "harm")
    assert ran.code == 1
    assert "FAILS  harm: contract visits: it has no example “None”, which its `about.toml` names" in ran.out


def test_a_measure_that_fails_when_it_is_asked(offered: Any, pbr: Pbr) -> None:
    text = (offered.folder / "pbr_rules_harm.py").read_text(encoding="utf-8")
    offered.write("harm.py", text.replace("return Tally(People())", "raise RuntimeError('not today')"))
    (offered.folder / "pbr_rules_harm.py").write_text(
        text.replace("return Tally(People())", "raise RuntimeError('not today')"), encoding="utf-8"
    )
    ran = pbr("plugins", "check", "harm")
    assert ran.code == 1
    assert "failed in `harm`: RuntimeError: not today" in ran.out.splitlines()[1]


def test_a_plugin_that_fails_matters_more(offered: Any, pbr: Pbr, monkeypatch: pytest.MonkeyPatch) -> None:
    offered.install("bad", "1 / 0")
    ran = pbr("plugins", "check")
    assert ran.code == 4
    assert "FAILS  bad (pbr-rules-bad 1.0.0): it cannot be imported: ZeroDivisionError: division by zero" in ran.out
    assert pbr("plugins", "check", "harm", "core").code == 0
    monkeypatch.setenv("PBR_DISABLE_PLUGINS", "bad")
    ran = pbr("plugins", "check")
    assert ran.code == 0
    assert "left out  bad (pbr-rules-bad 1.0.0): PBR_DISABLE_PLUGINS names it" in ran.out


def test_a_word_that_the_language_keeps(site: Any, pbr: Pbr) -> None:
    site.install("harm", site.measure("harm").replace('word = "harm"', 'word = "unknown"'))
    ran = pbr("plugins", "check", "harm")
    assert ran.code == 4
    assert "`unknown` is a word of the language, so no contract can write it" in ran.out


def test_a_plugin_that_is_not_there_cannot_be_checked(site: Any, pbr: Pbr) -> None:
    site.install("harm", site.measure("harm"))
    ran = pbr("plugins", "check", "harn")
    assert ran.code == 2
    assert "no plugin is called `harn`; did you mean `harm`?" in ran.err


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("Tally(People(), where=(self))", "where"),
        ("Tally(People(), most='2')", "most"),
        ("Tally(People(), pick=3)", "pick"),
        ("Tally(People(), over='base')", "over"),
        ("Tally(Runs(7))", "length"),
        (
            "Tally(Runs(Duration(7, 'days')))",
            "a length of time is in `day`, `week`, `month`, `year` or `working day`, and not in 'days'",
        ),
        ("Tally(Runs(Duration(7, 'working day')))", "a stretch lasts so many days, weeks, months or years"),
    ],
)
def test_a_tally_that_is_not_well_made_is_the_plugins_fault(offered: Any, pbr: Pbr, made: str, said: str) -> None:
    text = (offered.folder / "pbr_rules_harm.py").read_text(encoding="utf-8")
    changed = text.replace(
        "return Tally(People())", f"from pbr_rules.plugin import Duration, Runs\n        return {made}"
    )
    (offered.folder / "pbr_rules_harm.py").write_text(changed, encoding="utf-8")
    ran = pbr("plugins", "check", "harm")
    assert ran.code == 1
    assert "the plugin `harm` (pbr-rules-harm 1.0.0) failed in `harm`: " in ran.out
    assert said in ran.out


def test_a_contract_of_a_plugin_that_failed_is_not_only_absent(offered: Any, pbr: Pbr) -> None:
    (offered.folder / "contracts/visits/about.toml").write_text("summary = ", encoding="utf-8")
    ran = pbr("settle", "visits")
    assert ran.code == 2
    assert "no contract of the library is called so" in ran.err
    assert "the plugin `harm` (pbr-rules-harm 1.0.0) failed to load" in ran.err
