"""Receipts: a service's signed promise that a record will be in its log by a time.

A signed note of our own text, since no public format has one: what the receipt is of, the record's
kind and id, its digest, when it was stored, and by when it is in the log.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from app.transparency.encoding import Malformed

_RECORD = re.compile(r"([a-z]{1,20}) (\S{1,100})")
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
BY = "in the log by "
SUFFIX = "/receipt"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The promise. *origin* is the log's name; the instants have a time zone."""

    origin: str
    kind: str
    id: str
    digest: str
    stored_at: datetime
    logged_by: datetime

    def text(self) -> str:
        """The text that is signed."""
        record = f"{self.kind} {self.id}\n{self.digest}\n{self.stored_at.isoformat()}"
        return f"{self.origin}{SUFFIX}\n{record}\n{BY}{self.logged_by.isoformat()}\n"


def read_receipt(text: str) -> Receipt:
    """A receipt from the text of its note.

    Raises:
        Malformed: it is none.
    """
    lines = text.split("\n")
    if len(lines) != 6 or lines[5] or not lines[0].endswith(SUFFIX):
        raise Malformed("The text is not that of a receipt")
    record = _RECORD.fullmatch(lines[1])
    if record is None or not _DIGEST.fullmatch(lines[2]) or not lines[4].startswith(BY):
        raise Malformed("The receipt names no record, digest or time")
    try:
        instants = [datetime.fromisoformat(each) for each in (lines[3], lines[4][len(BY) :])]
    except ValueError:
        raise Malformed("The receipt has a time that is none") from None
    origin = lines[0].removesuffix(SUFFIX)
    receipt = Receipt(origin, record[1], record[2], lines[2], *instants)
    if receipt.text() != text or any(each.tzinfo is None for each in instants):
        raise Malformed("The receipt is written otherwise")
    return receipt
