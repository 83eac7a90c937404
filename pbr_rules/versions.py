"""Versions of distributions, as far as they are dotted numbers: what is written after them, as in `1.2rc1`, is left to pip."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import zip_longest

REQUIREMENT = re.compile(r"\s*([A-Za-z0-9](?:[\w.-]*\w)?)\s*(?:\[[^]]*\])?\s*(?:\(([^)]*)\)|([^;@]*))\s*(;.*)?")
CLAUSE = re.compile(r"\s*(~=|==|!=|<=|>=|<|>)\s*v?(\d+(?:\.\d+)*)(\.\*)?\s*")


def plain(distribution: str) -> str:
    """A distribution's name in the one spelling that pip compares: `PBR_rules.Visits` is `pbr-rules-visits`."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def numbers(version: str) -> tuple[int, ...]:
    """The dotted numbers that a version begins with: `1.2rc1` is 1, 2."""
    found = re.match(r"v?(\d+(?:\.\d+)*)", version.strip())
    return tuple(int(part) for part in found[1].split(".")) if found else (0,)


def major(version: str) -> int:
    """The first number of a version."""
    return numbers(version)[0]


def asked(requirements: Iterable[str], distribution: str) -> str:
    """Which versions of a distribution are required: `>=0.1,<0.2`. One that holds only sometimes, as for an extra, is left out."""
    found = []
    for requirement in requirements:
        parts = REQUIREMENT.fullmatch(requirement)
        if parts and plain(parts[1]) == plain(distribution) and not parts[4]:
            found += [clause.strip() for clause in (parts[2] or parts[3] or "").split(",") if clause.strip()]
    return ",".join(found)


def meets(version: str, asked: str) -> bool:
    """Whether a version is one of those asked for. A clause of another form than dotted numbers is left to pip."""
    return all(_meets(numbers(version), clause) for clause in asked.split(","))


def _meets(have: tuple[int, ...], clause: str) -> bool:
    parts = CLAUSE.fullmatch(clause)
    if parts is None:
        return True
    sign, wanted, series = parts[1], numbers(parts[2]), bool(parts[3])
    order = _order(have[: len(wanted)] if series else have, wanted)
    match sign:
        case "~=":
            return order >= 0 and have[: len(wanted) - 1] == wanted[:-1]
        case "==":
            return order == 0
        case "!=":
            return order != 0
        case ">=":
            return order >= 0
        case "<=":
            return order <= 0
        case ">":
            return order > 0
        case _:
            return order < 0


def _order(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    """Below zero, zero or above it; 1 and 1.0 are the same version."""
    for left, right in zip_longest(a, b, fillvalue=0):
        if left != right:
            return left - right
    return 0
