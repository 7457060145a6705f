"""Filters: what a caller's `where` says, read once into a structure and a condition of SQL."""
