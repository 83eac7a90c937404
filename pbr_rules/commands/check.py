"""`pbr check`."""

from __future__ import annotations

import click

from pbr_rules.commands.shared import catalogue, contract, dump, problems_json, show_problems
from pbr_rules.diagnostics import ContractError


@click.command("check", short_help="Check contracts.")
@click.argument("names", metavar="CONTRACT…", nargs=-1, required=True)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(names: tuple[str, ...], form: str) -> int:
    """Check contracts under their plain terms and each of their readings: every problem at once, most useful first."""
    from pbr_rules.checked.varied import said_of
    from pbr_rules.compiled import check_contract

    known = catalogue()
    worst, reports = 0, []
    for name in names:
        try:
            source, _ = contract(name)
            compiled = check_contract(source, known)
            diagnostics, source = compiled.diagnostics, compiled.source
            varied = () if compiled.contract is None else compiled.contract.variations
        except ContractError as error:
            source, diagnostics, varied = error.source, error.diagnostics, ()
        errors = [d for d in diagnostics if d.is_error]
        if errors:
            worst = max(worst, 4 if all(d.code == "plugin" for d in errors) and worst != 1 else 1)
        if form == "json":
            reports.append(problems_json(source, diagnostics))
            continue
        show_problems(source, diagnostics)
        if not errors:
            click.echo(f"{source.name}: the contract is well formed")
            for variation in varied:
                click.echo(f"  varied by {said_of(variation)}")
    if form == "json":
        click.echo(dump(reports[0] if len(reports) == 1 else reports), nl=False)
    return worst
