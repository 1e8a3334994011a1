"""What a verification makes of the transparency log, and of receipts beside it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Connection

from app.records.log.comparing import Comparison
from app.records.log.receipt_checks import ReceiptChecks
from app.records.verifying.complaints import Complaint
from app.records.verifying.proof import Against, Asked, Proof


class Verdict:
    """What the log proves, once its complaints were read."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._compared: Comparison | None = None
        self._receipts: ReceiptChecks | None = None

    def complaints(self, connection: Connection) -> Iterator[Complaint]:
        """All that is wrong with the log, with the database beside it, and with the receipts."""
        log, at = self._asked.log, self._asked.at
        if log is None:
            return
        self._compared = Comparison(connection, log, at)
        yield from self._compared.complaints()
        if self._asked.receipts is not None:
            at = at or datetime.max.replace(tzinfo=UTC)
            self._receipts = ReceiptChecks(connection, log, self._compared.covered, at)
            yield from self._receipts.complaints(self._asked.receipts)

    def added_to(self, proof: Proof) -> Proof:
        """A proof with what the log proves beside it."""
        compared, log, receipts = self._compared, self._asked.log, self._receipts
        if compared is None or log is None:
            return proof
        return replace(
            proof,
            against=Against.WITNESSES if compared.witnesses else proof.against,
            log=None if log.head is None else log.head.origin,
            record=compared.covered,
            witnesses=compared.witnesses,
            witnessed=compared.signed_for if compared.witnesses else 0,
            own_key=log.own_key and log.head is not None,
            endings=log.endings,
            held=0 if receipts is None else receipts.held,
            due=0 if receipts is None else receipts.due,
            short=(*proof.short, *compared.short),
        )
