"""Every line of a statement by itself, settled or not, for files of data: the same columns first whatever the contract, then a
column for each category and period of the contract and for each payer. So a contract has the same columns every quarter.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from pbr_rules.reports.layout import member_title, under_text
from pbr_rules.reports.statement import Json


@frozen
class Column:
    """A column: its name in a file of data, its heading for people, and what stands in it for a line.

    `number`: plain figures. `money`: of them, amounts.
    """

    name: str
    heading: str
    of: Callable[[Json, Json], str]
    number: bool = False
    money: bool = False


def _plain(name: str, heading: str) -> Column:
    return Column(name, heading, lambda line, _: line[name] or "")


def _amount(name: str, heading: str) -> Column:
    return Column(name, heading, lambda line, _: line[name] or "", number=True, money=True)


COLUMNS: tuple[Column, ...] = (
    Column("contract", "Contract", lambda _, whole: whole["settlement"]["contract"]["name"]),
    Column("settled_on", "Settled on", lambda _, whole: whole["settlement"]["dates"]["on"] or ""),
    _plain("line", "Name"),
    _plain("kind", "Kind"),
    _plain("title", "Line"),
    _plain("clause", "Clause"),
    Column("person", "Person", lambda line, _: "; ".join(line.get("person", {}).values())),
    Column("people", "People", lambda line, _: "" if line["people"] is None else str(line["people"]), number=True),
    _amount("each", "Each"),
    _amount("amount", "Amount"),
    _amount("paid", "Paid before"),
    _amount("due", "Due now"),
    _plain("currency", "Currency"),
    _plain("state", "State"),
    _plain("why", "Why"),
    Column("to", "Paid to", lambda line, _: line["to"] or ""),
    Column(
        "working", "Working", lambda line, _: line["working"]["with_numbers"] or "; ".join(line["working"]["steps"])
    ),
)
"""The columns of every contract, in their order. What else a line says is added here."""


def columns(whole: Json) -> tuple[Column, ...]:
    """All columns of a contract."""
    contract = whole["settlement"]["contract"]
    payers = [
        (party["name"], party["title"] or party["name"]) for party in contract["parties"] if party["role"] == "payer"
    ]
    varied = (
        (Column("under", "Under", lambda line, _: under_text(line)),) if "variations" in whole["settlement"] else ()
    )
    return (
        *COLUMNS,
        *varied,
        *(_dimension(name, title or name) for name, title in contract["dimensions"].items()),
        *(_borne(name, title) for name, title in payers),
    )


def _dimension(name: str, title: str) -> Column:
    def of(line: Json, whole: Json) -> str:
        return member_title(name, line["cell"][name], whole) if name in line["cell"] else ""

    return Column(f"for {name}", title.replace("_", " ").capitalize() if title == name else title, of)


def _borne(payer: str, title: str) -> Column:
    def of(line: Json, _: Json) -> str:
        return next((share["amount"] or "" for share in line["shares"] if share["payer"] == payer), "")

    return Column(f"borne by {payer}", f"Borne by {title}", of, number=True, money=True)


def rows(whole: Json) -> list[tuple[str, ...]]:
    """What stands in the columns, line by line."""
    of = columns(whole)
    return [tuple(column.of(line, whole) for column in of) for line in whole["settlement"]["lines"]]
