"""All JSON that a command writes keeps its schema, whatever the contract, and holds nothing that is not exact."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from pbr_rules.cli import pbr
from pbr_rules.reports.schema import names, schema

ALL = {name: schema(name) for name in names()}
REGISTRY: Registry[Any] = Registry().with_resources(
    (found["$id"], Resource.from_contents(found)) for found in ALL.values()
)

COMMANDS = [
    ["settle", "tarp"],
    ["settle", "tarp", "--set", "price=$1,000", "--on", "2026-01-31"],
    ["settle", "care_leavers"],
    ["settle", "care_leavers", "--people"],
    ["settle", "apollo"],
    ["settle", "doncaster", "--example", "As published: 5.7 points in the first year, 3.3 in the second"],
    ["settle", "peterborough"],
    ["settle", "peterborough", "--example", "As published: nothing for the first cohort, one payment at the end"],
    ["explain", "tarp", "--line", "fall"],
    ["explain", "tarp", "--line", "success"],
    ["explain", "tarp", "--line", "arrested_men[aid]"],
    ["explain", "apollo", "--line", "outcomes[line_1]"],
    *(["check", name] for name in ("tarp", "peterborough", "apollo", "care_leavers", "doncaster")),
    *(["test", name] for name in ("tarp", "peterborough", "apollo", "care_leavers", "doncaster")),
    *(["records", name] for name in ("tarp", "peterborough", "apollo", "care_leavers", "doncaster")),
    ["contracts"],
    ["plugins"],
]


def validator(name: str) -> Draft202012Validator:
    """The validator of a document by its name."""
    return Draft202012Validator(ALL[name], registry=REGISTRY, format_checker=Draft202012Validator.FORMAT_CHECKER)


def read(text: str) -> Any:
    """JSON, refusing every number that is not whole."""

    def refuse(number: str) -> Any:
        raise AssertionError(f"{number} is not exact")

    return json.loads(text, parse_float=refuse, parse_constant=refuse)


def strings(found: Any) -> Iterator[str]:
    """Every text in a document."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        for inner in found.values():
            yield from strings(inner)
    elif isinstance(found, list):
        for inner in found:
            yield from strings(inner)


@pytest.mark.parametrize("name", ALL)
def test_the_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(ALL[name])
    assert ALL[name]["properties"]["schema"] == {"const": name}


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_what_a_command_writes_keeps_its_schema(arguments: list[str]) -> None:
    result = CliRunner().invoke(pbr, [*arguments, "--format", "json"], standalone_mode=False)
    assert result.exception is None, result.output
    document = read(result.stdout)
    errors = list(validator(document["schema"]).iter_errors(document))
    assert not errors, [f"{e.json_path}: {e.message}" for e in errors[:5]]


VARIED = """
language 1
contract c "C" { payer a: "A"   provider b: "B"   currency: GBP   payments: rounded to £0.01 half up }
category region { north, south }
period year { y1: 2022-01-01 to 2022-12-31   y2: 2023-01-01 to 2023-12-31 }
parameter price "Price" by region: money { north: £5   south: £6 }
define worth "Worth" by region, year = 2 * price
payment fee "Fee" by region, year { pay worth }
limit most "Most" by year { covers fee   at most £20 }
constraint enough "Enough" by region, year { requires worth is at least £11   otherwise breach }
variation amended "Amended" from 2023-01-01 { limit most by year { covers fee   at most £9 } }
variation order "Order" from 2023-01-01 to 2023-12-31 by region only south {
  parameter price by region: money { north: £5   south: £4 }
}
example "All" { expect fee[south, y2] = £8 }
"""


@pytest.mark.parametrize(
    "arguments", [["settle"], ["explain", "--line", "fee[south, y2]"], ["explain", "--line", "most[y2]"]]
)
def test_variations_with_dates_keep_the_schema(arguments: list[str], tmp_path: Any) -> None:
    contract = tmp_path / "c.pbr"
    contract.write_text(VARIED, encoding="utf-8")
    command, *more = arguments
    words = [command, str(contract), *more, "--example", "All", "--format", "json"]
    result = CliRunner().invoke(pbr, words, standalone_mode=False)
    assert result.exception is None, result.output
    document = read(result.stdout)
    validator(document["schema"]).validate(document)
    assert '"under"' in result.stdout
    if command == "settle":
        under = {line["line"] + str(line["cell"]): line.get("under") for line in document["settlement"]["lines"]}
        assert [found for found in under.values() if found] == [
            [{"variation": "order", "from": "2023-01-01", "to": "2023-12-31"}],
            [{"variation": "amended", "from": "2023-01-01", "to": None}],
        ]


def test_problems_keep_their_schema(tmp_path: Any) -> None:
    wrong = tmp_path / "wrong.md"
    wrong.write_text('# Terms\n\n```pbr\nlanguage 1\ncontract c "C" { paid }\n```\n', encoding="utf-8")
    result = CliRunner().invoke(pbr, ["check", str(wrong), "--format", "json"], standalone_mode=False)
    assert result.return_value == 1
    document = read(result.stdout)
    assert document["problems"]
    validator("pbr/problems/1").validate(document)


@pytest.mark.parametrize("damage", ["amount as a number", "a line without its working", "one thing more", "no total"])
def test_the_statement_schema_can_fail(damage: str) -> None:
    result = CliRunner().invoke(pbr, ["settle", "care_leavers", "--format", "json"], standalone_mode=False)
    document = read(result.stdout)
    line = document["settlement"]["lines"][0]
    match damage:
        case "amount as a number":
            line["amount"] = 5
        case "a line without its working":
            del line["working"]
        case "one thing more":
            line["note"] = "x"
        case "no total":
            del document["settlement"]["totals"]
    assert not validator("pbr/statement/1").is_valid(document)


def test_a_document_of_each_name_is_held_to_its_schema() -> None:
    documents = {"check": "problems", "settle": "statement", "explain": "explanation", "test": "examples"}
    versions = {"plugins": 2}
    named = {documents.get(command[0], command[0]) for command in COMMANDS}
    assert {f"pbr/{name}/{versions.get(name, 1)}" for name in named} == set(ALL)


def test_nothing_is_written_under_another_name() -> None:
    with pytest.raises(KeyError):
        schema("pbr/statement/2")
