"""People as pages: found, seen with what was decided about them, stored and corrected."""
