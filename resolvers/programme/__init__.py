"""The loyalty programme: the terms that hold, and keeping them."""
