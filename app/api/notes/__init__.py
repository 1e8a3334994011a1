"""What people add in their own words: notes, objections, feedback; and their reminders."""
