"""`pbr plugins`, and what is done about plugins: `pbr plugins new`, `pbr plugins check`."""

from __future__ import annotations

import click

from pbr_rules.commands.plugin_check import check
from pbr_rules.commands.plugin_new import new
from pbr_rules.commands.shared import catalogue, dump
from pbr_rules.diagnostics import UsageError


@click.group("plugins", short_help="What is installed, what it adds, and what failed.", invoke_without_command=True)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.pass_context
def command(context: click.Context, form: str) -> int:
    """The installed plugins: what each adds, and for one that failed, why."""
    if context.invoked_subcommand is not None:
        if form != "table":
            raise UsageError(f"`pbr plugins {context.invoked_subcommand}` has no `--format`")
        return 0
    known = catalogue()
    rows = [(p.plugin, p.distribution, p.version, p.adds, "works", "") for p in known.plugins]
    rows += [(f.plugin, f.distribution, f.version, (), "failed", f.why) for f in known.failures]
    rows += [
        (p.plugin, p.distribution, p.version, (), "left out", "PBR_DISABLE_PLUGINS names it") for p in known.left_out
    ]
    if form == "json":
        keys = ("name", "distribution", "version", "adds", "status", "why")
        listed = [dict(zip(keys, row, strict=True)) for row in rows]
        click.echo(dump({"schema": "pbr/plugins/2", "plugins": listed}), nl=False)
        return 0
    from pbr_rules.reports.layout import Section
    from pbr_rules.reports.table import table

    shown = tuple(
        (name, distribution, version, ", ".join(adds), f"{status}: {why}" if why else status)
        for name, distribution, version, adds, status, why in rows
    )
    click.echo(table(Section("Plugins", ("Name", "Distribution", "Version", "Adds", "Status"), shown)), nl=False)
    return 0


command.add_command(new)
command.add_command(check)
