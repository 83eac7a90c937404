"""Plugins under test: gathered after the core as if they were installed, and named at the head of each contract."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from types import ModuleType

from pbr_rules import __version__, core, host
from pbr_rules.catalogue import OWN, Catalogue
from pbr_rules.diagnostics import PluginError
from pbr_rules.source import Source
from pbr_rules.versions import major

HEAD = """
contract under_test "A contract under test" {
  payer council:  "The council"
  provider trust: "The trust"
  currency:       GBP
  payments:       rounded to £0.01 half up
}
"""

VERSION = "1.0.0"
"""The version of a module that says none, so that a contract says `uses NAME 1`."""


@cache
def gathered(plugins: tuple[ModuleType, ...]) -> Catalogue:
    """The core, and the plugins.

    Raises:
        PluginError: one of them cannot be loaded.
    """
    points = [(name_of(each), distribution_of(each), _version(each), each) for each in plugins if each is not core]
    catalogue = host.gather([("core", OWN, __version__, core), *points])
    if catalogue.failures:
        raise PluginError("\n".join(failure.sentence for failure in catalogue.failures))
    return catalogue


def name_of(module: ModuleType) -> str:
    """What a contract calls it: as its package is called, without `pbr_rules_`."""
    return module.__name__.partition(".")[0].removeprefix("pbr_rules_")


def distribution_of(module: ModuleType) -> str:
    """The distribution that it would come in."""
    return f"{OWN}-{name_of(module).replace('_', '-')}"


def _version(module: ModuleType) -> str:
    return str(getattr(module, "__version__", VERSION))


def contract(text: str, plugins: Sequence[ModuleType]) -> Source:
    """A contract: the text, with a plain head where it has none, and a line `uses` for each plugin that it does not name."""
    named = re.findall(r"^[ \t]*uses[ \t]+(\w+)", text, re.MULTILINE)
    uses = "".join(
        f"uses {name_of(each)} {major(_version(each)) or 1}\n"
        for each in plugins
        if each is not core and name_of(each) not in named
    )
    language = re.search(r"^[ \t]*language[ \t]+\d+[ \t]*\n", text, re.MULTILINE)
    first, rest = (text[: language.end()], text[language.end() :]) if language else ("language 1\n", text)
    head = "" if re.search(r"^[ \t]*contract\s+\w+", text, re.MULTILINE) else HEAD
    return Source("under_test.pbr", first + uses + head + rest)
