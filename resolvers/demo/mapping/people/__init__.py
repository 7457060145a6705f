"""The customers and what they did."""
