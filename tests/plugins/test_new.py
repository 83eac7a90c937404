"""`pbr plugins new`: the package that it writes installs, works, and passes its own tests as it is."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pbr_rules import __version__
from pbr_rules.surface.files import load
from pbr_rules.surface.write import write

ROOT = Path(__file__).parents[2]
Pbr = Callable[..., Any]
FILES = {
    "README.md",
    "pyproject.toml",
    "src/pbr_rules_job_starts/__init__.py",
    "src/pbr_rules_job_starts/contracts/job_starts_example/about.toml",
    "src/pbr_rules_job_starts/contracts/job_starts_example/contract.pbr",
    "src/pbr_rules_job_starts/measures.py",
    "src/pbr_rules_job_starts/plugin.py",
    "src/pbr_rules_job_starts/py.typed",
    "tests/test_examined.py",
    "tests/test_laws.py",
}


def files(folder: Path) -> set[str]:
    return {str(place.relative_to(folder)) for place in folder.rglob("*") if place.is_file()}


def run(folder: Path, site: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Runs Python where the package is installed in `site`, beside this pbr_rules."""
    path = os.pathsep.join((str(ROOT), str(site)))
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def installed(pbr: Pbr, tmp_path: Path) -> tuple[Path, Path]:
    """The package as it is written, and the folder that it is installed in."""
    for builder in ("pip", "hatchling"):
        pytest.importorskip(builder)
    assert pbr("plugins", "new", "job_starts").code == 0
    package, site = tmp_path / "pbr-rules-job-starts", tmp_path / "site"
    offline = ("--quiet", "--no-index", "--no-build-isolation", "--no-deps", "--disable-pip-version-check")
    ran = run(tmp_path, site, "-m", "pip", "install", *offline, "--target", str(site), str(package))
    assert ran.returncode == 0, ran.stderr
    return package, site


def test_it_writes_a_package_and_says_what_to_do_next(pbr: Pbr, tmp_path: Path) -> None:
    ran = pbr("plugins", "new", "job_starts", "--in", "made/here")
    package = tmp_path / "made/here/pbr-rules-job-starts"
    assert (ran.code, ran.out) == (0, "")
    assert files(package) == FILES
    assert "written: made/here/pbr-rules-job-starts; next: pip install -e " in ran.err
    assert "pbr plugins check job_starts, pytest" in ran.err
    project = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == "pbr-rules-job-starts"
    assert project["entry-points"]["pbr_rules"] == {"job_starts": "pbr_rules_job_starts.plugin"}
    assert project["dependencies"] == [f"pbr-rules>={'.'.join(__version__.split('.')[:2])},<1"]
    source = load(package / "src/pbr_rules_job_starts/contracts/job_starts_example/contract.pbr")
    assert write(source) == source.text


def test_it_writes_over_nothing(pbr: Pbr, tmp_path: Path) -> None:
    (tmp_path / "pbr-rules-job-starts").mkdir()
    ran = pbr("plugins", "new", "job_starts")
    assert ran.code == 2
    assert "`pbr-rules-job-starts` is there already; nothing is written over it" in ran.err
    assert files(tmp_path / "pbr-rules-job-starts") == set()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Job", "`Job` cannot name a plugin: lower-case letters, digits and `_`"),
        ("job-starts", "`job-starts` cannot name a plugin"),
        ("../job", "`../job` cannot name a plugin"),
        ("unknown", "`unknown` cannot name a plugin: it is a word of the language"),
        ("class", "`class` cannot name a plugin: it is a word of the language"),
        ("binary", "`binary` is taken: pbr-rules adds a plugin or a measure of that name"),
        ("core", "`core` is taken: pbr-rules adds a plugin or a measure of that name"),
    ],
)
def test_a_name_that_cannot_be_one(pbr: Pbr, tmp_path: Path, name: str, said: str) -> None:
    ran = pbr("plugins", "new", name)
    assert ran.code == 2
    assert said in ran.err
    assert list(tmp_path.iterdir()) == []


def test_what_it_writes_installs_and_works(installed: tuple[Path, Path], tmp_path: Path) -> None:
    _, site = installed
    ran = run(tmp_path, site, "-m", "pbr_rules", "plugins", "check", "job_starts")
    assert (ran.returncode, ran.stdout) == (
        0,
        "works  job_starts (pbr-rules-job-starts 0.1.0): measure job_starts, contract job_starts_example\n"
        "holds  job_starts: contract job_starts_example: 1 of 1 examples hold\n",
    )
    ran = run(tmp_path, site, "-m", "pbr_rules", "settle", "job_starts_example")
    assert ran.returncode == 0, ran.stderr
    assert "£1,000.00" in ran.stdout
    assert (site / "pbr_rules_job_starts/py.typed").is_file()


def test_its_own_test_of_its_contracts_passes(installed: tuple[Path, Path]) -> None:
    package, site = installed
    ran = run(package, site, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_examined.py")
    assert ran.returncode == 0, ran.stdout
    assert "1 passed" in ran.stdout


def test_its_laws_hold(installed: tuple[Path, Path]) -> None:
    package, site = installed
    ran = run(package, site, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert ran.returncode == 0, ran.stdout
    assert "skipped" not in ran.stdout
