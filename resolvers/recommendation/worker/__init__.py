"""Works lists out and stores them, in a process of its own: `python -m resolvers.recommendation.worker`."""
