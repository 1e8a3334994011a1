"""Reading a packet from its file: every member is there and of its type. Standard library only,
like the format itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from app.determinations.cases.strict_json import MalformedJson, loads
from app.records.digests import column_text
from app.records.packets.packet_format import (
    CONTENT,
    FORMAT,
    HOW_TO_CHECK,
    HOW_TO_CHECK_LOG,
    HOW_TO_CHECK_VOID,
    LOG_PROOF,
)

T = TypeVar("T")
_HEX = frozenset("0123456789abcdef")


class NotAPacket(ValueError):
    """The file is not a packet; the message says what is wrong with it."""


@dataclass(frozen=True)
class Sealed:
    """A record with the proof that a seal covers it, and the text of its proof in the log, if
    there is one. Whether any of it is true is another question.
    """

    kind: str
    columns: Mapping[str, str | None]
    digest: str
    sequence: int
    path: Sequence[Mapping[str, str]]
    seal: Mapping[str, Any]
    sealed_at: datetime
    log_proof: str | None = None

    @property
    def position(self) -> int:
        """The record's place in its batch, counted from 0."""
        return self.sequence - int(self.seal["first"])


@dataclass(frozen=True)
class Packet:
    """A packet whose every member is there and of its type.

    *void* is the record that the determination is void, if it is.
    """

    record: Sealed
    law_digest: str
    texts: Mapping[str, str]
    void: Sealed | None

    @property
    def columns(self) -> Mapping[str, str | None]:
        """What the record of the determination says."""
        return self.record.columns


def read_packet(content: bytes) -> Packet:
    """A packet from the bytes of its file.

    Raises:
        NotAPacket: it is not JSON, or has other members than a packet of this format, or members of
            other types.
    """
    try:
        document = loads(content)
    except MalformedJson as error:
        raise NotAPacket(f"It is not valid JSON. {error}") from None
    is_void = isinstance(document, dict) and "void" in document
    packet = _members(document, "void packet" if is_void else "packet", "The file", LOG_PROOF)
    if packet["format"] != FORMAT:
        raise NotAPacket(f"Its format is not {FORMAT}.")
    told = HOW_TO_CHECK + (HOW_TO_CHECK_VOID if is_void else "")
    if packet["how_to_check"] != told + (HOW_TO_CHECK_LOG if LOG_PROOF in packet else ""):
        raise NotAPacket("how_to_check differs from the text of this format.")
    law = _members(packet["law"], "law", "law")
    void = _members(packet["void"], "void", "void", LOG_PROOF) if is_void else None
    return Packet(
        record=_sealed(packet, "determination", ""),
        law_digest=_text(law["digest"], "law.digest"),
        texts=_texts(law["texts"]),
        void=None if void is None else _sealed(void, "void", "void."),
    )


def _sealed(members: Mapping[str, object], kind: str, at: str) -> Sealed:
    """A record of a kind with its proof; *at* is the path to it in the file."""
    record, inclusion, seal = (
        _members(members[name], name, f"{at}{name}") for name in ("record", "inclusion", "seal")
    )
    if record["kind"] != kind:
        raise NotAPacket(f"{at}record.kind is not {kind}.")
    steps = _of(list, inclusion["path"], f"{at}inclusion.path", "a list")
    numbers, digests = ("number", "first", "count"), ("root", "previous", "chain")
    return Sealed(
        kind=kind,
        columns=_columns(record["columns"], kind, f"{at}record.columns"),
        digest=_hex(record["digest"], f"{at}record.digest"),
        sequence=_number(inclusion["sequence"], f"{at}inclusion.sequence"),
        path=[_step(step) for step in steps],
        seal={
            **{name: _number(seal[name], f"{at}seal.{name}") for name in numbers},
            **{name: _hex(seal[name], f"{at}seal.{name}") for name in digests},
        },
        sealed_at=instant(seal["sealed_at"], f"{at}seal.sealed_at"),
        log_proof=_text(members[LOG_PROOF], f"{at}{LOG_PROOF}") if LOG_PROOF in members else None,
    )


def _members(
    value: object, part: str, called: str, optional: str | None = None
) -> Mapping[str, object]:
    members = _of(dict, value, called, "an object")
    missing = [name for name in CONTENT[part] if name not in members]
    if missing:
        raise NotAPacket(f"{called} has no member {missing[0]}.")
    if len(members) != len(CONTENT[part]) + (optional in members):
        raise NotAPacket(f"{called} has unknown members.")
    return members


def _columns(value: object, kind: str, called: str) -> Mapping[str, str | None]:
    columns = _members(value, f"columns of {kind}", called)
    may_be_none = ("subject", "organization", "replaces", "made_by")
    return {
        name: None if column is None and name in may_be_none else _text(column, f"{called}.{name}")
        for name, column in columns.items()
    }


def _texts(value: object) -> Mapping[str, str]:
    texts = _of(dict, value, "law.texts", "an object")
    return {file: _text(text, "Every text of the law") for file, text in texts.items()}


def _step(value: object) -> Mapping[str, str]:
    step = _members(value, "step", "A step of inclusion.path")
    if step["side"] not in ("left", "right"):
        raise NotAPacket("The side of a step of inclusion.path must be left or right.")
    return {"side": str(step["side"]), "hash": _hex(step["hash"], "The hash of a step")}


def _of(type: type[T], value: object, called: str, told: str) -> T:
    if not isinstance(value, type):
        raise NotAPacket(f"{called} is not {told}.")
    return value


def _text(value: object, called: str) -> str:
    return _of(str, value, called, "text")


def _hex(value: object, called: str) -> str:
    text = _text(value, called)
    if len(text) != 64 or not set(text) <= _HEX:
        raise NotAPacket(f"{called} is not a SHA-256 in 64 hexadecimal digits.")
    return text


def _number(value: object, called: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise NotAPacket(f"{called} is not a whole number.")
    return value


def instant(value: object, called: str) -> datetime:
    """An instant as packets write it.

    Raises:
        NotAPacket: it is none.
    """
    text = _text(value, called)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise NotAPacket(f"{called} is not an instant.") from None
    if found.tzinfo is None or column_text(found) != text:
        raise NotAPacket(f"{called} is not an instant in UTC, written to the microsecond.")
    return found
