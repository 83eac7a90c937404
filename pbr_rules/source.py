"""Text as it was written: where a thing stands, and under which headings."""

from __future__ import annotations

from bisect import bisect_right

from attrs import define, field, frozen


@frozen(order=True)
class Span:
    """A stretch of a text: offsets of its first character and of the one after its last."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """The stretch from here to the end of `other`."""
        return Span(min(self.start, other.start), max(self.end, other.end))


NOWHERE = Span(0, 0)


@frozen
class Place:
    """A position for people: line and column, both counted from 1."""

    line: int
    column: int


@define(eq=False)
class Source:
    """One contract text, with the name it is known by.

    `headings` are the headings of a literate contract: offset where each begins to hold, and the trail it gives
    ("Schedule 4 › 2 Early payment"). `original` is the whole of a literate contract, of which `text` keeps the rules.
    """

    name: str
    text: str
    headings: tuple[tuple[int, str], ...] = ()
    literate: bool = False
    original: str | None = field(default=None, repr=False)
    _cache: dict[str, object] = field(factory=dict, repr=False)

    @property
    def _starts(self) -> list[int]:
        if "starts" not in self._cache:
            starts = [0]
            position = self.text.find("\n")
            while position >= 0:
                starts.append(position + 1)
                position = self.text.find("\n", position + 1)
            self._cache["starts"] = starts
        return self._cache["starts"]  # type: ignore[return-value]

    def place(self, offset: int) -> Place:
        """Line and column of an offset."""
        line = bisect_right(self._starts, offset)
        return Place(line, offset - self._starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its end."""
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def trail(self, offset: int) -> str | None:
        """The headings that an offset stands under, or None."""
        found = None
        for start, trail in self.headings:
            if start <= offset:
                found = trail
        return found
