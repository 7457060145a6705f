"""Telemetry: figures, traces, the log of slow operations, and what of the schema is used."""
