"""The wiring: settings, command line, the application and its playground."""
