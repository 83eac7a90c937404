"""The reference cannot lag what it describes: the grammar, the commands, the codes, the data that is written."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

from pbr_rules import cli, dates
from pbr_rules.dates import Duration, TimeUnit
from pbr_rules.diagnostics import CODES
from pbr_rules.engines.choose import NAMES, SMALL
from pbr_rules.kinds import Kind
from pbr_rules.surface.vocabulary import RESERVED

ROOT = Path(__file__).parents[2]
LANGUAGE = (ROOT / "docs/reference/language.md").read_text(encoding="utf-8")
COMMANDS = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
CODES_PAGE = (ROOT / "docs/reference/codes.md").read_text(encoding="utf-8")
EXPLANATION = (ROOT / "docs/explanation/how-figures-are-calculated.md").read_text(encoding="utf-8")


def code(page: str) -> str:
    """What a page says in code: its blocks and its spans, with single spaces."""
    blocks = re.findall(r"^(`{3,})[^\n]*\n(.*?)^\1", page, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", page)
    return " ".join(" ".join([*(text for _, text in blocks), *spans]).split())


# ---- the language


def words_of_the_grammar() -> Iterator[str]:
    """Each phrase and each word that the grammar names, as it is written."""
    lexical = (ROOT / "grammars/lexical.lark").read_text(encoding="utf-8")
    for name, pattern in re.findall(r"^(\w+)\.\d+:\s+/(.*)/$", lexical, re.MULTILINE):
        word = re.sub(r"\\b|\(\?[=!].*", "", pattern.replace(r"\s+", " "))
        if re.fullmatch(r"[a-z]+(?: [a-z]+)*", word):
            yield word
        else:
            assert name in FIGURES, f"{name} is neither a phrase nor a figure that the page has a row for"


FIGURES = {
    "DATE": "1 July 2010",
    "DURATION": "12 months",
    "POINTS": "5 percentage points",
    "PERCENT": "8.4%",
    "FREQUENCY": "142 per 100",
    "NUMBER": "1,000",
    "MONEY": "£8 million",
    "DATE_FORMAT": "day/month/year",
    "CURRENCY": "currency: GBP",
    "TEXT": '"…"',
    "DATED": "dated",
}


@pytest.mark.parametrize("word", sorted(set(words_of_the_grammar())))
def test_each_word_of_the_grammar_is_on_the_page(word: str) -> None:
    assert re.search(rf"(?<!\w){word}(?!\w)", code(LANGUAGE)), word


@pytest.mark.parametrize("written", sorted(FIGURES.values()))
def test_each_sort_of_figure_is_on_the_page(written: str) -> None:
    assert written in code(LANGUAGE)


def test_each_sign_of_the_grammar_is_on_the_page() -> None:
    expression = (ROOT / "grammars/expression.lark").read_text(encoding="utf-8")
    signs = re.findall(r'^[A-Z_]+:((?: *\|? *"[^"a-z]+")+)$', expression, re.MULTILINE)
    found = [sign for group in signs for sign in re.findall(r'"([^"]+)"', group)]
    assert len(found) > 10
    for sign in found:
        assert sign in code(LANGUAGE), sign


def test_each_reserved_word_is_on_the_page() -> None:
    said = LANGUAGE.split("**Reserved words.**")[1].split("A column")[0]
    assert set(re.findall(r"`(\w+)`", said)) == RESERVED


def test_each_clause_has_a_section_with_an_example() -> None:
    contract = (ROOT / "grammars/contract.lark").read_text(encoding="utf-8")
    declared = re.search(r"^_declaration:(.*?)\n\n", contract, re.MULTILINE | re.DOTALL)
    assert declared is not None
    for clause in re.findall(r"\w+", declared[1]):
        section = re.search(rf"^### (?:\w+ and )?{clause}(?: and \w+)?\n.*?(?=^##)", LANGUAGE, re.MULTILINE | re.DOTALL)
        assert section is not None, clause
        assert "| --- |" in section[0], clause
        assert f"{clause} " in code(section[0]) or clause == "language", clause


def test_each_kind_is_in_the_table() -> None:
    table = LANGUAGE.split("## Kinds")[1].split("## What")[0]
    for kind in ("count", "number", "rate", "points", "frequency", "money", "date", "duration", "flag"):
        assert Kind(kind).words.removeprefix("a ").replace("duration", "length of time").split(" (")[0] in table


# ---- the days


def test_the_table_of_days() -> None:
    rows = re.findall(
        r"^\| (\d{4}-\d\d-\d\d) \| (\d+) (\w+?)s? \| (\S+) \| (\S+) \| (\S+) \|$", EXPLANATION, re.MULTILINE
    )
    assert len(rows) > 5
    for start, number, unit, starting, after, before in rows:
        day, length = date.fromisoformat(start), Duration(int(number), TimeUnit(unit))
        assert dates.last_day_starting_on(day, length).isoformat() == starting, (start, number, unit)
        assert dates.last_day_after(day, length).isoformat() == after, (start, number, unit)
        assert dates.add(day, length, -1).isoformat() == before, (start, number, unit)


# ---- the commands


def parameters(name: str) -> list[click.Parameter]:
    """What a command takes, and what its own commands take."""
    command: click.Command = import_module(f"pbr_rules.commands.{name}").command
    under = command.commands.values() if isinstance(command, click.Group) else ()
    return [parameter for each in (command, *under) for parameter in each.params]


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_each_option_of_a_command_is_in_its_section(name: str) -> None:
    section = COMMANDS.split(f"\n## pbr {name}\n")[1].split("\n## ")[0]
    for parameter in parameters(name):
        if not isinstance(parameter, click.Option):
            continue
        for option in (*parameter.opts, *parameter.secondary_opts):
            assert re.search(rf"`{re.escape(option)}(?![\w-])", section), f"pbr {name} {option}"
        if isinstance(parameter.type, click.Choice) and name != "explain":
            for choice in parameter.type.choices:
                assert re.search(rf"`(?:--\w+ )?{choice}`", section), f"pbr {name} {parameter.opts[0]} {choice}"


def test_each_option_on_the_page_is_one_of_its_command() -> None:
    for name in cli.COMMANDS:
        known = {option for parameter in parameters(name) for option in parameter.opts}
        section = COMMANDS.split(f"\n## pbr {name}\n")[1].split("\n## ")[0]
        table = "\n".join(line.split("|")[1] for line in section.splitlines() if line.startswith("| `-"))
        assert set(re.findall(r"`(--?[a-z][\w-]*)", table)) <= known, name


def test_each_option_before_the_command_is_on_the_page() -> None:
    section = COMMANDS.split("\n## ")[0]
    for parameter in cli.pbr.params:
        assert f"`{parameter.opts[0]}" in section, parameter.opts


def test_each_command_of_a_command_is_in_its_section() -> None:
    plugins = import_module("pbr_rules.commands.plugins").command
    assert plugins.commands
    for name in plugins.commands:
        assert f"`pbr plugins {name} " in COMMANDS.split("\n## pbr plugins\n")[1].split("\n## ")[0]


def test_the_exit_codes() -> None:
    listed = {int(number) for number in re.findall(r"^\| (\d+) \|", COMMANDS, re.MULTILINE)}
    from pbr_rules import diagnostics as d

    raised = {e.exit_code for e in (d.ContractError, d.UsageError, d.DataError, d.PluginError, d.InternalError)}
    assert listed == raised | {0, 5, 130}


def test_the_engines() -> None:
    section = COMMANDS.split("\n## Engines\n")[1]
    assert all(f"| `{name}` |" in section for name in NAMES)
    assert f"up to {SMALL:,} rows" in section


def test_the_columns_of_the_csv_are_those_of_the_page() -> None:
    from pbr_rules.reports.every_line import COLUMNS

    section = COMMANDS.split("### The columns of the CSV")[1].split("\n### ")[0]
    listed = re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)
    assert listed == [*(column.name for column in COLUMNS), "for …", "borne by …"]


def output(*arguments: str) -> Any:
    """What a command writes, as JSON."""
    said = io.StringIO()
    with redirect_stdout(said):
        cli.run([*arguments, "--format", "json"])
    return json.loads(said.getvalue())


FREE = ("members", "dimensions", "periods", "complete", "cell", "row", "person")
"""Keys whose own keys are names of a contract."""


def keys(data: Any) -> Iterator[str]:
    match data:
        case dict():
            for key, value in data.items():
                yield key
                if key not in FREE:
                    yield from keys(value)
        case list():
            for value in data:
                yield from keys(value)


@pytest.mark.parametrize(
    "arguments",
    [
        ("settle", "tarp", "--set", "price=$1,000", "--people"),
        ("settle", "care_leavers", "--people"),
        ("settle", "peterborough"),
        ("settle", "doncaster"),
        ("check", "tarp"),
        ("test", "tarp"),
        ("explain", "tarp", "--line", "arrested_men[aid]"),
        ("records", "tarp"),
        ("contracts",),
        ("plugins",),
    ],
    ids=" ".join,
)
def test_each_key_of_the_data_is_on_the_page(arguments: tuple[str, ...]) -> None:
    data = output(*arguments)
    assert f"`{data['schema']}`" in COMMANDS or f'"{data["schema"]}"' in COMMANDS
    section = COMMANDS.split("### The statement as JSON")[1]
    for key in {*keys(data)} - {"schema", "settlement", "receipt"}:
        assert f"`{key}`" in section, key


def test_each_key_of_a_problem_is_on_the_page(tmp_path: Path) -> None:
    file = tmp_path / "wrong.pbr"
    file.write_text('contract c "C" { }\nparameter p "P": money = 3\n', encoding="utf-8")
    section = COMMANDS.split("### Other JSON")[1]
    problems = output("check", str(file))["problems"]
    assert problems
    for key in problems[0]:
        assert f"`{key}`" in section, key


# ---- the codes


def test_each_code_is_on_the_page_with_its_meaning() -> None:
    sections = dict(re.findall(r"^### (\S+)\n\n(.*?)(?=^##|\Z)", CODES_PAGE, re.MULTILINE | re.DOTALL))
    assert list(sections) == list(CODES)
    for name, meaning in CODES.items():
        assert sections[name].startswith(f"{meaning[0].upper()}{meaning[1:]}.\n"), name
        assert f"| [`{name}`](#{name}) | {meaning} |" in CODES_PAGE, name
        if "```text" in sections[name]:
            assert re.search(rf"^(?:error|warning)\[{name}\]", sections[name], re.MULTILINE), name


def test_each_link_between_pages_leads_somewhere() -> None:
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")):
        if not page.is_file():
            continue
        text = re.sub(r"^(`{3,}).*?^\1", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        for link, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", text):
            target = page.parent / link if link else page
            assert target.exists(), f"{page.name}: {link}"
            if re.fullmatch(r"L\d+", anchor):
                assert int(anchor[1:]) <= target.read_text(encoding="utf-8").count("\n"), (
                    f"{page.name}: {link}#{anchor}"
                )
            elif anchor:
                assert anchor in anchors(target.read_text(encoding="utf-8")), f"{page.name}: {link}#{anchor}"


def anchors(text: str) -> set[str]:
    """The places of a page that a link can name."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
