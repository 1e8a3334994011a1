"""Organizations in the database: those that accounts, keys and determinations name by an id."""
