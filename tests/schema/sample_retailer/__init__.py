"""A small retailer whose rows are full of equal values and of gaps, for tests that ask about all of it."""

from tests.schema.sample_retailer.shop import Shop

__all__ = ["Shop"]
