"""Credentials of programs in the database."""
