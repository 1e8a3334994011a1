"""Endings: that one log ended and another began, since the database lost records that the first
one has.

A signed note of our own text, which the keys of both logs sign: what ended with which size and
root, how many of its records the new log has at its beginning, and who accepted that, when and why.
"""

from dataclasses import dataclass
from datetime import datetime

from app.transparency.checkpoints import Checkpoint
from app.transparency.encoding import Malformed, decimal, decoded_hash, encoded

SUFFIX = "/begun"
LINES = 9


@dataclass(frozen=True, slots=True)
class Ending:
    """The last head of the log that *ended*, the name of the log that *began*, and the head over
    the records that both have. *at* has a time zone.
    """

    began: str
    ended: Checkpoint
    shared: int
    shared_root: bytes
    by: str
    at: datetime
    because: str

    def text(self) -> str:
        """The text that is signed.

        Raises:
            ValueError: the reason or another part is no line.
        """
        lines = [
            f"{self.began}{SUFFIX}",
            self.ended.origin,
            str(self.ended.size),
            encoded(self.ended.root),
            str(self.shared),
            encoded(self.shared_root),
            self.by,
            self.at.isoformat(),
            self.because,
        ]
        if not all(line.strip() and all(each >= " " for each in line) for line in lines):
            raise ValueError("an ending has lines that are not empty, without control characters")
        return "".join(f"{line}\n" for line in lines)


def read_ending(text: str) -> Ending:
    """An ending from the text of its note.

    Raises:
        Malformed: it is none.
    """
    lines = text.split("\n")
    if len(lines) != LINES + 1 or lines[-1] or not lines[0].endswith(SUFFIX):
        raise Malformed("The text is not that of a log's ending")
    ended = Checkpoint(lines[1], decimal(lines[2], "The size"), decoded_hash(lines[3], "The root"))
    try:
        at = datetime.fromisoformat(lines[7])
    except ValueError:
        raise Malformed("The ending has a time that is none") from None
    ending = Ending(
        lines[0].removesuffix(SUFFIX),
        ended,
        decimal(lines[4], "The number of records"),
        decoded_hash(lines[5], "The root over them"),
        lines[6],
        at,
        lines[8],
    )
    try:
        written = ending.text()
    except ValueError as error:
        raise Malformed(str(error)) from None
    if written != text or at.tzinfo is None:
        raise Malformed("The ending is written otherwise")
    return ending
