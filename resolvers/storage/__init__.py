"""How the databases are reached: engine, readers, compiled statements, transactions and locks."""
