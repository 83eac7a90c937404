"""Finds plugins and keeps whose each thing is. The only user of pluggy's manager; nothing is loaded when imported.

One mechanism for every hook. Each plugin is found, imported, asked and examined by itself, so that whatever is wrong with one
is said of that one, and the rest still load.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.metadata import Distribution, EntryPoint, distributions
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import pluggy
from attrs import define, field

from pbr_rules import __version__
from pbr_rules.catalogue import OWN, Catalogue, Failure, Loaded, Provided
from pbr_rules.diagnostics import did_you_mean, listing
from pbr_rules.versions import asked, meets, plain
from pbr_rules.wellformed import HOOKS, Malformed, plain_word, shown

GROUP = "pbr_rules"

T = TypeVar("T")

Point = EntryPoint | ModuleType | Path | Malformed
"""Where a plugin is: an entry point, a module, a file that is not installed; or why that cannot be told."""


def load(files: Sequence[str] = ()) -> Catalogue:
    """Everything that the installed plugins add, then the plugins in files. One that fails is recorded, and the rest still load.

    `PBR_DISABLE_PLUGINS` leaves out installed plugins by name, separated by commas. A file is not left out by its name: it was
    asked for, so that a plugin at work can stand in for the one installed.
    """
    off = {name.strip() for name in os.environ.get("PBR_DISABLE_PLUGINS", "").split(",")}
    found = sorted(_installed(), key=_order)
    left_out = tuple(Loaded(name, owner, version, ()) for name, owner, version, _ in found if name in off)
    named = [(Path(file).stem.removeprefix("pbr_rules_"), file, "0", Path(file)) for file in files]
    return _gathered([*(each for each in found if each[0] not in off), *named], left_out)


def gather(points: Iterable[tuple[str, str, str, Point]]) -> Catalogue:
    """The catalogue of plugins: (name, distribution, version, where it is), in the order to be loaded."""
    return _gathered(points, ())


def _order(point: tuple[str, str, str, Point]) -> tuple[bool, str, str]:
    """By name, then by distribution. What comes with the package is first: no other plugin can take its words away."""
    name, distribution, _, _ = point
    return plain(distribution) != OWN, name, plain(distribution)


def _gathered(points: Iterable[tuple[str, str, str, Point]], left_out: tuple[Loaded, ...]) -> Catalogue:
    gathered = _Gathered()
    for point in points:
        gathered.take(*point)
    things = {sort: dict(sorted(gathered.things[sort].items())) for sort in HOOKS}
    return Catalogue(
        things["pbr_rules_measures"],
        things["pbr_rules_constraints"],
        things["pbr_rules_checks"],
        things["pbr_rules_contracts"],
        tuple(gathered.plugins),
        tuple(gathered.failures),
        left_out,
    )


@define
class _Gathered:
    """What is gathered so far: by hook, each thing by its name."""

    things: dict[str, dict[str, Provided[Any]]] = field(factory=lambda: {hook: {} for hook in HOOKS})
    plugins: list[Loaded] = field(factory=list)
    failures: list[Failure] = field(factory=list)
    owners: dict[str, str] = field(factory=dict)

    def take(self, name: str, distribution: str, version: str, point: Point) -> None:
        """Takes all of a plugin, or nothing of it."""
        from_file = isinstance(point, Path)
        try:
            self._claim(name, f"{distribution} {version}")
            _wants_this_version(point)
            module = _imported(point)
            if from_file:
                version = str(getattr(module, "__version__", version))
            added = self._added(module)
            for hook, called, what in added:
                self.things[hook][called] = Provided(what, name, distribution, version)
            phrases = tuple(f"{HOOKS[hook].word} {called}" for hook, called, _ in added)
            self.plugins.append(Loaded(name, distribution, version, phrases, from_file))
        except KeyboardInterrupt:
            raise
        except Malformed as malformed:
            self.failures.append(Failure(name, distribution, version, str(malformed)))
        except BaseException as error:  # whatever it does when it is looked at, it stops nobody else
            self.failures.append(Failure(name, distribution, version, f"it cannot be examined: {_said(error)}"))

    def _claim(self, name: str, owner: str) -> None:
        """A name is taken even by a plugin that fails: else which of two a contract uses would turn on a fault of the other."""
        if name in self.owners:
            raise Malformed(f"a plugin of {self.owners[name]} is called `{name}` too")
        self.owners[name] = owner
        if not plain_word(name):
            raise Malformed(f"`{name}` cannot be written after `uses`: lower-case letters, digits and `_`")

    def _added(self, module: ModuleType) -> list[tuple[str, str, Any]]:
        """All that a plugin adds: by which hook, under what name. None of it is there already."""
        added = [(hook, *each) for hook, asks in _hooks(module) for each in _returned(hook, asks)]
        seen: set[tuple[str, str]] = set()
        for hook, called, _ in added:
            sort = HOOKS[hook].word
            if (hook, called) in seen:
                raise Malformed(f"it adds the {sort} `{called}` twice")
            seen.add((hook, called))
            other = self.things[hook].get(called)
            if other is not None:
                whose = f"`{other.plugin}` ({other.distribution} {other.version})"
                raise Malformed(f"the {sort} `{called}` is also provided by {whose}")
        return added


# ---- one plugin


def _wants_this_version(point: Point) -> None:
    """pip sees to this when it installs, and only then: an older pbr-rules may have been put in its place since."""
    owner = point.dist if isinstance(point, EntryPoint) else None
    if owner is None or plain(_name(owner)) == OWN:
        return
    wanted = asked(owner.requires or (), OWN)
    if wanted and not meets(__version__, wanted):
        raise Malformed(f"it is for pbr-rules {wanted}, and this is pbr-rules {__version__}")


def _imported(point: Point) -> ModuleType:
    try:
        match point:
            case EntryPoint():
                found: object = point.load()
            case Path():
                found = _run(point)
            case Malformed():
                raise point
            case _:
                found = point
    except (KeyboardInterrupt, Malformed):
        raise
    except SyntaxError as error:
        where = f"{Path(error.filename or 'a file').name}, line {error.lineno}"
        raise Malformed(f"it is not Python: {where}: {error.msg}") from error
    except BaseException as error:  # also SystemExit, and what a compiled package raises when it panics
        raise Malformed(f"it cannot be imported: {_said(error)}") from error
    if not isinstance(found, ModuleType):
        raise Malformed(f"its entry point must name a module, and names {shown(found)}")
    return found


def _run(file: Path) -> ModuleType:
    """The module of a file. It is known to the interpreter while it runs and after, as `dataclasses` and `pickle` expect, under a
    name that no installed module has."""
    called = f"{file.stem} of --plugin"
    spec = spec_from_file_location(called, file)
    if spec is None or spec.loader is None:
        raise ImportError("it is not a file of Python, which ends in `.py`")
    module = module_from_spec(spec)
    sys.modules[called] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[called]
        raise
    return module


def _hooks(module: ModuleType) -> list[tuple[str, Callable[[], object]]]:
    """The hooks that a module implements, in the order of `HOOKS`. Each function that looks like a hook must be one."""
    manager = pluggy.PluginManager(GROUP)
    found: list[tuple[str, Callable[[], object]]] = []
    for name, value in list(vars(module).items()):
        marks = manager.parse_hookimpl_opts(module, name)
        if marks is None and name.startswith("pbr_rules_") and callable(value):
            raise Malformed(f"`{name}` is not marked with `@hookimpl`" if name in HOOKS else _no_hook(name))
        if marks is None:
            continue
        hook = marks.get("specname") or name
        if hook in HOOKS and (marks.get("wrapper") or marks.get("hookwrapper")):
            raise Malformed(f"`{hook}` is a wrapper, and each plugin is asked by itself")
        if hook in HOOKS:
            found.append((hook, value))
        elif not marks.get("optionalhook"):
            raise Malformed(_no_hook(hook))
    if not found:
        raise Malformed(f"it has no hook: a function marked with `@hookimpl`, called {_either()}")
    return sorted(found, key=lambda pair: list(HOOKS).index(pair[0]))


def _no_hook(name: str) -> str:
    near = did_you_mean(name, HOOKS)
    return f"`{name}` is not a hook; {near[0] if near else f'a hook is called {_either()}'}"


def _either() -> str:
    return listing([f"`{hook}`" for hook in HOOKS], "or")


def _returned(hook: str, implementation: Callable[[], object]) -> list[tuple[str, Any]]:
    """What one hook of one plugin returns, each thing with its name."""
    sort = HOOKS[hook]
    answer = _asked(hook, implementation)
    if isinstance(answer, str | bytes) or not isinstance(answer, Iterable):
        raise Malformed(f"`{hook}` returned {shown(answer)}, and must return a list of {sort.many}")
    return [(sort.name(each), each) for each in _asked(hook, lambda: list(answer))]


def _asked(hook: str, question: Callable[[], T]) -> T:
    try:
        return question()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise Malformed(f"`{hook}` failed: {_said(error)}") from error


def _said(error: BaseException) -> str:
    """What an exception says, on one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


# ---- what is installed


def _installed() -> Iterator[tuple[str, str, str, Point]]:
    """Each plugin once: of two distributions of one name, Python imports the one that is first on its path."""
    seen: set[tuple[str, str]] = set()
    for owner in distributions():
        for name, point in _points(owner):
            if (plain(_name(owner)), name) not in seen:
                seen.add((plain(_name(owner)), name))
                yield name, _name(owner), owner.version or "0", point


def _points(owner: Distribution) -> list[tuple[str, Point]]:
    try:
        return [(point.name, point) for point in owner.entry_points if point.group == GROUP]
    except Exception as error:  # of a package that may have nothing to do with us
        if f"[{GROUP}]" not in (owner.read_text("entry_points.txt") or ""):
            return []
        name = plain(_name(owner)).removeprefix(f"{OWN}-").replace("-", "_")
        return [(name, Malformed(f"its entry points cannot be read: {_said(error)}"))]


def _name(owner: Distribution) -> str:
    """A distribution's name; one whose metadata are damaged may have none."""
    return owner.metadata["Name"] or "unknown"
