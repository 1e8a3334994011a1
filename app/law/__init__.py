"""What the law says: provisions, facts, calendars, editions and questions, read from files.

Imports nothing of ours.
"""
