"""`flask witness …`: a witness of transparency logs."""
