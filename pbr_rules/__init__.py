"""Write the payment terms of an outcomes contract as rules, and settle them exactly over outcome records."""

__version__ = "0.1.0"
