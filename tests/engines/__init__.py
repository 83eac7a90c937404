"""The engines, held to one another."""
