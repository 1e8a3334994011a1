"""Answers as pages: of a question being put, and of a stored determination."""
