"""Engines answer counts. `python` is the definition; `frames` says the same to DuckDB and Polars."""
