"""Plugins that are installed for one test: a distribution's folder and a module, in a folder on the path."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen

MEASURE = """
from attrs import frozen
from pbr_rules.plugin import Measure, People, Tally, hookimpl

@frozen
class {title}(Measure):
    word = "{word}"
    summary = "People with at least one row that counts."
    source = "made up for a test"
    endings = ("for",)

    def tally(self, per):
        return Tally(People())

@hookimpl
def pbr_rules_measures():
    return [{title}]
"""


TERMS = """language 1
{uses}
contract {name} "A contract" {{
  payer council:  "The council"
  provider trust: "The trust"
  currency:       GBP
  payments:       rounded to £0.01 half up
}}
records people "People" {{ person: id }}
records visits "Visits" {{ person: id of people }}
measure counted "People counted" {{ {word} of visits for people }}
payment fee "Fee" {{ pay £10 * counted }}
example "Two people" {{
  given people {{ | person | | "A" | | "B" | | "C" | }}
  given visits {{ | person | | "A" | | "A" | | "B" | }}
  expect counted = 2
  expect fee = £20
}}
"""


@frozen
class Site:
    """A folder that distributions are installed in."""

    folder: Path

    def measure(self, word: str) -> str:
        """A plugin that adds one measure, in which nothing is wrong."""
        return MEASURE.format(word=word, title=word.capitalize())

    def terms(self, word: str, *uses: str, name: str = "c") -> str:
        """A contract that pays for a measure of the word, with an example of two people counted."""
        return TERMS.format(word=word, uses="".join(f"uses {each}\n" for each in uses), name=name)

    def write(self, file: str, text: str) -> Path:
        """A file beside the folder, where commands are run."""
        place = self.folder.parent / file
        place.write_text(text, encoding="utf-8")
        return place

    def install(
        self,
        name: str,
        text: str,
        version: str = "1.0.0",
        distribution: str | None = None,
        requires: tuple[str, ...] = (),
        module: str | None = None,
        points: str | None = None,
    ) -> None:
        """A distribution `pbr-rules-NAME` with one module, `pbr_rules_NAME`."""
        distribution = distribution or f"pbr-rules-{name}"
        module = module or distribution.replace("-", "_")
        (self.folder / f"{module}.py").write_text(text, encoding="utf-8")
        info = self.folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        wants = "".join(f"Requires-Dist: {each}\n" for each in requires)
        info.joinpath("METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n{wants}", encoding="utf-8"
        )
        points = points if points is not None else f"[pbr_rules]\n{name} = {module}\n"
        info.joinpath("entry_points.txt").write_text(points, encoding="utf-8")

    def library(self, name: str, text: str, about: str = 'summary = "A contract of a test"\n') -> Path:
        """The folder of a library contract."""
        folder = self.folder / "contracts" / name
        folder.mkdir(parents=True)
        folder.joinpath("contract.pbr").write_text(text, encoding="utf-8")
        folder.joinpath("about.toml").write_text(about, encoding="utf-8")
        return folder


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A folder to install in, on the path while the test runs."""
    before = set(sys.modules)
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    yield Site(folder)
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]
