"""Commands for the law: checking, trying, showing it."""
