"""Days, sums and numbers as people write them elsewhere: what is wrong with each, and how it is written here."""

from __future__ import annotations

import re

from attrs import frozen

from pbr_rules.dates import MONTHS

Match = re.Match[str]

_WHOLE = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_MONTHS = "|".join(MONTHS)
_SHORT = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[a-z]*"
_SMALL = "|".join(f"{name[:3].lower()}(?:{name[3:]})?" for name in MONTHS)

GOOD_DATE = rf"\d{{4}}-\d{{2}}-\d{{2}}\b|\d{{1,2}}\s+(?:{_MONTHS})\s+\d{{4}}\b"
DATE = (
    r"\d{1,4}(?P<_mark>[/.])\d{1,2}(?P=_mark)\d{2,4}(?!\w)|\d{4}-\d{1,2}-\d{1,2}(?!\w)|\d{1,2}-\d{1,2}-\d{4}(?!\w)"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?[ ]+(?:of[ ]+)?{_SHORT}\.?(?:,?[ ]+\d{{2,4}})?(?!\w)"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?[ ]+(?:{_SMALL})[ ]+\d{{4}}(?!\w)"
)
MONTH = rf"(?:{_MONTHS})[ ]+\d{{1,2}}(?:st|nd|rd|th)?,?[ ]+\d{{4}}(?!\w)|(?:{_MONTHS})[ ]+\d{{4}}(?!\w)"
MONEY = r"[£$€][ \t]*-?[ \t]*\d(?:[\w,.]*\w)?(?:[ ]\d{3}(?!\w))*(?:[ ](?:thousand|k|K|M|Million|mil|mn|Billion)\b)?"
NUMBER = (
    r"\d(?:[\w,.]*\w)?(?:[ ]\d{3}(?![\w,.%]))*"
    r"(?:[ ]?%[ ]*(?:points?|pts?)\b|[ \u00a0]?%|[ ]+(?:per[ ]?cent|pc|pct|points?|pts?|pence|pounds|quid)\b"
    r"|[ ]+per[ ]+(?:hundred|thousand)\b|[ ]+(?:day|week|month|year)s?\b|[ ]+working[ ]+days?\b)?"
)


@frozen
class Wrong:
    """What is wrong with a figure, how it is written, and what to read in its place."""

    code: str
    headline: str
    help: tuple[str, ...] = ()
    instead: str = ""


def date(match: Match) -> Wrong | None:
    """`01/07/2010`, `1st July 2010`, `2010-7-1`."""
    written = match.group()
    parts = re.findall(r"\d+|[A-Za-z]+", re.sub(r"(?<=\d)(?:st|nd|rd|th)\b|\bof\b", " ", written))
    if any(part.isalpha() for part in parts):
        return _named_month(written, parts)
    first, second, third = parts
    if len(first) == 4:
        return _day_or_both(written, first, ((third, second),))
    if len(third) != 4:
        return Wrong("bad-date", f"`{written}`: the year has four digits", ("write `1 July 2010`",), "2010-01-01")
    return _day_or_both(written, third, ((first, second), (second, first)))


def _named_month(written: str, parts: list[str]) -> Wrong | None:
    day, month, *year = parts
    name = next((name for name in MONTHS if name.startswith(month[:3].capitalize())), month)
    if not year:
        return Wrong("bad-date", f"`{written}` has no year", (f"write `{int(day)} {name} 2010`",))
    full = year[0] if len(year[0]) == 4 else f"20{year[0][-2:]}"
    return Wrong(
        "bad-date", f"`{written}` is not how a day is written", (f"write `{int(day)} {name} {full}`",), "2010-01-01"
    )


def _day_or_both(written: str, year: str, readings: tuple[tuple[str, str], ...]) -> Wrong:
    """A day in figures: the readings (day, month) that there are, each written out."""
    said = list(dict.fromkeys(f"{int(day)} {MONTHS[int(month) - 1]}" for day, month in readings if _is_day(day, month)))
    if not said:
        return Wrong("bad-date", f"there is no such day as `{written}`", (), "2010-01-01")
    if len(said) == 1:
        help_ = (f"write `{said[0]} {year}`",)
        return Wrong("bad-date", f"`{written}` is not how a day is written", help_, "2010-01-01")
    return Wrong(
        "bad-date",
        f"`{written}` can be read as {said[0]} or as {said[1]}",
        (f"write `{said[0]} {year}`, or `{said[1]} {year}`",),
        "2010-01-01",
    )


