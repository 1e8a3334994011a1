"""Verifications that somebody started: how far each is, and what it found."""
