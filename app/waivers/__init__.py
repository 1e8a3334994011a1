"""The Office of Patient Protection's desk: what may happen to a waiver request, and when."""
