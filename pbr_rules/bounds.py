"""How much a contract may hold: every limit of the tool, each with its reason."""

CONTRACT_CHARACTERS = 2_000_000
"""A contract of a thousand pages is about this long; anything longer is another kind of file."""

NESTED_STEPS = 120
"""Steps inside steps, counted through every figure that a figure reads: Python's own stack holds about three times
as many, and a person loses the thread long before."""

BRACKETS = 60
"""Brackets inside brackets in one declaration."""

REPORTS = 20
"""Reports for one file: past that, the first mistakes hide the rest."""

CELL_CHARACTERS = 10_000
"""The longest cell of a records file. A longer one is a quote that was never closed."""

CELLS = 200_000
"""Cells of one figure: members of its categories and periods multiplied."""
