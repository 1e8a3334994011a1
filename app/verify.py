"""Checks a packet without the service: `python -m app.verify packet.json [--root HEX] [--chain
HEX]`.

Neither database nor network nor web framework is used: the standard library, and the program's own
reader of the law and engine, which derives the outcome again. Ends with 0 where everything holds, 1
where something does not, 2 where nothing was checked.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from app.determinations.older_law import LawAltered, decider_under
from app.determinations.replay import compared, replay
from app.determinations.strict_json import MalformedJson, loads
from app.engine import Engine, EngineFault
from app.law.lawbook import text_digest
from app.records.digests import (
    chain_digest,
    column_text,
    inclusion_sides,
    leaf_hash,
    record_digest,
    root_of_proof,
)
from app.records.entries import DeterminationRecord
from app.records.ledger.packet_format import CONTENT, FORMAT, HOW_TO_CHECK
from app.version import VERSION

LARGEST = 67_108_864
"""Bytes; the law is some hundred times smaller."""
HOLDS, FAILS, NO_PACKET = 0, 1, 2
T = TypeVar("T")
_HEX = frozenset("0123456789abcdef")
TOLD_IN_DOCUMENT = (
    "id",
    "decided_at",
    "question",
    "as_of",
    "edition",
    "outcome",
    "subject",
    "law_digest",
    "replaces",
)
"""Columns that the document contains too."""


class NotAPacket(ValueError):
    """The file is not a packet; the message says what is wrong with it."""


@dataclass(frozen=True)
class Packet:
    """A packet whose every member is there and of its type.

    Whether any of it is true is another question.
    """

    columns: Mapping[str, str | None]
    digest: str
    law_digest: str
    texts: Mapping[str, str]
    sequence: int
    path: Sequence[Mapping[str, str]]
    seal: Mapping[str, Any]
    sealed_at: datetime

    @property
    def position(self) -> int:
        """The record's place in its batch, counted from 0."""
        return self.sequence - int(self.seal["first"])


# --- reading ---


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
    packet = _members(document, "packet", "The file")
    if packet["format"] != FORMAT:
        raise NotAPacket(f"Its format is not {FORMAT}.")
    if packet["how_to_check"] != HOW_TO_CHECK:
        raise NotAPacket("how_to_check differs from the text of this format.")
    record, law = (
        _members(packet["record"], "record", "record"),
        _members(packet["law"], "law", "law"),
    )
    inclusion, seal = (
        _members(packet["inclusion"], "inclusion", "inclusion"),
        _members(packet["seal"], "seal", "seal"),
    )
    if record["kind"] != "determination":
        raise NotAPacket("record.kind is not determination.")
    return Packet(
        columns=_columns(record["columns"]),
        digest=_hex(record["digest"], "record.digest"),
        law_digest=_text(law["digest"], "law.digest"),
        texts=_texts(law["texts"]),
        sequence=_number(inclusion["sequence"], "inclusion.sequence"),
        path=[_step(step) for step in _of(list, inclusion["path"], "inclusion.path", "a list")],
        seal={
            **{name: _number(seal[name], f"seal.{name}") for name in ("number", "first", "count")},
            **{name: _hex(seal[name], f"seal.{name}") for name in ("root", "previous", "chain")},
        },
        sealed_at=_instant(seal["sealed_at"], "seal.sealed_at"),
    )


def _members(value: object, part: str, called: str) -> Mapping[str, object]:
    members = _of(dict, value, called, "an object")
    missing = [name for name in CONTENT[part] if name not in members]
    if missing:
        raise NotAPacket(f"{called} has no member {missing[0]}.")
    if len(members) != len(CONTENT[part]):
        raise NotAPacket(f"{called} has unknown members.")
    return members


