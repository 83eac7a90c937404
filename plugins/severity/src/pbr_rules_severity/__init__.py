"""Offences weighed by how serious they are, for contracts written with pbr-rules."""

__version__ = "1.0.0"
