"""Addresses that tell the law: questions, provisions, enrollment periods."""