def _columns(value: object) -> Mapping[str, str | None]:
    columns = _members(value, "columns", "record.columns")
    may_be_none = ("subject", "organization", "replaces", "made_by")
    return {
        name: None
        if column is None and name in may_be_none
        else _text(column, f"record.columns.{name}")
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


def _instant(value: object, called: str) -> datetime:
    text = _text(value, called)
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise NotAPacket(f"{called} is not an instant.") from None
    if instant.tzinfo is None or column_text(instant) != text:
        raise NotAPacket(f"{called} is not an instant in UTC, written to the microsecond.")
    return instant


# --- checking ---

Check = tuple[str, Callable[[], str | None]]


def checks(packet: Packet, root: str | None, chain: str | None) -> Iterator[Check]:
    """What is checked, in order: what it is called, and what finds the complaint, if
    there is one.
    """
    yield "The record matches its sealed digest", lambda: _record(packet)
    yield "The sealed batch contains the record", lambda: _inclusion(packet)
    yield "The seal is chained to the one before", lambda: _link(packet)
    yield "The text of the law matches the record's digest", lambda: _law(packet)
    yield "The document matches the record's columns", lambda: _document(packet)
    if root is not None:
        yield (
            "The root matches yours",
            lambda: _same(packet.seal["root"], root, "the root of the seal"),
        )
    if chain is not None:
        yield (
            "The chain digest matches yours",
            lambda: _same(packet.seal["chain"], chain, "the chain digest of the seal"),
        )


def _same(ours: str, given: str, called: str) -> str | None:
    return None if ours == given.strip().lower() else f"{called} is {ours}"


def _record(packet: Packet) -> str | None:
    found = record_digest("determination", packet.columns)
    return (
        None
        if found == packet.digest
        else f"the columns have the digest {found}, the seal covers {packet.digest}"
    )


def _inclusion(packet: Packet) -> str | None:
    if not 0 <= packet.position < packet.seal["count"]:
        return "the sequence number lies outside the batch"
    if [step["side"] for step in packet.path] != inclusion_sides(
        packet.position, packet.seal["count"]
    ):
        return "the path does not fit this place in the batch"
    reached = root_of_proof(
        leaf_hash("determination", str(packet.columns["id"]), packet.digest), packet.path
    )
    return (
        None
        if reached == packet.seal["root"]
        else f"the path leads to {reached}, which is not the root of the seal"
    )


def _link(packet: Packet) -> str | None:
    seal = packet.seal
    found = chain_digest(
        seal["previous"],
        seal["number"],
        seal["first"],
        seal["count"],
        packet.sealed_at,
        seal["root"],
    )
    return None if found == seal["chain"] else f"the computed chain digest is {found}"


def _law(packet: Packet) -> str | None:
    found = text_digest(packet.texts)
    if packet.law_digest != packet.columns["law_digest"]:
        return "the packet and the record name different laws"
    return None if found == packet.law_digest else f"the files have the digest {found}"


def _document(packet: Packet) -> str | None:
    columns = packet.columns
    try:
        document = loads(str(columns["document"]).encode())
    except MalformedJson:
        return "the document is not JSON"
    if not isinstance(document, dict):
        return "the document is not an object"
    law = document.get("law")
    stated = {**document, "law_digest": law.get("digest") if isinstance(law, dict) else None}
    for name in TOLD_IN_DOCUMENT:
        if stated.get(name) != columns[name]:
            return f"{name} differs in the document"
    return None


def derive(packet: Packet) -> str | None:
    """Decide the packet's request again under its law; the difference, or None."""
    columns: dict[str, Any] = dict(packet.columns)
    try:
        columns["decided_at"] = _instant(columns["decided_at"], "decided_at")
        columns["as_of"] = date.fromisoformat(str(columns["as_of"]))
        kept = DeterminationRecord(**columns)
        differs_at = replay(decider_under(packet.law_digest, packet.texts, Engine()), kept)
    except (NotAPacket, ValueError, LawAltered, EngineFault) as error:
        return str(error)
    except Exception as error:  # somebody else's law may break the reader in ways nobody foresaw
        return f"the replay failed with {type(error).__name__}"
    return None if differs_at is None else f"the results differ at {differs_at}"


def verify(
    packet: Packet, root: str | None, chain: str | None, say: Callable[[str], object]
) -> bool:
    """Run all checks and print a line for each; whether all passed.

    It replays the case only if the other checks passed, so that no unsealed law runs.
    """
    holds = True
    for name, find in checks(packet, root, chain):
        complaint = find()
        holds = holds and complaint is None
        say(f"holds    {name}." if complaint is None else f"FAILS    {name}: {complaint}.")
    made_by = packet.columns["made_by"]
    how = "to the byte"
    if compared(made_by) == "meaning":
        how = f"in meaning (issued by version {made_by or 'unknown'}, this is {VERSION})"
    name = f"Replay under the packet's law gives the same result {how}"
    if not holds:
        say(f"skipped  {name}: not tried, because a check above failed.")
    else:
        complaint = derive(packet)
        holds = complaint is None
        say(f"holds    {name}." if holds else f"FAILS    {name}: {complaint}.")
    return holds


def _digest(text: str) -> str:
    """A digest to compare with.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    digest = text.strip().lower()
    if len(digest) != 64 or not set(digest) <= _HEX:
        raise argparse.ArgumentTypeError("must be a SHA-256 in 64 hexadecimal digits")
    return digest


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a packet and print what was checked, line by line."""
    parser = argparse.ArgumentParser(
        prog="python -m app.verify", description="Verify the packet of a determination."
    )
    parser.add_argument(
        "packet", type=Path, help="the file from GET /v1/determinations/{id}/packet"
    )
    parser.add_argument(
        "--root",
        type=_digest,
        metavar="HEX",
        help="the root of the seal, from an independent source",
    )
    parser.add_argument(
        "--chain",
        type=_digest,
        metavar="HEX",
        help="the chain digest of the seal, from an independent source",
    )
    given = parser.parse_args(arguments)
    try:
        packet = read_packet(_content(given.packet))
    except NotAPacket as error:
        _say(f"This is not a packet. {error}")
        return NO_PACKET
    columns, seal = packet.columns, packet.seal
    _say(
        f"Determination {columns['id']}: {columns['question']} as of {columns['as_of']}, outcome "
        f"{columns['outcome']}."
    )
    _say(f"Seal {seal['number']} of {column_text(packet.sealed_at)}, root {seal['root']}.")
    holds = verify(packet, given.root, given.chain, _say)
    if given.root is None and given.chain is None:
        _say(
            "Compare the root above with one from an independent source (--root). Without that, "
            "the whole packet can be forged."
        )
    _say("All checks passed." if holds else "At least one check failed; see above.")
    return HOLDS if holds else FAILS


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise NotAPacket(f"Cannot read it: {error.strerror}.") from None
    if len(content) > LARGEST:
        raise NotAPacket(f"It is larger than {LARGEST:,} bytes.")
    return content


def _say(line: str) -> None:
    """One line on standard output.

    Text of the packet's own cannot move the cursor or break the line.
    """
    encoding = sys.stdout.encoding or "ascii"
    printable = "".join(c if c.isprintable() else "?" for c in line)
    sys.stdout.write(printable.encode(encoding, "replace").decode(encoding) + "\n")


if __name__ == "__main__":
    sys.exit(main())
