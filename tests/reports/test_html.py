"""The page of a statement: whole, self-contained, escaped, and marked up for those who do not see it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from attrs import evolve
from jsonschema import Draft202012Validator

from pbr_rules.reports import html, sections, write
from pbr_rules.reports.layout import Section
from pbr_rules.reports.schema import schema

VOID = {"meta", "br", "line", "rect", "circle", "path", "link", "img", "input", "hr"}
LIBRARY = ("apollo", "care_leavers", "doncaster", "peterborough", "tarp")


class Page(HTMLParser):
    """What a page is made of. Fails where an element is closed that is not open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None], tuple[str, ...]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice: {tag}"
        self.found.append((tag, dict(attrs), tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), tuple(self.open)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, tag

    def handle_data(self, data: str) -> None:
        if not {"style", "title", "desc"} & set(self.open) or "svg" in self.open:
            self.texts.append(data)

    @property
    def text(self) -> str:
        """All that is read."""
        return re.sub(r"\s+", " ", "".join(self.texts))

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        """The attributes of every element of these kinds."""
        return [attributes for tag, attributes, _ in self.found if tag in tags]


def shown(amount: str) -> str:
    whole, _, rest = amount.lstrip("-").partition(".")
    return f"{'-' if amount.startswith('-') else ''}£{int(whole):,}.{rest}"


@pytest.fixture(params=("falls", "people", *LIBRARY))
def whole(
    request: pytest.FixtureRequest, settle: Callable[..., dict[str, Any]], library: Callable[[str], dict[str, Any]]
) -> dict[str, Any]:
    """A statement of each sort."""
    if request.param in LIBRARY:
        return library(request.param)
    return settle(people=request.param == "people")


def test_the_page_is_one_file_that_runs_nothing_and_fetches_nothing(whole: dict[str, Any]) -> None:
    text = html.statement(whole)
    page = Page(text)
    assert not page.all("script", "link", "img", "iframe", "object", "form", "base")
    assert [a["href"] for a in page.all("a") if not str(a["href"]).startswith("#")] == []
    for _, attributes, _ in page.found:
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "srcset", "style")]
    assert not re.search(r"url\(|@import|javascript:", text)
    assert set(re.findall(r"https?://[^\s\"<]+", text)) <= {"http://www.w3.org/2000/svg"}


