"""Each request: a plan is run, level by level."""
