"""Instants as text, the same everywhere in the service. Standard library only."""

from datetime import datetime


def instant_text(instant: datetime) -> str:
    """An instant in UTC to the microsecond, in the form of RFC 3339:
    `2026-01-02T03:04:05.678901Z`.
    """
    return instant.isoformat(timespec="microseconds").replace("+00:00", "Z")
