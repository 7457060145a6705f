"""Speaks GraphQL: the types and fields, paging, filters, scalars and execution."""
