"""One command in a process of its own: how long it took, the most memory that it held, what it wrote."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOOK = 0.02
"""Seconds between looks at a process that runs."""

SURROUNDINGS = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""What a command is run with: modules are compiled once, as those of an installed program are."""


@dataclass(frozen=True)
class Ran:
    """What came of a command. `stopped` says why it was stopped, and `code` is then of no account."""

    code: int
    seconds: float
    peak: float
    out: Path
    err: str
    stopped: str | None = None


def run(command: list[str], out: Path, seconds: float, bytes_: float) -> Ran:
    """Runs a command, and stops it where it takes longer or holds more than it may."""
    faults = out.with_suffix(".err")
    began = time.perf_counter()
    with out.open("wb") as written, faults.open("wb") as said:
        child = subprocess.Popen(
            command, stdout=written, stderr=said, stdin=subprocess.DEVNULL, cwd=ROOT, env=SURROUNDINGS
        )
        why = None
        ended = 0
        while not ended:
            ended, status, used = os.wait4(child.pid, os.WNOHANG)
            if ended:
                break
            took = time.perf_counter() - began
            if why is None and took > seconds:
                why = f"stopped after {seconds:,.0f} s"
            elif why is None and _held(child.pid) > bytes_:
                why = f"stopped at {bytes_ / 2**30:.0f} GiB, after {took:.0f} s"
            if why is not None:
                child.kill()
            time.sleep(LOOK if took > 1 else LOOK / 20)
    took = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    peak = used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return Ran(child.returncode, took, peak, out, faults.read_text(encoding="utf-8", errors="replace"), why)


def _held(process: int) -> int:
    """Bytes of memory that a process holds now; 0 where the system does not say."""
    try:
        pages = Path(f"/proc/{process}/statm").read_text(encoding="utf-8").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
