"""Giving accounts and credentials their reach, and what of it needs a second person."""
