"""How rows get into a database, fast."""
