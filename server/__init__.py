"""The wiring: settings, command line, the application and its playground."""

__version__ = "0.1.0"
