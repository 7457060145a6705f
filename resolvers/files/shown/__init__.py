"""Rows of the database as files show them."""
