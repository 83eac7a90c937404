"""Every example in the documentation runs, and comes out as the page says.

A page runs from top to bottom in a folder of its own. What a fenced block is begins its first line:

- `pbr`: a contract that must check without an error, and whose examples must hold. `pbr file=first.pbr` is also written to
  the page's folder.
- `pbr head`: a clause or two that every later `pbr` block of the page is completed with, where it has no `contract` clause of
  its own. `pbr more`: a block that carries on the one before it, and its file.
- `pbr wrong`: a contract with an error; `pbr warned`: one with warnings only. The next block is the report, in `text`; of a
  contract with a file it may be left to a command that follows.
- `pbr fails file=first.pbr`: a contract that checks, with an example that does not hold, for a command that follows.
- `pbr mend file=first.pbr`: a clause that replaces the one of the same name in the file.
- `csv file=clients.csv`, `markdown file=terms.md`: a file of the page's folder.
- `console`: each line that begins with `$ ` is run (`pbr`, `cat`, `mkdir`), and what follows it is what it prints. A line `…`
  stands for any lines, `…` within a line for anything in it. A last line `[exit 5]` is the exit code, where it is not 0.
- `python`: run, and must assert something; `python file=plugin.py` is a file of the folder, to be imported.
- `toml`: must be read as TOML. `sh`: a `pbr` in it is run and must end well; installing, and the scripts of this repository,
  are only shown. `text` that is no report is a picture.

`PBR_REWRITE=1` writes what came out into the pages.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import distributions, entry_points
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from attrs import define, evolve, field, frozen

from pbr_rules import api, cli, host
from pbr_rules.diagnostics import Diagnostic
from pbr_rules.render import full
from pbr_rules.source import Source

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md"))
    if path.is_file() and "```" in path.read_text(encoding="utf-8") and path.name != "tutorial-plugin.md"
)
PACKAGES = sorted(ROOT.glob("docs/plugins/*.md"))
"""Pages of the packages under `plugins/`: each runs where its package is installed, and all are in the README's test command."""
REWRITE = os.environ.get("PBR_REWRITE") == "1"
SHOWN = ("pip install ", "git clone ", "cd ", "bash ", "python3 -m venv ", "python -m benchmarks")


@frozen
class Block:
    """A fenced block: its first line's words, its text, and where it stands in the page."""

    words: tuple[str, ...]
    text: str
    line: int
    start: int
    end: int

    @property
    def kind(self) -> str:
        """What it is an example of."""
        return self.words[0] if self.words else ""

    @property
    def options(self) -> tuple[str, ...]:
        """The words after its kind, a file apart."""
        return tuple(word for word in self.words[1:] if not word.startswith("file="))

    @property
    def file(self) -> str | None:
        """The file that it is written to."""
        return next((word.removeprefix("file=") for word in self.words if word.startswith("file=")), None)


def blocks(page: str) -> Iterator[Block]:
    """The fenced blocks of a page. A block with longer fences holds others, and is one example."""
    for found in re.finditer(r"^(`{3,})([^\n`]*)\n(.*?)^\1[ ]*$", page, re.MULTILINE | re.DOTALL):
        line = page.count("\n", 0, found.start()) + 2
        yield Block(tuple(found[2].split()), found[3], line, found.start(3), found.end(3))


