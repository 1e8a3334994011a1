"""Verification of the seals: each covers its records, follows the one before, and is as noted."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from app.records.damaged import rows
from app.records.digests import EMPTY_CHAIN, chain_digest, leaf_hash, merkle_root
from app.records.tables import sealed_records, seals
from app.records.verifying.complaints import Complaint
from app.records.verifying.times import SKEW

SEAL_COLUMNS = {"number": int, "first": int, "count": int, "sealed_at": datetime}


class SealedChain:
    """The seals of one moment: how many there are, and what the last one says."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.seals, self.number, self.chain = 0, 0, EMPTY_CHAIN
        self.sealed_at: datetime | None = None

    def complaints(
        self, chains: Mapping[int, Sequence[str]], now: datetime | None
    ) -> Iterator[Complaint]:
        """Check that each seal covers its records and follows the seal before, and that no entry
        lies beyond the last seal. *chains* are those that each number was noted with.
        """
        noted, number, following = dict(chains), 0, 1
        for id, row in rows(self._connection, seals, seals.c.number):
            number += 1
            if row is None or not all(
                isinstance(row[name], kind) for name, kind in SEAL_COLUMNS.items()
            ):
                yield Complaint(
                    following, "seal", id, "is unreadable: one of its columns was changed"
                )
                continue
            self.seals += 1
            what_is_wrong = (
                *self._wrong_with_seal(row, number, following),
                *self._wrong_with_time(row["sealed_at"], now),
                *_unlike_noted(row["chain"], noted.pop(row["number"], ())),
            )
            for what in what_is_wrong:
                yield Complaint(following, "seal", id, what)
            number, following, self.chain = row["number"], row["first"] + row["count"], row["chain"]
            self.number, self.sealed_at = number, row["sealed_at"]
        for missing in sorted(noted):
            yield Complaint(following, "seal", str(missing), "is missing: the checkpoints note it")
        beyond = select(sealed_records).where(sealed_records.c.sequence >= following).limit(1)
        for stray in self._connection.execute(beyond).all():
            what = "lies beyond the last seal: no seal covers it"
            yield Complaint(stray.sequence, stray.kind, stray.object_id, what)

    def _wrong_with_time(self, sealed_at: datetime, now: datetime | None) -> Iterator[str]:
        if self.sealed_at is not None and sealed_at < self.sealed_at:
            yield "says an earlier time than the seal before it"
        if now is not None and sealed_at > now + SKEW:
            yield "says a time in the future"

    def _wrong_with_seal(
        self, row: Mapping[str, Any], number: int, following: int
    ) -> Iterator[str]:
        if row["number"] != number or row["first"] != following:
            yield "does not follow the seal before it: a seal was removed or inserted"
        expected = chain_digest(
            self.chain, row["number"], row["first"], row["count"], row["sealed_at"], row["root"]
        )
        if row["previous"] != self.chain or row["chain"] != expected:
            yield "does not match: it or an earlier seal was changed"
        entries = self._connection.execute(
            select(sealed_records)
            .where(sealed_records.c.seal == row["number"])
            .order_by(sealed_records.c.sequence)
        ).all()
        if [entry.sequence for entry in entries] != list(
            range(row["first"], row["first"] + row["count"])
        ):
            yield ("does not match its entries: some were removed, inserted or moved")
        elif (
            merkle_root([leaf_hash(entry.kind, entry.object_id, entry.digest) for entry in entries])
            != row["root"]
        ):
            yield "has a root that does not match its entries: one was changed"


def _unlike_noted(chain: str, noted: Sequence[str]) -> Iterator[str]:
    """What is wrong with a seal beside the chains that its number was noted with, which are none
    where it was not noted.
    """
    if len(noted) > 1:
        yield ("has different chains in the checkpoints: seals were removed and created again")
    elif noted and noted[0] != chain:
        yield "differs from the checkpoints"
