"""What requests of the waiver desk have to look like."""
