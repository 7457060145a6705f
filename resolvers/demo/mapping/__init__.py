"""What becomes of the source, a table or several in each file: generators of rows that know no database."""
