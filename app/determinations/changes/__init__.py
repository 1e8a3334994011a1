"""What would change an outcome: facts, acts and other days."""
