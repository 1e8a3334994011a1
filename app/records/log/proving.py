"""The proof that a sealed record stands in the log, under the last head that witnesses signed, or
its present one.
"""

import logging

from app.records.log.folder import HEAD, WITNESSED, LogFolder
from app.transparency.checkpoints import read_checkpoint
from app.transparency.encoding import Malformed
from app.transparency.proofs import Proof
from app.transparency.tiles import subtrees
from app.transparency.tree import inclusion_proof

log = logging.getLogger(__name__)


def log_proof(folder: LogFolder, sequence: int) -> str | None:
    """The text of the proof of the record with a sequence number, in the format of tlog-proof.

    None where no head covers it yet, or where the log cannot be read, which is logged.
    """
    try:
        for file in (WITNESSED, HEAD):  # one that witnesses signed proves more
            head = folder.head(file)
            if head is not None and sequence <= (size := read_checkpoint(head.text).size):
                break
        else:
            return None
        path = inclusion_proof(subtrees(folder.read, size), sequence - 1, size)
    except (OSError, Malformed) as error:
        log.error("the log cannot be read for a proof: %s", type(error).__name__)
        return None
    return Proof(sequence - 1, path, head).written()
