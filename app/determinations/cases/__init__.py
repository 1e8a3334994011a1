"""What is asked: a question, the facts stated, the day, the edition and the events."""
