"""What is known of a case, and what the law in force makes of each fact."""
