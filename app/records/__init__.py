"""What is kept: determinations as they were issued, never changed and never recomputed."""