@define
class Page:
    """One page as it runs."""

    path: Path
    folder: Path
    catalogue: Any
    head: str = ""
    before: str = ""
    ran: int = 0
    problems: list[str] = field(factory=list)
    rewritten: list[tuple[Block, str]] = field(factory=list)

    def run(self) -> None:
        """Runs every block, and collects all that is wrong."""
        found = list(blocks(self.path.read_text(encoding="utf-8")))
        reports = {id(after) for block, after in pairwise(found) if _has_report(block) and after.kind == "text"}
        for number, block in enumerate(found):
            if id(block) in reports:
                continue
            if not block.text.strip():
                self.wrong(block, "the example is empty")
                continue
            after = found[number + 1] if number + 1 < len(found) else None
            how = getattr(self, f"run_{block.kind}", None) if block.kind else None
            if how is None:
                self.wrong(block, f"a block of a kind that is not known: `{' '.join(block.words)}`")
                continue
            how(block, after)

    def wrong(self, block: Block, why: str) -> None:
        self.problems.append(f"{self.path.relative_to(ROOT)}:{block.line}: {why}")

    def keep(self, block: Block) -> None:
        if block.file is not None:
            (self.folder / block.file).write_text(block.text, encoding="utf-8")

    # ---- contracts

    def run_pbr(self, block: Block, after: Block | None) -> None:
        if set(block.options) - {"head", "more", "wrong", "warned", "mend", "fails"}:
            self.wrong(block, f"`{' '.join(block.options)}` is not known of a pbr block")
        if "mend" in block.options:
            block = self.mended(block)
        self.keep(block)
        if "head" in block.options:
            self.head = block.text
            return
        text = block.text
        if "more" in block.options:
            text = self.before + text
            self.keep(evolve(block, text=text))
        elif not re.search(r"^contract\b", text, re.MULTILINE):
            # After the example, so that its lines keep their numbers.
            text += "\n" + self.head
        source = Source(block.file or "contract.pbr", text)
        self.ran += 1
        if _has_report(block):
            self.reported(block, after, source)
            return
        self.before = text
        compiled, worked = api.work_examples(source, self.catalogue)
        for diagnostic in compiled.diagnostics:
            if diagnostic.is_error:
                self.wrong(block, self.said(source, diagnostic))
        if "fails" in block.options:
            if all(example.holds for example in worked):
                self.wrong(block, "an example was to fail, and all hold")
            return
        for example in worked:
            if not example.holds:
                came = [f"{p.expected}: came out {p.came_out}" for p in example.checkpoints if not p.holds]
                came += [p.headline for p in example.problems]
                self.wrong(block, f"the example “{example.example.title}” does not hold: {'; '.join(came)}")

    def mended(self, block: Block) -> Block:
        """The whole file, with one clause in place of the one that has its name."""
        whole = (self.folder / str(block.file)).read_text(encoding="utf-8")
        heading = " ".join(block.text.split()[:2])
        found = re.search(rf"^{re.escape(heading)}\b.*?^}}\n", whole, re.MULTILINE | re.DOTALL)
        if found is None:
            self.wrong(block, f"`{block.file}` has no `{heading}` to be mended")
            return block
        return evolve(block, text=whole[: found.start()] + block.text + whole[found.end() :])

    def reported(self, block: Block, after: Block | None, source: Source) -> None:
        compiled = api.check_contract(source, self.catalogue)
        errors = [d for d in compiled.diagnostics if d.is_error]
        if "wrong" in block.options and not errors:
            self.wrong(block, "it was to be wrong, and has no error")
        if "warned" in block.options and (errors or not compiled.diagnostics):
            self.wrong(block, "it was to have warnings only")
        if after is None or after.kind != "text":
            if block.file is None:
                self.wrong(block, "its report must follow, in a `text` block")
            return
        shown = errors if "wrong" in block.options else compiled.diagnostics
        self.compare(after, after.text, "\n".join(f"{self.said(source, d)}\n" for d in shown))

    def said(self, source: Source, diagnostic: Diagnostic) -> str:
        return full(source, diagnostic, False).rstrip("\n")

    # ---- files and commands

    def run_csv(self, block: Block, after: Block | None) -> None:
        if block.file is None:
            self.wrong(block, "a csv block names its file: `csv file=clients.csv`")
        self.keep(block)

    def run_markdown(self, block: Block, after: Block | None) -> None:
        if block.file is None:
            self.wrong(block, "a markdown block names its file: `markdown file=terms.md`")
        self.keep(block)

    def run_console(self, block: Block, after: Block | None) -> None:
        parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
        if parts[0].strip() or len(parts) < 2:
            self.wrong(block, "a console block begins with a line `$ pbr …`")
            return
        came = ""
        for part in parts[1:]:
            command, _, _ = part.replace("\\\n", "").partition("\n")
            written = part[: len(part) - len(part.replace("\\\n", "").partition("\n")[2])]
            came += f"$ {written}" + self.command(block, command)
            self.ran += 1
        self.compare(block, block.text, came)

    def command(self, block: Block, command: str) -> str:
        """What a command prints, and its exit code where that is not 0."""
        name, *arguments = shlex.split(command)
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n")
        code = 0
        match name:
            case "pbr":
                with (
                    contextlib.redirect_stdout(out),
                    contextlib.redirect_stderr(out),
                    contextlib.chdir(self.folder),
                    pytest.MonkeyPatch.context() as patch,
                ):
                    patch.setattr(sys, "argv", ["pbr", *arguments])
                    patch.setenv("COLUMNS", "100")
                    code = cli.run(arguments)
            case "cat":
                for file in arguments:
                    out.write((self.folder / file).read_text(encoding="utf-8-sig"))
            case "mkdir":
                for folder in arguments:
                    (self.folder / folder).mkdir()
            case _:
                self.wrong(block, f"`{name}` is not run here")
        out.flush()
        buffer: io.BytesIO = out.buffer
        text = buffer.getvalue().decode("utf-8").replace("\r\n", "\n")
        return text + (f"[exit {code}]\n" if code else "")

    def compare(self, block: Block, expected: str, came: str) -> None:
        if _fits(expected, came):
            return
        if REWRITE:
            self.rewritten.append((block, _may_differ(_left_open(expected, came))))
        else:
            self.wrong(block, f"the page says\n{expected}\nand it comes out\n{came}")

    # ---- the rest

    def run_python(self, block: Block, after: Block | None) -> None:
        self.keep(block)
        if block.file is not None:
            return
        if "assert " not in block.text:
            self.wrong(block, "it asserts nothing, so it cannot fail")
        modules = set(sys.modules)
        sys.path.insert(0, str(self.folder))
        try:
            with contextlib.chdir(self.folder):
                exec(compile(block.text, f"{self.path.name}:{block.line}", "exec"), {"__name__": "page"})
        finally:
            sys.path.remove(str(self.folder))
            for name in set(sys.modules) - modules:
                if str(self.folder) in str(getattr(sys.modules[name], "__file__", "")):
                    del sys.modules[name]
        self.ran += 1

    def run_toml(self, block: Block, after: Block | None) -> None:
        tomllib.loads(block.text)
        self.keep(block)
        self.ran += 1

    def run_sh(self, block: Block, after: Block | None) -> None:
        for command in re.split(r"\n| && ", block.text.strip()):
            name = command.removeprefix(".venv/bin/")
            if name.startswith("pbr "):
                came = self.command(block, name)
                if re.search(r"^\[exit \d+\]$", came, re.MULTILINE):
                    self.wrong(block, f"`{command}` came out as\n{came}")
            elif not name.startswith(SHOWN):
                self.wrong(block, f"`{command}` is neither run nor one of the commands that are only shown")
            elif command.startswith("bash ") and not (ROOT / command.split()[1]).is_file():
                self.wrong(block, f"there is no `{command.split()[1]}`")
        self.ran += 1

    def run_text(self, block: Block, after: Block | None) -> None:
        """A picture."""


