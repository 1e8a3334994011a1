"""Which version of the program this is."""

VERSION = "1.0.0.dev2"
"""Every determination is stored with the version that made it.

Raise it in each commit that changes a byte of an answer to a request that was answered before:
records of other versions are replayed in meaning, those of this one byte for byte.
"""
