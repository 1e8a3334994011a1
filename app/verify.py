"""Checks a packet without the service: `python -m app.verify packet.json [--root HEX] [--chain
HEX …] [--policy FILE]`.

Neither database nor network nor web framework is used: the standard library, `cryptography` for
signatures, and the program's own reader of the law and engine, which derives the outcome again.
Ends with 0 where everything holds and the links of all its seals are yours, or a signed head of
your policy covers it; with 5 where everything holds and less is proved, 3 where something does not
hold, 4 where the packet cannot be read, 2 after wrong use.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from app.determinations.again.older_law import LawAltered, decider_under
from app.determinations.again.replay import compared, replay
from app.determinations.cases.strict_json import MalformedJson, loads
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
from app.records.log.packet_checks import log_checks
from app.records.packets.packet_reading import NotAPacket, Packet, Sealed, instant, read_packet
from app.transparency.policy import Policy, PolicyWrong, read_policy
from app.version import VERSION

LARGEST = 67_108_864
"""Bytes; the law is some hundred times smaller."""
HOLDS, FAILS, NO_PACKET, UNANCHORED = 0, 3, 4, 5
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


Check = tuple[str, Callable[[], str | None]]


def checks(
    packet: Packet, root: str | None, chains: Sequence[str], policy: Policy | None = None
) -> Iterator[Check]:
    """What is checked, in order: what it is called, and what finds the complaint, if
    there is one.
    """
    record, void = packet.record, packet.void
    yield "The record matches its sealed digest", lambda: _record(record)
    yield "The sealed batch contains the record", lambda: _inclusion(record)
    yield "The seal is chained to the one before", lambda: _link(record)
    yield from log_checks(packet, policy)
    yield "The text of the law matches the record's digest", lambda: _law(packet)
    yield "The document matches the record's columns", lambda: _document(packet)
    if void is not None:
        yield "The record that it is void matches its sealed digest", lambda: _record(void)
        yield "Its sealed batch contains that record", lambda: _inclusion(void)
        yield "Its seal is chained to the one before", lambda: _link(void)
        yield "That record names this determination", lambda: _names(void, packet)
    if root is not None:
        yield (
            "The root matches yours",
            lambda: _same(record.seal["root"], root, "the root of the seal"),
        )
    for chain in chains:
        yield "The chain digest matches yours", partial(_is_one_of, packet, chain)


def _same(ours: str, given: str, called: str) -> str | None:
    return None if ours == given.strip().lower() else f"{called} is {ours}"


def _is_one_of(packet: Packet, given: str) -> str | None:
    own = _chains(packet)
    return None if given in own else f"the chain digest of the seal is {' or '.join(own)}"


def _chains(packet: Packet) -> list[str]:
    """The links of the seals that a packet rests on, each once."""
    sealed = [packet.record] if packet.void is None else [packet.record, packet.void]
    return list(dict.fromkeys(str(each.seal["chain"]) for each in sealed))


def _names(void: Sealed, packet: Packet) -> str | None:
    named = void.columns["determination"]
    return None if named == packet.columns["id"] else f"it names {named}"


def _record(record: Sealed) -> str | None:
    found = record_digest(record.kind, record.columns)
    return (
        None
        if found == record.digest
        else f"the columns have the digest {found}, the seal covers {record.digest}"
    )


def _inclusion(record: Sealed) -> str | None:
    if not 0 <= record.position < record.seal["count"]:
        return "the sequence number lies outside the batch"
    if [step["side"] for step in record.path] != inclusion_sides(
        record.position, record.seal["count"]
    ):
        return "the path does not fit this place in the batch"
    reached = root_of_proof(
        leaf_hash(record.kind, str(record.columns["id"]), record.digest), record.path
    )
    return (
        None
        if reached == record.seal["root"]
        else f"the path leads to {reached}, which is not the root of the seal"
    )


def _link(record: Sealed) -> str | None:
    seal = record.seal
    found = chain_digest(
        seal["previous"],
        seal["number"],
        seal["first"],
        seal["count"],
        record.sealed_at,
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
        columns["decided_at"] = instant(columns["decided_at"], "decided_at")
        columns["as_of"] = date.fromisoformat(str(columns["as_of"]))
        kept = DeterminationRecord(**columns)
        differs_at = replay(decider_under(packet.law_digest, packet.texts, Engine()), kept)
    except (NotAPacket, ValueError, LawAltered, EngineFault) as error:
        return str(error)
    except Exception as error:  # somebody else's law may break the reader in ways nobody foresaw
        return f"the replay failed with {type(error).__name__}"
    return None if differs_at is None else f"the results differ at {differs_at}"


def verify(
    packet: Packet,
    root: str | None,
    chains: Sequence[str],
    say: Callable[[str], object],
    policy: Policy | None = None,
) -> bool:
    """Run all checks and print a line for each; whether all passed.

    It replays the case only if the other checks passed, so that no unsealed law runs.
    """
    holds = True
    for name, find in checks(packet, root, chains, policy):
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


def _policy(file: str) -> Policy:
    """The policy in a file.

    Raises:
        argparse.ArgumentTypeError: it cannot be read.
    """
    try:
        return read_policy(Path(file).read_bytes())
    except (OSError, PolicyWrong) as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _parser() -> argparse.ArgumentParser:
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
        action="append",
        default=[],
        metavar="HEX",
        help="the chain digest of a seal, from an independent source; once for each seal",
    )
    parser.add_argument(
        "--policy",
        type=_policy,
        metavar="FILE",
        help="the keys of the log and its witnesses, from an independent source",
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a packet and print what was checked, line by line."""
    given = _parser().parse_args(arguments)
    try:
        packet = read_packet(_content(given.packet))
    except NotAPacket as error:
        _say(f"This is not a packet. {error}")
        return NO_PACKET
    _introduce(packet)
    holds = verify(packet, given.root, given.chain, _say, given.policy)
    is_anchored = given.policy is not None or set(_chains(packet)) <= set(given.chain)
    if not is_anchored:
        _say(_unproved(given.root))
    if not holds:
        _say("At least one check failed; see above.")
        return FAILS
    _say("All checks passed." if is_anchored else "All checks passed, against less than all seals.")
    return HOLDS if is_anchored else UNANCHORED


def _unproved(root: str | None) -> str:
    """What stays unproved as long as a seal's link is compared with none from elsewhere."""
    if root is None:
        return (
            "Compare the root above with one from an independent source (--root), or better the "
            "chain digest (--chain). Without that, the whole packet can be forged."
        )
    return (
        "The root proves the record, but neither the seal's number nor its time. For these, "
        "give the chain digest of each seal (--chain)."
    )


def _introduce(packet: Packet) -> None:
    """Say what the packet is about, before anything is checked."""
    columns, seal = packet.columns, packet.record.seal
    _say(
        f"Determination {columns['id']}: {columns['question']} as of {columns['as_of']}, outcome "
        f"{columns['outcome']}."
    )
    _say(f"Seal {seal['number']} of {column_text(packet.record.sealed_at)}, root {seal['root']}.")
    _say(f"The chain digest of this seal is {seal['chain']}.")
    if packet.void is not None:
        void, seal = packet.void.columns, packet.void.seal
        _say(f"It is VOID since {void['voided_at']}: {void['because']}")
        _say(f"The void is in seal {seal['number']}, root {seal['root']}.")
        _say(f"The chain digest of that seal is {seal['chain']}.")


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
