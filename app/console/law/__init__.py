"""Pages about the law: provisions, what changed, editions compared, calendars, questions."""
