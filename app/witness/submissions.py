"""What a log submits to a witness: its new checkpoint, and the proof that it goes on from an old
size.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.transparency.encoding import Malformed, decimal, decoded_hash, encoded
from app.transparency.notes import Note, read_note
from app.transparency.tree import PROOF_HASHES_AT_MOST


@dataclass(frozen=True, slots=True)
class Submission:
    """A signed checkpoint, and the proof that its tree begins with the one over *old* leaves."""

    old: int
    path: Sequence[bytes]
    note: Note

    def written(self) -> str:
        """The body of the request."""
        lines = [f"old {self.old}", *map(encoded, self.path)]
        return "\n".join(lines) + f"\n\n{self.note.written()}"


def read_submission(content: bytes) -> Submission:
    """A submission from the body of its request; nothing is checked yet.

    Raises:
        Malformed: it is none.
    """
    head, blank, note = content.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise Malformed("The lines before the checkpoint are not ASCII") from None
    if not blank or not first.startswith("old "):
        raise Malformed("The first line is not the old size, or no blank line follows")
    if len(lines) > PROOF_HASHES_AT_MOST:
        raise Malformed(f"The proof has more than {PROOF_HASHES_AT_MOST} hashes")
    return Submission(
        decimal(first.removeprefix("old "), "The old size"),
        [decoded_hash(line, "A hash of the proof") for line in lines],
        read_note(note),
    )
