"""Tests of the witness of transparency logs."""
