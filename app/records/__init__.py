"""Stored data: determinations as issued, never changed and never recomputed."""
