"""Why a clause cannot be read, in its author's words: what is missing, too many or spelt wrong, and the repair."""

from __future__ import annotations

from lark import Token

from pbr_rules.diagnostics import Diagnostic, Label, close_to, listing
from pbr_rules.source import Span
from pbr_rules.surface import slips
from pbr_rules.surface.place import Place, Reason
from pbr_rules.surface.repair import Repair, Stop, best, spelled
from pbr_rules.surface.vocabulary import CLAUSES, HOLDS


def reason(place: Place) -> Reason:
    """The likeliest reason. Offsets are those of the piece."""
    for rule in (
        slips.one_inside_another,
        slips.condition_last,
        slips.mixed,
        slips.which_side,
        slips.named_calendar,
        slips.grid_cell,
        slips.elsewhere,
        slips.hyphen,
    ):
        if found := rule(place):
            return found
    repair = best(place.text, place.stop)
    for judged in (slips.other_block, slips.reserved):
        if found := judged(place, repair):
            return found
    if repair is None:
        return Reason(_not_expected(place, place.stop.at))
    return _REPAIRS[repair.how](place, repair)


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
