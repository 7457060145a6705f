"""The kinds of declarations, each in one file."""
