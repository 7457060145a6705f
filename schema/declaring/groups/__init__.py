"""Groups of rows as declared: the fields that they have, what they are asked for by, and where they are shown."""
