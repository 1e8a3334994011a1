"""Letters as pages: previewed, made, listed to be sent, and noted when they come back."""
