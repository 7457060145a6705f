"""The books: whether what is kept is what the rows behind it come to."""
