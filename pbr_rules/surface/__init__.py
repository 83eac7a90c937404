"""Contract text and the tree of it as written. Lark stops here."""
