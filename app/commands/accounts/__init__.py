"""Commands for people, keys and clients."""
