"""Fuzzers: bytes changed at random, led by the code that they reach."""
