"""How values and rows are written in files."""
