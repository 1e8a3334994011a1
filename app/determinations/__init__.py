"""The decision and its reasons."""
