"""`pbr plugins`."""

from __future__ import annotations

import click

from pbr_rules.commands.shared import dump


@click.command("plugins", short_help="What is installed, what it adds, and what failed.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(form: str) -> int:
    """The installed plugins: what each adds, and for one that failed, why."""
    from pbr_rules import host

    catalogue = host.load()
    rows = [(p.plugin, p.distribution, p.version, ", ".join(p.adds), "works") for p in catalogue.plugins]
    rows += [(f.plugin, f.distribution, f.version, "", f"failed: {f.why}") for f in catalogue.failures]
    if form == "json":
        keys = ("name", "distribution", "version", "adds", "status")
        click.echo(
            dump({"schema": "pbr/plugins/1", "plugins": [dict(zip(keys, r, strict=True)) for r in rows]}), nl=False
        )
        return 0
    from pbr_rules.reports.layout import Section
    from pbr_rules.reports.table import table

    click.echo(table(Section("Plugins", ("Name", "Distribution", "Version", "Adds", "Status"), tuple(rows))), nl=False)
    return 0
