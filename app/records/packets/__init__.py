"""One determination as a file that can be checked anywhere."""
