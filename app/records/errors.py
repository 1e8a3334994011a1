"""What can go wrong with keeping and reading."""


class RecordsUnavailable(Exception):
    """The database is unreachable, not migrated, or rejects the record. Nothing was stored. The
    message has no values.
    """


class RecordsFull(RecordsUnavailable):
    """The disk is full. Nothing was stored."""


class RecordRefused(RecordsUnavailable):
    """The database rejects this record, but may accept others. Nothing was stored."""


class RecordDamaged(Exception):
    """A record is changed or unreadable. `kind` and `id` identify it; nothing reveals its
    content.
    """

    def __init__(self, kind: str, id: str) -> None:
        super().__init__(f"{kind} {id} is damaged")
        self.kind, self.id = kind, id


class AlreadyReplaced(Exception):
    """Another redetermination replaced the determination first. Nothing was stored."""


class Voided(Exception):
    """What a redetermination was to replace is void. Nothing was stored."""


class AlreadyAnswered(Exception):
    """Another request with the same idempotency key came first. Nothing was stored."""


class MigrationStopped(Exception):
    """A migration found data that only a person can put right, and changed nothing. The message
    says what to do.
    """
