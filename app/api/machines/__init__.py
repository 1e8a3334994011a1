"""Addresses of programs: API keys, OAuth clients, tokens."""
