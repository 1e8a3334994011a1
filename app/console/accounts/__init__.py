"""The administrator's pages: people, keys and clients, roles."""
