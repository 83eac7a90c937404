"""Why a clause cannot be read, in its author's words: what is missing, too many or spelt wrong, and the repair."""

from __future__ import annotations

import re

from attrs import frozen
from lark import Token, UnexpectedInput

from pbr_rules.diagnostics import Diagnostic, Label, close_to, listing
from pbr_rules.source import Span
from pbr_rules.surface import later
from pbr_rules.surface.build import RESERVED
from pbr_rules.surface.repair import Repair, Stop, best, spelled
from pbr_rules.surface.vocabulary import CLAUSES, ELSEWHERE, HOLDS


@frozen
class Reason:
    """A report, and what to read instead: a stretch of the piece and its new text, or None where nothing would do."""

    report: Diagnostic
    change: tuple[int, int, str] | None = None


@frozen
class Place:
    """A piece's text, where reading stopped in it, and in which block (`measure`; empty: in the heading)."""

    text: str
    stop: Stop
    block: str
    clause: Span

    @property
    def at(self) -> int:
        """Offset of the word that could not be read."""
        return (self.stop.at.start_pos or 0) if self.stop.at is not None else len(self.text.rstrip())

    @property
    def words(self) -> tuple[Token, ...]:
        """The words up to and with the one that could not be read."""
        return (*self.stop.words, *([self.stop.at] if self.stop.at is not None else []))

    def span(self, word: Token) -> Span:
        """Where a word stands."""
        return Span(word.start_pos or 0, word.end_pos or 0)


def reason(place: Place) -> Reason:
    """The likeliest reason. Offsets are those of the piece."""
    for rule in (_waiting, _mixed, _which_side, _grid_cell, _elsewhere, _hyphen):
        if found := rule(place):
            return found
    repair = best(place.text, place.stop)
    for judged in (_other_block, _reserved):
        if found := judged(place, repair):
            return found
    if repair is None:
        return Reason(_not_expected(place, place.stop.at))
    return _REPAIRS[repair.how](place, repair)


# ---- mistakes with a rule of their own


def _waiting(place: Place) -> Reason | None:
    report = later.phrase(place.text, place.clause, place.at, place.block)
    return Reason(report) if report else None


def _mixed(place: Place) -> Reason | None:
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


def _which_side(place: Place) -> Reason | None:
    """`within 12 months of released`."""
    word = place.stop.at
    if word is None or len(place.stop.words) < 2 or str(place.stop.words[-2]) != "within":
        return None
    if str(word) not in ("of", "from"):
        return None
    length = " ".join(str(place.stop.words[-1]).split())
    after = re.match(r"\s*(\w+)", place.text[word.end_pos or 0 :])
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


def _grid_cell(place: Place) -> Reason | None:
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


def _elsewhere(place: Place) -> Reason | None:
    """A word that people bring from elsewhere, at most three words before the place."""
    for word in reversed(place.words[-4:]):
        start = word.start_pos or 0
        for entry in ELSEWHERE:
            if entry.blocks and place.block not in entry.blocks:
                continue
            match = entry.pattern.match(place.text, start)
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
    from pbr_rules.surface.repair import read_until_stop

    start, end, new = change
    stop = read_until_stop(place.text[:start] + new + place.text[end:])
    if stop is None:
        return True
    moved = len(new) - (end - start)
    return ((stop.at.start_pos or 0) if stop.at is not None else len(place.text)) > max(place.at, end) + moved


def _hyphen(place: Place) -> Reason | None:
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


def _other_block(place: Place, repair: Repair | None) -> Reason | None:
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
        article = "an" if place.block == "example" else "a"
        report = Diagnostic(
            "not-expected",
            f"`{said}` is no line of {article} {place.block}",
            place.span(word),
            help=(f"it belongs in a {listing(homes, 'or a')}; {HOLDS.get(place.block, '')}".rstrip("; "),),
        )
        return Reason(report)
    return None


def _reserved(place: Place, repair: Repair | None) -> Reason | None:
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


# ---- the likeliest repair, in words


def _replaced(place: Place, repair: Repair) -> Reason:
    said = " ".join(place.text[repair.start : repair.end].split())
    report = Diagnostic(
        "not-expected",
        f"`{said}` cannot stand here; did you mean `{repair.text}`?",
        Span(repair.start, repair.end),
        help=(f"write `{repair.text}`",),
    )
    return Reason(report, (repair.start, repair.end, repair.text))