def _has_report(block: Block) -> bool:
    return block.kind == "pbr" and bool({"wrong", "warned"} & set(block.options))


def _fits(expected: str, came: str) -> bool:
    """Whether a text came out as a page has it: `…` alone on a line is any lines, within a line anything in it."""
    lines = expected.rstrip("\n").split("\n")
    pattern = "\n".join(
        r"(?:.*\n)*?.*?" if line.strip() == "…" else re.escape(line).replace("…", ".*") for line in lines
    )
    return re.fullmatch(pattern, came.rstrip("\n")) is not None


def _left_open(expected: str, came: str) -> str:
    """What came out, with lines left open where the page left them open, as far as its parts are still found."""
    if not re.search(r"^…$", expected, re.MULTILINE):
        return came
    lines = came.rstrip("\n").split("\n")
    kept: list[str] = []
    at = 0
    for part in re.split(r"^…\n?", expected, flags=re.MULTILINE):
        paragraphs = [p for p in re.split(r"\n\s*\n", part.strip("\n")) if p]
        if not paragraphs:
            continue
        first = paragraphs[0].split("\n")[0].strip()
        start = next((n for n in range(at, len(lines)) if lines[n].strip() == first), None)
        if start is None:
            return came
        end, left = start, len(paragraphs)
        while end < len(lines):
            if not lines[end].strip() and end + 1 < len(lines) and lines[end + 1].strip():
                left -= 1
                if not left:
                    break
            end += 1
        kept += [*(["…"] if start > at else []), *lines[start:end]]
        at = end
    return "\n".join([*kept, *(["…"] if any(line.strip() for line in lines[at:]) else [])]) + "\n"


