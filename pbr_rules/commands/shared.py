"""What several commands share: finding a contract, showing problems, writing results safely."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from pbr_rules import host
from pbr_rules.catalogue import Catalogue
from pbr_rules.dates import read_day
from pbr_rules.diagnostics import Diagnostic, UsageError, did_you_mean
from pbr_rules.library import LibraryContract, contracts, find
from pbr_rules.reports.files import whole_file
from pbr_rules.source import Source
from pbr_rules.surface.files import load

CATALOGUE = "pbr_rules catalogue"


def catalogue() -> Catalogue:
    """What the installed plugins add, and those named by `--plugin`. Made once for a run, and kept on its context."""
    run = click.get_current_context().find_root()
    if CATALOGUE not in run.meta:
        with contextlib.redirect_stdout(sys.stderr):  # what a plugin prints while it is loaded is no part of the result
            run.meta[CATALOGUE] = host.load(run.params.get("plugins", ()))
    found: Catalogue = run.meta[CATALOGUE]
    return found


def contract(name: str) -> tuple[Source, LibraryContract | None]:
    """The contract of a file, or of the library."""
    known = None if Path(name).exists() else find(name, catalogue())
    if known is not None:
        source = load(known.path)
        source.name = f"{known.name}.pbr"
        return source, known
    if not Path(name).exists() and "." not in name and "/" not in name:
        near = did_you_mean(name, [c.name for c in contracts(catalogue())])
        raise UsageError(
            f"there is no file `{name}`, and no contract of the library is called so"
            + (f"; {near[0]}" if near else "; `pbr contracts` lists them")
            + "".join(f"\n  {sentence}" for sentence in catalogue().missed)
        )
    return load(name), None


def show_problems(source: Source, diagnostics: Iterable[Diagnostic]) -> None:
    """Problems on standard error, the most useful first, and a count."""
    from pbr_rules import bounds
    from pbr_rules.render import full

    listed = list(diagnostics)
    color = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    for diagnostic in listed[: bounds.REPORTS]:
        click.echo(full(source, diagnostic, color), err=True)
        click.echo("", err=True)
    errors = sum(d.is_error for d in listed)
    warnings = len(listed) - errors
    said = [f"{n} {word}{'' if n == 1 else 's'}" for n, word in ((errors, "error"), (warnings, "warning")) if n]
    if said:
        more = f"; the first {bounds.REPORTS} are shown" if len(listed) > bounds.REPORTS else ""
        click.echo(f"{source.name}: {' and '.join(said)}{more}", err=True)


def problems_json(source: Source, diagnostics: Iterable[Diagnostic]) -> dict[str, Any]:
    """Problems as data."""
    from pbr_rules.render import as_json

    listed = list(diagnostics)
    return {
        "schema": "pbr/problems/1",
        "contract": source.name,
        "errors": sum(d.is_error for d in listed),
        "problems": [as_json(source, d) for d in listed],
    }


def dump(data: object) -> str:
    """JSON as every command writes it."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def out(text: str | bytes, output: str | None, force: bool) -> None:
    """A result, to standard output or to a file. Nothing is written over another file without `--force`, and nothing
    appears under its final name until it is whole."""
    if output is None or output == "-":
        if isinstance(text, bytes):
            sys.stdout.buffer.write(text)
        else:
            click.echo(text, nl=False)
        return
    write(Path(output), text, force)
    click.echo(f"written: {output}", err=True)


def write(path: Path, text: str | bytes, force: bool) -> None:
    """A file, whole or not at all.

    Raises:
        UsageError: it is there already and `force` is not given, or it cannot be written.
    """
    content = text if isinstance(text, bytes) else text.encode("utf-8")
    with whole_file(path, force) as temporary:
        temporary.write_bytes(content)


class Pair(click.ParamType):  # type: ignore[type-arg]
    """`NAME=VALUE`."""

    name = "NAME=VALUE"

    def __init__(self, name: str, read: Callable[[str], Any] = str) -> None:
        self.name = name
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Any]:
        if isinstance(value, tuple):
            return value
        name, equals, text = str(value).partition("=")
        if not equals or not name.strip() or not text.strip():
            self.fail(f"`{value}` is not {self.name}", param, ctx)
        try:
            return name.strip(), self._read(text.strip())
        except ValueError as error:
            self.fail(f"`{value}`: {error}", param, ctx)


def day(text: str) -> date:
    """A date on the command line, written as in a contract."""
    try:
        return read_day(text)
    except ValueError:
        raise ValueError(f"`{text}` is not a date written 2013-06-30 or 30 June 2013") from None


class Day(click.ParamType):  # type: ignore[type-arg]
    """A date."""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return day(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Memory(click.ParamType):  # type: ignore[type-arg]
    """An amount of memory, as DuckDB has it."""

    name = "SIZE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([MG])(i?)B", str(value).strip(), re.IGNORECASE)
        if found is None or not found[1].strip("0."):
            self.fail(f"`{value}` is not an amount of memory, written 512MB or 2GB", param, ctx)
        return f"{found[1]}{found[2].upper()}{found[3].lower()}B"


def tolerance(text: str | None) -> Any:
    """`5`, or `0.5%`."""
    from pbr_rules.evidence.quarantine import Tolerance

    if text is None:
        return None
    try:
        if text.endswith("%"):
            share = Fraction(text[:-1].strip()) / 100
            if not 0 <= share <= 1:
                raise ValueError
            return Tolerance(share=share)
        number = int(text)
        if number < 0:
            raise ValueError
        return Tolerance(number=number)
    except ValueError:
        raise click.BadParameter(
            f"`{text}` is neither a number of rows nor a percentage", param_hint="--allow-rejected"
        ) from None


def unique(pairs: tuple[tuple[str, Any], ...], option: str) -> dict[str, Any]:
    """Named options, each name once."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise UsageError(f"{option} {name}=… is given twice")
        found[name] = value
    return found
