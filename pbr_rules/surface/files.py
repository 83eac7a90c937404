"""Reads a contract's file: which letters its bytes are, and whether it is a contract's text at all."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from pbr_rules import bounds
from pbr_rules.diagnostics import ContractError, Diagnostic, UsageError
from pbr_rules.source import NOWHERE, Source
from pbr_rules.surface import literate

_MOST_BYTES = 4 * bounds.CONTRACT_CHARACTERS
_MARKS = (b"\xff\xfe", b"\xfe\xff")


def load(path: str | Path) -> Source:
    """The contract in a file, `.pbr` or `.md`: UTF-8, or the Windows letters of an older editor.

    Raises:
        UsageError: there is no such file, or it cannot be read.
        ContractError: what is in it is not text, or is too long for a contract.
    """
    name = str(path)
    return literate.read(name, _text(name, _bytes(name)))


def _bytes(name: str) -> bytes:
    try:
        with Path(name).open("rb") as file:
            found = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        raise UsageError(f"there is no file `{name}`") from None
    except IsADirectoryError:
        raise UsageError(f"`{name}` is a folder, not a contract's file") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"`{name}` cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(found) > _MOST_BYTES:
        raise _refused(name, "too-long", f"`{name}` is longer than a contract can be", _TOO_LONG)
    return found


_TOO_LONG = f"a contract has at most {bounds.CONTRACT_CHARACTERS:,} characters; is this a file of records?"


def _text(name: str, found: bytes) -> str:
    if found.startswith(_MARKS):
        repair = "save it again as plain text with the encoding UTF-8"
        raise _refused(name, "not-text", f"`{name}` is saved in an encoding called UTF-16", repair)
    if b"\0" in found:
        repair = "a contract is plain text, ending in `.pbr` or `.md`; a Word or Excel file must be saved as plain text"
        raise _refused(name, "not-text", f"`{name}` is not a text file", repair)
    try:
        text = found.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = found.decode("cp1252")
        except UnicodeDecodeError:
            repair = "save it again as plain text with the encoding UTF-8"
            raise _refused(name, "not-text", f"`{name}` has letters that cannot be read", repair) from None
    if len(text) > bounds.CONTRACT_CHARACTERS:
        raise _refused(name, "too-long", f"`{name}` is longer than a contract can be", _TOO_LONG)
    return unicodedata.normalize("NFC", re.sub(r"\r(?!\n)", "\n", text))


def _refused(name: str, code: str, headline: str, repair: str) -> ContractError:
    return ContractError(Source(name, ""), (Diagnostic(code, headline, NOWHERE, help=(repair,)),))
