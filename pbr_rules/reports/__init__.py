"""A statement for people and for machines. All formats are made from the one JSON statement, so they cannot differ."""
