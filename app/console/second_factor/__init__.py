"""The pages of the second factor: proving it, setting it up, seeing and removing it."""
