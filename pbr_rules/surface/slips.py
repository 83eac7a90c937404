"""Mistakes that are known by themselves: two readings of one sentence, and words brought from elsewhere."""

from __future__ import annotations

import re

from lark import Token, UnexpectedInput

from pbr_rules.diagnostics import Diagnostic, Label, listing
from pbr_rules.source import Span
from pbr_rules.surface.place import Place, Reason
from pbr_rules.surface.repair import Repair, read_until_stop
from pbr_rules.surface.vocabulary import CLAUSES, ELSEWHERE, HOLDS, RESERVED


def mixed(place: Place) -> Reason | None:
    """`a and b or c`."""
    word = place.stop.at
    if word is None or str(word) not in ("and", "or"):
        return None
    other = "or" if str(word) == "and" else "and"
    depth = 0
    parts = [place.at]
    for before in reversed(place.stop.words):
        depth += {")": 1, "(": -1}.get(str(before), 0)
        if (
            depth < 0
            or str(before) in ("when", "where", "requires", "expect", "=", "exclude")
            or before.type == "OTHERWISE_WHEN"
        ):
            start = before.end_pos or 0
            break
        if depth == 0 and str(before) == other:
            parts.append(before.start_pos or 0)
    else:
        return None
    if len(parts) < 2:
        return None
    first = " ".join(place.text[start : place.at].split())
    return Reason(
        Diagnostic(
            "ambiguous",
            "`and` and `or` are mixed, and nothing says which belong together",
            place.span(word),
            labels=(Label(Span(parts[-1], parts[-1] + len(other)), f"with this `{other}`"),),
            help=(f"put brackets round those that do: `({first}) {word} …`, or `… {other} (… {word} …)`",),
        ),
    )


def one_inside_another(place: Place) -> Reason | None:
    """`lower of a and greater of b and c`: the inner one wants brackets."""
    before = place.stop.words[-1] if place.stop.words else None
    if before is None or str(before) not in ("lower", "greater") or str(place.stop.at) != "of":
        return None
    report = Diagnostic(
        "not-expected",
        f"`{before} of … and …` stands inside another figure, and takes brackets",
        Span(before.start_pos or 0, place.at + 2),
        help=(f"write `({before} of … and …)`",),
    )
    return Reason(report)


_AMOUNT_FIRST = re.compile(r"(pay|deduct)\s+([^\n{}]+?)\s+when\s+([^\n{}]+?)\s*\Z")


def condition_last(place: Place) -> Reason | None:
    """`pay £900 when starts is 1`."""
    if place.block != "payment" or not (found := _AMOUNT_FIRST.search(place.text, 0, place.at)):
        return None
    word, amount, condition = found.groups()
    better = f"when {condition} {word} {amount}"
    report = Diagnostic(
        "not-expected",
        f"the condition comes before `{word}`",
        Span(found.start(), found.start() + len(word)),
        help=(f"write `{better}`, and `otherwise {word} nothing` below it",),
    )
    return Reason(report, (found.start(), found.end(3), better))


def which_side(place: Place) -> Reason | None:
    """`within 12 months of released`."""
    word = place.stop.at
    if word is None or len(place.stop.words) < 2 or str(place.stop.words[-2]) != "within":
        return None
    if str(word) not in ("of", "from"):
        return None
    length = " ".join(str(place.stop.words[-1]).split())
    after = re.match(r"\s*(\d{4}-\d\d-\d\d|\d+\s+[A-Z]\w+\s+\d{4}|\w+)", place.text[word.end_pos or 0 :])
    day = after.group(1) if after else "released"
    return Reason(
        Diagnostic(
            "ambiguous",
            f"`within {length} {word} {day}`: on which side of that day, and does the day itself count?",
            place.span(word),
            help=(
                f"the day counts: `within {length} starting on {day}`",
                f"it does not: `within {length} after {day}`, or `within {length} before {day}`",
            ),
        ),
        (word.start_pos or 0, word.end_pos or 0, "after"),
    )


def named_calendar(place: Place) -> Reason | None:
    """`calendar england: …`."""
    word, before = place.stop.at, place.stop.words[-1] if place.stop.words else None
    if word is None or before is None or str(before) != "calendar" or place.block != "contract":
        return None
    if word.type != "NAME" or place.text[word.end_pos or 0 :].lstrip()[:1] != ":":
        return None
    report = Diagnostic(
        "not-expected",
        f"a contract has one calendar, and it is not given a name: `{word}`",
        place.span(word),
        help=("write `calendar: england_and_wales`, or `calendar: closed weekends and holidays.day`",),
    )
    return Reason(report, (word.start_pos or 0, word.end_pos or 0, ""))


def grid_cell(place: Place) -> Reason | None:
    """An empty cell, or one that a cell cannot hold."""
    word = place.stop.at
    if word is None or not place.stop.words or place.stop.words[-1].type != "BAR":
        return None
    before = place.stop.words[-1]
    if len(place.stop.words) > 1 and place.stop.words[-2].type == "BAR":
        word, before = before, place.stop.words[-2]
    if "\n" in place.text[before.end_pos or 0 : word.start_pos or 0]:
        return None
    if word.type == "BAR":
        headline, help_ = "this cell is empty", 'write `missing` where there is no value, or `unknown "why"`'
        return Reason(Diagnostic("grid", headline, Span(before.start_pos or 0, word.end_pos or 0), help=(help_,)))
    if str(word) == "(":
        return Reason(
            Diagnostic("grid", "brackets do not make a figure negative", place.span(word), help=("write `-£500`",))
        )
    return None


