"""Plain async Python: reading and writing the CRM. Knows no GraphQL."""
