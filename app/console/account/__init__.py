"""Signing in and out, the password, the open sessions."""
