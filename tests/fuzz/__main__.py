"""`python -m tests.fuzz parser --seconds 60`: changes its seeds for so long, led by what code each change reaches (atheris).

It ends with 1 at the first find, whose bytes are in `--finds`; `python -m tests.fuzz parser FILE` tries them again. With `--seeds` only
the seeds are tried, and nothing need be installed.
"""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

TARGETS = ("parser", "records", "workbooks")
SLOWEST = 30
"""Seconds that one text may take."""
LONGEST = 6_000
"""Bytes that a text may grow to."""


def main() -> int:
    """Reads the command line."""
    ask = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    ask.add_argument("target", choices=TARGETS)
    ask.add_argument("files", nargs="*", type=Path, help="try these bytes, and nothing else")
    how = ask.add_mutually_exclusive_group()
    how.add_argument("--seeds", action="store_true", help="try the seeds, and nothing else")
    how.add_argument("--seconds", type=int, default=60)
    ask.add_argument("--finds", type=Path, default=Path("fuzz-finds"), help="the folder for what fails")
    ask.add_argument("--seed", type=int, default=0, help="the number that chances begin from; 0: another each time")
    ask.add_argument("--within", type=Path, help=argparse.SUPPRESS)
    said = ask.parse_args()
    if said.within is not None:
        _fuzz(said.target, said.within, said.seconds, said.finds, said.seed)
    if said.seeds or said.files:
        return _try(said.target, said.files)
    said.finds.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pbr-fuzz-") as folder:
        # The fuzzer ends its process in its own way, so it has one.
        ran = subprocess.run([sys.executable, "-m", "tests.fuzz", *sys.argv[1:], "--within", folder], check=False)
    return 1 if ran.returncode else 0


def _try(name: str, files: list[Path]) -> int:
    from tests.fuzz.harness import tried

    target = importlib.import_module(f"tests.fuzz.{name}")
    through = refused = 0
    for content in (path.read_bytes() for path in files) if files else target.seeds():
        if tried(target, content):
            through += 1
        else:
            refused += 1
    print(f"{name}: {through} came through, {refused} were refused with a reason")
    return 0


def _fuzz(name: str, folder: Path, seconds: int, finds: Path, seed: int) -> None:
    import atheris

    with atheris.instrument_imports(include=["pbr_rules"]):
        target = importlib.import_module(f"tests.fuzz.{name}")
    from tests.fuzz.harness import tried

    seeds = folder / "seeds"
    seeds.mkdir()
    for number, content in enumerate(target.seeds()):
        (seeds / f"{number:04d}").write_bytes(content[:LONGEST])
    listed = folder / "words"
    listed.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words()), encoding="ascii")
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={SLOWEST}",
        f"-max_len={LONGEST}",
        f"-artifact_prefix={finds}{os.sep}",
        f"-dict={listed}",
        f"-seed={seed}",
        "-rss_limit_mb=3000",
        "-print_final_stats=1",
        "-close_fd_mask=0",
    ]

    def each(content: bytes) -> None:
        tried(target, content)

    atheris.Setup([sys.argv[0], *options, str(seeds)], each)
    atheris.Fuzz()


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


if __name__ == "__main__":
    sys.exit(main())
