"""Addresses of the register of applicants."""
