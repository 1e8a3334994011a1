"""Waiver requests: each step sealed, and what the steps come to beside them."""
