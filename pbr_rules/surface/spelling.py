"""Characters and spellings that the language does not have, each with its repair.

The text is read once, before any clause is. What is wrong is reported and written over with something of the same
length that can be read, so that a mistake of spelling is not met again as a mistake of form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from attrs import frozen

from pbr_rules.diagnostics import Diagnostic
from pbr_rules.source import Span
from pbr_rules.surface import misspelt_figures as figures
from pbr_rules.surface.vocabulary import instead_of

Match = re.Match[str]


@frozen
class Finding:
    """A mistake of spelling, and what to read in its place."""

    code: str
    headline: str
    help: tuple[str, ...] = ()
    instead: str = ""
    notes: tuple[str, ...] = ()


_HIDDEN = re.compile(r'"[^"\n]*"|“[^”\n]*”|#[^\n]*|(?P<hidden>[\u200b\ufeff])')


def spaced(text: str) -> str:
    """The text with an ordinary space for each that has no width, so that `is missing` is one phrase whatever is between its words.
    Quotes and comments stay."""
    if "\u200b" not in text and "\ufeff" not in text:
        return text
    return _HIDDEN.sub(lambda found: " " if found["hidden"] else found.group(), text)


def scan(text: str) -> tuple[str, tuple[Diagnostic, ...]]:
    """The text with its mistakes of spelling written over, and a report of each."""
    text = spaced(text)
    found: list[Diagnostic] = []
    parts: list[str] = []
    at = 0
    for match in _SCAN.finditer(text):
        rule = _RULES.get(match.lastgroup or "")
        finding = rule(match) if rule else None
        if finding is None:
            continue
        span = Span(match.start(), match.end())
        found.append(Diagnostic(finding.code, finding.headline, span, help=finding.help, notes=finding.notes))
        parts += [text[at : span.start], _fitted(finding.instead, match.group())]
        at = span.end
    return "".join([*parts, text[at:]]), _quotes_first(text, found)


def _quotes_first(text: str, found: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """On a line with a quote too many, what is text and what is not cannot be told: nothing else is said about it."""
    starts = {text.rfind("\n", 0, d.span.start) for d in found if d.code == "bad-text"}
    return tuple(d for d in found if d.code == "bad-text" or text.rfind("\n", 0, d.span.start) not in starts)


def _fitted(instead: str, old: str) -> str:
    """`instead` at the length of what it stands in for; line ends stay where they are."""
    if len(instead) > len(old):
        return old
    return instead + re.sub(r"[^\n]", " ", old[len(instead) :])


# ---- one rule for each group of the pattern below


_TEXT = 'text begins and ends with `"`, on one line'


def _open_quote(match: Match) -> Finding | None:
    line = match.group()
    text = line.rstrip(" \t,{}|\r")
    if len(text) < 2:
        instead = " " + line[1:]
        return Finding("bad-text", "one of the quotes on this line has no partner", (_TEXT,), instead)
    tail = line[len(text) :]
    return Finding(
        "bad-text",
        "this text has no closing quote on its line",
        (_TEXT,),
        text[:-1] + '"' + tail if text[0] == '"' else '"' + text[1:-1] + '"' + tail,
    )


def _other_quotes(match: Match) -> Finding | None:
    inner = match.group()[1:-1]
    return Finding("bad-text", "text stands in double quotes", (f'write `"{inner}"`',), f'"{inner}"')


def _stray_quote(match: Match) -> Finding | None:
    return Finding("bad-character", f"`{match.group()}` cannot stand here", ('text stands in double quotes: `"…"`',))


def _comment_mark(match: Match) -> Finding | None:
    mark = match.group()[:2]
    return Finding("bad-character", f"`{mark}` does not begin a comment", ("a comment begins with `#`",))


def _dash(match: Match) -> Finding | None:
    return Finding(
        "bad-character",
        f"`{match.group()}` is a dash, which the language does not have",
        ("write `-` to take away, or `to` between two days",),
        "-",
    )


_SIGNS = {
    "==": ("is", "="),
    "!=": ("is not", "<>"),
    "=>": ("is at least", ">="),
    "=<": ("is at most", "<="),
    "&&": ("and", ""),
    "&": ("and", ""),
}


def _sign(match: Match) -> Finding | None:
    said, instead = _SIGNS[match.group()]
    return Finding("bad-character", f"`{match.group()}` is not in the language", (f"write `{said}`",), instead)


def _power(match: Match) -> Finding | None:
    return Finding(
        "bad-character", f"the language has no powers: `{match.group()}`", ("write the product out: `x * x`",), "*"
    )


def _semicolon(match: Match) -> Finding | None:
    return Finding(
        "bad-character", "nothing here needs a semicolon", ("leave it out; the members of a list take commas",)
    )


def _percent(match: Match) -> Finding | None:
    return Finding("bad-number", "`%` stands after a figure: `8.4%`", ("a share of something is written `10% of it`",))


def _currency_sign(match: Match) -> Finding | None:
    sign = match.group()
    return Finding("bad-number", f"`{sign}` stands before a figure: `{sign}500`")


def _word(match: Match) -> Finding | None:
    word = match.group()
    if word == word.lower():
        return None
    if re.fullmatch(r"[A-Z]{3}", word) and re.match(r" \d", match.string[match.end() : match.end() + 2]):
        return None
    if word in _CURRENCIES:
        return None
    if re.search(r"currency[ \t]*:[ \t]*$", match.string[max(0, match.start() - 40) : match.start()]):
        return _currency(match, word)
    if len(word.split()) > 1:
        return Finding("bad-text", "text for people stands in quotes", (f'write `"{word}"`',), f'"{word[1:-1]}"')
    lower = word.lower()
    if word.isupper() and (instead := instead_of(word)) and re.match(r"\s*\(", match.string[match.end() :]):
        return Finding("bad-name", f"`{word}` is not in the language", (instead,), lower)
    what = "the language's words are" if lower in _KNOWN else "names are"
    help_ = f"write `{lower}`" if lower in _KNOWN else f'write `{lower}`; a title stands in quotes: `"{word}"`'
    return Finding("bad-name", f"{what} in lower case: `{word}`", (help_,), lower if len(lower) == len(word) else "")


_CURRENCIES = frozenset(["GBP", "EUR", "USD", "AUD", "CAD", "NZD", "CHF", "SEK", "NOK", "DKK", "JPY", "INR", "ZAR"])
_KNOWN = frozenset(
    [
        *("contract", "category", "period", "records", "parameter", "scale", "measure", "define", "payment", "limit"),
        *("constraint", "variation", "example", "when", "otherwise", "pay", "deduct", "where", "and", "or", "not"),
        *("is", "of", "by", "across", "given", "expect"),
    ]
)


def _currency(match: Match, word: str) -> Finding | None:
    if re.fullmatch(r"[A-Z]{3}", word):
        return None
    return Finding(
        "bad-name", f"`{word}` is not a currency's three letters", ("write `GBP`, `EUR` or `USD`",), word[:3].upper()
    )


def _small_currency(match: Match) -> Finding | None:
    code = match["code"]
    instead = match.group()[: -len(code)] + code.upper()
    return Finding("bad-name", f"a currency is three capital letters: `{code}`", (f"write `{code.upper()}`",), instead)


def _underscore(match: Match) -> Finding | None:
    name = match.group().lstrip("_") or "name"
    return Finding(
        "bad-name", f"a name begins with a letter: `{match.group()}`", (f"write `{name}`",), f"x{match.group()[1:]}"
    )


def _other(match: Match) -> Finding | None:
    sign = match.group()
    kind = unicodedata.category(sign)
    if kind in ("Cc", "Cf", "Co", "Cs", "Cn"):
        return Finding(
            "bad-character", f"there is a character here that does not show (U+{ord(sign):04X})", ("delete it",)
        )
    if kind.startswith("Z"):
        return Finding("bad-character", f"this space is not an ordinary one (U+{ord(sign):04X})", ("type a space",))
    return Finding("bad-character", f"`{sign}` is not in the language")


def _figure(judge: Callable[[Match], figures.Wrong | None]) -> Callable[[Match], Finding | None]:
    def rule(match: Match) -> Finding | None:
        wrong = judge(match)
        return None if wrong is None else Finding(wrong.code, wrong.headline, wrong.help, wrong.instead)

    return rule


_PATTERNS: tuple[tuple[str, str, Callable[[Match], Finding | None] | None], ...] = (
    ("space", r"[\s\u00a0\u200b\ufeff]+", None),
    ("text", r'"[^"\n]*"|“[^”\n]*”', None),
    ("comment", r"\#[^\n]*", None),
    ("open_quote", r'["“][^"\n]*', _open_quote),
    ("other_quotes", r"(?<!\w)'[^'\"\n]*'(?!\w)|‘[^’\"\n]*’|``[^`'\"\n]*''", _other_quotes),
    ("stray_quote", r"[”‘’'`]", _stray_quote),
    ("comment_mark", r"//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/)?|--(?![\d£(])[^\n]*", _comment_mark),
    ("date", figures.GOOD_DATE, None),
    ("bad_date", figures.DATE, _figure(figures.date)),
    ("month", figures.MONTH, _figure(figures.month)),
    ("money", figures.MONEY, _figure(figures.money)),
    ("number", figures.NUMBER, _figure(figures.number)),
    ("point", r"(?<![\w\])])\.\d+", _figure(figures.point)),
    ("small_currency", r"currency[ \t]*:[ \t]*(?P<code>[a-z]{3})(?!\w)", _small_currency),
    ("word", r"[A-Z][a-z]\w*(?:[ ][A-Z][a-z]\w*)+|[^\W\d_][\w\u0300-\u036f]*", _word),
    ("underscore", r"_\w*", _underscore),
    ("dash", r"[–—−‒]", _dash),
    ("power", r"\^|\*\*", _power),
    ("sign", r"==|!=|=>|=<|&&?", _sign),
    ("semicolon", r";", _semicolon),
    ("percent", r"%", _percent),
    ("currency_sign", r"[£$€]", _currency_sign),
    ("known", r"[{}()\[\],:|.=+\-*/<>×÷≥≤≠]", None),
    ("other", r".", _other),
)
_SCAN = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern, _ in _PATTERNS))
_RULES = {name: rule for name, _, rule in _PATTERNS if rule is not None}
