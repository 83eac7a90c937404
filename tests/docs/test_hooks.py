"""The hook reference is written from the hooks and from what a plugin imports: docs/reference/hooks.md cannot lag them.

`PBR_REWRITE=1` writes it anew. The examples in it are run with those of every page, and by the tests of the host.
"""

from __future__ import annotations

import inspect
import os
import re
import textwrap
from enum import StrEnum
from pathlib import Path

import attrs

from pbr_rules import hookspecs, plugin

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "hooks.md"

HOOKS = [name for name in vars(hookspecs) if name.startswith("pbr_rules_")]

ADDS = {
    "pbr_rules_measures": "measure persons",
    "pbr_rules_constraints": "constraint spending",
    "pbr_rules_checks": "check flat-fee",
}
"""What each example adds; the tests of the pages run it. The contracts of the last would have to be there."""

PARTS = {
    "Measures": ("Measure", "setting", "choice", "At"),
    "The row vocabulary": (
        *("Tally", "People", "Rows", "Sum", "Earliest", "Latest", "Days", "Runs", "Stretches", "Lasted", "Reached"),
        *("Over", "Pick", "Duration"),
    ),
    "Conditions on rows": (
        "Expression",
        "Compare",
        "Comparator",
        "Within",
        "Window",
        "Between",
        "Known",
        "Both",
        "Either",
        "Not",
    ),
    "Constraints": ("Constraint", "Duty", "Shortfall"),
    "Checks of contracts": ("Check", "Finding", "Terms", "MeasureTerms", "PaymentTerms"),
}


def page() -> str:
    text = [
        "# Hooks",
        "",
        "What `pbr_rules` asks of a plugin, and all that a plugin imports. A hook is a function of the plugin's module, of this name and",
        "without arguments, marked with `@hookimpl`. It is asked once for each run, however many records there are.",
        "[Your first plugin](../tutorial-plugin.md) builds one; [Plugins](../plugins.md) says how they are found and what can go wrong.",
    ]
    for name in HOOKS:
        prose, example, after = parts_of(inspect.getdoc(getattr(hookspecs, name)) or "")
        file = name.removeprefix("pbr_rules_")
        text += ["", f"## {name}", "", prose, "", f"```python file={file}.py", example, "```"]
        if name in ADDS:
            command = f"$ pbr --plugin {file}.py plugins check {file}"
            text += ["", "```console", command, f"works  {file} ({file}.py 0): {ADDS[name]}", "```"]
        text += ["", after] if after else []
    for title, names in PARTS.items():
        text += ["", f"## {title}"]
        for name in names:
            text += ["", f"### {name}", "", *described(getattr(plugin, name))]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(text) + "\n")


def parts_of(doc: str) -> tuple[str, str, str]:
    """The prose of a hook's docstring, its example, and the prose after it."""
    lines = doc.splitlines()
    inside = [n for n, line in enumerate(lines) if line.startswith("    ")]
    first, last = inside[0], inside[-1]
    example = textwrap.dedent("\n".join(lines[first : last + 1]))
    return "\n".join(lines[:first]).strip(), example, "\n".join(lines[last + 1 :]).strip()


def described(what: object) -> list[str]:
    """A class or a function: how it is made, and its docstring."""
    doc = inspect.getdoc(what) or ""
    prose = "\n".join(
        f"- {line.strip()}" if line.startswith("    ") and ":" in line else line for line in doc.splitlines()
    )
    prose = prose.replace("Attributes:\n", "\n").replace("Class attributes:\n", "\n")
    if isinstance(what, type) and issubclass(what, StrEnum):
        return [f"One of {', '.join(f'`{what.__name__}.{member.name}`' for member in what)}.", "", prose]
    if isinstance(what, type) and attrs.has(what):
        fields = [f.name if f.default is attrs.NOTHING else f"{f.name}={f.default!r}" for f in shown(what)]
        return [*([f"`{what.__name__}({', '.join(fields)})`", ""] if fields else []), prose]
    if inspect.isfunction(what):
        return [f"`{what.__name__}{inspect.signature(what)}`".replace("'", ""), "", prose]
    return [prose]


def shown(what: type) -> list[attrs.Attribute[object]]:
    return [f for f in attrs.fields(what) if f.init and f.name != "span"]


def test_all_that_a_plugin_imports_is_on_the_page_once() -> None:
    listed = [name for names in PARTS.values() for name in names]
    assert sorted([*listed, "hookimpl"]) == sorted(plugin.__all__)


def test_the_page_is_what_the_hooks_say() -> None:
    made = page()
    if os.environ.get("PBR_REWRITE") == "1":
        PAGE.write_text(made, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == made, "write it again with PBR_REWRITE=1"


def test_every_hook_has_the_prefix_and_says_what_it_is() -> None:
    for name in HOOKS:
        assert name.startswith("pbr_rules_")
        prose, example, _ = parts_of(inspect.getdoc(getattr(hookspecs, name)) or "")
        assert prose
        assert "@hookimpl" in example
