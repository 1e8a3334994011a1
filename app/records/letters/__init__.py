"""Letters that were made, sent and came back."""
