"""Checks of the proofs in a packet that its records stand in a transparency log. Neither database
nor network is used.
"""

from collections.abc import Callable, Iterator

from app.records.digests import leaf_hash
from app.records.packets.packet_reading import Packet, Sealed
from app.transparency.checkpoints import read_checkpoint
from app.transparency.encoding import Malformed
from app.transparency.notes import Untrusted
from app.transparency.policy import Policy
from app.transparency.proofs import read_proof
from app.transparency.tree import is_included
from app.transparency.trust import checked_proof

Check = tuple[str, Callable[[], str | None]]


def log_checks(packet: Packet, policy: Policy | None) -> Iterator[Check]:
    """What is checked of a packet's proofs: what it is called, and what finds the complaint, if
    there is one.

    With a policy each record needs a proof, signed as the policy asks.
    """
    sealed = [("the record", packet.record)]
    if packet.void is not None:
        sealed.append(("the record that it is void", packet.void))
    for called, record in sealed:
        if record.log_proof is not None:
            yield f"The log's proof leads from {called} to its head", _leads(record)
        if policy is not None:
            yield (
                f"The log's head over {called} is signed as your policy asks",
                _signed(record, policy),
            )


def _leaf(record: Sealed) -> bytes:
    return leaf_hash(record.kind, str(record.columns["id"]), record.digest)


def _leads(record: Sealed) -> Callable[[], str | None]:
    def find() -> str | None:
        assert record.log_proof is not None
        try:
            proof = read_proof(record.log_proof.encode())
            head = read_checkpoint(proof.checkpoint.text)
        except Malformed as error:
            return str(error)
        if proof.index != record.sequence - 1:
            return f"it is of sequence number {proof.index + 1}"
        leads = is_included(_leaf(record), proof.index, head.size, head.root, proof.path)
        return None if leads else "the path does not lead to the root of the head"

    return find


def _signed(record: Sealed, policy: Policy) -> Callable[[], str | None]:
    def find() -> str | None:
        if record.log_proof is None:
            return "the packet has no proof of the log"
        try:
            checked_proof(policy, read_proof(record.log_proof.encode()), _leaf(record))
        except (Malformed, Untrusted) as error:
            return str(error)
        return None

    return find
