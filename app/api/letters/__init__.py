"""Letters under /v1: previewed, made, sent, and noted when they come back."""
