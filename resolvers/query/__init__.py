"""How rows are read: what a level selects, filters, sorts and pages."""
