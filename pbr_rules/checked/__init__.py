"""The contract with its names resolved, its kinds proved and its scales whole."""