def _swapped(place: Place, repair: Repair) -> Reason:
    now = " ".join(place.text[repair.start : repair.end].split())
    better = " ".join(repair.text.split())
    report = Diagnostic(
        "not-expected",
        f"these words cannot be read in this order: `{now}`",
        Span(repair.start, repair.end),
        help=(f"did you mean `{better}`?",),
    )
    return Reason(report, (repair.start, repair.end, repair.text))


def _removed(place: Place, repair: Repair) -> Reason:
    word = place.words[repair.index]
    before = place.words[repair.index - 1] if repair.index else None
    change = (repair.start, repair.end, "")
    if before is not None and str(before) == str(word):
        said = f"`{word}` is written twice"
        return Reason(Diagnostic("not-expected", said, place.span(word), help=("leave one out",)), change)
    if word is not place.stop.at:
        said = f"`{_short(word)}` is one word too many here"
        return Reason(Diagnostic("not-expected", said, place.span(word), help=("leave it out",)), change)
    return Reason(_not_expected(place, word), change)


def _not_expected(place: Place, word: Token | None) -> Diagnostic:
    expected = _expected(place.stop)
    notes = (HOLDS[place.block],) if place.block in HOLDS and not expected else ()
    if word is None:
        end = max(1, place.at)
        return Diagnostic(
            "not-expected", "something is missing at the end", Span(end - 1, end), expected=expected, notes=notes
        )
    said = _short(word)
    near = close_to(said, [w for c in CLAUSES.get(place.block, ()) for w in c.split()]) if said.isalpha() else []
    help_ = (f"did you mean {listing([f'`{n}`' for n in near], 'or')}?",) if near else ()
    before = place.stop.words[-1] if place.stop.words else None
    headline = f"`{said}` cannot stand here" if before is None else f"`{said}` cannot stand after `{_short(before)}`"
    return Diagnostic("not-expected", headline, place.span(word), expected=expected, help=help_, notes=notes)


def _inserted(place: Place, repair: Repair) -> Reason:
    before = place.words[repair.index - 1] if repair.index else None
    after = place.words[repair.index] if repair.index < len(place.words) else None
    options = set(repair.options)
    mark = _MARKS.get(repair.text) if repair.text in _MARKS and not options & _COMPARING else None
    span = (
        Span(repair.start, repair.start + 1)
        if repair.start < len(place.text)
        else Span(max(0, repair.start - 1), repair.start)
    )
    a = f"`{_short(before)}`" if before is not None else "the beginning"
    if repair.text in ("RPAR", "RSQB"):
        return _unclosed(place, repair)
    if repair.text == "COMMA" and before is not None and after is not None and {before.type, after.type} == {"NAME"}:
        return _two_names(place, before, after, repair)
    if mark:
        report = Diagnostic("not-expected", f"`{mark}` is missing after {a}", span, help=(_says(before, mark, after),))
        return Reason(report, (repair.start, repair.start, mark))
    if options & _COMPARING:
        return Reason(_side_by_side(place, before, after, span))
    what = _what(options)
    word = spelled().get(repair.text)
    where = f"after {a}"
    if after is not None and word in _BEGIN_LINES and "\n" in place.text[repair.start : after.start_pos]:
        where, span = f"before `{_short(after)}`", place.span(after)
    report = Diagnostic("not-expected", f"{what} is missing {where}", span)
    fill = "pay" if "_PAY" in options else word if word is not None and len(options) == 1 else None
    return Reason(report, (repair.start, repair.start, f" {fill} ") if fill else None)


_MARKS = {"COLON": ":", "COMMA": ",", "LBRACE": "{", "RBRACE": "}", "LPAR": "(", "LSQB": "[", "EQUALS": "=", "BAR": "|"}
_BEGIN_LINES = {word for words in CLAUSES.values() for word in words}
_COMPARING = {"IS_AT_LEAST", "IS_ABOVE"}
_FIGURES = {"MONEY", "PERCENT", "NUMBER"}
_NAMED = {
    "NAME": "a name",
    "TEXT": "text in quotes",
    "DATE": "a day",
    "DURATION": "a length of time, such as `12 months`,",
    "NUMBER": "a number",
    "MONEY": "a sum of money",
    "PERCENT": "a percentage",
    "CURRENCY": "a currency, such as `GBP`,",
    "DATE_FORMAT": "the order of a date, such as `day/month/year`,",
}


