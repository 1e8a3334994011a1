"""Receipts for stored determinations: signed by the service, at once, before any seal."""

from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from app.api.http.service import Service
from app.records.entries import DeterminationRecord
from app.transparency.encoding import Malformed, encoded
from app.transparency.key_files import OpenToOthers, key_made_once
from app.transparency.keys import PrivateKey
from app.transparency.notes import Note, signed
from app.transparency.receipts import SUFFIX, Receipt

HEADER = "Eligibility-Receipt"
LOGGED_WITHIN = timedelta(seconds=60)
"""How soon a record is in the log, as receipts promise; sealing takes a second."""


class NoReceipts(Exception):
    """The service has no log that is signed, or no key for receipts."""


def receipt(service: Service, record: DeterminationRecord) -> Note:
    """The receipt for a stored determination; the same each time.

    Raises:
        NoReceipts: there can be none, as the message says.
    """
    settings = service.settings
    if settings.log is None or settings.receipt_key is None:
        raise NoReceipts("This service has no transparency log.")
    if not (settings.log / "checkpoint").exists():
        raise NoReceipts("The log has no head yet.")
    try:
        key = _key(settings.receipt_key, settings.log_name)
    except (OSError, Malformed, OpenToOthers):
        raise NoReceipts("The key for receipts cannot be used.") from None
    told = Receipt(
        key.name.removesuffix(SUFFIX),
        "determination",
        record.id,
        record.digest,
        record.decided_at,
        record.decided_at + LOGGED_WITHIN,
    )
    return signed(told.text(), key)


def receipt_text(service: Service, record: DeterminationRecord | None) -> str | None:
    """The receipt in base64; None without a record, or where there can be none."""
    try:
        note = None if record is None else receipt(service, record)
    except NoReceipts:
        return None
    return None if note is None else encoded(note.written().encode())


def receipt_header(service: Service, record: DeterminationRecord | None) -> dict[str, str]:
    """The header with the receipt; none without a record, or where there can be none."""
    text = receipt_text(service, record)
    return {} if text is None else {HEADER: text}


@lru_cache(maxsize=8)
def _key(file: Path, log_name: str) -> PrivateKey:
    """The key for receipts, which is made where there is none."""
    return key_made_once(file, f"{log_name}{SUFFIX}")
