"""Addresses of the transparency log."""
