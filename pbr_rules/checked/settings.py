"""The lines `word: value` of a plugin's measure or constraint, each resolved where it is read and held to its kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import field, frozen

from pbr_rules import expressions as x
from pbr_rules import kinds
from pbr_rules.checked.context import Context
from pbr_rules.checked.places import Place
from pbr_rules.checked.scales import constant
from pbr_rules.dates import Duration
from pbr_rules.diagnostics import did_you_mean, listing
from pbr_rules.kinds import Kind
from pbr_rules.settings import At, Line
from pbr_rules.source import Span
from pbr_rules.surface import tree as t

Said = x.Expression | Duration | str


@frozen
class Places:
    """Where the lines of a clause are read: at a row, and among the terms. `link`: the way from the row to its person."""

    row: Place
    terms: Place
    link: tuple[str, ...] = ()


@frozen
class Settings:
    """What the lines of a clause say: for the record, and the kind of each expression."""

    said: Mapping[str, Said] = field(factory=dict)
    kinds: Mapping[str, Kind] = field(factory=dict)


def settings(
    name: str,
    what: str,
    name_span: Span,
    written: Iterable[t.Setting],
    known: Mapping[str, Line],
    places: Places,
    c: Context,
) -> Settings | None:
    """The lines of one clause, or None where one lacks or does not fit. `what`: the head's word."""
    said: dict[str, Said] = {}
    kinds_: dict[str, Kind] = {}
    whole = True
    for setting in written:
        line = known.get(setting.word)
        if line is None:
            help_ = did_you_mean(setting.word, known) or _taken(what, known)
            c.problem("unknown-name", f"`{what}` takes no line `{setting.word}:`", setting.span, help_)
            continue
        if setting.word in said:
            c.problem("declared-twice", f"`{setting.word}:` is written twice", setting.span)
            continue
        value, kind = _chosen(setting, line, c) if line.words else _read(setting, line, places, c)
        if value is None:
            whole = False
        else:
            said[setting.word] = value
            kinds_[setting.word] = kind
    lacking = [word for word, line in known.items() if not line.optional and word not in {s.word for s in written}]
    if lacking:
        c.problem(
            "incomplete",
            f"`{name}` lacks the line `{lacking[0]}:`",
            name_span,
            (f"`{lacking[0]}: …` says {known[lacking[0]].help}",),
        )
    return None if lacking or not whole else Settings(said, kinds_)


def _taken(what: str, known: Mapping[str, Line]) -> tuple[str, ...]:
    return (f"`{what}` takes {listing([f'`{word}:`' for word in known])}",) if known else ()


def _chosen(setting: t.Setting, line: Line, c: Context) -> tuple[Said | None, Kind]:
    name = setting.value.name if isinstance(setting.value, x.Name) else ""
    if name in line.words:
        return name, kinds.UNKNOWN
    c.problem(
        "unknown-name",
        f"`{setting.word}:` is {listing([f'`{word}`' for word in line.words], 'or')}",
        setting.value.span,
        did_you_mean(name, line.words),
    )
    return None, kinds.UNKNOWN


def _read(setting: t.Setting, line: Line, places: Places, c: Context) -> tuple[Said | None, Kind]:
    place = places.terms if line.at is At.TERMS else places.row
    value, kind = c.resolver.resolve(setting.value, place)
    if isinstance(value, x.Missing | x.Unknown):
        c.problem("kinds", f"`{setting.word}:` needs a value, and this is none", setting.value.span)
        return None, kind
    if kind.name == "unknown":
        return value, kind
    if line.kind and not _fits(kind, line.kind):
        c.problem(
            "kinds", f"`{setting.word}:` is {Kind(line.kind).words}, and this is {kind.words}", setting.value.span
        )
        return None, kind
    number = constant(value)
    if line.kind == "count" and number is not None and (number.denominator != 1 or number < 0):
        c.problem("kinds", f"`{setting.word}:` is a whole number, 0 or more", setting.value.span)
        return None, kind
    if line.kind == "duration":
        if not (isinstance(value, x.Literal) and isinstance(value.value, Duration)):
            c.problem(
                "kinds", f"`{setting.word}:` is a length of time, written out", setting.value.span, ("`3 months`",)
            )
            return None, kind
        if value.value.is_working:
            said = f"`{setting.word}:` is so many days, weeks, months or years, and working days are counted in conditions and sums of days"
            c.problem("kinds", said, setting.value.span)
            return None, kind
        return value.value, kind
    if line.at is At.PERSON and not of_person(value, places.link):
        c.problem(
            "grain",
            f"`{setting.word}:` is read once for each person, and this differs from row to row",
            setting.value.span,
        )
        return None, kind
    return value, kind


def _fits(kind: Kind, wanted: str) -> bool:
    if wanted in ("count", "number", "share"):
        return kind.name in (*kinds.PLAIN, "rate")
    return kind.name == wanted or (wanted == "money" and kind.name == "nothing")


def of_person(node: x.Expression, link: tuple[str, ...]) -> bool:
    """Whether an expression at a counted row reads only its person."""
    return all((*part.path, part.name)[: len(link)] == link for part in x.walk(node) if isinstance(part, x.Column))
