"""Tests of the log's formats, of its witness, and of both beside Go's own."""
