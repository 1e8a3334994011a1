"""Addresses about records: search, events, legal holds."""
