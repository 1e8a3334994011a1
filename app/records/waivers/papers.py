"""Keeps the files of papers, encrypted: a denial notice, a statement, a proof."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from app.records.applicants.encryption import KeyRing, Place
from app.records.changing import DIGEST, add, digest_of
from app.records.damaged import page
from app.records.errors import RecordDamaged
from app.records.identity import new_id
from app.records.waivers.waiver_tables import waiver_papers

TABLE = "waiver_papers"


@dataclass(frozen=True, slots=True)
class KeptPaper:
    """A file as a step refers to it: its id, and the SHA-256 of what it holds."""

    id: str
    media_type: str
    digest: str


def sealable_paper(
    ring: KeyRing, request: str, media_type: str, content: bytes, at: datetime
) -> tuple[KeptPaper, Callable[[Connection], None]]:
    """A file as its step is to refer to it, and what stores it in the step's transaction."""
    id, digest = new_id(at), hashlib.sha256(content).hexdigest()
    row = {"id": id, "request": request, "media_type": media_type, "digest": digest}
    columns = {**row, "content": encrypted(ring, id, content), "kept_at": at}
    kept = KeptPaper(id, media_type, digest)
    return kept, lambda connection: add(connection, waiver_papers, columns)


def encrypted(ring: KeyRing, id: str, content: bytes) -> str:
    """The content of a file as it is stored, under the current key."""
    text = base64.b64encode(content).decode()
    return ring.encrypt(text, Place(TABLE, id, "content"))


def decrypted(ring: KeyRing, id: str, stored: str) -> bytes:
    """The content of a stored file.

    Raises:
        Unreadable: it was changed or moved, or its key is missing.
    """
    return base64.b64decode(ring.decrypt(stored, Place(TABLE, id, "content")))


def paper_anew(row: Mapping[str, Any], ring: KeyRing) -> dict[str, str]:
    """The encrypted column of a row under the current key.

    Raises:
        Unreadable: it was changed or moved, or its key is missing.
    """
    return {"content": encrypted(ring, row["id"], decrypted(ring, row["id"], row["content"]))}


def read_paper(
    connection: Connection, ring: KeyRing, request: str, id: str
) -> tuple[str, bytes] | None:
    """The media type and content of a file of a request; none where there is none.

    Raises:
        RecordDamaged: it is not as it was stored.
        Unreadable: its key is missing.
    """
    mine = (waiver_papers.c.id == id) & (waiver_papers.c.request == request)
    found = page(connection, select(waiver_papers).where(mine), waiver_papers.c.id, 1)
    if not found:
        return None
    columns = found[0].columns
    if columns is None or columns[DIGEST] != digest_of(waiver_papers, columns):
        raise RecordDamaged("waiver paper", id)
    content = decrypted(ring, id, columns["content"])
    if hashlib.sha256(content).hexdigest() != columns["digest"]:
        raise RecordDamaged("waiver paper", id)
    return columns["media_type"], content
