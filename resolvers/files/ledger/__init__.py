"""Customers' points in files."""
