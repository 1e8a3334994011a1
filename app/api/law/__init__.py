"""Routes about the law: questions, provisions, enrollment periods."""
