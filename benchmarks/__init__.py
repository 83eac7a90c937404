"""How long `pbr` takes, beside hand-written queries that give the same figures. `python -m benchmarks` runs it."""
