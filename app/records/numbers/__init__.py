"""Short numbers of records, to be said on the telephone."""
