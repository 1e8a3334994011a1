"""The service over HTTP, version 1."""
