"""One kept determination, as the views that read or check it find it.

Every reading enters the audit trail first.
"""

from uuid import UUID

from app.api.http.problems import unknown_determination
from app.api.http.service import current_service, origin, principal
from app.determinations.answer import with_successor
from app.records.ledger.chains import Link, link

KIND = "determination"


def kept(id: UUID, unless_changed: bool = True) -> Link:
    """A determination within the caller's reach, with its successor.

    Raises:
        Problem: unknown-determination.
        RecordDamaged: it cannot be read any more or, *unless_changed*, is not what its digest was
            made of.
        RecordsUnavailable: the database could not be asked.
    """
    found = link(current_service().store, str(id), principal().reach, unless_changed)
    if found is None:
        raise unknown_determination()
    return found


def text_of(found: Link) -> bytes:
    """The determination as it is read: as it was issued, and once it was replaced with the name of
    its successor.
    """
    issued = found.record.document.encode()
    return issued if found.replaced_by is None else with_successor(issued, found.replaced_by)


def note(action: str, *ids: str, outcome: str = "done") -> None:
    """Enter in the audit trail what is about to be told of determinations.

    Raises:
        RecordsUnavailable: it could not be entered; then nothing may be told.
    """
    by = origin()
    current_service().store.note(*(by.did(action, id, outcome, KIND) for id in ids))
