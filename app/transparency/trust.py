"""Whether a checkpoint or a proof is what a policy asks for."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.transparency.checkpoints import Checkpoint, read_checkpoint
from app.transparency.keys import cosigned_at
from app.transparency.notes import Note, Untrusted, trusted
from app.transparency.policy import Policy
from app.transparency.proofs import Proof
from app.transparency.tree import is_included


@dataclass(frozen=True, slots=True)
class Head:
    """A checkpoint that a known log signed, and when which witnesses of the policy signed it, in
    seconds since 1970.
    """

    checkpoint: Checkpoint
    witnessed: Mapping[str, int]


def head_under(policy: Policy, note: Note) -> Head:
    """A checkpoint under a policy, whose quorum may still be short of signatures.

    Raises:
        Malformed: the note's text is no checkpoint.
        Untrusted: no log of the policy signed it under its own name, or a signature is wrong.
    """
    checkpoint = read_checkpoint(note.text)
    trusted(note, [log.key for log in policy.logs if log.key.name == checkpoint.origin])
    names = {party.key: name for name, party in policy.witnesses.items()}
    witnessed: dict[str, int] = {}
    if any((key.name, key.id) in _lines(note) for key in names):
        for key, line in trusted(note, names):
            at = cosigned_at(line.signature)
            assert at is not None  # `trusted` has read it
            witnessed[names[key]] = at
    return Head(checkpoint, witnessed)


def _lines(note: Note) -> set[tuple[str, bytes]]:
    return {(line.name, line.id) for line in note.signatures}


def checked_proof(policy: Policy, proof: Proof, leaf: bytes) -> Head:
    """The head that a proof leads to from a leaf, signed as the policy asks.

    Raises:
        Malformed: its checkpoint is none.
        Untrusted: the log's signature, the quorum or the path does not hold, as its message says.
    """
    head = head_under(policy, proof.checkpoint)
    if not policy.suffices(head.witnessed):
        raise Untrusted(f"Too few witnesses signed: {len(head.witnessed)}")
    checkpoint = head.checkpoint
    if not is_included(leaf, proof.index, checkpoint.size, checkpoint.root, proof.path):
        raise Untrusted("The path does not lead from the record to the root")
    return head
