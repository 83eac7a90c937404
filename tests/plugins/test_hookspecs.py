"""The example of each hook is a complete plugin: it runs, loads, and adds what it says."""

from __future__ import annotations

import inspect
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest

from pbr_rules import core, hookspecs, host
from pbr_rules.wellformed import HOOKS

ADDS = {
    "pbr_rules_measures": ("measure persons",),
    "pbr_rules_constraints": ("constraint spending",),
    "pbr_rules_checks": ("check flat-fee",),
    "pbr_rules_contracts": ("contract terms",),
}


def example(hook: str) -> str:
    """The plugin in a hook's docstring."""
    said = inspect.getdoc(getattr(hookspecs, hook)) or ""
    (block,) = re.findall(r"(?:^    .*\n|^\n)+", said.split("A complete plugin", 1)[1] + "\n", re.MULTILINE)[-1:]
    return textwrap.dedent(block)


def test_the_host_knows_every_hook() -> None:
    specified = [name for name in vars(hookspecs) if name.startswith("pbr_rules_")]
    assert specified == list(HOOKS) == list(ADDS)


@pytest.mark.parametrize("hook", HOOKS)
def test_the_example_is_a_plugin(hook: str, site: Any) -> None:
    site.library("terms", site.terms("count"))
    file = site.folder / "plugin.py"
    file.write_text(example(hook), encoding="utf-8")
    assert "@hookimpl" in file.read_text(encoding="utf-8")
    catalogue = host.gather([("core", "pbr-rules", "0.1.0", core), ("example", "plugin.py", "0", file)])
    assert not catalogue.failures
    assert catalogue.plugins[1].adds == ADDS[hook]


def test_every_sentence_of_a_plugin_imports_one_module() -> None:
    for hook in HOOKS:
        imported = re.findall(r"^from (pbr_rules\S*) import", example(hook), re.MULTILINE)
        assert imported == ["pbr_rules.plugin"], hook


def test_the_core_imports_what_every_plugin_does() -> None:
    text = Path(core.__file__).read_text(encoding="utf-8")
    assert set(re.findall(r"^from (pbr_rules\S*) import", text, re.MULTILINE)) == {"pbr_rules.plugin"}
