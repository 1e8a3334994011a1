"""Proofs in files of their own (C2SP tlog-proof): that an entry stands in a log, to be checked
offline.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.transparency.encoding import Malformed, decimal, decoded, decoded_hash, encoded
from app.transparency.notes import Note, read_note
from app.transparency.tree import PROOF_HASHES_AT_MOST

FIRST_LINE = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Proof:
    """An entry's place from 0, the hashes beside its way to the root, and the signed checkpoint.

    *extra* is vouched for by no signature.
    """

    index: int
    path: Sequence[bytes]
    checkpoint: Note
    extra: bytes | None = None

    def written(self) -> str:
        """The file's text."""
        extra = [] if self.extra is None else [f"extra {encoded(self.extra)}"]
        lines = [FIRST_LINE, *extra, f"index {self.index}", *map(encoded, self.path)]
        return "\n".join(lines) + f"\n\n{self.checkpoint.written()}"


def read_proof(content: bytes) -> Proof:
    """A proof from the bytes of its file; nothing is checked yet.

    Raises:
        Malformed: it is none.
    """
    head, blank, note = content.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise Malformed("The proof is not ASCII before its checkpoint") from None
    if not blank or lines[0] != FIRST_LINE:
        raise Malformed(f"The proof does not begin with {FIRST_LINE}")
    extra, rest = None, lines[1:]
    if rest and rest[0].startswith("extra "):
        extra, rest = decoded(rest[0].removeprefix("extra "), "The extra data"), rest[1:]
    if not rest or not rest[0].startswith("index "):
        raise Malformed("The proof names no index")
    if len(rest) > 1 + PROOF_HASHES_AT_MOST:
        raise Malformed(f"The proof has more than {PROOF_HASHES_AT_MOST} hashes")
    return Proof(
        decimal(rest[0].removeprefix("index "), "The index"),
        [decoded_hash(line, "A hash of the proof") for line in rest[1:]],
        read_note(note),
        extra,
    )
