"""What a contract's file may be, and what is said of one that is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from pbr_rules import bounds
from pbr_rules.diagnostics import ContractError, UsageError
from pbr_rules.surface import literate
from pbr_rules.surface.files import load
from pbr_rules.surface.parse import parse
from pbr_rules.surface.write import write


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("£5".encode(), "£5"),
        ("\ufeff£5".encode(), "£5"),
        (b"\xa35 \x93x\x94", "£5 “x”"),
        (b"a\rb\r\nc\n", "a\nb\r\nc\n"),
        ("caf\u0065\u0301".encode(), "café"),
    ],
)
def test_letters(tmp_path: Path, content: bytes, text: str) -> None:
    path = tmp_path / "a.pbr"
    path.write_bytes(content)
    assert load(path).text == text


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04\0\0", "not-text"),
        ("£5".encode("utf-16"), "not-text"),
        (b"\x81\x8d", "not-text"),
        (b"x" * (bounds.CONTRACT_CHARACTERS + 1), "too-long"),
        (b"x" * (4 * bounds.CONTRACT_CHARACTERS + 2), "too-long"),
    ],
)
def test_not_a_contract(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "a.pbr"
    path.write_bytes(content)
    with pytest.raises(ContractError) as caught:
        load(path)
    assert [d.code for d in caught.value.diagnostics] == [code]
    assert caught.value.diagnostics[0].help


def test_no_such_file(tmp_path: Path) -> None:
    for name in (str(tmp_path / "none.pbr"), str(tmp_path), "a\0b"):
        with pytest.raises(UsageError):
            load(name)


LITERATE = """# Schedule 4

The council pays as follows: {not a rule}.

## 2 Early payment

~~~~ pbr
category   c {a,b}
~~~~

```python
print("not a rule")
```

   ```pbr
   define d by c = 3   # kept
   ```
### Notes ###
"""


def test_only_the_blocks_are_rules() -> None:
    source = literate.read("a.md", LITERATE)
    document, problems = parse(source)
    assert not problems
    assert len(source.text) == len(LITERATE)
    assert [getattr(node, "name", "") for node in document.declarations] == ["c", "d"]
    assert source.trail(document.declarations[0].span.start) == "Schedule 4 › 2 Early payment"
    assert source.trail(len(LITERATE)) == "Schedule 4 › 2 Early payment › Notes"


def test_only_the_blocks_are_laid_out() -> None:
    done = write(literate.read("a.md", LITERATE))
    assert done == LITERATE.replace("category   c {a,b}", "category c { a, b }").replace("3   # kept", "3  # kept")
    windows = LITERATE.replace("\n", "\r\n")
    assert write(literate.read("a.md", windows)) == done.replace("\n", "\r\n")


def test_a_file_without_rules() -> None:
    _, problems = parse(literate.read("a.md", "# Nothing here\n"))
    assert [p.code for p in problems] == ["incomplete"]


def test_a_block_is_read_alone() -> None:
    text = "```pbr\ncategory c {\n  a\n```\n\n```pbr\ndefine d by c = 3\n```\n"
    source = literate.read("a.md", text)
    document, problems = parse(source)
    assert [(source.place(p.span.start).line, p.code) for p in problems] == [(3, "not-closed")]
    assert [getattr(node, "name", "") for node in document.declarations] == ["c", "d"]
