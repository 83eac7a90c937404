"""What mutmut found, held to what is asked of it: `python -m tests.long.changes` prints a table, and ends with 1 where too few changes
are noticed, or where one that nothing notices does not stand in `alike.toml` with why it changes nothing.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

from attrs import frozen

LISTED = Path(__file__).with_name("alike.toml")
LEAST = 90
"""Changes of a hundred that tests must notice."""

NOTICED = {"killed", "timeout", "caught by type check"}


@frozen
class Change:
    """One change of one line: in which function, what stood there, and what stands there instead."""

    function: str
    was: str
    now: str


def run(*command: str) -> str:
    """What mutmut says."""
    return subprocess.run(["mutmut", *command], check=True, capture_output=True, text=True).stdout


def change(name: str) -> Change:
    """What was changed, from the difference that mutmut shows."""
    lines = run("show", name).splitlines()
    parts = {
        sign: " ".join(line[1:].strip() for line in lines if line.startswith(sign) and not line.startswith(sign * 3))
        for sign in "-+"
    }
    return Change(function(name), parts["-"], parts["+"])


def function(name: str) -> str:
    """`pbr_rules.dates.add`, of `pbr_rules.dates.x_add__mutmut_3`."""
    module, _, rest = name.rpartition(".")
    return f"{module}.{re.sub(r'^x_|__mutmut_[0-9]+$', '', rest)}"


def listed() -> dict[Change, str]:
    """Changes that nothing can notice, each with why."""
    entries = tomllib.loads(LISTED.read_text(encoding="utf-8"))["alike"]
    return {Change(each["function"], each["was"], each["now"]): each["why"] for each in entries}


def main() -> int:
    """The table, and whether it is as it should be."""
    found = dict(re.findall(r"^\s+(\S+__mutmut_\d+): (.+)$", run("results", "--all", "true"), re.MULTILINE))
    known = listed()
    left = {name: change(name) for name, status in found.items() if status not in NOTICED}
    modules: dict[str, Counter[str]] = {}
    for name, status in found.items():
        counts = modules.setdefault(function(name).rpartition(".")[0], Counter())
        counts["all"] += 1
        counts["noticed" if status in NOTICED else "alike" if left[name] in known else "open"] += 1
    print("| Module | Changes | Noticed | Of a hundred | Change nothing | Nothing notices |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for module, counts in sorted(modules.items()):
        share = f"{100 * counts['noticed'] / counts['all']:.1f}"
        print(
            f"| `{module}` | {counts['all']} | {counts['noticed']} | {share} | {counts['alike']} | {counts['open']} |"
        )
    for name, each in left.items():
        if each not in known:
            print(f"{name}\n  was: {each.was}\n  now: {each.now}", file=sys.stderr)
    few = [name for name, counts in modules.items() if 100 * counts["noticed"] < LEAST * counts["all"]]
    return 1 if few or any(counts["open"] for counts in modules.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
