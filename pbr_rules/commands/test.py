"""`pbr test`."""

from __future__ import annotations

from typing import Any

import click

from pbr_rules.commands.shared import catalogue, contract, dump, show_problems
from pbr_rules.diagnostics import ContractError, PluginError


@click.command("test", short_help="Work a contract's own examples.")
@click.argument("names", metavar="CONTRACT…", nargs=-1, required=True)
@click.option(
    "--engine", default="python", show_default=True, type=click.Choice(["python", "duckdb", "polars", "spark"])
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--verbose", "-v", is_flag=True, help="Show what came out of each expectation, held or not.")
def command(names: tuple[str, ...], engine: str, form: str, verbose: bool) -> int:
    """Work the examples that a contract holds: the figures its parties agreed, against what the terms give."""
    from pbr_rules.api import required, work_examples

    known = catalogue()
    code, reports = 0, []
    for name in names:
        source, _ = contract(name)
        compiled, worked = work_examples(source, known, engine)
        try:
            required(compiled)
        except PluginError as error:
            click.echo(f"error: {error}", err=True)
            code = max(code, 4)
            continue
        except ContractError as error:
            show_problems(error.source, error.diagnostics)
            code = 1
            continue
        failed = [w for w in worked if not w.holds]
        code = 1 if failed or code == 1 else code
        reports.append(_json(source.name, worked))
        if form == "table":
            for w in worked:
                _show(w, verbose)
            if not worked:
                click.echo(f"{source.name}: no examples; a contract that pays should hold a few")
            else:
                click.echo(f"{source.name}: {len(worked) - len(failed)} of {len(worked)} examples hold")
    if form == "json":
        click.echo(dump(reports[0] if len(reports) == 1 else reports), nl=False)
    return code


def _show(worked: Any, verbose: bool) -> None:
    click.echo(f"{'holds ' if worked.holds else 'FAILS '} {worked.example.title}")
    for problem in worked.problems:
        click.echo(f"        {problem.headline}")
    for point in worked.checkpoints:
        if verbose or not point.holds:
            click.echo(f"        {'as expected' if point.holds else 'expected'}: {point.expected}")
            click.echo(f"        came out: {point.came_out}")


def _json(name: str, worked: Any) -> dict[str, Any]:
    return {
        "schema": "pbr/examples/1",
        "contract": name,
        "examples": [
            {
                "title": w.example.title,
                "under": list(w.example.under),
                "holds": w.holds,
                "problems": [p.headline for p in w.problems],
                "expected": [{"expect": p.expected, "holds": p.holds, "came_out": p.came_out} for p in w.checkpoints],
            }
            for w in worked
        ],
    }
