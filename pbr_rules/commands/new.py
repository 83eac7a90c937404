"""`pbr new`."""

from __future__ import annotations

from pathlib import Path

import click

from pbr_rules.commands.shared import contract, write
from pbr_rules.diagnostics import UsageError

STARTER = """\
# A contract to begin from. Lines that begin with # are notes; they carry no terms.

language 1

contract {name} "Title of the contract" {{
  payer council:  "Who pays"
  provider trust: "Who is paid"
  purpose:        "What should change"
  currency:       GBP
  payments:       rounded to £0.01 half up
}}

category outcome {{
  entered "Entered accommodation",
  six_months "In accommodation 6 months"
}}

records clients "One row per client" {{
  client: id
  joined: date
}}

records claims "One row per outcome claimed" {{
  client:   id of clients
  outcome:  outcome
  achieved: date
}}

parameter price "Price of each outcome" by outcome: money {{
  entered:      £600
  six_months: £1,500
}}

measure achievements "Outcomes achieved, each once for a client" by client, outcome {{
  count of claims for clients
  once for each client, outcome
}}

payment outcomes "Outcome payments" by client, outcome {{
  pay achievements * price
}}

limit ceiling "Most over the contract" {{
  covers outcomes
  at most £100,000
}}

example "A second claim for the same outcome earns nothing" {{
  given clients {{
    | client | joined     |
    | "A1"   | 2024-01-08 |
  }}
  given claims {{
    | client | outcome | achieved   |
    | "A1"   | entered | 2024-03-01 |
    | "A1"   | entered | 2024-06-01 |
  }}
  expect outcomes["A1", entered] = £600
}}
"""


@click.command("new", short_help="Start a contract.")
@click.argument("name", metavar="NAME")
@click.option("--from", "begin", metavar="CONTRACT", help="Begin from a contract of the library.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def command(name: str, begin: str | None, force: bool) -> int:
    """Write NAME.pbr: a small rate card to begin from, or a copy of a library contract."""
    plain = name.removesuffix(".pbr")
    if not Path(plain).name.isidentifier() or plain != plain.lower():
        raise UsageError(
            f"`{name}` cannot name a contract: lower-case letters, digits and `_`, beginning with a letter"
        )
    text = STARTER.format(name=Path(plain).name) if begin is None else contract(begin)[0].text
    write(Path(f"{plain}.pbr"), text, force)
    click.echo(
        f"written: {plain}.pbr; next: pbr check {plain}.pbr, pbr test {plain}.pbr, pbr records {plain}.pbr", err=True
    )
    return 0
