"""Every format of a statement shows the same lines, amounts and total, and none names a person unless it is asked to."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

FORMATS = ("table", "json", "csv", "md", "html", "xlsx")

TERMS = """language 1
contract card "A rate card" {
  payer council: "The council"
  provider trust: "The trust"
  currency: GBP
  payments: rounded to £0.01 half up
}
records clients "Clients" { client: id }
records claims "Claims" { client: id of clients }
parameter price "Price" by client: money
measure achievements "Achievements" by client { count of claims for clients }
payment outcomes "Outcomes | paid" by client { pay achievements * price[client] }
payment fee "=1+1" { pay £1,234.50 }
"""
CLIENTS = "client\nIdent-0001\nIdent-0002\nIdent-0003\n"
CLAIMS = "client\nIdent-0001\nIdent-0001\nIdent-0002\n"
PRICES = "client,value\nIdent-0001,£5\nIdent-0002,£7.25\n"


@pytest.fixture
def card(pbr: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """Settles the card: 2 * £5 + 1 * £7.25 + £1,234.50 = £1,251.75, and one client refused for its price."""
    for name, content in (
        ("card.pbr", TERMS),
        ("clients.csv", CLIENTS),
        ("claims.csv", CLAIMS),
        ("prices.csv", PRICES),
    ):
        (tmp_path / name).write_text(content, encoding="utf-8")
    return lambda *more: pbr(
        "settle",
        "card.pbr",
        *("--records", "clients=clients.csv", "--records", "claims=claims.csv", "--given", "price=prices.csv"),
        *more,
    )


def plain(content: bytes, form: str) -> str:
    """All the text of a file of a format, as its reader sees it."""
    if form == "xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            sheets = [book.read(n).decode() for n in sorted(book.namelist()) if "sheet" in n or "Strings" in n]
        return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", sheet) for sheet in sheets))
    text = content.decode("utf-8-sig")
    return html.unescape(re.sub(r"<[^>]+>", " ", text)) if form == "html" else text


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_has_the_same_amounts(card: Callable[..., Any], tmp_path: Path, form: str) -> None:
    ran = card("--format", form, "--output", f"statement.{form}")
    assert ran.code == 5
    text = plain((tmp_path / f"statement.{form}").read_bytes(), form)
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    total = () if form == "csv" else ("1251.75",)  # csv holds the lines alone
    for amount in ("7.25", "1234.5", "10", *total):
        assert re.search(rf"(?<![\d.]){re.escape(amount)}", text), amount
    assert "price" in text
    assert re.search(r"refused", text, re.IGNORECASE)


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_names_a_person_unless_asked(card: Callable[..., Any], tmp_path: Path, form: str) -> None:
    place = tmp_path / f"statement.{form}"
    assert card("--output", place.name, "--format", form).code == 5
    assert "Ident-" not in plain(place.read_bytes(), form)
    assert card("--output", place.name, "--format", form, "--force", "--people").code == 5
    assert "Ident-" in plain(place.read_bytes(), form)


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_names_a_person_that_was_typed(
    card: Callable[..., Any], pbr: Callable[..., Any], tmp_path: Path, form: str
) -> None:
    """3 * £5 + £1,234.50, with each price typed at the command line."""
    typed = [part for n in (1, 2, 3) for part in ("--set", f'price["Ident-000{n}"]=£5')]
    records = ("--records", "clients=clients.csv", "--records", "claims=claims.csv")
    ran = pbr("settle", "card.pbr", *records, *typed, "--format", form, "--output", f"statement.{form}")
    assert ran.code == 0
    text = plain((tmp_path / f"statement.{form}").read_bytes(), form)
    assert "Ident-" not in text
    assert "1,249.50" in text or "1249.5" in text or form == "csv"


def test_csv_is_lines_for_a_spreadsheet(card: Callable[..., Any]) -> None:
    ran = card("--format", "csv")
    rows = list(csv.DictReader(io.StringIO(ran.out.lstrip("\ufeff"))))
    amounts = [Fraction(row["amount"]) for row in rows if row["amount"]]
    assert sum(amounts) == Fraction("1251.75")
    assert any("'=1+1" in row.values() for row in rows), "a title that looks like a formula is made plain"


def test_markdown_keeps_its_tables_whole(card: Callable[..., Any]) -> None:
    """A bar in a title does not begin a new cell."""
    tables = re.findall(r"(?:^\|.*\n)+", card("--format", "md").out, re.MULTILINE)
    assert tables
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1


def test_html_runs_nothing_and_fetches_nothing(card: Callable[..., Any], tmp_path: Path) -> None:
    terms = (tmp_path / "card.pbr").read_text(encoding="utf-8")
    (tmp_path / "card.pbr").write_text(terms.replace("A rate card", "<script>alert(1)</script>"), encoding="utf-8")
    page = card("--format", "html").out
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"""(?:src|href)=["']?http""", page)


def test_the_table_is_as_wide_as_it_must_be_and_ends_no_line_in_spaces(card: Callable[..., Any]) -> None:
    out = card().out
    assert not re.search(r" \n", out)
    assert "\x1b[" not in out, "no colours where nobody looks"


def test_the_same_command_writes_the_same_bytes(card: Callable[..., Any], tmp_path: Path) -> None:
    for form in FORMATS:
        made = []
        for _ in range(2):
            assert card("--format", form, "--output", "statement.out", "--force").code == 5
            made.append((tmp_path / "statement.out").read_bytes())
        assert made[0] == made[1], form


def test_json_says_what_was_typed_without_ids(card: Callable[..., Any]) -> None:
    typed = json.loads(card("--format", "json").out)["receipt"]["command"]
    assert typed.startswith("pbr settle card.pbr --records clients=clients.csv")
