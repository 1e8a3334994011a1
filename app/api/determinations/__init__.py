"""Addresses that decide, and that return what was decided."""