def _is_day(day: str, month: str) -> bool:
    return 1 <= int(day) <= 31 and 1 <= int(month) <= 12


def month(match: Match) -> Wrong | None:
    """`July 2010`, `July 1, 2010`."""
    written = match.group()
    name, *numbers = re.findall(r"[A-Za-z]+(?<!st)(?<!nd)(?<!rd)(?<!th)|\d+", written)
    if len(numbers) == 1:
        return Wrong(
            "bad-date", f"`{written}` has no day of the month", (f"write `1 {name} {numbers[0]}`",), "2010-01-01"
        )
    help_ = (f"write `{int(numbers[0])} {name} {numbers[1]}`",)
    return Wrong("bad-date", f"`{written}` is not how a day is written", help_, "2010-01-01")


_SUFFIX = {"k": "thousand", "thousand": "thousand", "m": "million", "mil": "million", "mn": "million"}
_SUFFIX |= {"million": "million", "b": "billion", "bn": "billion", "billion": "billion"}


def money(match: Match) -> Wrong | None:
    """`£ 5`, `£-5`, `£1,50`, `£8M`, `£5k`, `£1 000`."""
    written = match.group()
    if re.fullmatch(rf"[£$€]{_WHOLE}(?:m|bn)?", written):
        return None
    sign, rest = written[0], written[1:].strip()
    if rest.startswith("-"):
        after = rest[1:].strip()
        return Wrong("bad-number", f"`{written}`: the minus stands first", (f"write `-{sign}{after}`",), f"-{sign}1")
    found = re.fullmatch(r"([\d,. ]*\d)[ ]?([A-Za-z]*)", rest)
    if found is None:
        return Wrong(
            "bad-number", f"`{written}` is not how a sum of money is written", ("write `£1,500.50`",), f"{sign}1"
        )
    digits, suffix = _repaired(found[1]), found[2].lower()
    if suffix and suffix not in _SUFFIX:
        return Wrong(
            "bad-number",
            f"`{written}`: nothing follows the figure but `m` or `bn`",
            (f"write `{sign}{digits}`",),
            f"{sign}1",
        )
    if _SUFFIX.get(suffix) == "thousand":
        thousands = f"{digits},000" if re.fullmatch(r"[\d,]+", digits) else "£1,500"
        return Wrong(
            "bad-number", f"`{written}`: thousands are written out", (f"write `{sign}{thousands}`",), f"{sign}1"
        )
    said = f"{sign}{digits}" + (f" {_SUFFIX[suffix]}" if suffix else "")
    if written[1:2] in " \t":
        return Wrong("bad-number", f"`{written}`: the sign touches its figure", (f"write `{said}`",), f"{sign}1")
    if digits != found[1]:
        # `£3,00` is £3.00 to some, and to others a slip for £300.
        either = f", or `{sign}{found[1].replace(',', '')}`" if re.fullmatch(r"\d+,\d{1,2}", found[1]) else ""
        return Wrong("bad-number", f"`{written}`: {_why(found[1])}", (f"write `{said}`{either}",), f"{sign}1")
    return Wrong("bad-number", f"`{written}` is not how a sum of money is written", (f"write `{said}`",), f"{sign}1")


def _repaired(digits: str) -> str:
    """Digits as they are likely meant: `1.000,50` is 1,000.50, `1,50` is 1.50, `1 000` is 1,000."""
    plain = digits.replace(" ", ",")
    if re.fullmatch(_WHOLE, plain):
        return plain
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})*,\d{1,2}", plain):
        whole, _, pence = plain.replace(".", "").rpartition(",")
        return f"{int(whole):,}.{pence:0<2}"
    bare = plain.replace(",", "")
    if re.fullmatch(r"\d+(?:\.\d+)?", bare):
        whole, dot, rest = bare.partition(".")
        return f"{int(whole):,}{dot}{rest}"
    return re.sub(r"\D", "", digits)


def _why(digits: str) -> str:
    if " " in digits:
        return "digits are joined by a comma, not a space"
    if digits.count(".") > 1 or re.search(r"\..*,", digits):
        return "a comma joins thousands and a point begins the decimals"
    return "a comma joins digits only in threes"


_TIME = {"d": "days", "w": "weeks", "wk": "weeks", "wks": "weeks", "mth": "months", "mths": "months", "mo": "months"}
_TIME |= {"m": "months", "yr": "years", "yrs": "years", "y": "years"}
_UNIT = re.compile(r"(?:working +)?days?|(?:week|month|year)s?")


