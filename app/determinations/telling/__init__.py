"""What a determination says: why, what it concludes, by when somebody has to act."""
