"""What a row of a file becomes in the database, and back."""
