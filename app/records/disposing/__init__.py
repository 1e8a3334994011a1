"""Disposal: mark what may go, wait, and let a second person release it."""
