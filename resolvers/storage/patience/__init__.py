"""What is done while the database keeps callers waiting: turns, transactions with an end, and outages."""
