"""Everything about one determination in one file, to be checked without this database."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import Connection, select

from app.records.damaged import page
from app.records.digests import column_text, inclusion_proof, leaf_hash, record_digest
from app.records.entries import DETERMINATION_COLUMNS
from app.records.errors import RecordDamaged
from app.records.ledger.packet_format import CONTENT, FORMAT, HOW_TO_CHECK
from app.records.store import Store, find_record, law_of
from app.records.tables import sealed_records, seals
from app.records.visibility import EVERYTHING, Reach

KIND: Literal["determination"] = "determination"


class PacketRecord(Struct):
    """The record of the determination."""

    kind: Literal["determination"]
    columns: Annotated[
        dict[str, str | None],
        Meta(description="Everything that the record's digest covers, as text."),
    ]
    digest: str


class PacketLaw(Struct):
    """The text of the law of the determination."""

    digest: str
    texts: Annotated[Mapping[str, str], Meta(description="The law's files by name.")]


class PacketStep(Struct):
    """A hash to put beside the one below it."""

    side: Literal["left", "right"]
    hash: str


class PacketInclusion(Struct):
    """The proof that the record lies in the sealed batch."""

    sequence: Annotated[int, Meta(description="The record's number in the order of sealing.")]
    path: list[PacketStep]


class PacketSeal(Struct):
    """The seal that closes the batch."""

    number: int
    first: int
    count: int
    sealed_at: Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
    root: str
    previous: str
    chain: str


class Packet(Struct):
    """Everything about one determination, to be checked without this service."""

    format: Annotated[str, Meta(extra_json_schema={"const": FORMAT})]
    how_to_check: str
    record: PacketRecord
    law: PacketLaw
    inclusion: PacketInclusion
    seal: PacketSeal


class NotSealed(Exception):
    """No seal closes the record yet; one will."""


class NoLawText(Exception):
    """The text of the law is missing."""


def packet(store: Store, id: str, reach: Reach = EVERYTHING) -> bytes | None:
    """The packet of a determination, all of it read at one moment; none where no such one lies
    within reach.

    Raises:
        NotSealed: its batch is still open.
        NoLawText: there is nothing to derive it from again.
        RecordDamaged: it, or the text of its law, is not as it was kept, or it is not what was
            sealed.
        RecordsUnavailable: the database is unavailable.
    """
    with store.reading() as connection:
        record = find_record(connection, id, reach)
        if record is None:
            return None
        digest, inclusion, seal = _sealed(connection, id)
        law = law_of(connection, record.law_digest)
    if law is None:
        raise NoLawText
    columns = {name: column_text(getattr(record, name)) for name in DETERMINATION_COLUMNS}
    if record_digest(KIND, columns) != digest:
        raise RecordDamaged(KIND, record.id)
    found = Packet(
        FORMAT,
        HOW_TO_CHECK,
        PacketRecord(KIND, columns, digest),
        PacketLaw(record.law_digest, law.texts),
        inclusion,
        seal,
    )
    return msgspec.json.format(msgspec.json.encode(found))


def _sealed(connection: Connection, id: str) -> tuple[str, PacketInclusion, PacketSeal]:
    """The sealed digest of a record, its place in the batch, and its seal."""
    columns = sealed_records.c
    own = connection.execute(
        select(columns.sequence, columns.seal, columns.digest).where(
            columns.kind == KIND, columns.object_id == id
        )
    ).one_or_none()
    if own is None:
        raise NotSealed
    found = page(connection, select(seals).where(seals.c.number == own.seal), seals.c.number, 1)
    seal = found[0].columns if found else None
    if seal is None:
        raise RecordDamaged("seal", str(own.seal))
    batch = (
        select(columns.sequence, columns.kind, columns.object_id, columns.digest)
        .where(columns.seal == own.seal)
        .order_by(columns.sequence)
    )
    rows = connection.execute(batch).all()
    leaves = [leaf_hash(row.kind, row.object_id, row.digest) for row in rows]
    position = next(at for at, row in enumerate(rows) if row.sequence == own.sequence)
    members = {name: seal[name] for name in CONTENT["seal"]}
    members["sealed_at"] = column_text(seal["sealed_at"])
    steps = msgspec.convert(inclusion_proof(leaves, position), list[PacketStep])
    return own.digest, PacketInclusion(own.sequence, steps), PacketSeal(**members)
