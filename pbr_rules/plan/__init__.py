"""What must be counted before the terms can be calculated."""
