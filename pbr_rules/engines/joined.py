"""Rows of a frame with the records that they lead to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from hashlib import sha256

import narwhals.stable.v2 as nw

from pbr_rules.engines.loaded import DAY, LINE, ROW, WHY, Frame, Loaded, Store

Path = tuple[str, ...]


class Joined:
    """Rows with the records that they lead to by `id of` columns, each joined once, when something there is read; and with the days
    that are looked up for them. `frame` comes last: what is read after it is not in it, and nor is a column that nothing reads."""

    def __init__(self, load: Callable[[str], Loaded], records: str, store: Store) -> None:
        self._load, self._store = load, store
        self._days: list[tuple[str, nw.Expr, Mapping[date, date]]] = []
        self._at: dict[Path, Loaded] = {(): load(records)}
        self._prefix: dict[Path, str] = {(): ""}
        self._read: dict[Path, dict[str, None]] = {(): {}}
        self._there: dict[Path, dict[str, nw.Expr]] = {}
        self._made = False

    def __getitem__(self, path: Path) -> Loaded:
        """The records at the end of a path."""
        if path not in self._at:
            before = self[path[:-1]]
            self._at[path] = self._load(before.table.records.columns[path[-1]].kind.detail)
            self._prefix[path] = f"j{len(self._prefix)}_"
            self._read[path] = {}
            self.column(path[:-1], path[-1])
        return self._at[path]

    def column(self, path: Path, name: str) -> str:
        """The frame's name of a column."""
        found = self[path].names[name]
        self._read[path][found] = None
        return self._prefix[path] + found

    def row(self, path: Path) -> str:
        """The frame's name of the row's number there."""
        return self._prefix_of(path) + ROW

    def there(self, path: Path, value: nw.Expr) -> nw.Expr:
        """What follows from columns at the end of a path alone: found there once, and not for each row that leads there."""
        if not path or self._made:
            return value
        found = self._there.setdefault(path, {})
        name = f"{self._prefix_of(path)}v{len(found)}"
        found[name] = value
        return nw.col(name)

    def leads_to(self, column: Path) -> bool:
        """Whether a column's id is followed to its row: then that row's number stands for the id."""
        return column in self._at and column != ()

    @property
    def alone(self) -> bool:
        """Whether nothing is joined."""
        return len(self._at) == 1 and not self._days

    def _prefix_of(self, path: Path) -> str:
        self[path]
        return self._prefix[path]

    def looked_up(self, day: nw.Expr, leads_to: Mapping[date, date]) -> nw.Expr:
        """The day that each row's leads to; none, where it leads to none."""
        name = f"day{len(self._days)}"
        self._days.append((name, day, leads_to))
        return nw.col(name)

    def frame(self) -> Frame:
        """The rows, joined."""
        self._made = True
        frame = self._at[()].frame.select(ROW, LINE, WHY, *self._read[()])
        for path, there in self._at.items():
            if not path:
                continue
            prefix = self._prefix[path]
            (key,) = there.table.records.key or ("",)
            kept = [ROW, *self._read[path]]
            other = there.frame.select(
                nw.col(there.names[key]).alias(f"{prefix}id"), *(nw.col(n).alias(prefix + n) for n in kept)
            )
            for name, value in self._there.get(path, {}).items():
                other = other.with_columns(value.alias(name))  # one may be made of those before it
            frame = frame.join(other, how="left", left_on=self.column(path[:-1], path[-1]), right_on=f"{prefix}id")
        for name, day, leads_to in self._days:
            at, to = [*leads_to], [*leads_to.values()]
            # Named after what it holds: one that is put in its place, before this one is read, says the same.
            listed = sha256(repr((at[:1], to)).encode()).hexdigest()[:16]
            other = self._store.frame(f"days_{listed}", {"at": (DAY, at), "leads_to": (DAY, to)})
            other = other.select(nw.col("at").alias(f"{name}_at"), nw.col("leads_to").alias(name))
            frame = frame.with_columns(day.alias(f"{name}_from"))
            frame = frame.join(other, how="left", left_on=f"{name}_from", right_on=f"{name}_at")
        return frame
