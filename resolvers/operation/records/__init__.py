"""What an upsert writes a record by: what is wrong with it, and what it is bound to."""
