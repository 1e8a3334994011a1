"""Comparison of receipts, which callers kept, with the log: each names a record that is in it by a
time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.instants import instant_text
from app.records.log.reading import Log
from app.records.tables import sealed_records, seals
from app.records.verifying.complaints import UNPLACED, Complaint
from app.records.verifying.times import instant_in
from app.transparency.encoding import Malformed, decoded
from app.transparency.notes import Note, Untrusted, read_note, trusted
from app.transparency.receipts import Receipt, read_receipt

RECEIPT = "receipt"
Kept = tuple[str, bytes]
"""A file with a receipt: its name and its content."""


@dataclass(slots=True)
class ReceiptChecks:
    """Checks receipts against a log that was compared with the database; its head *covered* so many
    records. *held* counts receipts whose record is there as promised, *due* those whose time has
    not come.
    """

    connection: Connection
    log: Log
    covered: int
    at: datetime
    held: int = 0
    due: int = 0

    def complaints(self, kept: Iterable[Kept]) -> Iterator[Complaint]:
        """What is wrong with each receipt, or with the log beside it."""
        for name, content in kept:
            try:
                note = _note(content)
                receipt = read_receipt(note.text)
                self._require_signed(note, receipt)
            except (Malformed, Untrusted) as error:
                told = str(error)
                what = f"does not hold: {told[:1].lower()}{told[1:]}"
                yield Complaint(UNPLACED, RECEIPT, name, what)
                continue
            what_is_wrong = self._wrong_with(receipt)
            if what_is_wrong is not None:
                about = f"{what_is_wrong}: {receipt.kind} {receipt.id}"
                yield Complaint(UNPLACED, RECEIPT, name, about)

    def _require_signed(self, note: Note, receipt: Receipt) -> None:
        """Nothing, where a key for receipts of this log, or of one that ended, signed.

        Raises:
            Untrusted: none did.
        """
        trusted(note, self.log.receipt_keys)
        head, ended = self.log.head, [each.ended.origin for each in self.log.endings]
        if head is not None and receipt.origin not in (head.origin, *ended):
            raise Untrusted(f"It is of the log {receipt.origin}")

    def _wrong_with(self, receipt: Receipt) -> str | None:
        """What is wrong; None where the promise was kept, or may still be, which is counted."""
        columns = sealed_records.c
        chosen = select(columns.sequence, columns.digest, columns.seal).where(
            columns.kind == receipt.kind, columns.object_id == receipt.id
        )
        row = self.connection.execute(chosen).first()
        by = instant_text(receipt.logged_by)
        if row is None or row.sequence > self.covered:
            if self.at > receipt.logged_by:
                return f"promised a record in the log by {by}, which is not there"
            self.due += 1
            return None
        if row.digest != receipt.digest:
            return "promised a record whose digest is another one in the log"
        sealed_at = instant_in(
            self.connection, select(seals.c.sealed_at).where(seals.c.number == row.seal)
        )
        if sealed_at is not None and sealed_at > receipt.logged_by:
            return f"promised a record in the log by {by}, sealed at {instant_text(sealed_at)} only"
        self.held += 1
        return None


def _note(content: bytes) -> Note:
    """The note in a file, which has it as it is or in base64, as the header does.

    Raises:
        Malformed: it is neither.
    """
    stripped = content.strip()
    if b"\n" not in stripped:
        return read_note(decoded(stripped.decode(errors="replace"), "The receipt"))
    return read_note(content)
