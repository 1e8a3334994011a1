"""The waiver desk on pages: the queue, new requests, one request and each step on it."""
