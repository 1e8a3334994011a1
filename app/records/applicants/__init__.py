"""The register of applicants in the database, encrypted."""
