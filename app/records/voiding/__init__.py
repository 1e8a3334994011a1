"""Determinations that a supervisor declared void: they stay, marked, and count for nothing."""