def _may_differ(came: str) -> str:
    """What came out, with what may differ between machines left open."""
    came = re.sub(r"(Counted by +\w+) [\d.]+, pbr_rules [\d.]+", r"\1 …, pbr_rules …", came)
    return came.rstrip("\n") + "\n"


@pytest.mark.parametrize(
    "path",
    [path for path in PACKAGES if path.stem in {point.name for point in entry_points(group="pbr_rules")}],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_every_example_of_a_packages_page_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "distributions", distributions)
    runs(path, tmp_path, host.load())


@pytest.mark.parametrize(
    "path", [path for path in PAGES if path not in PACKAGES], ids=lambda path: str(path.relative_to(ROOT))
)
def test_every_example_of_a_page_runs(path: Path, tmp_path: Path, catalogue: Any) -> None:
    runs(path, tmp_path, catalogue)


def runs(path: Path, folder: Path, catalogue: Any) -> None:
    page = Page(path, folder, catalogue)
    page.run()
    if page.rewritten:
        text = path.read_text(encoding="utf-8")
        for block, came in reversed(page.rewritten):
            text = text[: block.start] + came + text[block.end :]
        path.write_text(text, encoding="utf-8")
        pytest.fail(f"{path.name} was written anew: read what changed")
    assert not page.problems, "\n\n".join(page.problems)
    pictures = all(block.kind == "text" for block in blocks(path.read_text(encoding="utf-8")))
    assert page.ran or pictures, "none of its examples was run"


def test_the_pages_are_found() -> None:
    assert len(PAGES) > 3


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("```basic\nx\n```\n", "a kind that is not known"),
        ("```\nx\n```\n", "a kind that is not known"),
        ("```pbr\n```\n", "is empty"),
        ("```pbr\ncategory a { a }\n```\n", "is both a category and its own member"),
        (
            '```pbr\ncontract c "C" { }\ncategory b { x }\nparameter n "N" by b: number { x: 1 }\n'
            'example "e" { expect n[x] = 2 }\n```\n',
            "does not hold",
        ),
        ('```pbr wrong\ncontract c "C" { }\n```\n```text\nx\n```\n', "has no error"),
        ("```pbr wrong\ncategory a { a }\n```\n", "its report must follow"),
        ("```console\n$ rm x\n```\n", "is not run here"),
        ("```console\npbr\n```\n", "begins with a line"),
        ("```console\n$ pbr check none.pbr\n```\n", "[exit 2]"),
        ("```csv\na,b\n```\n", "names its file"),
        ("```python\nx = 1\n```\n", "asserts nothing"),
        ("```sh\nrm x\n```\n", "only shown"),
        ("```sh\nbash none.sh\n```\n", "there is no `none.sh`"),
    ],
)
def test_the_runner_fails_where_it_should(page: str, said: str, tmp_path: Path, catalogue: Any) -> None:
    path = ROOT / "tests" / "docs" / "none.md"
    ran = Page(path, tmp_path, catalogue)
    ran.path = _Text(path, page)  # type: ignore[assignment]
    ran.run()
    assert any(said in problem for problem in ran.problems), ran.problems


class _Text:
    """A page that is not a file."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._text, self.name = path, text, path.name

    def read_text(self, encoding: str) -> str:
        return self._text

    def relative_to(self, root: Path) -> Path:
        return self._path.relative_to(root)


@pytest.mark.parametrize(
    ("expected", "came", "fits"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\nb\n", "a\nc\n", False),
        ("a\n…\nd\n", "a\nb\nc\nd\n", True),
        ("a\n…\n", "a\n", False),
        ("a …, b\n", "a 3.11, b\n", True),
        ("a … b\n", "a\nb\n", False),
        ("", "a\n", False),
    ],
)
def test_what_an_ellipsis_stands_for(expected: str, came: str, fits: bool) -> None:
    assert _fits(expected, came) is fits