def _says(before: Token | None, mark: str, after: Token | None) -> str:
    gap = "" if mark in ":," else " "
    first = f"{_short(before)}{gap}" if before is not None else ""
    second = f" {_short(after)}" if after is not None and mark != "[" else "…"
    return f"write `{first}{mark}{second}`"


def _what(options: set[str]) -> str:
    if options >= _FIGURES:
        return "a figure or a name"
    named = [_NAMED[kind] for kind in options if kind in _NAMED]
    words = sorted(f"`{spelled()[kind]}`" for kind in options if kind in spelled())
    if len(named) + len(words) > 4:
        return "something"
    return listing([*sorted(named), *words], "or")


def _side_by_side(place: Place, before: Token | None, after: Token | None, span: Span) -> Diagnostic:
    if before is None or after is None:
        return Diagnostic("not-expected", "a comparison is missing here", span)
    return Diagnostic(
        "not-expected",
        f"nothing says how `{_short(before)}` and `{_short(after)}` go together",
        place.span(before).to(place.span(after)) if "\n" not in place.text[before.end_pos : after.start_pos] else span,
        help=("compare them, as in `a is at least b`, or reckon with `+`, `-`, `*` or `/`",),
    )


def _two_names(place: Place, before: Token, after: Token, repair: Repair) -> Reason:
    report = Diagnostic(
        "not-expected",
        f"`{before}` and `{after}` stand side by side with no comma",
        place.span(before).to(place.span(after)),
        help=(f"two names: `{before}, {after}`; one name: `{before}_{after}`",),
    )
    return Reason(report, (repair.start, repair.start, ","))


def _unclosed(place: Place, repair: Repair) -> Reason:
    """A bracket that is not closed: the report stands at the bracket that opens."""
    opening, closing = ("(", ")") if repair.text == "RPAR" else ("[", "]")
    depth = 0
    for word in reversed(place.words[: repair.index]):
        depth += {closing: 1, opening: -1}.get(str(word), 0)
        if depth < 0:
            before = place.words[repair.index - 1]
            report = Diagnostic(
                "not-closed",
                f"this `{opening}` is not closed",
                place.span(word),
                labels=(Label(place.span(before), "perhaps after this"),),
                help=(f"write `{closing}` where it ends",),
            )
            return Reason(report, (repair.start, repair.start, closing))
    return Reason(_not_expected(place, place.stop.at))


_REPAIRS = {"replace": _replaced, "swap": _swapped, "remove": _removed, "insert": _inserted}


def _short(word: Token | None) -> str:
    said = " ".join(str(word).split())
    return said if len(said) <= 40 else f"{said[:37]}…"


def _expected(stop: Stop) -> str:
    """What may stand where reading stopped, as a reader would list it."""
    if not stop.states:
        return ""
    return _expected_of({str(kind) for kind in stop.states[-1][1].accepts()})


def _expected_of(kinds: set[str]) -> str:
    parts: list[str] = []
    if kinds >= _FIGURES:
        parts.append("a figure, a name or a bracket")
    elif "NAME" in kinds:
        parts.append("a name")
    parts += [
        name
        for kind, name in _NAMED.items()
        if kind in kinds and kind not in _FIGURES | {"NAME"} and not kinds >= _FIGURES
    ]
    if _COMPARING & kinds:
        parts.append("a comparison such as `is at least`")
    if {"PLUS_SIGN", "TIMES"} <= kinds:
        parts.append("`+`, `-`, `*` or `/`")
    if {"_CONTRACT", "_MEASURE", "_PAYMENT"} <= kinds:
        parts.append("the next clause")
    rest = [kind for kind in kinds if kind in spelled() and not _grouped(kind, kinds)]
    words = sorted({f"`{spelled()[kind]}`" for kind in rest})
    if len(words) > 6:
        words = []
    return listing([*parts, *words], "or")


def _grouped(kind: str, kinds: set[str]) -> bool:
    said = spelled()[kind]
    return (
        (said.startswith("is") and bool(_COMPARING & kinds))
        or (kind in ("EQUALS", "LESS", "GREATER") and bool(_COMPARING & kinds))
        or (kind in ("PLUS_SIGN", "MINUS_SIGN", "TIMES", "DIVIDE", "DOT", "LSQB"))
        or (said in CLAUSES["variation"] and "_CONTRACT" in kinds)
        or (
            kinds >= _FIGURES
            and (
                said.endswith((" of", " in", " where", " fall", " rise", " every", " any"))
                or said in ("(", "missing", "nothing", "unknown", "not")
            )
        )
    )
