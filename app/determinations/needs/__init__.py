"""Which unknown facts can still change an outcome."""