def number(match: Match) -> Wrong | None:
    """Anything that begins with a digit, with the unit after it."""
    written = match.group()
    found = re.fullmatch(r"(\d(?:[\d,.]*\d)?(?:[ ]\d{3})*)(.*)", written)
    digits, tail = (found[1], found[2]) if found else (written, "")
    unit = " ".join(tail.split())
    if re.fullmatch(_WHOLE, digits) and (wrong := _unit(match, written, digits, tail, unit)) is not _FINE:
        return wrong
    if re.fullmatch(_WHOLE, digits):
        return None
    said = _repaired(digits)
    kept = tail if tail in ("%", " %", "pp") or _UNIT.fullmatch(unit) else ""
    help_ = f"write `{said}{kept}`"
    if re.fullmatch(r"\d+(?:,\d+)+", digits):
        help_ += f"; in a list a space follows each comma: `{digits.replace(',', ', ')}`"
    return Wrong("bad-number", f"`{written}`: {_why(digits)}", (help_,), f"1{kept}")


_FINE = Wrong("bad-number", "nothing is wrong")


def _unit(match: Match, written: str, digits: str, tail: str, unit: str) -> Wrong | None:
    """What is wrong with the unit after a good number; `_FINE` where nothing is."""
    if unit in ("", "%", "pp"):
        return _FINE
    based = re.search(r"\bper\s+$", match.string[max(0, match.start() - 20) : match.start()])
    if based and re.fullmatch(r"[a-z]\w*", unit) and tail[0] == " ":
        return _FINE
    if unit in ("per cent", "percent", "pc", "pct"):
        return Wrong(
            "bad-number", f"`{written}`: a percentage is written with `%`", (f"write `{digits}%`",), f"{digits}%"
        )
    if re.fullmatch(r"%? ?(?:points?|pts?)|ppts?", unit):
        help_ = (f"write `{digits} percentage points`",)
        return Wrong("bad-number", f"`{written}`: say which points", help_, f"{digits}pp")
    if unit in ("per hundred", "per thousand"):
        base = "100" if unit.endswith("hundred") else "1,000"
        return Wrong(
            "bad-number", f"`{written}`: the base is a number", (f"write `{digits} per {base}`",), f"{digits} per 1"
        )
    if _UNIT.fullmatch(unit):
        return _length(written, digits, tail, unit)
    if unit in ("p", "pence"):
        pence = f"£{int(digits) / 100:.2f}" if digits.isdigit() and len(digits) < 9 else "£0.50"  # for showing only
        return Wrong("bad-number", f"`{written}`: pence are written as pounds", (f"write `{pence}`",), "£1")
    if unit in ("pounds", "quid"):
        return Wrong("bad-number", f"`{written}`: money is written with its sign", (f"write `£{digits}`",), "£1")
    if tail[0] == " ":
        return _FINE
    return _joined(written, digits, unit)


def _length(written: str, digits: str, tail: str, unit: str) -> Wrong | None:
    if "." in digits:
        return Wrong(
            "bad-number",
            f"`{written}`: a length of time is a whole number",
            ("write it in a smaller unit",),
            f"1 {unit}",
        )
    if tail[0] != " ":
        return Wrong("bad-number", f"`{written}`: a space is missing", (f"write `{digits} {unit}`",), f"1 {unit[:-1]}")
    return _FINE


def _joined(written: str, digits: str, unit: str) -> Wrong | None:
    lower = unit.lower()
    if lower in _TIME:
        also = f", or `£{digits}m` for money" if lower == "m" else ""
        help_ = (f"write `{digits} {_TIME[lower]}`{also}",)
        return Wrong("bad-number", f"`{written}`: a length of time is written out", help_, "1")
    if lower == "k":
        return Wrong("bad-number", f"`{written}`: thousands are written out", (f"write `{digits},000`",), "1")
    if re.fullmatch(r"[eE]\d+", unit) and len(unit) < 4:
        return Wrong("bad-number", f"`{written}`: numbers are written out", ("write `1,000,000`",), "1")
    if re.fullmatch(r"st|nd|rd|th", lower):
        return Wrong("bad-number", f"`{written}`: write the number alone", (f"write `{digits}`",), digits)
    return Wrong(
        "bad-name", f"`{written}` is neither a number nor a name", ("a name begins with a letter",), "x" * len(written)
    )


def point(match: Match) -> Wrong | None:
    """`.5`."""
    return Wrong("bad-number", f"`{match.group()}`: a figure begins with a digit", (f"write `0{match.group()}`",), "1")
