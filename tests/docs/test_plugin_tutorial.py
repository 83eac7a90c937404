"""docs/tutorial-plugin.md, done exactly as it says: its files are written, and each of its commands is typed.

The environment that the page makes first has nothing in it but links to what is installed here, and pip builds without looking for
anything elsewhere.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "tutorial-plugin.md"
BLOCK = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> list[tuple[str, str, str]]:
    return [(kind, file, body) for kind, file, body in BLOCK.findall(PAGE.read_text(encoding="utf-8"))]


def typed() -> Iterator[tuple[str, str]]:
    """Each command of the page, with what it prints."""
    for kind, _, body in blocks():
        if kind == "console":
            for part in body.split("$ ")[1:]:
                command, _, printed = part.partition("\n")
                yield command, printed


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of the page and a new environment."""
    made = tmp_path_factory.mktemp("tutorial")
    for _, file, body in blocks():
        if file:
            place = made / file
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(body, encoding="utf-8")
    venv.create(made / ".venv", with_pip=True)
    (site,) = (made / ".venv" / "lib").glob("python*/site-packages")
    here = [path for path in sys.path if path.endswith("site-packages")]
    (site / "here.pth").write_text("\n".join([str(ROOT), *here]) + "\n", encoding="utf-8")
    return made


def test_it_is_about_a_hundred_lines() -> None:
    package = [body for _, file, body in blocks() if file and not file.endswith(".pbr")]
    assert 50 < sum(body.count("\n") for body in package) < 120


def test_each_command_prints_what_the_page_says(folder: Path) -> None:
    scripts = folder / ".venv" / "bin"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "VIRTUAL_ENV": str(folder / ".venv"),
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # as pip reads it: builds with what is here
        "PIP_QUIET": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    modules = {"pip": "pip", "pytest": "pytest", "pbr": "pbr_rules"}
    for command, printed in typed():
        program, *arguments = shlex.split(command)
        ran = subprocess.run(
            [str(scripts / "python"), "-m", modules[program], *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, (command, ran.stdout, ran.stderr)
        if program != "pip":
            last = ran.stdout.strip().splitlines()[-len(printed.splitlines()) :]
            wanted = ".*".join(re.escape(part) for part in printed.strip().split("[…]"))
            assert re.fullmatch(wanted, "\n".join(last)), (command, ran.stdout)
