"""Addresses of people: accounts, and the pages they sign in on."""
