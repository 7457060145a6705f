"""The processes that answer: one, or several under a supervisor that replaces those that die."""
