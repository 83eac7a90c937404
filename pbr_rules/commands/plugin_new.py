"""`pbr plugins new`: a package that adds a measure, to begin from."""

from __future__ import annotations

from pathlib import Path

import click

from pbr_rules.commands.shared import catalogue, write
from pbr_rules.diagnostics import UsageError

PYPROJECT = """\
[build-system]
requires = ["hatchling>=1.25"]
build-backend = "hatchling.build"

[project]
name = "pbr-rules-{dashed}"
version = "0.1.0"
description = "The measure `{name}`, for contracts written with pbr-rules."
readme = "README.md"
requires-python = ">=3.11"
dependencies = ["pbr-rules>={version},<1"]

[project.optional-dependencies]
test = ["pbr-rules[testing]"]

[project.entry-points."pbr_rules"]
{name} = "pbr_rules_{name}.plugin"

[tool.hatch.build.targets.wheel]
packages = ["src/pbr_rules_{name}"]

[tool.pytest.ini_options]
addopts = ["--import-mode=importlib"]
testpaths = ["tests"]
"""

README = """\
# pbr-rules-{dashed}

The measure `{name}`, for contracts written with `pbr-rules`.

| Measure | Counts | Source |
| --- | --- | --- |
| `{name} of RECORDS for PEOPLE` | people with at least one row that counts | name the published definition here |

A contract that uses it says so: `uses {name} 1`. The contract `{name}_example` shows it at work: `pbr settle {name}_example`.

    pip install -e ".[test]"
    pbr plugins check {name}
    pytest
"""

INIT = '''\
"""The measure `{name}`, for contracts written with pbr-rules."""

__version__ = "0.1.0"
'''

PLUGIN = '''\
"""What this package adds."""

from __future__ import annotations

from pathlib import Path

from pbr_rules.plugin import Measure, hookimpl
from pbr_rules_{name}.measures import {title}


@hookimpl
def pbr_rules_measures() -> list[type[Measure]]:
    """The measures."""
    return [{title}]


@hookimpl
def pbr_rules_contracts() -> list[Path]:
    """The library contracts: a folder for each."""
    return [Path(__file__).parent / "contracts" / "{name}_example"]
'''

MEASURES = '''\
"""The measures: how each adds up, in the row vocabulary."""

from __future__ import annotations

from attrs import frozen
from pbr_rules.plugin import Measure, People, Tally


@frozen
class {title}(Measure):
    """People with at least one row that counts. Grain: people. Unit: a count."""

    word = "{name}"
    summary = "People with at least one row that counts."
    source = "name the published definition here"
    endings = ("for",)

    def tally(self, per: int | None) -> Tally:
        return Tally(People())
'''

LAWS = '''\
"""The laws that every measure keeps."""

from pbr_rules.testing import Laws
from pbr_rules_{name}.measures import {title}


class Test{title}(Laws):
    measure = {title}
    text = """measure m by region {{
  {name} of events for people
  where happened within 12 months starting on joined
}}"""
    duplicates = "count once"
    monotone = "rising"
'''

EXAMINED = '''\
"""That `pbr` finds nothing wrong with this package, and that the examples of its contracts hold."""

import subprocess
import sys


def test_the_plugin_works_and_its_examples_hold():
    check = [sys.executable, "-m", "pbr_rules", "plugins", "check", "{name}"]
    ran = subprocess.run(check, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "holds  {name}: contract {name}_example" in ran.stdout
'''

ABOUT = """\
summary = "A made-up contract, which shows how the measure `{name}` is written"
example = "Two of three people"
"""

CONTRACT = """\
# A made-up contract, which shows how the measure is written.

language 1
uses {name} 1

contract {name}_example "An example" {{
  payer council:  "The council"
  provider trust: "The trust"
  purpose:        "To show the measure at work"
  currency:       GBP
  payments:       rounded to £0.01 half up
}}

records people "One row per person" {{
  person: id
}}

records events "One row per event" {{
  person: id of people
}}

measure reached "People reached" {{
  {name} of events for people
}}

payment outcomes "Payment for each person reached" {{
  pay £500 * reached
}}

example "Two of three people" {{
  given people {{
    | person |
    | "A"    |
    | "B"    |
    | "C"    |
  }}
  given events {{
    | person |
    | "A"    |
    | "A"    |
    | "B"    |
  }}
  expect reached  = 2
  expect outcomes = £1,000
}}
"""

FILES = {
    "pyproject.toml": PYPROJECT,
    "README.md": README,
    "src/pbr_rules_{name}/__init__.py": INIT,
    "src/pbr_rules_{name}/plugin.py": PLUGIN,
    "src/pbr_rules_{name}/measures.py": MEASURES,
    "src/pbr_rules_{name}/py.typed": "",
    "src/pbr_rules_{name}/contracts/{name}_example/contract.pbr": CONTRACT,
    "src/pbr_rules_{name}/contracts/{name}_example/about.toml": ABOUT,
    "tests/test_laws.py": LAWS,
    "tests/test_examined.py": EXAMINED,
}


@click.command("new", short_help="Start a plugin.")
@click.argument("name", metavar="NAME")
@click.option("--in", "folder", metavar="FOLDER", default=".", help="Write the package's folder in this one.")
def new(name: str, folder: str) -> int:
    """Write the package pbr-rules-NAME, which adds a measure called NAME: it installs, and passes its own tests, as it is."""
    from pbr_rules import __version__

    _may_be_called(name)
    dashed = name.replace("_", "-")
    package = Path(folder) / f"pbr-rules-{dashed}"
    if package.exists():
        raise UsageError(f"`{package}` is there already; nothing is written over it")
    words = {
        "name": name,
        "dashed": dashed,
        "title": "".join(part.capitalize() for part in name.split("_")),
        "version": ".".join(__version__.split(".")[:2]),
    }
    for file, text in FILES.items():
        place = package / file.format(**words)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"`{place.parent}` cannot be made: {error.strerror or error}") from error
        write(place, text.format(**words), force=False)
    click.echo(
        f'written: {package}; next: pip install -e "{package}[test]", pbr plugins check {name}, pytest {package}',
        err=True,
    )
    return 0


def _may_be_called(name: str) -> None:
    from keyword import iskeyword

    from pbr_rules.surface.vocabulary import RESERVED
    from pbr_rules.wellformed import plain_word

    if not plain_word(name):
        raise UsageError(
            f"`{name}` cannot name a plugin: lower-case letters, digits and `_`, beginning with a letter, as in `job_starts`"
        )
    if name in RESERVED or iskeyword(name):
        raise UsageError(f"`{name}` cannot name a plugin: it is a word of the language")
    known = catalogue()
    words = {word: provided.distribution for word, provided in known.measures.items()}
    taken = {**words, **known.found}
    if name in taken:
        raise UsageError(f"`{name}` is taken: {taken[name]} adds a plugin or a measure of that name")
