"""Clients of others, who ask a running gateway."""
