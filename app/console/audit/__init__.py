"""The auditor's pages: the audit trail, and verifications of the records."""
