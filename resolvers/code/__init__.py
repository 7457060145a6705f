"""Countries, currencies and languages: the ISO lists."""
