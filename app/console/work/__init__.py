"""The page of those who lead an office: its open work."""
