"""Putting a question: chosen, then answered fact by fact or in one form."""
