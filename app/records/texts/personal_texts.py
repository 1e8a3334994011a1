"""Keeps what people write in their own words: encrypted, and forgotten without breaking a seal.

A sealed record cannot hold such a text, since it could never be deleted or encrypted under another
key. It holds `text_commitment`: SHA-256 of a salt and the text. The salt is encrypted beside the
text, so a reader of the database cannot try out likely texts against the digest.
"""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from app.records.applicants.encryption import KeyRing, Place
from app.records.changing import DIGEST, add, digest_of
from app.records.damaged import page
from app.records.errors import RecordDamaged
from app.records.identity import new_id
from app.records.texts.text_tables import personal_texts

SALT_BYTES = 16
TABLE = "personal_texts"


@dataclass(frozen=True, slots=True)
class KeptText:
    """A text as a record refers to it: the id to read it by, and what the record's seal covers."""

    id: str
    commitment: str


@dataclass(frozen=True, slots=True)
class PersonalText:
    """A text that was read again; never shown by being printed."""

    id: str
    kind: str
    about: str
    kept_at: datetime
    commitment: str
    text: str = field(repr=False)


def text_commitment(salt: str, text: str) -> str:
    """What a sealed record holds of a text: SHA-256 of the salt and the text, in hex."""
    return hashlib.sha256(f"{salt}\x00{text}".encode()).hexdigest()


def keep_text(
    connection: Connection, ring: KeyRing, kind: str, about: str, text: str, at: datetime
) -> KeptText:
    """Store a text in the transaction of the record that it belongs to.

    Raises:
        RecordsUnavailable: through the transaction; then nothing was stored.
    """
    kept, store_it = sealable_text(ring, kind, about, text, at)
    store_it(connection)
    return kept


def sealable_text(
    ring: KeyRing, kind: str, about: str, text: str, at: datetime
) -> tuple[KeptText, Callable[[Connection], None]]:
    """A text as its record is to refer to it, and what stores it in the record's transaction.

    A record that seals the commitment is written before the transaction begins.
    """
    id, salt = new_id(at), os.urandom(SALT_BYTES).hex()
    row = {"id": id, "kind": kind, "about": about, "kept_at": at}
    columns = {**row, **encrypted(ring, id, salt, text)}
    kept = KeptText(id, text_commitment(salt, text))
    return kept, lambda connection: add(connection, personal_texts, columns)


def encrypted(ring: KeyRing, id: str, salt: str, text: str) -> dict[str, str]:
    """The columns of a text that are encrypted, under the current key."""
    return {
        name: ring.encrypt(value, Place(TABLE, id, name))
        for name, value in (("salt", salt), ("text", text))
    }


def text_anew(row: Mapping[str, Any], ring: KeyRing) -> dict[str, str]:
    """The encrypted columns of a row under the current key.

    Raises:
        Unreadable: one was changed or moved, or its key is missing.
    """
    id = row["id"]
    salt, text = (ring.decrypt(row[name], Place(TABLE, id, name)) for name in ("salt", "text"))
    return encrypted(ring, id, salt, text)


def read_texts(
    connection: Connection, ring: KeyRing, ids: Sequence[str]
) -> dict[str, PersonalText]:
    """The texts under these ids, in their order. One that was forgotten is missing.

    Raises:
        RecordDamaged: one is not as it was stored.
        Unreadable: the key of one is missing.
    """
    if not ids:
        return {}
    chosen = select(personal_texts).where(personal_texts.c.id.in_(ids))
    found = {
        row.id: row for row in page(connection, chosen, personal_texts.c.id, len(set(ids)) + 1)
    }
    read: dict[str, PersonalText] = {}
    for id in ids:
        if (row := found.get(id)) is None:
            continue
        columns = row.columns
        if columns is None or columns[DIGEST] != digest_of(personal_texts, columns):
            raise RecordDamaged("personal text", id)
        salt, text = (ring.decrypt(columns[it], Place(TABLE, id, it)) for it in ("salt", "text"))
        commitment = text_commitment(salt, text)
        read[id] = PersonalText(
            id, columns["kind"], columns["about"], columns["kept_at"], commitment, text
        )
    return read


def words_of(
    connection: Connection, ring: KeyRing, kind: str, rows: Sequence[Mapping[str, Any]]
) -> list[str | None]:
    """What people wrote for these rows of a kind, each with the id of its *text* and the
    *commitment* to it, in their order. None where the text was forgotten.

    Raises:
        RecordDamaged: the text is not the one that a row commits itself to.
        Unreadable: the key of one is missing.
    """
    texts = read_texts(connection, ring, [str(each["text"]) for each in rows])
    for each in rows:
        text = texts.get(each["text"])
        if text is not None and text.commitment != each["commitment"]:
            raise RecordDamaged(kind, each["id"])
    return [texts[each["text"]].text if each["text"] in texts else None for each in rows]


def delete_texts(connection: Connection, kind: str, about: Sequence[str]) -> int:
    """Forget all texts of these records, in a transaction; how many there were. Seals stay whole.

    Raises:
        RecordsUnavailable: through the transaction; then nothing was deleted.
    """
    mine = (personal_texts.c.kind == kind) & personal_texts.c.about.in_(about)
    return connection.execute(delete(personal_texts).where(mine)).rowcount
