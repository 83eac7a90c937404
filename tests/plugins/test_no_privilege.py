"""The core knows no package under `plugins/`: no name of one, no word that one adds, stands in its code or in the grammar."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))
CODE = [*sorted((ROOT / "pbr_rules").rglob("*.py")), *sorted((ROOT / "grammars").glob("*.lark"))]


def words_of(package: Path) -> set[str]:
    """The package's name, and every word and code that it adds."""
    project = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = set(project["entry-points"]["pbr_rules"])
    for module in package.glob("src/**/*.py"):
        text = module.read_text(encoding="utf-8")
        names |= set(re.findall(r'^    word = "([a-z_]+)"', text, re.MULTILINE))
        names |= set(re.findall(r'code="([a-z-]+)"', text)) | set(re.findall(r'Check\(\s*"([a-z-]+)"', text))
    return names | {path.parent.name for path in package.glob("src/*/contracts/*/contract.pbr")}


def test_the_packages_are_here() -> None:
    assert [package.name for package in PACKAGES] == ["milestones", "reinvestment", "severity"]
    for package in PACKAGES:
        assert len(words_of(package)) > 1, package.name


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_no_word_of_it_stands_in_the_core(package: Path) -> None:
    spelled = re.compile(
        "|".join(rf"(?<![\w-]){re.escape(word)}s?(?![\w-])" for word in sorted(words_of(package))), re.IGNORECASE
    )
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in CODE
        for match in spelled.finditer(path.read_text(encoding="utf-8"))
    ]
    assert not found


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_it_imports_nothing_of_ours_but_what_plugins_import(package: Path) -> None:
    own = next(
        path.name for path in (package / "src").iterdir() if path.is_dir() and path.name.startswith("pbr_rules_")
    )
    for module in (package / "src").rglob("*.py"):
        imported = re.findall(
            r"^\s*(?:from|import) (pbr_rules[\w.]*)", module.read_text(encoding="utf-8"), re.MULTILINE
        )
        assert {name for name in imported if name.split(".")[0] != own} <= {"pbr_rules.plugin"}, module


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_it_is_installed_with_all_that_the_tests_need(package: Path) -> None:
    lines = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8").splitlines()
    assert f"-e plugins/{package.name}" in lines
    assert (package / "README.md").is_file()
    assert (ROOT / "docs" / "plugins" / f"{package.name}.md").is_file()
