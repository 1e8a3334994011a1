"""What every route does with a request: who asks, how much, what is in it."""
