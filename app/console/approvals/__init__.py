"""Pages about what waits for a second person."""
