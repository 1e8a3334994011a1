"""Accounts, sessions and drafts in the database."""
