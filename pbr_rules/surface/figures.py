"""Figures as they are spelled: text to a literal with its one canonical spelling, or a problem that says the repair."""

from __future__ import annotations

import re
from fractions import Fraction

from attrs import evolve

from pbr_rules import kinds
from pbr_rules.dates import Duration, TimeUnit, long_text, read_day
from pbr_rules.diagnostics import Diagnostic
from pbr_rules.expressions import Literal
from pbr_rules.source import Span

CURRENCIES = {sign: currency for currency, sign in kinds.SIGNS.items()}
SUFFIXES = {"m": "million", "bn": "billion", "million": "million", "billion": "billion"}
SIZES = {"million": 10**6, "billion": 10**9, "": 1}


class Problem(Exception):  # noqa: N818 - a value on its way to the list of reports
    """Raised inside the reader of text; becomes a report."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic
        super().__init__(diagnostic.headline)


def _digits(text: str) -> tuple[Fraction, str]:
    plain = text.replace(",", "")
    head, _, tail = plain.partition(".")
    written = f"{int(head):,}" + (f".{tail}" if tail else "")
    return Fraction(plain), written


def number(text: str, span: Span) -> Literal:
    """`1,000`, `2.5`."""
    value, written = _digits(text)
    return Literal(
        value, kinds.COUNT if value.denominator == 1 and "." not in text else kinds.NUMBER, written, span=span
    )


def percent(text: str, span: Span) -> Literal:
    """`8.4%`: 8.4 hundredths."""
    value, written = _digits(text.rstrip("% \t\u00a0"))
    return Literal(value / 100, kinds.PERCENT, f"{written}%", span=span)


def points(text: str, span: Span) -> Literal:
    """`5 percentage points`, `5pp`: kept as hundredths, as rates are."""
    value, written = _digits(re.split(r"pp|\s", text)[0])
    word = "percentage point" if written == "1" else "percentage points"
    return Literal(value / 100, kinds.POINTS, f"{written} {word}", span=span)


def frequency(text: str, span: Span) -> Literal:
    """`142 per 100`: events for each person, with the number they are shown per."""
    top, bottom = re.split(r"\s+per\s+", text)
    value, written = _digits(top)
    per, per_written = _digits(bottom)
    if per == 0:
        raise Problem(Diagnostic("bad-number", "a frequency cannot be per 0", span))
    kind = evolve(kinds.FREQUENCY, per=int(per))
    return Literal(value / per, kind, f"{written} per {per_written}", span=span)


def money(text: str, span: Span) -> Literal:
    """`£1,500.50`, `£8 million`, `USD 12.30`."""
    text = " ".join(text.split())
    found = re.fullmatch(r"(£|\$|€|[A-Z]{3} )([\d,]+(?:\.\d+)?) ?(million|billion|m|bn)?", text)
    if found is None:
        raise Problem(Diagnostic("bad-number", f"`{text}` is not a sum of money", span))
    sign, digits, suffix = found.group(1), found.group(2), SUFFIXES.get(found.group(3) or "", "")
    value, written = _digits(digits)
    tail = digits.partition(".")[2]
    if not suffix and tail and len(tail) != 2:
        repair = "a price in parts of a penny is written as a ratio: `£1 / 3`"
        if len(tail) == 1:
            repair = f"write `{sign}{written}0`"
        raise Problem(Diagnostic("bad-number", f"`{text}`: pence have two digits", span, help=(repair,)))
    spelled = f"{sign}{written}" + (f" {suffix}" if suffix else "")
    return Literal(value * SIZES[suffix], kinds.money(CURRENCIES.get(sign, sign.strip())), spelled, span=span)


def day(text: str, span: Span) -> Literal:
    """`2010-07-01`, or `1 July 2010`; each is kept as written."""
    try:
        value = read_day(text)
    except ValueError:
        raise Problem(Diagnostic("bad-date", f"there is no such day as `{' '.join(text.split())}`", span)) from None
    return Literal(value, kinds.DATE, text if "-" in text else long_text(value), span=span)


def duration(text: str, span: Span) -> Literal:
    """`12 months`, `15 working days`."""
    count, *unit = text.split()
    length = Duration(int(count.replace(",", "")), TimeUnit(" ".join(unit).removesuffix("s")))
    if length.is_working and length.count == 0:
        said = "`0 working days` lead to no day: the first working day after a day is `1 working day` after it"
        raise Problem(Diagnostic("bad-number", said, span))
    return Literal(
        length, kinds.DURATION, f"{length.count:,} {length.unit}{'' if length.count == 1 else 's'}", span=span
    )


def text(token: str, span: Span) -> Literal:
    """`"…"`: no escapes; curly quotes become straight ones."""
    return Literal(token[1:-1], kinds.TEXT, f'"{token[1:-1]}"', span=span)
