"""Cases with several events, of which one leads."""
