"""What can go wrong with keeping and reading."""


class RecordsUnavailable(Exception):
    """The database cannot be reached, is not migrated, or refuses to keep. Nothing was kept; the message tells no values."""
