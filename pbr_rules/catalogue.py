"""All that the installed plugins add, and whose each thing is. Immutable; made once by the host and handed to every stage."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Generic, TypeVar

from attrs import field, frozen

from pbr_rules.checks import Check
from pbr_rules.duties import Constraint
from pbr_rules.measures import Measure

T = TypeVar("T")

OWN = "pbr-rules"
"""The package's own distribution. A contract need not say that it uses what comes with it."""


@frozen
class Provided(Generic[T]):
    """Something a plugin adds, and whose it is."""

    what: T
    plugin: str
    distribution: str
    version: str

    def failed(self, what: str, error: Exception) -> str:
        """The sentence for a plugin whose own code broke while it was asked for something."""
        return (
            f"the plugin `{self.plugin}` ({self.distribution} {self.version}) failed in `{what}`: "
            f"{type(error).__name__}: {error}"
        )


@frozen
class Failure:
    """A plugin that could not be loaded, or broke, and why."""

    plugin: str
    distribution: str
    version: str
    why: str

    @property
    def sentence(self) -> str:
        """For whoever lacks what it would have added."""
        return f"the plugin `{self.plugin}` ({self.distribution} {self.version}) failed to load: {self.why}"


@frozen
class Loaded:
    """A plugin that works, and what it adds, each as a phrase: `measure binary`.

    `from_file`: it is not installed, but was named by `--plugin`; its distribution is the file.
    """

    plugin: str
    distribution: str
    version: str
    adds: tuple[str, ...]
    from_file: bool = False


@frozen
class Catalogue:
    """What the plugins add, each by its name.

    Attributes:
        measures, constraints, checks: by the word of the head, or by the code.
        contracts: folders of library contracts, by the contract's name.
        plugins: those that work. failures: those that do not. left_out: those that are left out on purpose.
    """

    measures: Mapping[str, Provided[type[Measure]]]
    constraints: Mapping[str, Provided[type[Constraint]]] = field(factory=dict)
    checks: Mapping[str, Provided[Check]] = field(factory=dict)
    contracts: Mapping[str, Provided[Path]] = field(factory=dict)
    plugins: tuple[Loaded, ...] = ()
    failures: tuple[Failure, ...] = ()
    left_out: tuple[Loaded, ...] = ()

    @property
    def found(self) -> Mapping[str, str]:
        """Every plugin that was found, whether it works or not, with its distribution."""
        works = {each.plugin: each.distribution for each in (*self.plugins, *self.left_out)}
        return {**{failure.plugin: failure.distribution for failure in self.failures}, **works}

    @property
    def missed(self) -> tuple[str, ...]:
        """Help for where a word is not known: the plugins that failed to load, any of which may have added it."""
        return tuple(failure.sentence for failure in self.failures)
