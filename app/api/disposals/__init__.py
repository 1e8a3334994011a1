"""Disposals over HTTP."""
