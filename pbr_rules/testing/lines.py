"""The lines of a measure: which of them its tally reads, and what its explanation must say of each."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from pbr_rules import expressions as x
from pbr_rules.checked.model import Measure
from pbr_rules.dates import Duration, TimeUnit
from pbr_rules.measures import Measure as KindOfMeasure
from pbr_rules.words import words


def unread(measure: Measure) -> Iterator[str]:
    """Lines that are written and that the tally does not read: it is the same whatever they say."""
    what = measure.provided.what
    if not issubclass(what, KindOfMeasure):
        return
    lines = what.settings()
    written = {
        word: _length(value) if lines[word].kind == "duration" and isinstance(value, str) else value
        for word, value in measure.settings.items()
    }
    whole = what(**written)
    for word, value in written.items():
        match value:
            case Duration():
                others: list[object] = [value.times(2)]
            case x.Expression():
                others = [x.Bracket(value)]
            case _:
                others = [other for other in lines[word].words if other != value]
        if others and all(evolve(whole, **{word: o}).tally(measure.per) == whole.tally(measure.per) for o in others):
            yield word


def said(measure: Measure) -> Iterator[str]:
    """What an explanation says: the head, each line with its word, each condition, and what counts once."""
    yield f"{measure.provided.what.word} of {measure.records}"
    if measure.base is not None:
        yield f" per {measure.per:,} {measure.base}" if measure.per else f" for {measure.base}"
    for word, value in measure.settings.items():
        yield f"{word}: {value if isinstance(value, str) else words(value)}"
    yield from (words(condition) for condition in (*measure.among, *measure.where))
    if measure.once:
        yield f"once for each {', '.join(map(words, measure.once))}"
    if measure.covering is not None and measure.covering.clip is not None:
        first, last = map(words, measure.covering.clip)
        yield f"from {first} until {last}"


def _length(text: str) -> Duration:
    """A length of time, read back from its words."""
    number, _, unit = text.partition(" ")
    return Duration(int(number), TimeUnit(unit.removesuffix("s")))
