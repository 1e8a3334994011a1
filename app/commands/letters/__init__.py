"""`flask letters …`: the catalogues of translations."""
