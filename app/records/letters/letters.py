"""Keeps letters: what each said, when it was sent and when it came back.

A letter's row changes twice at most, when it is sent and when it comes back; what it says never
does. Each step has its audit entry in the same transaction.
"""

import hashlib
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, false, or_, select, true

from app.records.changing import DIGEST, add, digest_of, locked, write
from app.records.damaged import Row as Found
from app.records.damaged import page
from app.records.entries import AuditEntry, IdempotencyRecord
from app.records.errors import RecordDamaged
from app.records.letters.letter_tables import letters
from app.records.store import Store, enter, store_response
from app.records.visibility import EVERYTHING, Reach

KIND = "letter"
TOGETHER = 500


class LetterChanged(Exception):
    """Somebody else noted something about the letter first. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """A letter that was made. *kind* and *object_id* name what it is about; *content* is what it
    says, without the person it goes to.
    """

    id: str
    kind: str
    object_id: str
    question: str | None
    subject: str | None
    organization: str | None
    template: int
    language: str
    large_print: bool
    content: str
    content_digest: str
    made_by: str
    made_at: datetime
    sent_on: date | None = None
    came_back_on: date | None = None
    version: int = 1


def content_digest(content: str) -> str:
    """The digest of what a letter says."""
    return hashlib.sha256(content.encode()).hexdigest()


def keep_letter(
    store: Store, letter: KeptLetter, audit: AuditEntry, response: IdempotencyRecord | None = None
) -> None:
    """Store a letter with its audit entry and the response to the request for it.

    Raises:
        AlreadyAnswered: the idempotency key was used first by another request.
        RecordsUnavailable: nothing was stored.
    """
    with store.writing() as connection:
        store_response(connection, response)
        add(connection, letters, asdict(letter))
        enter(connection, audit)


def find_letter(store: Store, id: str, reach: Reach = EVERYTHING) -> KeptLetter | None:
    """A letter by its id; none where no such one lies within reach.

    Raises:
        RecordDamaged: it is not as it was stored.
        RecordsUnavailable: the database is unavailable.
    """
    chosen = select(letters).where(letters.c.id == id, _within(reach))
    with store.reading() as connection:
        found = page(connection, chosen, letters.c.id, 1)
    return _letter(found[0]) if found else None


@dataclass(frozen=True, slots=True)
class WantedLetters:
    """Criteria for letters; all must match. *to_send*: whether it was not sent yet."""

    object_id: str | None = None
    subject: str | None = None
    to_send: bool = False


def list_letters(
    store: Store, wanted: WantedLetters, reach: Reach, limit: int, before: str | None = None
) -> list[KeptLetter | RecordDamaged]:
    """The newest letters within reach that are wanted, at most *limit*, older than the one at the
    place *before*; in the place of a damaged one what is wrong.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    conditions: list[ColumnElement[bool]] = [_within(reach)]
    if wanted.object_id is not None:
        conditions.append(letters.c.object_id == wanted.object_id)
    if wanted.subject is not None:
        conditions.append(letters.c.subject == wanted.subject)
    if wanted.to_send:
        conditions.append(letters.c.sent_on.is_(None))
    with store.reading() as connection:
        chosen = select(letters).where(*conditions)
        found = page(connection, chosen, letters.c.id, limit, before, newest_first=True)
    return [_letter_or_damage(each) for each in found]


def change_letter(
    store: Store,
    letter: KeptLetter,
    audit: AuditEntry,
    sent_on: date | None = None,
    came_back_on: date | None = None,
) -> KeptLetter:
    """Note that a letter was sent, or came back, where it is still as it was read.

    Raises:
        LetterChanged: it is not.
        RecordsUnavailable: nothing was changed.
    """
    after = replace(
        letter,
        sent_on=sent_on or letter.sent_on,
        came_back_on=came_back_on or letter.came_back_on,
        version=letter.version + 1,
    )
    still = (letters.c.id == letter.id) & (letters.c.version == letter.version)
    with store.writing() as connection:
        row = locked(connection, letters, still)
        if row is None:
            raise LetterChanged
        noted = {name: getattr(after, name) for name in ("sent_on", "came_back_on", "version")}
        write(connection, letters, row, noted)
        enter(connection, audit)
    return after


def _within(reach: Reach) -> ColumnElement[bool]:
    """Visible letters: those about what the caller sees."""
    if reach.everything:
        return true()
    own = (
        letters.c.organization == reach.organization if reach.organization is not None else false()
    )
    return or_(own, letters.c.question.in_(sorted(reach.questions))) if reach.questions else own


def _letter_or_damage(found: Found) -> KeptLetter | RecordDamaged:
    try:
        return _letter(found)
    except RecordDamaged as damaged:
        return damaged


def _letter(found: Found) -> KeptLetter:
    """The letter of a row.

    Raises:
        RecordDamaged: it is not as it was stored.
    """
    if found.columns is None or found.columns[DIGEST] != digest_of(letters, found.columns):
        raise RecordDamaged(KIND, found.id)
    columns = {name: found.columns[name] for name in KeptLetter.__slots__}
    if content_digest(columns["content"]) != columns["content_digest"]:
        raise RecordDamaged(KIND, found.id)
    return KeptLetter(**columns)
