"""What a plugin adds is held to its type before it is used: each sort of thing, the hook it comes through, and its name.

What is wrong is said in a sentence for the plugin's author. Nothing here is found out later by a contract that uses it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import attrs
from attrs import frozen

from pbr_rules.checks import Check
from pbr_rules.diagnostics import CODES, listing
from pbr_rules.duties import Constraint
from pbr_rules.measures import Measure
from pbr_rules.settings import lines

ENDINGS = ("none", "for", "per")
KINDS = frozenset(
    (
        "count",
        "number",
        "share",
        "rate",
        "points",
        "frequency",
        "money",
        "date",
        "duration",
        "flag",
        "category",
        "id",
        "text",
    )
)


class Malformed(Exception):  # noqa: N818 - it is what the plugin is
    """What is wrong with a plugin, in a sentence."""


@frozen
class Sort:
    """A sort of thing that a plugin adds.

    Attributes:
        word, many: what one is called, and what several are.
        name: the name of one; `Malformed` where it is not what it must be.
    """

    word: str
    many: str
    name: Callable[[Any], str]


def shown(found: object) -> str:
    """What a plugin returned, in a message: short, and without an address that differs from run to run."""
    text = re.sub(r" at 0x[0-9a-fA-F]+", "", " ".join(repr(found).split()))
    return text if len(text) <= 80 else f"{text[:77]}…"


def plain_word(word: object) -> bool:
    """Whether it can stand in a contract: lower-case letters, digits and `_`, beginning with a letter."""
    return isinstance(word, str) and re.fullmatch(r"[a-z][a-z0-9_]*", word) is not None


def _measure(found: Any) -> str:
    what = _record(found, Measure, "measure")
    endings = getattr(found, "endings", None)
    if endings is None:
        raise Malformed(f"{what} has no `endings`")
    if isinstance(endings, str) or not isinstance(endings, tuple | list):
        raise Malformed(f'{what}: its `endings` must be a tuple, as in `("for",)`')
    strange = [ending for ending in endings if ending not in ENDINGS]
    if strange or not endings:
        came = f", and not `{strange[0]}`" if strange else ""
        raise Malformed(f"{what}: its `endings` are some of {listing([f'`{e}`' for e in ENDINGS])}{came}")
    if found.tally is Measure.tally:
        raise Malformed(f"{what} has no `tally`: how it adds up")
    return str(found.word)


def _constraint(found: Any) -> str:
    what = _record(found, Constraint, "constraint")
    if found.duty is Constraint.duty:
        raise Malformed(f"{what} has no `duty`: what must be done")
    return str(found.word)


def _record(found: Any, base: type[Any], sort: str) -> str:
    """A class of a measure or a constraint, as it is called in a message."""
    if not (isinstance(found, type) and issubclass(found, base)):
        raise Malformed(
            f"`pbr_rules_{sort}s` returned {shown(found)}, which is not a {sort}: "
            f"a class that derives from `{base.__name__}`"
        )
    what = f"the {sort} `{found.__name__}`"
    # A base that is a frozen attrs class says nothing of the class itself: its own fields are not read without the mark.
    if "__attrs_attrs__" not in vars(found):
        raise Malformed(f"{what} is not a frozen attrs class: write `@frozen` above it")
    _texts(found, what, ("word", "summary", "source"))
    word: str = found.word  # type: ignore[attr-defined]
    if not plain_word(word):
        raise Malformed(f"{what}: its word `{word}` is not lower-case letters, digits and `_`, beginning with a letter")
    taken = lines(found)
    for field in attrs.fields(found):
        if field.name not in taken:
            raise Malformed(f"{what}: its field `{field.name}` is not made with `setting` or `choice`")
        if taken[field.name].kind not in ("", *KINDS):
            raise Malformed(f"{what}: `{taken[field.name].kind}`, of its line `{field.name}`, is not a kind of figure")
    return what


def _check(found: Any) -> str:
    if not isinstance(found, Check):
        raise Malformed(f"`pbr_rules_checks` returned {shown(found)}, which is not a `Check`")
    what = f"the check {shown(found.code)}"
    _texts(found, what, ("code", "summary", "source"))
    what = f"the check `{found.code}`"
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", found.code):
        raise Malformed(f"{what}: its code is not lower-case words joined with `-`")
    if found.code in CODES:
        raise Malformed(f"{what} has a code of pbr-rules itself")
    if not callable(found.find):
        raise Malformed(f"{what}: its `find` is not a function")
    return found.code


def _contract(found: Any) -> str:
    """A folder of a library contract. Its `about.toml` is held to its form here, so that one cannot spoil the list of all."""
    if not isinstance(found, Path):
        raise Malformed(f"`pbr_rules_contracts` returned {shown(found)}, which is not a folder as a `Path`")
    what = f"the library contract `{found.name}`"
    if not found.is_dir():
        raise Malformed(f"{what}: there is no folder `{found}`")
    if not plain_word(found.name):
        raise Malformed(f"{what}: its folder is not called in lower-case letters, digits and `_`")
    for file in ("contract.pbr", "about.toml"):
        if not (found / file).is_file():
            raise Malformed(f"{what} has no `{file}`")
    try:
        about = tomllib.loads((found / "about.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Malformed(f"{what}: its `about.toml` cannot be read: {error}") from error
    wrong = _about(found, about)
    if wrong:
        raise Malformed(f"{what}: its `about.toml` {wrong}")
    return found.name


def _about(folder: Path, about: Mapping[str, Any]) -> str:
    """What is wrong with what is said of a library contract."""
    records, complete = about.get("records", {}), about.get("complete", {})
    if not _text(about.get("summary")):
        return "has no `summary`"
    if not isinstance(records, dict) or not all(_text(file) for file in records.values()):
        return "must name a file for each of its `records`"
    absent = [file for file in records.values() if not (folder / file).is_file()]
    if absent:
        return f"names `{absent[0]}`, which is not in the folder"
    if not isinstance(complete, dict) or not all(type(day) is date for day in complete.values()):
        return "must give a day, as in `2013-06-30`, for each of `complete`"
    if "example" in about and not _text(about["example"]):
        return "must give the title of an example as its `example`"
    return ""


def _texts(found: object, what: str, names: tuple[str, ...]) -> None:
    for name in names:
        value = getattr(found, name, None)
        if value is None:
            raise Malformed(f"{what} has no `{name}`")
        if not _text(value):
            raise Malformed(f"{what}: its `{name}` must be text, and not empty")


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


HOOKS: Mapping[str, Sort] = {
    "pbr_rules_measures": Sort("measure", "measures", _measure),
    "pbr_rules_constraints": Sort("constraint", "constraints", _constraint),
    "pbr_rules_checks": Sort("check", "checks", _check),
    "pbr_rules_contracts": Sort("contract", "contracts", _contract),
}
"""The hooks, and what comes through each."""
