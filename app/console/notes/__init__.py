"""Notes and objections, reminders, and feedback on pages."""
