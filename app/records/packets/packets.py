"""Everything about one determination in one file, to be checked without this database."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import Connection, select

from app.records.damaged import page
from app.records.digests import column_text, inclusion_proof, leaf_hash, record_digest
from app.records.entries import DETERMINATION_COLUMNS, Seal
from app.records.errors import RecordDamaged
from app.records.log.folder import LogFolder
from app.records.log.proving import log_proof
from app.records.packets.packet_format import (
    CONTENT,
    FORMAT,
    HOW_TO_CHECK,
    HOW_TO_CHECK_LOG,
    HOW_TO_CHECK_VOID,
)
from app.records.store import Store, find_record, law_of, lies_within
from app.records.tables import sealed_records, seals
from app.records.visibility import EVERYTHING, Reach
from app.records.voiding.standing import void_of

LOG_PROOF_SAYS = (
    "The proof that the record is in the transparency log, in the format c2sp.org/tlog-proof. "
    "Present only if a signed head covers it."
)
KIND: Literal["determination"] = "determination"


class PacketRecord(Struct):
    """The record of the determination, or the one that it is void."""

    kind: Literal["determination", "void"]
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


class PacketVoid(Struct):
    """That the determination is void, with the proof that this is sealed."""

    record: PacketRecord
    inclusion: PacketInclusion
    seal: PacketSeal
    log_proof: Annotated[str, Meta(description=LOG_PROOF_SAYS)] | UnsetType = UNSET


class Packet(Struct):
    """Everything about one determination, to be checked without this service."""

    format: Annotated[str, Meta(extra_json_schema={"const": FORMAT})]
    how_to_check: str
    record: PacketRecord
    law: PacketLaw
    inclusion: PacketInclusion
    seal: PacketSeal
    void: Annotated[PacketVoid, Meta(description="Present only if it is void.")] | UnsetType = UNSET
    log_proof: Annotated[str, Meta(description=LOG_PROOF_SAYS)] | UnsetType = UNSET


class NotSealed(Exception):
    """No seal closes the record, or the one that it is void, yet; one will."""


class NoLawText(Exception):
    """The text of the law is missing."""


def packet(
    store: Store, id: str, reach: Reach = EVERYTHING, log: Path | None = None
) -> bytes | None:
    """The packet of a determination, all of it read at one moment; none where no such one lies
    within reach. *log* is the folder of the transparency log, for the proofs.

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
        digest, inclusion, seal = _sealed(connection, KIND, id)
        void = _void(connection, id)
        law = law_of(connection, record.law_digest)
    if law is None:
        raise NoLawText
    columns = {name: column_text(getattr(record, name)) for name in DETERMINATION_COLUMNS}
    if record_digest(KIND, columns) != digest:
        raise RecordDamaged(KIND, record.id)
    found = Packet(
        FORMAT,
        HOW_TO_CHECK + ("" if void is UNSET else HOW_TO_CHECK_VOID),
        PacketRecord(KIND, columns, digest),
        PacketLaw(record.law_digest, law.texts),
        inclusion,
        seal,
        void,
    )
    if log is not None:
        _prove(found, LogFolder(log))
    return msgspec.json.format(msgspec.json.encode(found))


def _prove(packet: Packet, log: LogFolder) -> None:
    """Put the proofs of the log into a packet, where a head covers all of its records."""
    records: list[Packet | PacketVoid] = [packet]
    if packet.void is not UNSET:
        records.append(packet.void)
    proofs = [log_proof(log, each.inclusion.sequence) for each in records]
    if all(proofs):
        packet.how_to_check += HOW_TO_CHECK_LOG
        for each, proof in zip(records, proofs, strict=True):
            each.log_proof = proof or UNSET


def _void(connection: Connection, determination: str) -> PacketVoid | UnsetType:
    """The record that a determination is void, with its proof.

    Raises:
        NotSealed, RecordDamaged: as for `packet`.
    """
    void = void_of(connection, determination)
    if void is None:
        return UNSET
    digest, inclusion, seal = _sealed(connection, "void", void.id)
    columns = {name: column_text(getattr(void, name)) for name in void.__slots__}
    if record_digest("void", columns) != digest:
        raise RecordDamaged("void", void.id)
    return PacketVoid(PacketRecord("void", columns, digest), inclusion, seal)


def _sealed(connection: Connection, kind: str, id: str) -> tuple[str, PacketInclusion, PacketSeal]:
    """The sealed digest of a record, its place in the batch, and its seal."""
    columns = sealed_records.c
    own = connection.execute(
        select(columns.sequence, columns.seal, columns.digest).where(
            columns.kind == kind, columns.object_id == id
        )
    ).one_or_none()
    if own is None:
        raise NotSealed
    seal = _seal(connection, own.seal)
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


def _seal(connection: Connection, number: int) -> Mapping[str, Any]:
    """A seal by its number.

    Raises:
        RecordDamaged: it is missing or unreadable.
    """
    found = page(connection, select(seals).where(seals.c.number == number), seals.c.number, 1)
    seal = found[0].columns if found else None
    if seal is None:
        raise RecordDamaged("seal", str(number))
    return seal


def seal_of(store: Store, id: str, reach: Reach = EVERYTHING) -> Seal | None:
    """The seal that closes a determination; None where its batch is still open, or where no such
    one lies within reach.

    Raises:
        RecordDamaged: the seal is missing or unreadable.
        RecordsUnavailable: the database is unavailable.
    """
    columns = sealed_records.c
    chosen = select(columns.seal).where(columns.kind == KIND, columns.object_id == id)
    with store.reading() as connection:
        if not lies_within(connection, id, reach):
            return None
        number = connection.execute(chosen).scalar_one_or_none()
        seal = None if number is None else _seal(connection, number)
    return None if seal is None else Seal(**{name: seal[name] for name in Seal.__slots__})