def test_the_page_has_its_marks(whole: dict[str, Any]) -> None:
    page = Page(html.statement(whole))
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("header")) == len(page.all("footer")) == 1
    assert page.found[0] == ("html", {"lang": "en-GB"}, ())
    first_link = page.all("a")[0]
    assert first_link["class"] == "skip"
    ids = [attributes["id"] for _, attributes, _ in page.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = [str(a["href"])[1:] for a in page.all("a")]
    for _, attributes, _ in page.found:
        targets += str(attributes.get("aria-labelledby") or "").split()
    assert set(targets) <= set(ids)
    assert all("aria-labelledby" in section for section in page.all("section"))


def test_each_table_has_a_caption_and_each_heading_a_scope(whole: dict[str, Any]) -> None:
    page = Page(html.statement(whole))
    tables = re.findall(r"<table.*?</table>", html.statement(whole), re.DOTALL)
    assert len(tables) == len(page.all("table"))
    for table in tables:
        assert len(re.findall("<caption", table)) == 1
        assert re.search(r"<caption[^>]*>[^<\s]", table)
        columns = len(re.findall(r'scope="col"', table))
        for row in re.findall(r"<tr.*?</tr>", table.split("<tbody")[1], re.DOTALL):
            if 'class="behind"' in row:
                assert f'colspan="{columns}"' in row
            else:
                assert len(re.findall(r"<t[hd][ >]", row)) == columns
    assert all(th.get("scope") in ("col", "row") for th in page.all("th"))


def test_each_picture_has_a_title_and_says_what_it_shows(whole: dict[str, Any]) -> None:
    text = html.statement(whole)
    for picture in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        assert 'role="img"' in picture
        title, desc = (re.search(rf'<{tag} id="([^"]+)">([^<]+)</{tag}>', picture) for tag in ("title", "desc"))
        assert title is not None and desc is not None
        assert f'aria-labelledby="{title[1]} {desc[1]}"' in picture
        assert title[2].strip() and desc[2].strip()


def test_every_line_the_total_and_every_reason_are_on_the_page(settle: Callable[..., dict[str, Any]]) -> None:
    whole = settle()
    text = Page(html.statement(whole)).text
    for line in whole["settlement"]["lines"]:
        if line["amount"] is None:
            assert line["why"].replace("`", "") in text
            continue
        assert shown(line["amount"]) in text
        assert (line["working"]["with_numbers"] or line["working"]["steps"][0]) in text
        assert not line["clause"] or line["clause"] in text
    assert "Total to pay £6,284.50" in text
    assert "Left out of this total: 1 refused." in text
    assert whole["receipt"]["files"][0]["sha256"] in text
    assert whole["receipt"]["command"] in text


@pytest.mark.parametrize("name", LIBRARY)
def test_every_amount_of_the_library_is_on_its_page(name: str, library: Callable[[str], dict[str, Any]]) -> None:
    whole = library(name)
    text = Page(html.statement(whole)).text
    currency = {"GBP": "£", "USD": "$"}[whole["settlement"]["contract"]["currency"]]
    for line in whole["settlement"]["lines"]:
        if line["amount"] is not None:
            assert shown(line["amount"]).replace("£", currency) in text
        else:
            assert line["why"].replace("`", "") in text


HOSTILE = "<script>alert(1)</script> & `</code>` ' onload=x {{ 7 * 7 }} {% raw %}"


def test_text_is_only_text(settle: Callable[..., dict[str, Any]]) -> None:
    whole = settle(HOSTILE, HOSTILE)
    for title in (*whole["settlement"]["contract"]["dimensions"], "person"):
        whole["settlement"]["contract"]["dimensions"][title] = HOSTILE
    page = Page(html.statement(whole))
    assert not page.all("script")
    assert "{{ 7 * 7 }} {% raw %}" in page.text
    assert "<script>alert(1)</script> & </code> ' onload=x" in page.text


def test_each_party_has_a_place_to_sign(settle: Callable[..., dict[str, Any]]) -> None:
    text = html.statement(settle())
    signatures = text.split('id="signatures"')[1].split("</section>")[0]
    assert re.findall(r'scope="row"[^>]*>([^<]+)<', signatures) == [
        "The council (payer)",
        "The ministry (payer)",
        "The trust (provider)",
    ]
    for heading in ("Name", "Role", "Signature", "Date"):
        assert f">{heading}</th>" in signatures


def test_a_working_is_open_on_paper(settle: Callable[..., dict[str, Any]]) -> None:
    text = html.statement(settle())
    assert "details::details-content" in text.split("@media print")[1]
    assert text.count('<details class="working lines">') == 9


def test_a_figure_read_twice_is_worked_out_once(settle: Callable[..., dict[str, Any]]) -> None:
    line = next(line for line in settle()["settlement"]["lines"] if line["working"]["of"] == "results[north, first]")
    made = html.once(line["working"])
    seen: list[str] = []

    def walk(working: dict[str, Any]) -> None:
        if working["inputs"] or working["formula"]:
            seen.append(working["of"])
        for inner in working["inputs"]:
            walk(inner)

    walk(made)
    assert len(seen) == len(set(seen)) > 1


def test_a_section_of_no_part_is_a_part_by_itself(
    settle: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    more = Section("Compared with what was paid", ("Line", "Paid"), (("Results", "£5.00"),), (1,), part="compared")
    every = sections.sections
    monkeypatch.setattr(html, "sections", lambda whole, every_=True, **_: [*every(whole, every=True), evolve(more)])
    text = Page(html.statement(settle())).text
    assert text.count("Compared with what was paid") == 3, "in the list of parts, as its heading and as its caption"


def test_terms_that_pay_nothing_have_no_total(bench: Any, catalogue: Any) -> None:
    head = 'language 1\ncontract none "None" { payer a: "A" provider b: "B" }\n'
    settled = bench.settle('category one { only }\ndefine d "D" by one = 2\n', head=head)
    whole = write.whole(settled, ["settle", "none.pbr"], catalogue)
    assert Draft202012Validator(schema("pbr/statement/1")).is_valid(whole)
    for form in ("table", "csv", "md", "html", "xlsx"):
        assert write.written(whole, form)
    text = Page(html.statement(whole)).text
    assert "Total" not in text
    assert "d[only]" in text


def test_what_is_due_now_is_read_first_and_no_note_of_the_summary_is_lost(
    settle: Callable[..., dict[str, Any]],
) -> None:
    """£6,284.50 in all, of which an earlier statement paid £284.50; and a limit that could not be applied."""
    whole = settle()
    s = whole["settlement"]
    s["earlier"] = {"on": "2021-02-01"}
    s["totals"] |= {"paid": "284.50", "due": "6000.00"}
    limit = next(line for line in s["lines"] if line["kind"] == "limit")
    limit |= {"amount": None, "state": "refused", "why": "the most is unknown"}
    text = Page(html.statement(whole)).text
    assert "Due now £6,000.00 Comes to in all £6,284.50 Paid by earlier statements £284.50" in text
    assert "It may be more than the terms allow: “Most for an area” could not be applied." in text
    assert "This total leaves out" not in text, "said above, with a link"
