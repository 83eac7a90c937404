"""Finds plugins and keeps whose each thing is. The only user of pluggy's manager; nothing is loaded when imported."""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib.metadata import Distribution, EntryPoint, distributions
from types import ModuleType

import pluggy

from pbr_rules import hookspecs
from pbr_rules.catalogue import Catalogue, Failure, Loaded, Provided
from pbr_rules.measures import Measure

GROUP = "pbr_rules"
HOOKS = ("pbr_rules_measures",)


def load() -> Catalogue:
    """Everything that the installed plugins add. A plugin that fails is recorded, and the rest still load.

    `PBR_DISABLE_PLUGINS` leaves out plugins by name, separated by commas.
    """
    off = {name.strip() for name in os.environ.get("PBR_DISABLE_PLUGINS", "").split(",")}
    found = sorted(
        ((point, owner) for owner, point in _entry_points() if point.name not in off),
        key=lambda pair: (pair[0].name, pair[1].name),
    )
    return gather([(point.name, owner.name, owner.version, point) for point, owner in found])


def gather(points: Iterable[tuple[str, str, str, EntryPoint | ModuleType]]) -> Catalogue:
    """The catalogue of plugins: (name, distribution, version, module or entry point), in the order to be loaded."""
    measures: dict[str, Provided[type[Measure]]] = {}
    plugins: list[Loaded] = []
    failures: list[Failure] = []
    for name, distribution, version, point in points:
        try:
            module = point.load() if isinstance(point, EntryPoint) else point
            added = _measures(module)
        except Exception as error:
            failures.append(Failure(name, distribution, version, f"{type(error).__name__}: {error}"))
            continue
        clash = next((measure.word for measure in added if measure.word in measures), None)
        if clash:
            other = measures[clash]
            why = f"`{clash}` is also provided by `{other.plugin}` ({other.distribution} {other.version})"
            failures.append(Failure(name, distribution, version, why))
            continue
        for measure in added:
            measures[measure.word] = Provided(measure, name, distribution, version)
        plugins.append(Loaded(name, distribution, version, tuple(f"measure {m.word}" for m in added)))
    return Catalogue(dict(sorted(measures.items())), plugins=tuple(plugins), failures=tuple(failures))


def _measures(module: object) -> list[type[Measure]]:
    """The measures of one plugin, each hook called alone.

    Raises:
        ValueError, TypeError: for a hook that is misspelt, unmarked or answers with something else.
    """
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    manager.register(module)
    manager.check_pending()
    marked = {implementation.function.__name__ for implementation in manager.hook.pbr_rules_measures.get_hookimpls()}
    unmarked = [
        n for n in vars(module) if n.startswith("pbr_rules_") and callable(getattr(module, n)) and n not in marked
    ]
    if unmarked:
        raise ValueError(f"`{unmarked[0]}` is not marked with @hookimpl, or is not one of {', '.join(HOOKS)}")
    if not marked:
        raise ValueError("it implements no hook")
    added = [measure for answer in manager.hook.pbr_rules_measures() for measure in answer]
    for measure in added:
        if not (isinstance(measure, type) and issubclass(measure, Measure)):
            raise TypeError(f"pbr_rules_measures returned {measure!r}, which is not a measure")
    return added


def _entry_points() -> Iterable[tuple[Distribution, EntryPoint]]:
    seen: set[tuple[str, str]] = set()
    for owner in distributions():
        for point in owner.entry_points:
            if point.group == GROUP and (owner.name, point.name) not in seen:
                seen.add((owner.name, point.name))
                yield owner, point
