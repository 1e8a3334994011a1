"""Approvals in the database: what one person proposed and a second one must approve."""
