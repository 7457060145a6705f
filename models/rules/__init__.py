"""The pure rules: values in, a decision or a refusal out. No database, no clock, no event loop."""
