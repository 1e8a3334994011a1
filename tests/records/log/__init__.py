"""Tests of the transparency log of the sealed records."""
