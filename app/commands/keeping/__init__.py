"""Commands for what is kept: records, applicants, the database, seals."""
