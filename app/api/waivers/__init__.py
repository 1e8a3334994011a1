"""Addresses of the waiver desk."""
