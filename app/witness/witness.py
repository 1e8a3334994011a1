"""What a witness answers to a submission, as C2SP tlog-witness says."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.transparency.checkpoints import Checkpoint, read_checkpoint
from app.transparency.encoding import Malformed
from app.transparency.keys import PrivateKey, PublicKey
from app.transparency.notes import Untrusted, cosignature_line, trusted
from app.transparency.tree import is_consistent
from app.witness.memory import MemoryUnusable, remember
from app.witness.submissions import Submission, read_submission

log = logging.getLogger(__name__)
PLAIN, SIZE = "text/plain; charset=utf-8", "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the log: a status of HTTP, a type of content and the content."""

    status: int
    content_type: str
    content: str


class Refused(Exception):
    """A submission is not signed, and why."""

    def __init__(self, status: int, why: str, content_type: str = PLAIN) -> None:
        super().__init__(why)
        self.answer = Answer(status, content_type, f"{why}\n")


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness: its key, the keys of the logs it knows, and the file of their last heads."""

    key: PrivateKey
    logs: Sequence[PublicKey]
    memory: Path

    def answer(self, content: bytes, now: int) -> Answer:
        """The answer to a submission; *now*, in seconds since 1970, stands in the signature."""
        try:
            return self._signed(content, now)
        except Malformed as error:
            return Refused(400, f"{error}.").answer
        except Refused as refused:
            return refused.answer
        except MemoryUnusable as error:
            log.error("the memory cannot be used: %s", error)
            return Refused(503, "The memory of this witness cannot be used now.").answer

    def _signed(self, content: bytes, now: int) -> Answer:
        submission = read_submission(content)
        new = read_checkpoint(submission.note.text)
        keys = [key for key in self.logs if key.name == new.origin]
        if not keys:
            raise Refused(404, "This witness does not know the log.")
        try:
            trusted(submission.note, keys)
        except Untrusted:
            raise Refused(403, "No trusted key of the log signed the checkpoint.") from None
        if submission.old > new.size:
            raise Refused(400, "The old size is above the new one.")
        remember(
            self.memory,
            new,
            submission.note.written(),
            lambda last: _refuse_unless_it_goes_on(last, new, submission),
        )
        # Only now, when the head is on the disk.
        line = cosignature_line(submission.note.text, self.key, now)
        return Answer(200, PLAIN, line.line())


def _refuse_unless_it_goes_on(last: Checkpoint, new: Checkpoint, submission: Submission) -> None:
    """Raise where a new head does not go on from the last one."""
    same_size = submission.old == new.size == last.size
    if submission.old != last.size or (same_size and new.root != last.root):
        if same_size:
            log.error("two roots of one size, %d, of the log %s", new.size, new.origin)
        raise Refused(409, str(last.size), SIZE)
    if not is_consistent(last.size, last.root, new.size, new.root, submission.path):
        log.error("no proof from size %d to %d of the log %s", last.size, new.size, new.origin)
        raise Refused(422, "The proof does not lead from the old tree to the new one.")
