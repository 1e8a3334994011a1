"""The second factor of people who sign in: apps that show codes, passkeys, recovery codes."""
