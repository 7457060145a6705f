"""Backups: all that a database holds, as it was at one moment, and back into an empty one."""
