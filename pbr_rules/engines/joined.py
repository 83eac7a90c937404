"""Rows of a frame with the records that they lead to."""

from __future__ import annotations

from collections.abc import Callable

import narwhals.stable.v2 as nw

from pbr_rules.engines.loaded import ROW, Frame, Loaded

Path = tuple[str, ...]


class Joined:
    """Rows with the records that they lead to by `id of` columns, each joined once, when something there is read."""

    def __init__(self, load: Callable[[str], Loaded], records: str) -> None:
        self._load = load
        self._at: dict[Path, Loaded] = {(): load(records)}
        self._prefix: dict[Path, str] = {(): ""}

    def __getitem__(self, path: Path) -> Loaded:
        """The records at the end of a path."""
        if path not in self._at:
            before = self[path[:-1]]
            self._at[path] = self._load(before.table.records.columns[path[-1]].kind.detail)
            self._prefix[path] = f"j{len(self._prefix)}_"
        return self._at[path]

    def column(self, path: Path, name: str) -> str:
        """The frame's name of a column."""
        return self._prefix_of(path) + self[path].names[name]

    def row(self, path: Path) -> str:
        """The frame's name of the row's number there."""
        return self._prefix_of(path) + ROW

    @property
    def alone(self) -> bool:
        """Whether nothing is joined."""
        return len(self._at) == 1

    def _prefix_of(self, path: Path) -> str:
        self[path]
        return self._prefix[path]

    def frame(self) -> Frame:
        """The rows, joined."""
        frame = self._at[()].frame
        for path, there in self._at.items():
            if not path:
                continue
            prefix = self._prefix[path]
            (key,) = there.table.records.key or ("",)
            kept = [ROW, *there.names.values()]
            other = there.frame.select(
                nw.col(there.names[key]).alias(f"{prefix}id"), *(nw.col(n).alias(prefix + n) for n in kept)
            )
            frame = frame.join(other, how="left", left_on=self.column(path[:-1], path[-1]), right_on=f"{prefix}id")
        return frame
