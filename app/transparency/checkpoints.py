"""Checkpoints (C2SP tlog-checkpoint): the text of a note with the size and root of a log's tree."""

from dataclasses import dataclass

from app.transparency.encoding import HASH_BYTES, LARGEST, Malformed, decimal, decoded_hash, encoded


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log's tree: the log's name, the number of entries, and the root over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The text that is signed.

        Raises:
            ValueError: its parts cannot be written as lines.
        """
        lines_fit = self.origin and not any(each < " " for each in self.origin)
        if not lines_fit or not 0 <= self.size <= LARGEST or len(self.root) != HASH_BYTES:
            raise ValueError("a checkpoint needs an origin of one line, a size and a root")
        return f"{self.origin}\n{self.size}\n{encoded(self.root)}\n"


def read_checkpoint(text: str) -> Checkpoint:
    """A checkpoint from the text of its note. Extension lines are taken and not read.

    Raises:
        Malformed: it is none.
    """
    lines = text.removesuffix("\n").split("\n")
    if not text.endswith("\n") or len(lines) < 3 or "" in lines:
        raise Malformed("The text is not an origin, a size and a root in three lines")
    return Checkpoint(lines[0], decimal(lines[1], "The size"), decoded_hash(lines[2], "The root"))
