"""Writing many rows: new ones, the pieces of statements over batches of keys, and who follows the outbox."""
