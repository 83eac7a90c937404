"""`pbr contracts`."""

from __future__ import annotations

import click

from pbr_rules.commands.shared import catalogue, contract, dump
from pbr_rules.library import contracts


@click.command("contracts", short_help="The library of real schemes.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--show", metavar="NAME", help="Print the text of one.")
def command(form: str, show: str | None) -> int:
    """The library of real schemes. A name works wherever a contract file does: `pbr settle care_leavers`."""
    if show is not None:
        click.echo(contract(show)[0].text, nl=False)
        return 0
    listed = contracts(catalogue())
    if form == "json":
        click.echo(
            dump(
                {
                    "schema": "pbr/contracts/1",
                    "contracts": [
                        {
                            "name": c.name,
                            "summary": c.summary,
                            "file": str(c.path),
                            "records": sorted(c.records),
                            "example": c.example,
                            "from": c.distribution,
                        }
                        for c in listed
                    ],
                }
            ),
            nl=False,
        )
        return 0
    from pbr_rules.reports.layout import Section
    from pbr_rules.reports.table import table

    rows = tuple(
        (
            c.name,
            c.summary,
            "its records" if c.records else "its published figures" if c.example else "records of yours",
            c.distribution,
        )
        for c in listed
    )
    click.echo(
        table(Section("Contracts of the library", ("Name", "Scheme", "Settles", "From"), rows, unbroken=(0, 3))),
        nl=False,
    )
    return 0