def elsewhere(place: Place) -> Reason | None:
    """A word that people bring from elsewhere, at most three words before the place."""
    for word in reversed(place.words[-4:]):
        start = word.start_pos or 0
        for entry in ELSEWHERE:
            if entry.blocks and place.block not in entry.blocks:
                continue
            match = entry.match(place.text, start)
            if match is None or _rightly_used(place, word, match.end(), entry.instead is not None):
                continue
            said = " ".join(match.group().split())
            change = None if entry.instead is None else (start, match.end(), entry.instead)
            if change and not _better(place, change):
                continue
            headline = f"`{said}` is not how this is said here"
            return Reason(Diagnostic("not-expected", headline, Span(start, match.end()), help=(entry.say,)), change)
    return None


def _rightly_used(place: Place, word: Token, end: int, sure: bool) -> bool:
    """Whether a word was read as it was meant: one that reading went past, and that is not a name out of place."""
    if word is place.stop.at or end > place.at:
        return False
    named = re.match(r"\s*(?::|of\b|\.|\[|\()", place.text[end:])
    return bool(named) or word.type != "NAME" or not (sure or word is place.stop.words[-1])


def _better(place: Place, change: tuple[int, int, str]) -> bool:
    """Whether more can be read with the change."""
    start, end, new = change
    stop = read_until_stop(place.text[:start] + new + place.text[end:])
    if stop is None:
        return True
    moved = len(new) - (end - start)
    return ((stop.at.start_pos or 0) if stop.at is not None else len(place.text)) > max(place.at, end) + moved


def hyphen(place: Place) -> Reason | None:
    """`court-order` where a name must stand."""
    word = place.stop.at
    if word is None or str(word) != "-" or not place.stop.words:
        return None
    found = re.search(r"[a-z]\w*(?:-[a-z]\w*)+", place.text[place.stop.words[-1].start_pos or 0 :])
    if found is None or place.stop.words[-1].type != "NAME" or found.start() != 0:
        return None
    start = place.stop.words[-1].start_pos or 0
    name = found.group().replace("-", "_")
    report = Diagnostic(
        "bad-name",
        f"a name has no hyphen: `{found.group()}`",
        Span(start, start + found.end()),
        help=(f"write `{name}`",),
    )
    return Reason(report, (start, start + found.end(), name))


def other_block(place: Place, repair: Repair | None) -> Reason | None:
    """A clause that belongs in another block: `cap` in a measure."""
    if repair is not None and repair.how in ("replace", "swap"):
        return None
    if (
        repair is not None
        and repair.how == "remove"
        and str(place.words[repair.index]) == str(place.words[repair.index - 1])
    ):
        return None
    for word in reversed(place.words[-2:]):
        start = word.start_pos or 0
        if place.text[place.text.rfind("\n", 0, start) + 1 : start].strip(" \t{") or not place.block:
            continue
        said = str(word)
        if place.block == "contract" and place.text[word.end_pos or 0 :].lstrip()[:1] == ":":
            headline = f"`{said}:` is no line of a contract"
            return Reason(Diagnostic("not-expected", headline, place.span(word), help=(HOLDS["contract"],)))
        homes = [
            block for block, clauses in CLAUSES.items() if said in {c.split()[0] for c in clauses} and len(said) > 2
        ]
        if (
            not homes
            or place.block in homes
            or "variation" in homes
            or place.text[word.end_pos or 0 :].lstrip()[:1] == ":"
        ):
            continue
        holds = HOLDS.get(place.block, "")
        # A measure has `from` too, though never at the beginning of a line of its own.
        elsewhere = "" if (said, place.block) == ("from", "measure") else f"it belongs in a {listing(homes, 'or a')}; "
        article = "an" if place.block == "example" else "a"
        report = Diagnostic(
            "not-expected",
            f"`{said}` is no line of {article} {place.block}",
            place.span(word),
            help=(f"{elsewhere}{holds}".rstrip("; "),),
        )
        return Reason(report)
    return None


def reserved(place: Place, repair: Repair | None) -> Reason | None:
    """A word of the language where only a name can stand."""
    word = place.stop.at
    if word is None or str(word) not in RESERVED or not place.stop.states:
        return None
    state = place.stop.states[-1][1].copy(deepcopy_values=False)
    try:
        state.feed_token(Token("NAME", "x"))
    except UnexpectedInput:
        return None
    following = re.match(r"\s*(\S)", place.text[word.end_pos or 0 :])
    if repair is not None and (repair.how != "insert" or not following or following.group(1) not in ':,"]'):
        return None
    return Reason(
        Diagnostic(
            "bad-name",
            f"`{word}` is a word of the language and cannot be a name",
            place.span(word),
            help=(f'call it something else; a column of that name in the file is read with `column "{word}"`',),
        )
    )
