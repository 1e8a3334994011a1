"""What can go wrong with keeping and reading."""


class RecordsUnavailable(Exception):
    """The database cannot be reached, is not migrated, or refuses to keep.

    Nothing was kept; the message tells no values.
    """


class RecordsFull(RecordsUnavailable):
    """There is no room left for records. Nothing was kept."""


class RecordRefused(RecordsUnavailable):
    """The database refuses this record, and may take others. Nothing was kept."""


class RecordDamaged(Exception):
    """A record is not as it was kept, or cannot be read any more; `kind` and `id` say which one,
    and nothing says what it holds.
    """

    def __init__(self, kind: str, id: str) -> None:
        super().__init__(f"{kind} {id} is damaged")
        self.kind, self.id = kind, id


class AlreadyReplaced(Exception):
    """A redetermination came too late: another one replaced the determination first.

    Nothing was kept.
    """


class AlreadyAnswered(Exception):
    """Another request with the same idempotency key was answered first. Nothing was kept."""
