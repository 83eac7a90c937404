"""Ids inside sentences: marked where they are put in, so that a statement can leave them out, whatever they look like.

An id may be any text: `1`, `a`, `£`, a word of the sentence around it. To look for it afterwards would take away too much or
too little. The marks are two characters for private use, which no id keeps.
"""

from __future__ import annotations

import re

_OPEN, _CLOSE = "\ue000", "\ue001"
_MARKED = re.compile(f'"?{_OPEN}[^{_CLOSE}]*{_CLOSE}"?')
_MARKS = re.compile(f"[{_OPEN}{_CLOSE}]")


def marked(identity: str) -> str:
    """An id as it is put into a sentence."""
    return f"{_OPEN}{_MARKS.sub('', identity)}{_CLOSE}"


def with_ids(text: str) -> str:
    """A sentence for those who may see whose it is."""
    return _MARKS.sub("", text)


def without_ids(text: str) -> str:
    """A sentence for everyone: `outcomes[(person), entered]`."""
    return _MARKED.sub("(person)", text)


def renamed(text: str, old: str, new: str) -> str:
    """A sentence about one person, told of another."""
    return text.replace(marked(old), marked(new))
