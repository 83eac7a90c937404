"""What libraries answer differently is asked of none: it stands nowhere in what a frame is asked, or in one place that says how."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import pbr_rules.engines

HERE = Path(pbr_rules.engines.__file__).parent
MODULES = (
    "covered",
    "days",
    "figures",
    "joined",
    "left_out",
    "loaded",
    "lowering",
    "people",
    "spark",
    "tally",
    "together",
)

NEVER = {
    "round": "half even, or half up",
    "mean": "a float, or a decimal",
    "Decimal": "a product keeps more places, or fewer",
    "Float64": "not exact",
    "weekday": "Sunday is 7, or 0",
    "n_unique": "none of no rows, or nothing",
    "join_asof": "not on Spark",
    "unpivot": "not on every connection",
    "pivot": "not on a lazy frame",
    "map_batches": "not on a lazy frame",
    "replace_strict": "a list of days takes Spark a minute, and a server does not know it",
    "truncate": "a time, in a zone",
    "total_days": "not on Spark",
    "total_minutes": "not on Spark",
    "total_seconds": "not on Spark",
    "with_row_index": "rows have no order",
}


def calls(module: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a method, with the function that it stands in."""
    tree = ast.parse((HERE / f"{module}.py").read_text(encoding="utf-8"))
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    yield function.name, node


def named(module: str) -> set[str]:
    tree = ast.parse((HERE / f"{module}.py").read_text(encoding="utf-8"))
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


@pytest.mark.parametrize("module", MODULES)
def test_it_stands_nowhere(module: str) -> None:
    assert not {name: why for name, why in NEVER.items() if name in named(module)}


@pytest.mark.parametrize("module", MODULES)
def test_a_first_or_last_row_is_never_asked_for(module: str) -> None:
    found = [
        c.func.attr for _, c in calls(module) if isinstance(c.func, ast.Attribute) and not c.args and not c.keywords
    ]
    assert not {"first", "last"} & set(found)


def test_a_day_is_moved_in_one_place_and_written_in_one_place() -> None:
    moving = {(m, where) for m in MODULES for where, c in calls(m) if ast.unparse(c.func).endswith("dt.offset_by")}
    assert moving == {("days", "shifted")}
    written = [
        (module, where, ast.unparse(call.args[0]))
        for module in MODULES
        for where, call in calls(module)
        if ast.unparse(call.func) == "nw.lit" and ast.unparse(call.args[0]) in ("FROM", "day", "fixed", "low", "there")
    ]
    assert written == [("days", "fixed", "FROM")]


def test_days_are_looked_for_where_the_module_has_them() -> None:
    """The names that are looked for are those of the library."""
    import narwhals.stable.v2 as nw

    every = (
        set(dir(nw)) | set(dir(nw.Expr)) | set(dir(nw.LazyFrame)) | set(dir(nw.DataFrame)) | set(dir(nw.col("a").dt))
    )
    assert set(NEVER) - every <= {"total_days"}
