"""What every address shares: reading requests, refusing, answering, counting."""
