"""Levels of a query as statements: which rows of a list are read, in what order, and how many."""
