"""The records as evidence: seals, verification, packets, backup, retention, replay, search."""
